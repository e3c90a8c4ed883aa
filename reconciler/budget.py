"""The arithmetic of Zoom's rate limits: when may the next call leave? Pure; every time is passed in.

Limits belong to the whole account and are shared by all its apps, so only a ``share`` of them is ours (Zoom API,
Rate limits). A window is a sliding log of calls: a call occupies its place from the moment it leaves until one
period after its *answer*, because nobody knows when in between Zoom counted it. Within a window the calls of a
backlog are paced evenly, so that an urgent call never waits for more than one step of the pace; urgent calls skip
the pace, never the window. Daily limits restart at 00:00 UTC; the last part of each is kept for urgent calls.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from reconciler.account.operation import Family, Label, Operation, Priority

ZoomPlan = Literal["pro", "business"]
Bucket = tuple[Family, Label]

_MINUTE = 60.0

LIMITS: Mapping[ZoomPlan, Mapping[Bucket, tuple[int, float]]] = {
    "pro": {
        ("core", "LIGHT"): (30, 1.0),
        ("core", "MEDIUM"): (20, 1.0),
        ("core", "HEAVY"): (10, 1.0),
        ("core", "RESOURCE-INTENSIVE"): (10, _MINUTE),
        ("phone", "LIGHT"): (20, 1.0),
        ("phone", "MEDIUM"): (10, 1.0),
        ("phone", "HEAVY"): (5, 1.0),
        ("phone", "RESOURCE-INTENSIVE"): (5, _MINUTE),
    },
    "business": {
        ("core", "LIGHT"): (80, 1.0),
        ("core", "MEDIUM"): (60, 1.0),
        ("core", "HEAVY"): (40, 1.0),
        ("core", "RESOURCE-INTENSIVE"): (20, _MINUTE),
        ("phone", "LIGHT"): (40, 1.0),
        ("phone", "MEDIUM"): (20, 1.0),
        ("phone", "HEAVY"): (10, 1.0),
        ("phone", "RESOURCE-INTENSIVE"): (10, _MINUTE),
    },
}
"""Calls per period in seconds, by plan (Zoom API, Rate limits)."""

DAILY: Mapping[ZoomPlan, Mapping[Family, int]] = {
    "pro": {"core": 30_000, "phone": 15_000},
    "business": {"core": 60_000, "phone": 30_000},
}
"""Calls per UTC day that HEAVY and RESOURCE-INTENSIVE share (Zoom API, Rate limits)."""

DAILY_LABELS: frozenset[Label] = frozenset({"HEAVY", "RESOURCE-INTENSIVE"})

DAILY_RESERVE = 0.05
"""Part of our daily share that only urgent calls may use."""

URGENT = Priority.CHECK_IN
"""Priorities up to this one are urgent."""


@dataclass(slots=True)
class _Window:
    """One label's sliding log: ``limit`` calls per ``period`` seconds."""

    limit: int
    period: float
    answered: deque[float] = field(default_factory=deque)
    away: int = 0
    next_paced: float = -math.inf
    blocked_until: float = -math.inf

    def ready_at(self, now: float, *, urgent: bool) -> float:
        """When one more call may leave; infinity while every place waits for an answer."""
        while self.answered and self.answered[0] + self.period <= now:
            self.answered.popleft()
        at = max(now, self.blocked_until)
        excess = len(self.answered) + self.away - self.limit
        if excess >= 0:
            if excess >= len(self.answered):
                return math.inf
            at = max(at, self.answered[excess] + self.period)
        return at if urgent else max(at, self.next_paced)

    def leave(self, now: float) -> None:
        self.away += 1
        step = self.period / self.limit
        # Keep to the beat when a call leaves a little late; start a new beat after a pause.
        self.next_paced = max(self.next_paced + step, now)

    def undo(self) -> None:
        """The call did not leave: its place and its beat are free again."""
        self.away -= 1
        self.next_paced -= self.period / self.limit

    def return_(self, now: float) -> None:
        self.away -= 1
        self.answered.append(now)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """What must survive a restart: recent answers, today's counters, blocks. Times are aware UTC."""

    recent: tuple[tuple[Family, Label, datetime], ...] = ()
    day: date | None = None
    spent: Mapping[tuple[Family, Label], int] = field(default_factory=dict)
    blocked: Mapping[tuple[Family, Label], datetime] = field(default_factory=dict)


class Budget:
    """The budget of one Zoom account. Wall-clock time counts days, monotonic seconds count windows."""

    def __init__(self, plan: ZoomPlan, share: float) -> None:
        self._windows = {
            bucket: _Window(max(1, math.floor(limit * share)), period)
            for bucket, (limit, period) in LIMITS[plan].items()
        }
        self._accounts_limit = {bucket: limit for bucket, (limit, _) in LIMITS[plan].items()}
        self._daily = {family: max(1, math.floor(limit * share)) for family, limit in DAILY[plan].items()}
        self._day: date | None = None
        self._spent: dict[Bucket, int] = {}
        self._day_blocked: dict[Bucket, datetime] = {}
        self._told_at: datetime | None = None
        """When Zoom said last that the day's limit is used up."""

    def limit(self, operation: Operation) -> tuple[int, float]:
        """Our calls per period (seconds) for an operation's label."""
        window = self._windows[operation.family, operation.label]
        return window.limit, window.period

    def ready_at(self, bucket: Bucket, priority: int, now: float) -> float:
        """Monotonic time at which the next call may leave; infinity: when an answer comes."""
        return self._windows[bucket].ready_at(now, urgent=priority <= URGENT)

    def spent_until(self, bucket: Bucket, priority: int, wall: datetime) -> datetime | None:
        """The UTC midnight at which a spent daily limit restarts; None while some of it is left."""
        self._turn_day(wall)
        blocked = self._day_blocked.get(bucket)
        if blocked is not None and blocked > wall:
            return blocked
        family, label = bucket
        if label not in DAILY_LABELS:
            return None
        limit = self._daily[family]
        if priority > URGENT:
            limit -= math.ceil(limit * DAILY_RESERVE)
        if self._large(family) < limit:
            return None
        return _next_midnight(wall)

    def leave(self, bucket: Bucket, now: float, wall: datetime) -> None:
        """A call leaves."""
        self._turn_day(wall)
        self._windows[bucket].leave(now)
        self._spent[bucket] = self._spent.get(bucket, 0) + 1

    def unused(self, bucket: Bucket) -> None:
        """A call that had its place did not leave after all."""
        self._windows[bucket].undo()
        # Midnight may have passed in between, and then yesterday's count is gone.
        self._spent[bucket] = max(self._spent.get(bucket, 0) - 1, 0)

    def answered(self, bucket: Bucket, now: float) -> None:
        """The answer came, or nobody waits for it any more."""
        self._windows[bucket].return_(now)

    def throttled(self, bucket: Bucket, now: float, seconds: float) -> None:
        """Zoom said 429 for the second: this label waits."""
        window = self._windows[bucket]
        window.blocked_until = max(window.blocked_until, now + seconds)

    def day_spent(self, bucket: Bucket, until: datetime | None, wall: datetime) -> None:
        """Zoom said that the day's limit is used up (by us or by another app)."""
        family, label = bucket
        self._told_at = wall
        until = until if until is not None and until > wall else _next_midnight(wall)
        for each in DAILY_LABELS if label in DAILY_LABELS else (label,):
            self._day_blocked[family, each] = until

    def remaining(self, bucket: Bucket, left: int, now: float) -> None:
        """Zoom told how much of this second is left. Nothing left, though we used less: others spend too."""
        window = self._windows[bucket]
        if left == 0 and len(window.answered) + window.away < self._accounts_limit[bucket]:
            self.throttled(bucket, now, window.period)

    def spent(self) -> Mapping[Bucket, int]:
        """Calls of the current UTC day by family and label."""
        return dict(self._spent)

    def daily(self, wall: datetime) -> dict[Family, tuple[int, int]]:
        """Calls of the current UTC day that count towards a daily limit, and our share of it, by family."""
        self._turn_day(wall)
        return {family: (self._large(family), limit) for family, limit in self._daily.items()}

    def _large(self, family: Family) -> int:
        return sum(self._spent.get((family, heavy), 0) for heavy in DAILY_LABELS)

    def state(self, now: float, wall: datetime) -> BudgetState:
        """What the store keeps, so that the next run goes on counting."""
        self._turn_day(wall)
        recent = tuple(
            (family, label, wall - timedelta(seconds=now - at))
            for (family, label), window in self._windows.items()
            # A call without an answer yet counts as answered now: the store must not forget it.
            for at in (*window.answered, *(now,) * window.away)
            if now - at < window.period
        )
        return BudgetState(recent, self._day, dict(self._spent), dict(self._day_blocked))

    def restore(self, state: BudgetState, now: float, wall: datetime) -> None:
        """Go on where another run stopped."""
        for bucket, at in _by_bucket(state.recent):
            window = self._windows[bucket]
            # A wall clock that was set back must not block for hours: no answer lies in the future.
            window.answered.append(min(now, now - (wall - at).total_seconds()))
        for window in self._windows.values():
            window.answered = deque(sorted(window.answered))
        self._day, self._spent = state.day, dict(state.spent)
        self._day_blocked = dict(state.blocked)
        self._turn_day(wall)

    def _turn_day(self, wall: datetime) -> None:
        """Start a new count at 00:00 UTC.

        A clock that was set back over midnight brings no second day's worth; one that was days ahead counted a day
        that is not this one. What Zoom said while a clock was ahead ends at no hour that we know: it is asked again.
        """
        if self._told_at is not None and wall < self._told_at:
            self._told_at = None
            self._day_blocked = {}
        today = wall.astimezone(UTC).date()
        if self._day is None or today > self._day or self._day - today > timedelta(days=1):
            self._day, self._spent = today, {}
            self._day_blocked = {b: until for b, until in self._day_blocked.items() if until > wall}


def eta(calls: Mapping[Bucket, int], budget_limits: Mapping[Bucket, tuple[int, float]]) -> float:
    """Seconds that so many calls take at least under these limits; labels run side by side."""
    return max((n * budget_limits[b][1] / budget_limits[b][0] for b, n in calls.items()), default=0.0)


def limits(plan: ZoomPlan, share: float) -> dict[Bucket, tuple[int, float]]:
    """Our share of each label's calls per period."""
    return {b: (max(1, math.floor(limit * share)), period) for b, (limit, period) in LIMITS[plan].items()}


def _by_bucket(recent: Iterable[tuple[Family, Label, datetime]]) -> Iterable[tuple[Bucket, datetime]]:
    return (((family, label), at) for family, label, at in recent)


def _next_midnight(wall: datetime) -> datetime:
    return datetime.combine(wall.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
