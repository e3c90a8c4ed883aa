"""A quick look into a SQLite store through the standard library, for the audit against a saved snapshot.

Importing SQLAlchemy costs a third of a second; that audit may take half a second for 1,000 rooms. A test
proves that ``peek`` and ``Store`` answer the same. Nothing is written; a store that is not there is empty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from observed.extension import Lease
from reconciler.store.codec import from_text, moment, optional_moment
from reconciler.store.errors import SchemaNewer, SchemaOlder, StoreDamaged, StoreUnavailable
from reconciler.store.reading import connect
from reconciler.store.rows import (
    AttemptRow,
    ConfirmedRow,
    ContestRow,
    FieldKey,
    Json,
    PmsRoomRow,
    RoomRow,
    SaidRow,
    WriteRow,
    WriteStatus,
    room_row,
)
from reconciler.store.version import SCHEMA

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Acts:
    """What we last did to each field, and what was last in place: only asked for where something differs."""

    writes: dict[FieldKey, WriteRow] = field(default_factory=dict)
    confirmed: dict[FieldKey, ConfirmedRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peeked:
    """What every audit needs of the store; each field is what the Store's method of that name answers."""

    said: list[SaidRow] = field(default_factory=list)
    occupancy: dict[str, RoomRow] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    refused_names: dict[FieldKey, datetime] = field(default_factory=dict)
    attempts: dict[FieldKey, AttemptRow] = field(default_factory=dict)
    contests: dict[FieldKey, ContestRow] = field(default_factory=dict)
    notes: dict[str, Json] = field(default_factory=dict)
    pms_rooms: dict[str, PmsRoomRow] = field(default_factory=dict)


def peek(database: Path, *, property_name: str, account: str) -> Peeked:
    """Read a SQLite store of our schema; raises SchemaNewer, SchemaOlder, StoreDamaged, StoreUnavailable."""
    return _look(database, Peeked(), lambda connection: _read(connection, property_name, account))


def peek_acts(database: Path, *, account: str) -> Acts:
    """The same for the acts: several for each extension, so that a large hotel takes seconds to read them."""
    return _look(database, Acts(), lambda connection: _read_acts(connection, account))


def _look(database: Path, empty: Seen, read: Callable[[sqlite3.Connection], Seen]) -> Seen:
    if not database.exists():
        return empty
    try:
        with closing(connect(database, isolation_level=None)) as connection:
            connection.execute("BEGIN")  # One transaction: everything is of the same moment.
            return read(connection) if _is_prepared(connection, str(database)) else empty
    except sqlite3.Error as error:
        damaged = error.sqlite_errorname.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
        raise (StoreDamaged if damaged else StoreUnavailable)(str(database), str(error)) from None


def _read(connection: sqlite3.Connection, property_name: str, account: str) -> Peeked:
    def rows(query: str, owner: str) -> Any:
        return connection.execute(query, (owner,))

    return Peeked(
        said=[
            SaidRow(room, source, name, from_text(value), where, moment(at))
            for room, source, name, value, where, at in rows(
                'SELECT room, source, field, value, "where", at FROM said WHERE property = ?', property_name
            )
        ],
        occupancy={
            room: room_row(room, _flag(occupied), optional_moment(since), reason, optional_moment(until), by)
            for room, occupied, since, reason, until, by in rows(
                "SELECT room, occupied, since, pause_reason, pause_until, pause_by"
                " FROM rooms WHERE property = ?",
                property_name,
            )
        },
        leases={
            user: Lease(optional_moment(until), moment(written))
            for user, until, written in rows(
                'SELECT "user", until, written FROM dnd_leases WHERE account = ?', account
            )
        },
        refused_names={
            (extension, digest): moment(at)
            for extension, digest, at in rows(
                "SELECT extension, digest, at FROM refused_names WHERE account = ?", account
            )
        },
        attempts={
            (row[0], row[1]): _attempt(row)
            for row in rows(
                "SELECT extension, operation, count, first_at, next_at, code, message, permanent"
                " FROM attempts WHERE account = ?",
                account,
            )
        },
        contests={
            (extension, name): ContestRow(
                extension, name, wish, from_text(repairs), rests, optional_moment(until), moment(at)
            )
            for extension, name, wish, repairs, rests, until, at in rows(
                "SELECT extension, field, wish, repairs, rests, until, at FROM contests WHERE account = ?",
                account,
            )
        },
        notes={
            name: from_text(value)
            for name, value in rows("SELECT name, value FROM notes WHERE property = ?", property_name)
        },
        pms_rooms={
            room: PmsRoomRow(room, link, name, moment(named_at))
            for room, link, name, named_at in rows(
                "SELECT room, link, name, named_at FROM pms_rooms WHERE property = ?", property_name
            )
        },
    )


def _read_acts(connection: sqlite3.Connection, account: str) -> Acts:
    def rows(query: str) -> Any:
        return connection.execute(query, (account,))

    return Acts(
        writes={
            (row[0], row[1]): _write(row)
            for row in rows(
                'SELECT extension, field, "before", "after", status, sent_at, answered_at'
                " FROM writes WHERE account = ?"
            )
        },
        confirmed={
            (extension, name): ConfirmedRow(extension, name, from_text(value), moment(at))
            for extension, name, value, at in rows(
                "SELECT extension, field, value, at FROM confirmed WHERE account = ?"
            )
        },
    )


def _is_prepared(connection: sqlite3.Connection, place: str) -> bool:
    """False for a file in which nothing was ever stored."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return False
    found: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    if found != SCHEMA:
        raise (SchemaNewer if found > SCHEMA else SchemaOlder)(place, found, SCHEMA)
    return True


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _write(row: tuple[Any, ...]) -> WriteRow:
    extension, name, before, after, status, sent_at, answered_at = row
    return WriteRow(
        extension,
        name,
        from_text(before),
        from_text(after),
        WriteStatus(status),
        moment(sent_at),
        optional_moment(answered_at),
    )


def _attempt(row: tuple[Any, ...]) -> AttemptRow:
    extension, operation, count, first_at, next_at, code, message, permanent = row
    return AttemptRow(
        extension,
        operation,
        count,
        moment(first_at),
        optional_moment(next_at),
        code,
        message,
        bool(permanent),
    )
