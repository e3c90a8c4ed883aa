"""The machine-local memory of the drop-in folder: what each file said, and its last good version.

It is an SQLite file of its own, written through the standard library and not through the store, for the sake of
start-up: importing SQLAlchemy alone would cost 0.33 s of the half second that an audit may take. All that is in
it can be read again from the folder, except the last good versions of files that are broken at the moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from desired.edition import edition
from desired.flaw import Flaw
from desired.placed import Documents, Marks, Placed
from desired.walk import Stamp

FORMAT = 3
"""Raised when the meaning of a row changes; a file of another format is begun anew."""

_SCHEMA = """
CREATE TABLE file (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    digest TEXT NOT NULL, young INTEGER NOT NULL, since REAL NOT NULL,
    flaws TEXT NOT NULL, said TEXT, kept TEXT
) WITHOUT ROWID
"""
_INSERT = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LOCK_PATIENCE = 1.0
_LINES = 5
"""Of one document: its room, the extensions that it names, its marks, its digest, and itself as JSON."""


@dataclass(slots=True)
class Record:
    """What is known of one file.

    ``said`` is what it says now, None while it is broken; ``kept`` is what was accepted last, mostly the same.
    ``digest`` is empty where the file could not be read. ``young`` is true while the stamp alone does not tell
    the next change. ``since`` is the Unix time at which this content was first seen.
    """

    stamp: Stamp
    digest: str
    young: bool
    since: float
    flaws: tuple[Flaw, ...]
    said: Documents | None
    kept: Documents


class LastGood:
    """The SQLite file; without one, or where it cannot be written, every start reads the whole folder."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self.damaged = False
        """True if the file was damaged and has been begun anew."""

    def read(self, shown_as: str) -> dict[str, Record]:
        """Open the file; everything that is remembered, by path."""
        if self._path is None:
            return {}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open(self._path)
            records = _records(self._connection, shown_as)
            _sign(self._connection, records)
        except (OSError, sqlite3.OperationalError):
            self.close()
            return _read_only(self._path, shown_as)
        except sqlite3.DatabaseError:
            self.close()
            self.damaged = True
            self._connection = _begin_anew(self._path)
            return {}
        return records

    def save(self, changed: Mapping[str, Record], removed: Iterable[str]) -> bool:
        """Remember the changed records and forget the removed ones; False if that could not be written."""
        if self._connection is None:
            return True
        try:
            with self._connection as transaction:
                transaction.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in removed])
                transaction.executemany(_INSERT, (_row(path, record) for path, record in changed.items()))
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _open(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)  # what it keeps are guests' names
    connection = sqlite3.connect(path, timeout=_LOCK_PATIENCE, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found != FORMAT:
            with connection:
                connection.execute("DROP TABLE IF EXISTS file")
                connection.execute(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection


def _read_only(path: Path, shown_as: str) -> dict[str, Record]:
    """What can be had from a folder in which nothing may be written, as in an auditor's dry run."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        try:
            return _records(connection, shown_as)
        finally:
            connection.close()
    except sqlite3.Error:
        return {}


def _begin_anew(path: Path) -> sqlite3.Connection | None:
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _open(path)
    except (OSError, sqlite3.Error):
        return None


def _records(connection: sqlite3.Connection, shown_as: str) -> dict[str, Record]:
    """Everything that is in the file. What another edition of this code wrote is looked into at once."""
    ours = _is_signed(connection)
    records: dict[str, Record] = {}
    rows = connection.execute(
        "SELECT path, size, mtime_ns, ctime_ns, inode, digest, young, since, flaws, said, kept FROM file"
    )
    for path, size, mtime, ctime, inode, digest, young, since, flaws, said, kept in rows:
        shown = f"{shown_as}/{path}"
        try:
            says = None if said is None else _unpacked(said, shown)
            keeps = (says or ()) if kept is None else _unpacked(kept, shown)
            told = _flaws(flaws) if flaws else ()
            if not ours:
                _check((*(says or ()), *keeps))
        except (ValueError, TypeError):
            continue  # A row that this version does not understand is a file to read again.
        stamp = Stamp(size, mtime, ctime, inode)
        records[path] = Record(stamp, digest, young != 0, since, told, says, keeps)
    return records


def _sign(connection: sqlite3.Connection, understood: Mapping[str, Record]) -> None:
    """Note that this edition of the code understands all that is in the file, and forget what it does not."""
    if _is_signed(connection):
        return
    with connection:
        paths = [path for (path,) in connection.execute("SELECT path FROM file") if path not in understood]
        connection.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in paths])
        connection.execute(f"PRAGMA application_id = {_signature()}")


def _is_signed(connection: sqlite3.Connection) -> bool:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(found == _signature())


def _signature() -> int:
    """The edition of this code in the 31 bits that SQLite has for it."""
    return int(edition()[:8], 16) >> 1


def _check(documents: Documents) -> None:
    """ValueError if one of them is not what this edition of the code calls a valid document."""
    for placed in documents:
        _ = placed.document


def _row(path: str, record: Record) -> tuple[object, ...]:
    flaws = json.dumps(record.flaws) if record.flaws else ""
    said = None if record.said is None else _packed(record.said)
    kept = None if record.kept is record.said else _packed(record.kept)
    return (path, *record.stamp, record.digest, int(record.young), record.since, flaws, said, kept)


def _flaws(text: str) -> tuple[Flaw, ...]:
    return tuple(
        Flaw(code, said, (line, column), room) for code, said, (line, column), room in json.loads(text)
    )


def _packed(documents: Documents) -> str:
    return "\n".join(
        line
        for placed in documents
        for line in (
            placed.room,
            " ".join(placed.extensions),
            Marks.of(placed.marks).packed,
            placed.digest,
            placed.text,
        )
    )


def _unpacked(packed: str, shown: str) -> Documents:
    lines = packed.split("\n") if packed else []
    documents = []
    for start in range(0, len(lines), _LINES):
        room, named, places, digest, text = lines[start : start + _LINES]
        documents.append(Placed.remembered(room, tuple(named.split()), text, digest, shown, Marks(places)))
    return tuple(documents)
