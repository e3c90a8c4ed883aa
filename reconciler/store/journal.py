"""The history of every change, and forgetting it in time: it may hold guests' names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import case, delete, func, select, update

from reconciler.store import tables
from reconciler.store.rows import HistoryRow
from reconciler.store.session import Session, columns_of
from reconciler.wakeups.entries import OPEN

MADE = "applied"
"""How the results of changes begin that Zoom has taken."""

LONGEST_RESULT = 500
"""Characters that are kept of a result: it stands in an index, and PostgreSQL takes some 2,700 bytes there."""


class Journal(Session):
    """What changed, when, why, and with which result. By property."""

    def append(self, rows: Iterable[HistoryRow]) -> None:
        """Write changes down; their ids are given here."""
        values = [self._account_values() | columns_of(row) for row in rows]
        for value in values:
            del value["id"]
            value["result"] = value["result"][:LONGEST_RESULT]
        if values:
            with self._writing() as connection:
                connection.execute(tables.history.insert(), values)

    def history(
        self, room: str | None = None, since: datetime | None = None, limit: int = 1000
    ) -> list[HistoryRow]:
        """The latest changes, newest first."""
        table = tables.history
        names = [table.c[name] for name in HistoryRow.__match_args__]
        query = select(*names).where(table.c.property == self._property)
        if room is not None:
            query = query.where(table.c.room == room)
        if since is not None:
            query = query.where(table.c.at >= since)
        query = query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        with self._reading() as connection:
            return [HistoryRow(*row) for row in connection.execute(query)]

    def made_by_day(self, days: Sequence[datetime]) -> list[tuple[datetime, str, int]]:
        """How many changes were made from each of these moments (in their order) to the next, by cause."""
        history = tables.history
        if not days:
            return []
        latest_first = range(len(days) - 1, -1, -1)
        day = case(*((history.c.at >= days[number], number) for number in latest_first)).label("day")
        query = (
            select(day, history.c.cause, func.count())
            .where(history.c.property == self._property, history.c.at >= days[0])
            .where(history.c.result.startswith(MADE))
            .group_by(day, history.c.cause)
        )
        with self._reading() as connection:
            return [(days[number], cause, count) for number, cause, count in connection.execute(query)]

    def prune(self, before: datetime) -> int:
        """Forget what is older: history, what stood in a field before an answered write, refused names.

        What was sent to the PMS, the wake-up calls that have ended and all other happenings go as well.

        Answers how many changes left the history. SQLite overwrites what is erased: a name is really gone.
        """
        history, writes = tables.history, tables.writes
        with self._writing() as connection:
            gone = connection.execute(
                delete(history).where(history.c.property == self._property, history.c.at < before)
            )
            connection.execute(
                update(writes).where(self._ours(writes), writes.c.answered_at < before).values(before=None)
            )
            self._drop(tables.refused_names, tables.refused_names.c.at < before)
            self._drop(tables.contests, tables.contests.c.at < before)
            self._drop(tables.pms_outbox, tables.pms_outbox.c.sent_at < before)
            ended = tables.wakeups.c.status.not_in([status.value for status in OPEN])
            self._drop(tables.wakeups, ended, tables.wakeups.c.changed_at < before)
            self._drop(tables.happenings, tables.happenings.c.at < before)
            return gone.rowcount
