"""The history, and forgetting guests in time."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.store.rows import (
    HistoryRow,
    RefusedNameRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store

Open = Any


def change(at: datetime, room: str | None = "1207", after: str = "Ana Souza 1207") -> HistoryRow:
    return HistoryRow(
        at,
        room,
        "1207",
        "display_name",
        "Room 1207",
        after,
        "intentional",
        "pms GI",
        "PATCH /users/{userId}",
        "applied",
    )


def changes(store: Store, **asked: Any) -> list[HistoryRow]:
    return [replace(row, id=None) for row in store.history(**asked)]


def test_the_history_shows_the_newest_change_first_by_room_and_since(store: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    first, second, third = change(now), change(now + hour, "1208"), change(now + 2 * hour)
    account_wide = change(now + 3 * hour, None)
    store.append([second, first])
    store.append([third, account_wide])

    assert changes(store) == [account_wide, third, second, first]
    assert changes(store, room="1207") == [third, first]
    assert changes(store, since=now + hour) == [account_wide, third, second]
    assert changes(store, limit=1) == [account_wide]


def test_two_changes_at_one_moment_keep_their_order(store: Store, now: datetime) -> None:
    store.append([change(now, after="first"), change(now, after="second")])

    newest, older = store.history()
    assert (newest.after, older.after) == ("second", "first")
    assert newest.id is not None
    assert older.id is not None
    assert newest.id > older.id


def test_pruning_forgets_what_is_older_and_nothing_else(store: Store, now: datetime) -> None:
    old, young = now - timedelta(days=91), now - timedelta(days=89)
    store.append([change(old), change(young)])
    store.refuse_names([RefusedNameRow("zoom-1", "old", old), RefusedNameRow("zoom-1", "young", young)])

    assert store.prune(now - timedelta(days=90)) == 1
    assert changes(store) == [change(young)]
    assert set(store.refused_names()) == {("zoom-1", "young")}


def test_pruning_takes_the_guests_name_from_an_old_write_but_keeps_one_without_an_answer(
    store: Store, now: datetime
) -> None:
    old = now - timedelta(days=91)
    blanked = WriteRow("zoom-1", "display_name", "Ana Souza", "Room 1207", WriteStatus.APPLIED, old, old)
    unanswered = replace(blanked, extension="zoom-2", status=WriteStatus.INTENT, answered_at=None)
    store.settle([blanked, unanswered])

    store.prune(now - timedelta(days=90))

    assert store.writes()["zoom-1", "display_name"] == replace(blanked, before=None)
    assert store.writes()["zoom-2", "display_name"] == unanswered


def test_a_pruned_guest_cannot_be_read_from_the_file_any_more(file: Path, now: datetime) -> None:
    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        store.append([change(now, after="Xaviera Quisquilla") for _ in range(50)])
        store.prune(now + timedelta(days=1))

    assert b"Quisquilla" not in b"".join(part.read_bytes() for part in file.parent.iterdir())
