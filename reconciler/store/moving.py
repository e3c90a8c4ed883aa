"""Moving a hotel from one store to another: from the file of its machine to PostgreSQL, or back.

Every row of the hotel goes along, and what was spent of its Zoom account; all of it in one transaction of the target,
and counted there before it counts. Numbers that a table gives itself are given anew, in the same order, because
other hotels of the target have theirs. Who owns what stays behind: nobody does in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, func, insert, select

from reconciler.errors import Fatal
from reconciler.store import tables
from reconciler.store.session import Session, insert_missing

AT_A_TIME: Final = 2000
"""Rows."""

Rows = tuple[str, Sequence[dict[str, Any]]]
"""Some rows of a table, by its name."""


class KnownThere(Fatal):
    """The target knows this hotel: two pasts cannot be made one."""

    def __init__(self, name: str, table: str) -> None:
        super().__init__(
            f"{name} is in the target already (its table {table} holds rows of it); nothing was copied",
            "name an empty target; if this hotel has been moved there before, set `database:` instead",
        )


class Moving(Session):
    """What is done when a hotel moves."""

    def size(self) -> Mapping[str, int]:
        """How many rows of each table go along."""
        with self._reading() as connection:
            return {table.name: self._count(connection, table) for table in _MOVED}

    def everything(self) -> Iterator[Rows]:
        """All of them, some at a time, in an order in which they may be entered elsewhere."""
        with self._reading() as connection:
            for table in _MOVED:
                query = select(table).where(self._whose(table)).order_by(*table.primary_key)
                result = connection.execution_options(yield_per=AT_A_TIME).execute(query)
                for some in result.mappings().partitions():
                    yield table.name, [dict(row) for row in some]

    def move_in(self, everything: Iterable[Rows], size: Mapping[str, int]) -> None:
        """Enter what another store holds, under the name that this one has for the hotel.

        KnownThere if it is here. Fatal if there are not as many rows in the end. Nothing is entered then.
        """
        with self._writing() as connection:
            for table in _MOVED:
                if not _is_shared(table) and self._count(connection, table):
                    raise KnownThere(self._property, table.name)
            for name, rows in everything:
                self._enter(connection, tables.metadata.tables[name], rows)
            for table in _MOVED:
                here, there = self._present(connection, table), size[table.name]
                if here < there or (here > there and not _is_shared(table)):
                    raise Fatal(
                        f"{table.name}: {there} rows were there, and {here} are here; nothing was copied",
                        "run this again; if it stays so, tell the authors",
                    )

    def _enter(self, connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        given = {column.name for column in table.primary_key if isinstance(column.type, BigInteger)}
        ours = [
            {name: value for name, value in row.items() if name not in given} | {"property": self._property}
            for row in rows
        ]
        if _is_shared(table):
            insert_missing(
                connection, table, ours
            )  # another hotel of the account may have told it, and later
        else:
            connection.execute(insert(table), ours)

    def _count(self, connection: Connection, table: Table) -> int:
        query = select(func.count()).select_from(table).where(self._whose(table))
        return connection.execute(query).scalar_one()

    def _present(self, connection: Connection, table: Table) -> int:
        """How many are there in the end; what another hotel of the account has told counts as well."""
        if not _is_shared(table):
            return self._count(connection, table)
        query = select(func.count()).select_from(table).where(table.c.account == self._account)
        return connection.execute(query).scalar_one()

    def _whose(self, table: Table) -> ColumnElement[bool]:
        return self._ours(table) if _is_shared(table) else table.c.property == self._property


def _is_shared(table: Table) -> bool:
    """Whether hotels of a Zoom account may tell the same row. The history names it, but is one hotel's."""
    return "account" in table.primary_key.columns


_MOVED: Final = tuple(
    table for table in tables.metadata.sorted_tables if table not in {tables.owners, *tables.BETWEEN}
)
