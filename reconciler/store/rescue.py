"""Copying a SQLite store, checking a copy, and putting one in the place of a damaged store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reconciler.store.engine import plain
from reconciler.store.errors import SchemaNewer, StoreDamaged
from reconciler.store.reading import connect
from reconciler.store.version import SCHEMA

_SIDE_FILES = ("-wal", "-shm")


def copy(source: Path, target: Path) -> None:
    """Copy a store that may be in use, through SQLite's own backup, into one file of mode 0600.

    The target appears whole or not at all. Raises OSError, StoreDamaged, and StoreUnavailable, as where the disk has
    no room for a second one.
    """
    part = target.with_name(target.name + ".part")
    try:
        _write_copy(source, part)
        _flush(part)
        part.replace(target)
    except sqlite3.Error as error:
        raise plain(error, str(source)) from None
    finally:
        part.unlink(missing_ok=True)  # half a copy takes the room that the next one needs
    _flush(target.parent)


def _write_copy(source: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(connect(source)) as original, closing(sqlite3.connect(part)) as duplicate:
        original.backup(duplicate)
        # The copy would inherit the journal beside the file; a backup is one file.
        duplicate.execute("PRAGMA journal_mode=DELETE")


def put_in_place(built: Path, target: Path, at: datetime) -> None:
    """Make a new store that nobody uses one file, and give it its name and the time that it carries.

    The target appears whole or not at all, and needs no room for a second one. Raises OSError, StoreUnavailable.
    """
    try:
        with closing(sqlite3.connect(built)) as connection:
            connection.execute(
                "PRAGMA journal_mode=DELETE"
            )  # what stands in the log goes into the file first
    except sqlite3.Error as error:
        raise plain(error, str(built)) from None
    os.utime(built, (at.timestamp(), at.timestamp()))
    _flush(built)
    built.replace(target)
    _flush(target.parent)


def check(file: Path) -> str:
    """The schema of a backup that is whole and not newer than ours; raises StoreDamaged or SchemaNewer."""
    try:
        with closing(connect(file)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            found: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except (sqlite3.Error, TypeError) as error:
        raise StoreDamaged(str(file), str(error)) from None
    if verdict != "ok":
        raise StoreDamaged(str(file), str(verdict).splitlines()[-1])
    if found > SCHEMA:
        raise SchemaNewer(str(file), found, SCHEMA)
    return found


def aside_of(path: Path, at: datetime) -> Path:
    """Where something goes that is moved aside at this time."""
    return path.with_name(f"{path.name}.{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def move_aside(database: Path, at: datetime) -> Path | None:
    """Rename a store and its side files, so that nothing is lost; None if there is none. Not while in use."""
    aside = aside_of(database, at)
    for suffix in (*_SIDE_FILES, ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside if aside.exists() else None


def waiting(database: Path) -> Path:
    """Where a new store waits that is complete, until the former one has been moved aside (``step_in``)."""
    return database.with_name(database.name + ".new")


def waits_since(database: Path) -> datetime:
    """When the new store was complete that waits."""
    return datetime.fromtimestamp(waiting(database).stat().st_mtime, UTC)


def step_in(database: Path) -> None:
    """Let the new store that waits take its place. Nobody may use the former one.

    Whatever a crash leaves of this, the next call goes on with it: the new store waits until all of the former one,
    with its log, has gone under the name of one moment.
    """
    move_aside(database, waits_since(database))
    waiting(database).replace(database)
    _flush(database.parent)


def restore(backup: Path, database: Path, at: datetime) -> Path | None:
    """Put a checked backup in the store's place and answer where the old one went. Nobody may use it.

    An older schema is brought up to date at the next opening. What a backup says of Zoom is out of date: the
    next pass reads Zoom first, as at every start.
    """
    check(backup)
    fresh = database.with_name(database.name + ".restored")
    copy(backup, fresh)
    aside = move_aside(database, at)
    fresh.replace(database)
    return aside


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
