"""The database file: private, honest about damage, silent about guests."""

import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from reconciler.errors import Fatal, HousephoneError
from reconciler.store.engine import open_engine, place_of
from reconciler.store.errors import StoreDamaged, StoreUnavailable
from reconciler.store.rows import HistoryRow, SaidRow
from reconciler.store.store import Store


def open_hotel(file: Path) -> Store:
    return Store.open(file, property_name="Harbour View", account="account-1")


def test_only_the_owner_may_read_the_file_and_its_folder(file: Path, now: datetime) -> None:
    with open_hotel(file) as store:
        store.say([SaidRow("1207", "desk", "dnd", "on", "desk", now)])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert modes == {file.name + side: 0o600 for side in ("", "-wal", "-shm")}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(file: Path) -> None:
    open_hotel(file).close()
    file.chmod(0o644)
    open_hotel(file).close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_commit_survives_a_power_cut(file: Path) -> None:
    with open_hotel(file) as store, store._engine.connect() as connection:
        answers = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert answers == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_file_that_is_no_database_is_reported_and_left_as_it_is(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"a telegram, not a database" * 400)

    with pytest.raises(StoreDamaged, match=re.escape(str(file))) as damaged:
        open_hotel(file)
    assert "reconcile restore" in damaged.value.remedy
    assert file.read_bytes().startswith(b"a telegram")


def test_overwritten_pages_are_found_at_the_opening(file: Path, now: datetime) -> None:
    with open_hotel(file) as store:
        store.append(
            HistoryRow(now, str(n), None, "display_name", "", "x" * 200, "drift", "", "", "applied")
            for n in range(500)
        )
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size // 2)
        damaged.write(b"\xff" * 8192)

    with pytest.raises(StoreDamaged):
        open_hotel(file)


def test_a_folder_that_cannot_be_made_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    with pytest.raises(StoreUnavailable, match="state"):
        open_hotel(tmp_path / "state" / "housephone.sqlite")


def test_no_error_repeats_the_name_of_a_guest(file: Path, now: datetime) -> None:
    with open_hotel(file) as store:
        with store._engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE said")
        with pytest.raises(StoreUnavailable, match="said") as refused:
            store.say([SaidRow("1207", "pms", "guests", [{"last": "Quisquilla"}], "pms GI", now)])

    seen: list[BaseException | None] = [refused.value, refused.value.__cause__]
    assert all("Quisquilla" not in repr(error) for error in seen)
    assert refused.value.__suppress_context__


def test_a_database_that_we_do_not_know_is_a_configuration_error() -> None:
    with pytest.raises(Fatal, match="mysql"):
        open_engine("mysql://front:secret@localhost/hotel")


def test_an_address_is_shown_without_its_password() -> None:
    engine = open_engine("postgresql://front:secret@127.0.0.1:1/hotel")

    assert "secret" not in place_of(engine)
    with pytest.raises(StoreUnavailable) as unreachable:
        Store.open(
            "postgresql://front:secret@127.0.0.1:1/hotel", property_name="Harbour View", account="account-1"
        )
    assert "secret" not in str(unreachable.value)
    assert isinstance(unreachable.value, HousephoneError)


def test_a_store_that_another_program_blocks_is_an_error_and_works_again_after_it(
    file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.store.engine.BUSY_SECONDS", 0.05)
    said = SaidRow("1207", "desk", "dnd", "on", "desk", now)
    with open_hotel(file) as store, closing(sqlite3.connect(file, isolation_level=None)) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.say([said])
        assert store.said() == []

        intruder.execute("ROLLBACK")
        store.say([said])
        assert store.said() == [said]


def test_a_store_at_work_keeps_its_log_when_its_own_process_and_then_another_have_looked_in(
    file: Path, now: datetime
) -> None:
    with open_hotel(file) as at_work:
        at_work.say([SaidRow("1207", "desk", "dnd", "on", "desk", now)])
        Store.open(file, property_name="Harbour View", account="account-1", only_look=True).close()
        rooms_seen_by_another_process(file)
        at_work.say([SaidRow("1208", "desk", "dnd", "on", "desk", now)])
        kept = rooms_seen_by_another_process(file)

    assert kept == "1207 1208"


def rooms_seen_by_another_process(file: Path) -> str:
    """It shares no lock with this one, as after a restart."""
    script = (
        "import sqlite3, sys; store = sqlite3.connect(sys.argv[1])\n"
        "print(*(room for (room,) in store.execute('SELECT room FROM said ORDER BY room')))\n"
        "store.close()"
    )
    ran = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=True)
    return ran.stdout.strip()
