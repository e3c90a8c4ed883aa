"""The ledger of wake-up calls as the store keeps it. By property."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from desired.kept import origin_from_json, origin_to_json
from reconciler.store import tables
from reconciler.store.session import Session, columns_of, upsert
from reconciler.wakeups.entries import OPEN, Entry, WakeupStatus


class Wakeups(Session):
    """Every wake-up call and what became of it; a local time is text, because it has no offset."""

    def wakeups(self, since: datetime) -> list[Entry]:
        """The calls that are open, and those that have ended since."""
        ledger = tables.wakeups
        names = [ledger.c[name] for name in Entry.__match_args__]
        recent = or_(ledger.c.status.in_([status.value for status in OPEN]), ledger.c.changed_at >= since)
        with self._reading() as connection:
            rows = connection.execute(select(*names).where(self._ours(ledger), recent)).mappings()
            return [_entry(row) for row in rows]

    def wakeups_by_day(self, since: date) -> list[tuple[date, WakeupStatus, int]]:
        """How many calls of each local day since then have which status."""
        ledger = tables.wakeups
        day = func.substr(ledger.c.at, 1, len(since.isoformat())).label("day")
        query = (
            select(day, ledger.c.status, func.count())
            .where(self._ours(ledger), ledger.c.at >= since.isoformat())
            .group_by(day, ledger.c.status)
        )
        with self._reading() as connection:
            return [
                (date.fromisoformat(each), WakeupStatus(status), count)
                for each, status, count in connection.execute(query)
            ]

    def enter_wakeups(self, entries: Iterable[Entry]) -> None:
        """Write entries down, each in place of what stood there for its room and time."""
        values = [
            columns_of(entry)
            | {
                "property": self._property,
                "at": entry.at.isoformat(),
                "status": entry.status.value,
                "origins": [origin_to_json(origin) for origin in entry.origins],
                "outcomes": list(entry.outcomes),
            }
            for entry in entries
        ]
        if values:
            with self._writing() as connection:
                upsert(connection, tables.wakeups, values)


def _entry(row: Any) -> Entry:
    return Entry(
        **{
            **row,
            "at": datetime.fromisoformat(row["at"]),
            "status": WakeupStatus(row["status"]),
            "origins": tuple(origin_from_json(origin) for origin in row["origins"]),
            "outcomes": tuple(row["outcomes"]),
        }
    )
