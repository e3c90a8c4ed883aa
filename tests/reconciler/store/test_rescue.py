"""Backups, and putting one in the place of a damaged store."""

import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from reconciler.errors import Fatal
from reconciler.store import rescue
from reconciler.store.errors import SchemaNewer, StoreDamaged, StoreUnavailable
from reconciler.store.rows import SaidRow
from reconciler.store.store import Store
from reconciler.store.version import SCHEMA


def open_hotel(file: Path) -> Store:
    return Store.open(file, property_name="Harbour View", account="account-1")


def do_not_disturb(room: str, now: datetime) -> SaidRow:
    return SaidRow(room, "desk", "dnd", "on", "desk", now)


@pytest.fixture
def backup(file: Path, tmp_path: Path, now: datetime) -> Path:
    """A backup made while the hotel goes on working: room 1208 comes after it."""
    target = tmp_path / "backup.sqlite"
    with open_hotel(file) as store:
        store.say([do_not_disturb("1207", now)])
        store.backup(target)
        store.say([do_not_disturb("1208", now)])
    return target


def test_a_backup_is_one_private_file_of_the_moment(backup: Path, now: datetime) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path.name for path in backup.parent.glob("backup*")] == ["backup.sqlite"]
    assert rescue.check(backup) == SCHEMA
    with open_hotel(backup) as copy:
        assert copy.said() == [do_not_disturb("1207", now)]


def test_a_backup_replaces_an_earlier_one_of_the_same_name(backup: Path, file: Path) -> None:
    with open_hotel(file) as store:
        store.backup(backup)
    with open_hotel(backup) as copy:
        assert [row.room for row in copy.said()] == ["1207", "1208"]


def test_a_backup_that_finds_no_room_is_told_in_plain_words_and_leaves_no_half_of_it(
    file: Path, tmp_path: Path
) -> None:
    with (
        open_hotel(file) as store,
        no_file_beyond(40_000),
        pytest.raises(StoreUnavailable, match="cannot be used"),
    ):
        store.backup(tmp_path / "backup.sqlite")
    assert list(tmp_path.glob("backup*")) == []


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file can be made longer than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_restoring_puts_the_backup_in_place_and_keeps_the_old_store_beside_it(
    backup: Path, file: Path, now: datetime
) -> None:
    aside = rescue.restore(backup, file, now)

    assert aside == file.with_name("housephone.sqlite.20261122T190311Z")
    with open_hotel(file) as store:
        assert store.said() == [do_not_disturb("1207", now)]
    with open_hotel(aside) as old:
        assert len(old.said()) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_store_is_replaced_with_its_unread_journal(backup: Path, file: Path, now: datetime) -> None:
    file.write_bytes(b"a telegram, not a database" * 400)
    journal = file.with_name(file.name + "-wal")
    journal.write_bytes(b"of another database")

    aside = rescue.restore(backup, file, now)

    assert aside is not None
    assert aside.read_bytes().startswith(b"a telegram")
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"of another database"
    with open_hotel(file) as store:
        assert store.said() == [do_not_disturb("1207", now)]


def test_a_new_machine_has_nothing_to_move_aside(backup: Path, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "new").mkdir()
    file = tmp_path / "new" / "housephone.sqlite"

    assert rescue.restore(backup, file, now) is None
    with open_hotel(file) as store:
        assert store.said() == [do_not_disturb("1207", now)]


@pytest.mark.parametrize("content", [b"", b"a telegram, not a database" * 400])
def test_what_is_not_a_backup_never_replaces_a_store(
    backup: Path, file: Path, now: datetime, content: bytes
) -> None:
    backup.write_bytes(content)

    with pytest.raises(StoreDamaged):
        rescue.restore(backup, file, now)
    with open_hotel(file) as store:
        assert len(store.said()) == 2


def test_a_backup_of_a_newer_housephone_never_replaces_a_store(
    backup: Path, file: Path, now: datetime
) -> None:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaNewer):
        rescue.restore(backup, file, now)
    assert file.exists()


def test_postgresql_is_backed_up_with_its_own_tools(tmp_path: Path) -> None:
    from reconciler.store.engine import open_engine

    engine = open_engine("postgresql://127.0.0.1:1/hotel")
    store = Store(engine, property_name="Harbour View", account="account-1")
    with pytest.raises(Fatal) as refused:
        store.backup(tmp_path / "backup.sqlite")
    assert "pg_dump" in refused.value.remedy
