"""The gate in front of the Zoom account: every call asks here, the most urgent leaves first.

Why it is shaped so: the budget is plain arithmetic and the waiting needs a clock, so both stay apart. One pump per
rate label waits for the moment at which the budget lets a call leave, and only then looks who is the most urgent
*by then*; a check-in that arrives while a thousand repairs wait takes the next place. Callers never sleep
themselves, so a cancelled one (its wish has changed) just disappears from the backlog. Hotels of one account share
its gate, each by a door of its own (``of``), and are served in turn.

A write must stand in the store before it leaves, which takes as long as a tenth of its place in a busy process. So
whoever has something to prepare hears of his place a little ahead, and waits for the moment when he is ready.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import anyio
from anyio.abc import TaskGroup

from reconciler.account.operation import Operation
from reconciler.account.tally import Tally
from reconciler.budget import LIMITS, Bucket, Budget
from reconciler.errors import Throttled
from reconciler.ports import Clock
from reconciler.turns import Turns

TOO_LONG = 3600.0

AHEAD: Final = 0.2
"""Seconds by which a place may be told ahead: a store that is busy takes so long to write."""


@dataclass(slots=True, eq=False)
class _Waiter:
    ahead: bool
    granted: anyio.Event = field(default_factory=anyio.Event)
    leaves_at: float = 0.0
    gone: bool = False
    refused_until: datetime | None = None


@dataclass(slots=True)
class _Lane:
    waiting: Turns[_Waiter] = field(default_factory=Turns)
    changed: anyio.Event = field(default_factory=anyio.Event)

    def poke(self) -> None:
        self.changed.set()


@dataclass(slots=True)
class GateSlot:
    """Permission for one call. Its holder tells what came back, and the budget learns from it."""

    _budget: Budget
    _bucket: Bucket
    _clock: Clock
    _leaves_at: float
    left: bool = True

    async def departure(self) -> None:
        """Wait until the call may leave, where its place was told ahead."""
        seconds = self._leaves_at - self._clock.monotonic()
        if seconds > 0:
            await self._clock.sleep(seconds)

    def unused(self) -> None:
        """Give the place back: the call did not leave after all."""
        self.left = False

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Correct the budget by what Zoom told in the headers of this answer (Zoom API, Rate limits)."""
        kind = headers.get("x-ratelimit-type", "").lower()
        left = headers.get("x-ratelimit-remaining", "")
        if status < HTTPStatus.BAD_REQUEST and kind != "daily-limit" and left.isdecimal():
            self._budget.remaining(self._bucket, int(left), self._clock.monotonic())

    def throttled(self, error: Throttled) -> None:
        """A 429 came: the label waits a second or more, or until the day's limit restarts."""
        wall = self._clock.now()
        if error.scope == "day":
            self._budget.day_spent(self._bucket, error.at, wall)
        elif error.scope == "second":
            seconds = (error.at - wall).total_seconds() if error.at else 0.0
            self._budget.throttled(self._bucket, self._clock.monotonic(), min(max(seconds, 1.0), 60.0))


class BudgetGate:
    """Hands out the budget of one Zoom account; use it as an async context manager."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self.budget = budget
        self.tally = Tally()
        self._clock = clock
        self._lanes: dict[Bucket, _Lane] = {bucket: _Lane() for bucket in LIMITS["pro"]}
        self._pumps: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._pumps = anyio.create_task_group()
        await self._pumps.__aenter__()
        for bucket, lane in self._lanes.items():
            self._pumps.start_soon(self._pump, bucket, lane)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._pumps is not None
        self._pumps.cancel_scope.cancel()
        return await self._pumps.__aexit__(kind, error, trace)

    def waiting(self) -> dict[Bucket, int]:
        """How many calls wait in each lane."""
        return {bucket: len(lane.waiting) for bucket, lane in self._lanes.items()}

    def of(self, whose: str) -> SharedGate:
        """The gate as one of the hotels of this account uses it."""
        return SharedGate(self, whose)

    @asynccontextmanager
    async def slot(
        self, operation: Operation, priority: int, whose: str = "", *, ahead: bool = False
    ) -> AsyncIterator[GateSlot]:
        """Wait for a place; told ``ahead``, wait for its ``departure``, too.

        Throttled (scope ``day``) at once when the day's limit is spent.
        """
        bucket = (operation.family, operation.label)
        lane = self._lanes[bucket]
        leaves_at = await self._wait(bucket, lane, _Waiter(ahead), priority, whose)
        slot = GateSlot(self.budget, bucket, self._clock, leaves_at)
        try:
            yield slot
        finally:
            if slot.left:
                self.budget.answered(bucket, self._clock.monotonic())
                self.tally.note(bucket, self._clock.now())
            else:
                self.budget.unused(bucket)
            lane.poke()

    async def _wait(self, bucket: Bucket, lane: _Lane, waiter: _Waiter, priority: int, whose: str) -> float:
        """Wait until a place is granted; from when on it holds, in monotonic seconds."""
        self._refuse_if_spent(bucket, priority)
        lane.waiting.push(waiter, whose, priority, self._clock.monotonic())
        lane.poke()
        try:
            await waiter.granted.wait()
        except BaseException:
            waiter.gone = True
            if waiter.granted.is_set() and waiter.refused_until is None:
                self.budget.unused(bucket)
                lane.poke()
            raise
        if waiter.refused_until is not None:
            raise _spent(waiter.refused_until)
        return waiter.leaves_at

    def _refuse_if_spent(self, bucket: Bucket, priority: int) -> None:
        until = self.budget.spent_until(bucket, priority, self._clock.now())
        if until is not None:
            raise _spent(until)

    async def _pump(self, bucket: Bucket, lane: _Lane) -> None:
        """Grant one waiter after the other, each at the moment the budget allows."""
        while True:
            lane.changed = anyio.Event()
            now = self._clock.monotonic()
            head = lane.waiting.peek(now)
            if head is None:
                await lane.changed.wait()
                continue
            waiter, priority, whose = head
            if waiter.gone:
                lane.waiting.pop(whose, now, served=False)
                continue
            ready = self.budget.ready_at(bucket, priority, now)
            delay = ready - now - (AHEAD if waiter.ahead else 0.0)
            if delay > 0:
                await self._pause(lane, min(delay, TOO_LONG))
                continue
            lane.waiting.pop(whose, now)
            waiter.leaves_at = ready
            self._grant(bucket, waiter, priority)

    async def _pause(self, lane: _Lane, seconds: float) -> None:
        """Wait on the gate's own clock, or until the lane has changed."""
        async with anyio.create_task_group() as tasks:

            async def be_on_time() -> None:
                await self._clock.sleep(seconds)
                tasks.cancel_scope.cancel()

            tasks.start_soon(be_on_time)
            await lane.changed.wait()
            tasks.cancel_scope.cancel()

    def _grant(self, bucket: Bucket, waiter: _Waiter, priority: int) -> None:
        wall = self._clock.now()
        waiter.refused_until = self.budget.spent_until(bucket, priority, wall)
        if waiter.refused_until is None:
            self.budget.leave(bucket, waiter.leaves_at, wall)
        waiter.granted.set()


@dataclass(frozen=True, slots=True)
class SharedGate:
    """One hotel's way to the gate of its account."""

    gate: BudgetGate
    whose: str

    def slot(
        self, operation: Operation, priority: int, *, ahead: bool = False
    ) -> AbstractAsyncContextManager[GateSlot]:
        """Wait for a place, as ``BudgetGate.slot``."""
        return self.gate.slot(operation, priority, self.whose, ahead=ahead)


def _spent(until: datetime) -> Throttled:
    return Throttled("the day's share of Zoom's limit is used up", scope="day", code="daily", at=until)
