"""A quick look answers what the store answers, writes nothing and loads little."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from observed.extension import Lease
from reconciler.store.errors import SchemaNewer, SchemaOlder, StoreDamaged
from reconciler.store.peek import Acts, Peeked, peek, peek_acts
from reconciler.store.rows import (
    AttemptRow,
    ConfirmedRow,
    ContestRow,
    Occupancy,
    PmsRoomRow,
    RefusedNameRow,
    SaidRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store

HOTEL: dict[str, Any] = {"property_name": "Harbour View", "account": "account-1"}


def fill(store: Store, now: datetime) -> None:
    """A little of everything, with every column that may be missing both there and missing."""
    store.say(
        [
            SaidRow("1207", "pms", "guests", [{"first": "Zoë", "last": None}], "pms GI", now),
            SaidRow("1207", "desk", "department", None, "desk", now),
        ]
    )
    store.note_occupancy(
        [Occupancy("1207", occupied=True, since=now), Occupancy("1208", occupied=False, since=now)]
    )
    store.pause("1208", reason="works", until=now + timedelta(hours=1), by="desk")
    store.pause("1209", reason="film crew", until=None, by="desk")
    store.hold_lease("ana", Lease(now + timedelta(days=1), now))
    store.hold_lease("bruno", Lease(None, now))
    store.refuse_names([RefusedNameRow("zoom-1", "digest", now)])
    store.settle(
        [
            WriteRow("zoom-1", "dnd", "off", "on", WriteStatus.APPLIED, now, now),
            WriteRow("zoom-1", "display_name", "Ana", None, WriteStatus.INTENT, now),
        ]
    )
    store.confirm([ConfirmedRow("zoom-1", "dnd", "on", now), ConfirmedRow("zoom-2", "dnd", None, now)])
    store.record_attempt(AttemptRow("zoom-1", "dnd", 2, now, now + timedelta(minutes=1), "429", "too many"))
    store.record_attempt(AttemptRow("zoom-1", "rename", 1, now, None, "1001", "gone", permanent=True))
    store.note_contests(
        [
            ContestRow("zoom-1", "dnd", "dnd:a", [now.isoformat()], 1, now + timedelta(hours=1), now),
            ContestRow("zoom-2", "dnd", "dnd:a", [], 0, None, now),
        ]
    )
    store.put_note("blanked", ["1207", None])
    store.name_rooms([PmsRoomRow("1207", "tower", "01207", now)])


@pytest.mark.parametrize("open_meanwhile", [True, False])
def test_a_peek_answers_exactly_what_the_store_answers(
    file: Path, now: datetime, *, open_meanwhile: bool
) -> None:
    with Store.open(file, property_name="Garden View", account="account-2") as other_hotel:
        fill(other_hotel, now)
        other_hotel.say([SaidRow("9999", "pms", "dnd", "on", "pms GI", now)])
        other_hotel.confirm([ConfirmedRow("zoom-9", "dnd", "on", now)])
    store = Store.open(file, **HOTEL)
    fill(store, now)
    answered = Peeked(
        said=store.said(),
        occupancy=store.occupancy(),
        leases=store.leases(),
        refused_names=store.refused_names(),
        attempts=store.attempts(),
        notes=store.notes(),
        pms_rooms=store.pms_rooms(),
    )
    done = Acts(store.writes(), store.confirmed())
    if not open_meanwhile:
        store.close()
    peeked, acts = peek(file, **HOTEL), peek_acts(file, account=HOTEL["account"])
    store.close()

    assert sorted(peeked.said, key=repr) == sorted(answered.said, key=repr)
    assert (peeked.occupancy, peeked.leases) == (answered.occupancy, answered.leases)
    assert (peeked.refused_names, peeked.attempts) == (answered.refused_names, answered.attempts)
    assert acts == done
    assert all((acts.writes, acts.confirmed)), "nothing was compared with nothing"
    assert (peeked.notes, peeked.pms_rooms) == (answered.notes, answered.pms_rooms)
    assert all(getattr(peeked, field.name) for field in fields(Peeked)), "nothing was compared with nothing"


def test_a_store_that_is_not_there_or_was_never_used_is_an_empty_one(tmp_path: Path) -> None:
    assert peek(tmp_path / "missing.sqlite", **HOTEL) == Peeked()
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "blank.sqlite").touch()
    assert peek(tmp_path / "blank.sqlite", **HOTEL) == Peeked()


@pytest.mark.parametrize(("version", "error"), [("9999", SchemaNewer), ("0000", SchemaOlder)])
def test_a_store_of_another_schema_is_not_guessed_at(
    file: Path, version: str, error: type[Exception]
) -> None:
    Store.open(file, **HOTEL).close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))

    with pytest.raises(error, match=version):
        peek(file, **HOTEL)


def test_a_damaged_store_is_called_so(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"a telegram, not a database" * 400)

    with pytest.raises(StoreDamaged) as damaged:
        peek(file, **HOTEL)
    assert "reconcile restore" in damaged.value.remedy


def test_a_folder_that_takes_no_files_can_still_be_looked_into(
    file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(file, **HOTEL) as store:
        fill(store, now)
    monkeypatch.setattr("os.access", lambda *_: False)

    assert len(peek(file, **HOTEL).said) == 2
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_peek_loads_neither_sqlalchemy_nor_pydantic() -> None:
    program = (
        "import sys, reconciler.store.peek; print({'sqlalchemy', 'pydantic', 'alembic'} & sys.modules.keys())"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "set()\n"
