"""Taking a guest out of the store: no byte of him is left, on either engine, and the rest stays."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from observed.extension import Extension
from reconciler.store.rows import (
    AttemptRow,
    ConfirmedRow,
    ContestRow,
    HistoryRow,
    RefusedNameRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store
from reconciler.traces import ERASED, Shown
from tests.reconciler.store.conftest import POSTGRESQL, OpenStore

HIS = "Xaviera Quisquilla"
DAY = timedelta(days=1)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


def change(
    at: datetime, room: str = "1207", field: str = "display_name", result: str = "applied"
) -> HistoryRow:
    return HistoryRow(at, room, room, field, "Room", HIS, "intentional", "pms GI", "Update", result)


def erase(store: Store, rows: Iterable[Shown]) -> None:
    store.veil_history((row.key, row.before, ERASED) for row in rows)


def test_the_changes_of_names_come_by_extension_in_their_order(store: Store, now: datetime) -> None:
    store.append([change(now, "1208"), change(now + DAY), change(now, field="department"), change(now)])
    shown = [(row.extension, row.at) for row in store.shown()]
    assert shown == [("1207", now), ("1207", now + DAY), ("1208", now)]
    assert [row.room for row in store.shown(["1208"])] == ["1208"]


def test_a_change_that_failed_is_told_from_one_that_was_made(store: Store, now: datetime) -> None:
    store.append([change(now, result="3001 not found"), change(now + DAY, result="applied, seen later")])
    assert [row.applied for row in store.shown()] == [False, True]


def test_another_hotels_history_is_neither_shown_nor_touched(open_store: OpenStore, now: datetime) -> None:
    ours, theirs = open_store("Harbour View"), open_store("Hill Side")
    theirs.append([change(now)])
    assert list(ours.shown()) == []
    erase(ours, list(theirs.shown()))
    assert [row.after for row in theirs.history()] == [HIS]


def test_a_veiled_change_keeps_all_but_the_name(store: Store, now: datetime) -> None:
    store.append([change(now)])
    (before,) = store.history()
    erase(store, list(store.shown()))
    (after,) = store.history()
    assert (after.before, after.after) == ("Room", ERASED)
    assert (after.at, after.room, after.cause, after.id) == (before.at, "1207", "intentional", before.id)


def test_a_write_whose_outcome_is_open_is_remembered(store: Store, now: datetime) -> None:
    applied = WriteRow("zoom-1", "display_name", HIS, HIS, WriteStatus.APPLIED, now, now)
    unknown = WriteRow("zoom-2", "display_name", HIS, HIS, WriteStatus.UNKNOWN, now)
    store.settle([applied, unknown])
    store.confirm([ConfirmedRow("zoom-1", "display_name", HIS, now)])
    store.forget_before([("zoom-2", "display_name")])
    store.forget_acts([("zoom-1", "display_name"), ("zoom-2", "display_name")])
    assert [(row.extension, row.before) for row in store.writes().values()] == [("zoom-2", None)]
    assert store.confirmed() == {}


def test_how_often_a_name_was_put_right_goes_with_it(store: Store, now: datetime) -> None:
    his = ContestRow("zoom-1", "display_name", "display_name:his", [now.isoformat()], 0, None, now)
    other = replace(his, extension="zoom-2")
    store.note_contests([his, other])
    store.forget_acts([("zoom-1", "display_name")])
    assert store.contests() == {("zoom-2", "display_name"): other}


def test_refused_names_go_by_extension(store: Store, now: datetime) -> None:
    store.refuse_names([RefusedNameRow("zoom-1", "a", now), RefusedNameRow("zoom-2", "b", now)])
    store.forget_refused_names(["zoom-1"])
    assert set(store.refused_names()) == {("zoom-2", "b")}


def test_what_was_done_to_extensions_that_are_gone_ends_with_the_retention(
    store: Store, now: datetime
) -> None:
    store.remember([Extension("user", "here", 1207, "Room 1207")])
    for extension in ("here", "gone"):
        for name, at in (("display_name", now - 91 * DAY), ("first_name", now - 89 * DAY)):
            store.settle([WriteRow(extension, name, None, HIS, WriteStatus.APPLIED, at, at)])
            store.confirm([ConfirmedRow(extension, name, HIS, at)])
    store.record_attempt(AttemptRow("here", "old", 1, now - 95 * DAY, now - 92 * DAY, "", ""))
    store.record_attempt(AttemptRow("here", "tried still", 9, now - 95 * DAY, now, "", ""))
    store.forget_stale_acts(now - 90 * DAY)
    left = {("here", "display_name"), ("here", "first_name"), ("gone", "first_name")}
    assert set(store.writes()) == set(store.confirmed()) == left
    assert set(store.attempts()) == {("here", "tried still")}


def _fill(store: Store, now: datetime) -> None:
    """A quarter of a year in which pages of the file were split and joined again and again."""
    at_random = random.Random(20261122)  # noqa: S311 - pages, not secrets
    for day in range(120):
        rows = [str(at_random.randrange(1001, 1200)) for _ in range(20)]
        long = [HIS * at_random.choice((1, 1, 4, 60)) for _ in rows]
        store.append(
            HistoryRow(now + number % 2 * DAY, r, r, "display_name", HIS, name, "", "", "", "applied")
            for number, (r, name) in enumerate(zip(rows, long, strict=True))
        )
        writes = {
            room: WriteRow(room, at_random.choice("abc"), name, name, WriteStatus.APPLIED, now, now)
            for room, name in zip(rows, long, strict=True)
        }
        store.settle(writes.values())
        store.put_note("day", str(day))


def _forget_all(store: Store) -> None:
    store.veil_history((row.key, ERASED, ERASED) for row in list(store.shown()))
    store.forget_acts(list(store.writes()))


def test_no_byte_of_a_guest_is_left_in_the_file_or_its_log(file: Path, now: datetime) -> None:
    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        _fill(store, now)
        store.prune(now + DAY)  # every other row, so that pages are joined
        _forget_all(store)
        store.scrub()
        left = [path.name for path in file.parent.iterdir() if HIS.encode() in path.read_bytes()]
        assert left == []
        assert len(store.history(limit=10_000)) == 1200
        assert store.note("day") == "119"


def test_the_store_works_on_after_it_was_written_anew(store: Store, now: datetime) -> None:
    _fill(store, now)
    _forget_all(store)
    store.scrub()
    store.append([change(now + DAY)])
    assert store.history(limit=1)[0].after == HIS


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_no_byte_of_a_guest_is_left_in_the_tables_of_a_server(
    store: Store, database: str, now: datetime
) -> None:
    _fill(store, now)
    _forget_all(store)
    store.scrub()
    server = create_engine(
        make_url(database).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        for table in ("history", "writes", "confirmed"):
            pages = connection.scalar(text(f"SELECT pg_read_binary_file(pg_relation_filepath('{table}'))"))
            assert HIS.encode() not in bytes(pages or b"")
    server.dispose()


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_many_hotels_have_the_tables_that_they_share_written_anew_once_a_night(
    open_store: OpenStore, database: str, now: datetime
) -> None:
    harbour, hill = open_store("Harbour View"), open_store("Hill House")
    server = create_engine(make_url(database).set(drivername="postgresql+psycopg"))

    def of_which_writing() -> int:
        with server.connect() as connection:
            return int(connection.scalar(text("SELECT pg_relation_filenode('history')")) or 0)

    files = [of_which_writing()]
    for hotel, at in ((harbour, now), (hill, now + DAY / 100), (hill, now + DAY), (harbour, now + DAY)):
        hotel.scrub_nightly(at)
        files.append(of_which_writing())
    server.dispose()
    assert len(set(files)) == 3
    assert (files[1], files[3]) == (files[2], files[4])
