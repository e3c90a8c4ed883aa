"""What Zoom last showed, with the times of reading, and the do-not-disturb that we hold there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from observed.extension import Extension, Lease
from reconciler.store import codec, tables
from reconciler.store.session import Session, insert_missing, upsert

_NOTHING_READ: Mapping[str, datetime] = {}


class Cache(Session):
    """The observed side of the store, by Zoom account."""

    def observed(self) -> list[Extension]:
        """Every extension as it was last read."""
        table = tables.extensions
        query = select(table.c.kind, table.c.id, table.c.body, table.c.read_at).where(self._ours(table))
        with self._reading() as connection:
            return [codec.extension_from_json(*row) for row in connection.execute(query)]

    def remember(self, extensions: Iterable[Extension]) -> None:
        """Keep some extensions as they were just read; the others stay."""
        values = self._extension_values(extensions)
        if values:
            with self._writing() as connection:
                upsert(connection, tables.extensions, values)

    def replace_observed(
        self, extensions: Iterable[Extension], read_times: Mapping[str, datetime] = _NOTHING_READ
    ) -> None:
        """Keep a complete listing in place of all that was known, with the times of its lists.

        What another property of the account has kept of its own rooms stays its own.
        """
        values = self._extension_values(extensions)
        with self._writing() as connection:
            self._drop(tables.extensions)
            if values:
                insert_missing(connection, tables.extensions, values)
            for name, at in read_times.items():
                self.note_read(name, at)

    def read_times(self) -> dict[str, datetime]:
        """When each list (users, common_areas, devices, details …) was last read as a whole."""
        return self._pairs(tables.reads, "name", "at")

    def note_read(self, name: str, at: datetime) -> None:
        """A list was read as a whole."""
        with self._writing() as connection:
            upsert(connection, tables.reads, [{**self._account_values(), "name": name, "at": at}])

    def leases(self) -> dict[str, Lease]:
        """Do-not-disturb that we hold, by Zoom's id of the user."""
        table = tables.dnd_leases
        query = select(table.c.user, table.c.until, table.c.written).where(self._ours(table))
        with self._reading() as connection:
            return {user: Lease(until, written) for user, until, written in connection.execute(query)}

    def hold_lease(self, user: str, lease: Lease) -> None:
        """A user's presence was written."""
        row = {**self._account_values(), "user": user, "until": lease.until, "written": lease.written}
        with self._writing() as connection:
            upsert(connection, tables.dnd_leases, [row])

    def _pairs(self, table: Table, key: str, value: str) -> dict[str, Any]:
        query = select(table.c[key], table.c[value]).where(self._ours(table))
        with self._reading() as connection:
            return dict(connection.execute(query).all())

    def _extension_values(self, extensions: Iterable[Extension]) -> list[dict[str, Any]]:
        whose = self._account_values()
        return [
            {
                **whose,
                "kind": extension.kind,
                "id": extension.id,
                "body": codec.extension_to_json(extension),
                "read_at": extension.read_at,
            }
            for extension in extensions
        ]
