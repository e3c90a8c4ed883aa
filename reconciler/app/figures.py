"""What the desk reads in the store: the history, and figures of days past, beside everything else that goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import anyio
from anyio import to_thread

from reconciler.branch.words import rooms_told
from reconciler.desk.house import View
from reconciler.ports import Clock
from reconciler.stays import turnover
from reconciler.store.rows import Json
from reconciler.store.store import Store
from reconciler.views.days import changes_by_day, last_days, wakeups_by_day
from reconciler.views.history import history_view
from reconciler.views.shape import VERSION
from reconciler.wakeups.entries import WakeupStatus

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Figures:
    """Reads the store of one hotel. All raise StoreUnavailable."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    _made: dict[datetime, list[tuple[datetime, str, int]]] = field(default_factory=dict)
    """The changes of days that are over, by when they began."""
    _looks: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(2))
    """Two, so that a room's history need not wait for the figures of thirty days."""

    async def history(self, room: str | None, since: datetime | None, limit: int) -> View:
        """What ``history --format json`` prints, newest first. Raises StoreUnavailable."""
        return history_view(await self.read(self.store.history, room, since, limit))

    async def changes_by_day(self) -> View:
        """How many changes were made on each of the last days, by cause. Raises StoreUnavailable.

        A large hotel makes tens of thousands a day, so days that are over are counted once.
        """
        days = last_days(self.clock.now(), self.zone)
        first = next(number for number, (_, start) in enumerate(days) if start not in self._made)
        fresh = [start for _, start in days[first:]]
        made: dict[datetime, list[tuple[datetime, str, int]]] = {start: [] for start in fresh}
        for each in await self.read(self.store.made_by_day, fresh):
            made[each[0]].append(each)
        made |= {start: self._made[start] for _, start in days[:first]}
        self._made = {start: made[start] for _, start in days[:-1]}
        return changes_by_day(days, chain.from_iterable(made.values()))

    async def turnover(self) -> View:
        """How many rooms were filled and emptied in each hour of today. Raises StoreUnavailable."""
        note = await self.read(_turnover, self.store)
        today = self.clock.now().astimezone(self.zone).date()
        hours = turnover.by_hour(note, today)
        rows = [
            {"hour": hour, "check_ins": come, "check_outs": gone} for hour, (come, gone) in enumerate(hours)
        ]
        return {"version": VERSION, "day": today.isoformat(), "hours": rows}

    async def wakeups_by_day(self) -> View:
        """How the wake-up calls of each of the last days ended. Raises StoreUnavailable."""
        days = last_days(self.clock.now(), self.zone)
        return wakeups_by_day(days, await self.read(_calls_by_day, self.store, days[0][0]))

    async def read(self, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Read the store beside everything else: nobody waits for who looks, neither guests nor calls to Zoom."""
        return await to_thread.run_sync(partial(read, *args, **kwargs), limiter=self._looks)


def _turnover(store: Store) -> Json:
    """The note of what was filled and emptied, as a process at the property has told it, where there is one."""
    branch = store.branch()
    if branch is None:
        return store.note(turnover.NOTE)
    note: Json = (branch[1].get("notes") or {}).get(turnover.NOTE)
    return note


def _calls_by_day(store: Store, since: date) -> list[tuple[date, WakeupStatus, int]]:
    """How the wake-up calls of each day ended; of a process at the property the last two days are known here."""
    told = rooms_told(store)
    if told is None:
        return store.wakeups_by_day(since)
    calls = Counter((call.at.date(), call.status) for each in told.values() for call in each.calls)
    return [(day, status, count) for (day, status), count in calls.items() if day >= since]
