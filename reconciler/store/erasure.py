"""Taking a guest out of the store, so that his name is in no byte of it any more.

SQLite overwrites what is deleted (``secure_delete``), but copies of cells stay behind where it has rebalanced a page,
and in the log beside the file until that is cut; PostgreSQL keeps former rows until it tidies up. So the whole is
written anew at the end (``scrub``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import and_, func, or_, select, text, update

from reconciler.store import tables
from reconciler.store.engine import plain_errors
from reconciler.store.errors import StoreUnavailable
from reconciler.store.journal import MADE
from reconciler.store.rows import FieldKey, Json, SaidRow, WriteStatus
from reconciler.store.session import Session, insert_missing
from reconciler.traces import NAME_FIELDS, Shown

PATIENCE = 30.0
"""Seconds for which a file that others use is waited for."""

SCRUBBED_EVERY: Final = timedelta(hours=20)
"""How often tables that many hotels share are written anew: once a night, whichever hotel's comes first."""

_OF_ALL_HOTELS: Final = {"property": "(all)", "name": "written anew"}
"""The note in PostgreSQL that says when that was done last."""

_HOLD_NAMES = (tables.history, tables.writes, tables.confirmed, tables.said, tables.stays, tables.extensions,
               tables.pms_links, tables.messages, tables.refused_names, tables.told, tables.files,
               tables.errands)  # fmt: skip


class Erasure(Session):
    """What is done to rows that speak of a guest of the past."""

    def shown(self, rooms: Collection[str] | None = None) -> Iterator[Shown]:
        """Every change of a name, of all rooms or of some: by extension, each one's in their order."""
        table = tables.history
        columns = (
            table.c.id, table.c.at, table.c.room, table.c.extension, table.c.field, table.c.before, table.c.after,
            table.c.result.startswith(MADE),
        )  # fmt: skip
        query = select(*columns).where(table.c.property == self._property, table.c.field.in_(NAME_FIELDS))
        if rooms is not None:
            query = query.where(table.c.room.in_(rooms))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(table.c.extension, table.c.at, table.c.id))
            for key, at, room, extension, name, before, after, made in rows:
                yield Shown(key, at, room, extension, name, before, after, bool(made))

    def veil_history(self, rows: Iterable[tuple[int, Json, Json]]) -> None:
        """Put these values before and after in place of what stood in the changes of these ids."""
        with self._writing() as connection:
            for number, before, after in rows:
                one = and_(tables.history.c.property == self._property, tables.history.c.id == number)
                connection.execute(update(tables.history).where(one).values(before=before, after=after))

    def forget_before(self, keys: Iterable[FieldKey]) -> None:
        """Forget what stood in these fields before our last write."""
        table = tables.writes
        with self._writing() as connection:
            for extension, name in keys:
                one = and_(self._ours(table), table.c.extension == extension, table.c.field == name)
                connection.execute(update(table).where(one).values(before=None))

    def forget_acts(self, keys: Iterable[FieldKey]) -> None:
        """Forget our last write to these fields, unless its outcome is open, and what was last seen in place.

        Also how often they were put right: the digest of a name is a trace of it.
        """
        ended = tables.writes.c.status.in_([WriteStatus.APPLIED, WriteStatus.FAILED])
        for extension, name in keys:
            for table, *only in ((tables.writes, ended), (tables.confirmed,), (tables.contests,)):
                self._drop(table, table.c.extension == extension, table.c.field == name, *only)

    def forget_refused_names(self, extensions: Iterable[str]) -> None:
        """Forget the digests of names that Zoom has refused on these extensions."""
        self._drop(tables.refused_names, tables.refused_names.c.extension.in_(list(extensions)))

    def forget_stale_acts(self, before: datetime) -> None:
        """Forget what is older of extensions that Zoom does not have any more, and tries that nobody repeats."""
        known = select(tables.extensions.c.id).where(self._ours(tables.extensions))
        for table, at in (
            (tables.writes, tables.writes.c.sent_at),
            (tables.confirmed, tables.confirmed.c.at),
        ):
            self._drop(table, at < before, table.c.extension.not_in(known))
        attempts = tables.attempts
        ended = or_(attempts.c.next_at < before, attempts.c.extension.not_in(known))
        self._drop(attempts, attempts.c.first_at < before, ended)

    def forget_adopted(self, words: Collection[tuple[str, str, str]], before: datetime) -> None:
        """Take these words of the day of adoption back (by room, source and field) if that is so long ago."""
        old = {row[:3] for row in self._all(tables.said, SaidRow, tables.said.c.at < before)}
        for room, source, name in old.intersection(words):
            self._drop(tables.said, tables.said.c.room == room, tables.said.c.source == source,
                       tables.said.c.field == name)  # fmt: skip

    def counts(self) -> dict[str, int]:
        """How many rows each table holds, of all hotels in it."""
        with self._reading() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in tables.metadata.sorted_tables
            }

    def scrub(self) -> None:
        """Write the store anew, without a byte of what was erased; others wait meanwhile (20 ms a megabyte)."""
        with self._turn, plain_errors(self._engine):
            if self._engine.dialect.name == "sqlite":
                database = self._engine.url.database
                assert database is not None
                try:
                    scrub_file(Path(database))
                except sqlite3.Error as error:
                    raise StoreUnavailable(database, str(error)) from None
                return
            whole = self._engine.execution_options(isolation_level="AUTOCOMMIT")
            with whole.connect() as connection:
                for table in _HOLD_NAMES:
                    connection.execute(text(f"VACUUM FULL {table.name}"))

    def scrub_nightly(self, now: datetime) -> None:
        """``scrub`` a file; in PostgreSQL all hotels' tables, unless that has been done or begun this night.

        There what one hotel erases after another's scrub stays in bytes until the next, and all wait for each scrub:
        hundreds of hotels could not each have one.
        """
        if not self.shared or self._scrubs_for_all(now):
            self.scrub()

    def _scrubs_for_all(self, now: datetime) -> bool:
        """Whether it is this hotel's to write the tables of all anew: then nobody else's for a while."""
        notes = tables.notes
        ours = and_(*(notes.c[name] == value for name, value in _OF_ALL_HOTELS.items()))
        with self._writing() as connection:
            insert_missing(connection, notes, _OF_ALL_HOTELS | {"value": None})
            done = connection.scalar(select(notes.c.value).where(ours).with_for_update())
            if done is not None and now < datetime.fromisoformat(done) + SCRUBBED_EVERY:
                return False
            connection.execute(update(notes).where(ours).values(value=now.isoformat()))
        return True


def scrub_file(database: Path) -> None:
    """Write a SQLite file anew, and cut the log beside it. Raises sqlite3.Error; a file that is not there is fine."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
