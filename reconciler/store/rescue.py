"""Copying a SQLite store, checking a copy, and putting one in the place of a damaged store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reconciler.store.errors import SchemaNewer, StoreDamaged
from reconciler.store.reading import connect
from reconciler.store.version import SCHEMA

_SIDE_FILES = ("-wal", "-shm")


def copy(source: Path, target: Path) -> None:
    """Copy a store that may be in use, through SQLite's own backup, into one file of mode 0600.

    The target appears whole or not at all. Raises sqlite3.Error and OSError.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(connect(source)) as original, closing(sqlite3.connect(part)) as duplicate:
        original.backup(duplicate)
        # The copy would inherit the journal beside the file; a backup is one file.
        duplicate.execute("PRAGMA journal_mode=DELETE")
    _flush(part)
    part.replace(target)
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


def move_aside(database: Path, at: datetime) -> Path | None:
    """Rename a store and its side files, so that nothing is lost; None if there is none. Not while in use."""
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    for suffix in _SIDE_FILES:
        side = database.with_name(database.name + suffix)
        if side.exists():
            side.rename(aside.with_name(aside.name + suffix))
    return database.rename(aside)


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
