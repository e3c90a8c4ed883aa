"""Transactions of the store: one writer at a time, joined by all that write in a block, fenced by owners."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Table,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from reconciler.store import tables
from reconciler.store.engine import WRITING, place_of, plain_errors
from reconciler.store.errors import Lapsed, StaleEpoch, StoreDamaged
from reconciler.store.rows import account_ownership

Row = TypeVar("Row")

SILENT_FOR: Final = 5000
"""Milliseconds after which PostgreSQL ends a transaction of ours that says nothing more: its machine may be gone, and
whoever takes over waits for it."""


class Session:
    """What every part of the store stands on. Methods block, so they are called from worker threads.

    ``epochs`` are the ownerships that this process took: each write checks in its own transaction that nobody
    has taken over since, and raises StaleEpoch otherwise.
    """

    def __init__(self, engine: Engine, *, property_name: str, account: str) -> None:
        self._engine = engine
        self._property = property_name
        self._account = account
        self.damage: StoreDamaged | None = None
        """That the file is damaged, once anybody here has met with it: whoever looks after the store must hear."""
        self.lapsed = False
        """That what this process owned may be another's by now: it then writes nothing more."""
        self._file: tuple[int, int] | None = None
        """Device and inode of the SQLite file that was opened."""
        self._epochs: dict[str, int] = {}
        # SQLite makes a second writer sleep and try again; threads of one process wait here in order instead.
        self._turn = threading.Lock()
        self._thread = threading.local()

    @property
    def property_name(self) -> str:
        """The name under which the hotel is kept here (``reconciler.store.hotels``)."""
        return self._property

    @property
    def place(self) -> str:
        """Where it is, as people know it (``engine.place_of``)."""
        return place_of(self._engine)

    @property
    def shared(self) -> bool:
        """Whether processes of several hosts may use it: a database server, and not a file."""
        return self._engine.dialect.name == "postgresql"

    def owns(self, name: str) -> bool:
        """Whether this process has taken that ownership, whoever may have it by now."""
        return name in self._epochs

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that the block writes, in this thread; reads see what it wrote."""
        with self._writing():
            yield

    @contextmanager
    def _writing(self, *, fenced: bool = True) -> Iterator[Connection]:
        joined: Connection | None = getattr(self._thread, "connection", None)
        if joined is not None:
            yield joined
            return
        if self.lapsed:
            raise Lapsed
        with (
            self._turn,
            self._plain_errors(),
            self._engine.connect().execution_options(**{WRITING: True}) as connection,
            connection.begin(),
        ):
            if fenced:
                self._check_epochs(connection)
            self._thread.connection = connection
            try:
                yield connection
            finally:
                del self._thread.connection

    @contextmanager
    def _beside(self) -> Iterator[Connection]:
        """A transaction that waits for no other of this process; a file has room for one that writes."""
        if not self.shared:
            with self._writing(fenced=False) as connection:
                yield connection
            return
        with self._plain_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        joined: Connection | None = getattr(self._thread, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._plain_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            with plain_errors(self._engine):
                yield
        except StoreDamaged as damage:
            self.damage = damage
            raise

    def _check_epochs(self, connection: Connection) -> None:
        if not self._epochs:
            return
        owners = tables.owners
        query = select(owners.c.name, owners.c.epoch).where(owners.c.name.in_(list(self._epochs)))
        if self.shared:
            # The lock keeps a take-over waiting until this transaction is through, but no renewal.
            silence = func.set_config("idle_in_transaction_session_timeout", str(SILENT_FOR), True)  # noqa: FBT003
            query = query.add_columns(silence).with_for_update(read=True, key_share=True)
        for name, epoch, *_ in connection.execute(query):
            if epoch != self._epochs[name]:
                raise StaleEpoch(name, self._epochs[name], epoch)

    def _account_values(self) -> dict[str, Any]:
        epoch = self._epochs.get(account_ownership(self._account), 0)
        return {"account": self._account, "property": self._property, "epoch": epoch}

    def _put(self, table: Table, rows: Iterable[Any], stays: tuple[str, str] | None = None) -> None:
        """Insert or replace rows (dataclasses) of a table of the account or the property."""
        each = list(rows)
        if each:
            whose = self._account_values() if "account" in table.c else {"property": self._property}
            shared = {name: (value,) * len(each) for name, value in whose.items()}
            columns: dict[str, Sequence[Any]] = {
                name: list(map(attrgetter(name), each)) for name in _names(each[0])
            }
            with self._writing() as connection:
                _upsert_columns(connection, table, columns | shared, stays)

    def _all(self, table: Table, row_type: Callable[..., Row], *only: ColumnElement[bool]) -> list[Row]:
        """The rows of the account or the property, as dataclasses whose fields are the columns' names."""
        query = select(*(table.c[name] for name in _names(row_type))).where(self._ours(table), *only)
        with self._reading() as connection:
            return [row_type(*row) for row in connection.execute(query)]

    def _drop(self, table: Table, *only: ColumnElement[bool]) -> None:
        with self._writing() as connection:
            connection.execute(table.delete().where(self._ours(table), *only))

    def _ours(self, table: Table) -> ColumnElement[bool]:
        if "account" not in table.c:
            return table.c.property == self._property
        ours = table.c.account == self._account
        return ours if table in tables.OF_ALL else ours & (table.c.property == self._property)


def _names(row: Any) -> tuple[str, ...]:
    """The fields of a dataclass (or of one of its instances), in order."""
    names: tuple[str, ...] = row.__match_args__
    return names


def columns_of(row: Any) -> dict[str, Any]:
    """A dataclass as a mapping, one level deep."""
    return {name: getattr(row, name) for name in _names(row)}


def upsert(
    connection: Connection,
    table: Table,
    values: Sequence[dict[str, Any]],
    *,
    stays: tuple[str, str] | None = None,
) -> None:
    """Insert rows, or update the given columns of those that are there, on either engine.

    ``stays=("since", "status")`` keeps ``since`` of a row whose ``status`` does not change.
    """
    columns = {name: [row[name] for row in values] for name in values[0]}
    _upsert_columns(connection, table, columns, stays)


def _upsert_columns(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]], stays: tuple[str, str] | None
) -> None:
    """The same for rows that come column by column, which is the fastest way to take many of them."""
    statement = _upsert(connection.dialect, table, tuple(columns), stays)
    connection.exec_driver_sql(statement.text, statement.parameters(columns))


def delete(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Delete the rows that have these values in these columns, on either engine."""
    statement = _delete(connection.dialect, table, tuple(columns))
    connection.exec_driver_sql(statement.text, statement.parameters(columns))


def insert_missing(
    connection: Connection, table: Table, values: dict[str, Any] | Sequence[dict[str, Any]]
) -> None:
    """Insert a row or several, or leave those that are there, on either engine."""
    connection.execute(_insert(connection.dialect.name, table).on_conflict_do_nothing(), values)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement as the driver takes it, because SQLAlchemy thinks longer about each of many rows than it writes."""

    text: str
    positional: bool
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    """Their names, and what turns their values into the driver's."""

    def parameters(self, columns: Mapping[str, Sequence[Any]]) -> list[Any]:
        """The rows of these columns."""
        values = (
            columns[name] if plain is None else map(plain, columns[name]) for name, plain in self.columns
        )
        rows = zip(*values, strict=True)
        if self.positional:
            return list(rows)
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in rows]


@cache
def _upsert(
    dialect: Dialect, table: Table, columns: tuple[str, ...], stays: tuple[str, str] | None
) -> _Statement:
    insert = _insert(dialect.name, table)
    keys = [column.name for column in table.primary_key]
    new: dict[str, ColumnElement[Any]] = {name: insert.excluded[name] for name in columns if name not in keys}
    if stays is not None:
        kept, while_same = stays
        new[kept] = _unless_changed(table.c[kept], table.c[while_same], new[kept], new[while_same])
    return _compiled(insert.on_conflict_do_update(index_elements=keys, set_=new), dialect, table, columns)


@cache
def _delete(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> _Statement:
    statement = table.delete().where(*(table.c[name] == bindparam(name) for name in columns))
    return _compiled(statement, dialect, table, columns)


def _compiled(
    statement: ClauseElement, dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> _Statement:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    types = {name: table.c[name].type.dialect_impl(dialect) for name in columns}
    assert isinstance(compiled, SQLCompiler)
    order = compiled.positiontup if compiled.positional else columns
    return _Statement(
        compiled.string,
        compiled.positional,
        tuple((name, types[name].bind_processor(dialect)) for name in order or ()),
    )


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _unless_changed(
    kept: Column[Any], same: Column[Any], new_kept: ColumnElement[Any], new_same: ColumnElement[Any]
) -> ColumnElement[Any]:
    return case((same == new_same, kept), else_=new_kept)
