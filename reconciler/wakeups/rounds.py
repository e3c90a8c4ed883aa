"""Wake-up calls at their time: a look at the wall clock at least once a second, one call for each room and moment.

The ledger says what is due (``reconciler.wakeups.ledger``), a ``Ringer`` makes the call, and its result is in the
store before the PMS is told. All that cannot ring any more at one look end in one transaction: after an outage there
may be many. Since the wall clock is asked each time, a clock that is set or a machine that slept
costs nothing but the lateness, which the ten minutes of D-10 judge. A call that rang when the process ended rings
again after the next start: at least once, and never again after its end.

A call rests while its guest has just left: within 20 seconds he comes in elsewhere and takes it along, or the
check-out cancels it. So no telephone rings in a room that is empty by then, and nobody is told that it woke nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from reconciler.logs import logger
from reconciler.ports import Clock, NoteProgress, Ringer, Rung
from reconciler.stays.reception import StoredReception
from reconciler.timelimit import for_at_most
from reconciler.wakeups.entries import LATE, Entry, Key, Posting, WakeupStatus
from reconciler.wakeups.ledger import Ledger

LOOK_EVERY = 1.0
"""Seconds between looks at the clock; a call that is due before the next one has a look of its own."""

NOTING = 2.0
"""Seconds within which a call is noted before it rings."""

TOO_LATE = "its time had passed"
NO_TELEPHONES = "no telephone side is configured"
NOT_LISTED = "the room is no longer in `rooms:`"

_WHY = {
    WakeupStatus.OK: "the guest confirmed",
    WakeupStatus.NO_ANSWER: "nobody answered",
    WakeupStatus.BUSY: "busy throughout",
    WakeupStatus.UNREACHABLE: "the telephone could not be reached",
}

Moment = tuple[str, datetime]
"""A room, and when its telephone rings: two local times may be one moment when the clocks go forward."""

log = logger("wakeups")


class Alert(Protocol):
    """Somebody who sees to it that a person hears of a call that has woken nobody."""

    def __call__(self, entry: Entry, *, late: bool) -> None:
        """Tell it."""
        ...


class WakeupCalls:
    """Rings what is due; without a ``ringer`` every call ends as unreachable, with an alert (contract, section 7).

    A call that is due for longer than ``late`` does not ring any more. ``alert`` hears of every call that has woken
    nobody, and whether it could not even be tried in time. A ``shadow`` leaves every call to the system beside it.
    """

    def __init__(
        self,
        reception: StoredReception,
        clock: Clock,
        ringer: Ringer | None = None,
        *,
        late: timedelta = LATE,
        alert: Alert | None = None,
        shadow: bool = False,
    ) -> None:
        self._shadow = shadow
        self._late = late
        self._alert = alert
        self._reception = reception
        self._clock = clock
        self._ringer = ringer
        self._ringing: dict[Moment, anyio.CancelScope] = {}
        self._let_pass: set[Moment] = set()
        """The moments of calls that are ending without having rung."""
        self.counts: Counter[WakeupStatus] = Counter()
        """Calls since the start: those that began to ring, and by their ends."""

    async def run(self) -> None:
        """Look at the clock until cancelled; calls on their way are then left to the next start."""
        async with anyio.create_task_group() as calls:
            while True:
                await self._look(calls)
                await self._clock.sleep(self._until_next_look())

    @property
    def _ledger(self) -> Ledger:
        return self._reception.ledger

    def _until_next_look(self) -> float:
        now = self._clock.now()
        ahead = ((entry.due - now).total_seconds() for entry in self._ledger.open() if entry.due > now)
        return min(LOOK_EVERY, next(ahead, LOOK_EVERY))

    async def _look(self, calls: TaskGroup) -> None:
        self._hang_up()
        now = self._clock.now()
        never: dict[str, dict[Moment, Key]] = {}
        for entry in self._ledger.open():
            if entry.due > now:
                break
            moment = (entry.room, entry.due)
            if moment in self._ringing or moment in self._let_pass or self._rests(entry):
                continue
            why = self._why_not(moment)
            if why is not None:
                never.setdefault(why, {}).setdefault(moment, entry.key)
            elif self._ringer is not None:
                self._ringing[moment] = anyio.CancelScope()
                calls.start_soon(self._see_to, moment, self._ringer)
        for why, moments in never.items():
            self._let_pass |= moments.keys()
            calls.start_soon(self._pass_over, moments, why)

    def _why_not(self, moment: Moment) -> str | None:
        """Why this call does not ring at all; None if it does."""
        if self._is_too_late(moment) and not self._shadow:
            return TOO_LATE
        if self._shadow or self._ringer is None:
            return NO_TELEPHONES
        room, _ = moment
        return NOT_LISTED if self._reception.register.unlisted(room) else None

    def _rests(self, call: Entry) -> bool:
        """True while the room's last guest has just left, and until it is written down that this was for good."""
        return self._just_left(call.room) or call.key in self._reception.cancelling

    def _just_left(self, room: str) -> bool:
        return self._reception.register.stays.just_left(room)

    async def _see_to(self, moment: Moment, ringer: Ringer) -> None:
        """Ring for one moment of a room, beside all others: none may hold up another."""
        try:
            await self._ring(moment, ringer)
        finally:
            del self._ringing[moment]

    async def _pass_over(self, moments: Mapping[Moment, Key], why: str) -> None:
        """End calls that do not ring, all together and in their order; a shadow leaves them to the other system."""
        ends = partial(self._ledger.ends, status=WakeupStatus.UNREACHABLE, by=why)
        try:
            step = self._ledger.left if self._shadow else ends
            ended = await self._reception.post_all(list(moments.values()), step)
            if not self._shadow:
                for entry in ended:
                    self._tell_end(entry, why)
        finally:
            self._let_pass -= moments.keys()

    def _is_too_late(self, moment: Moment) -> bool:
        """Whoever has snoozed, or is to be called again, is late for that and not for the first time."""
        rings = [entry.next_ring for entry in self._ledger.open_at(*moment)]
        return bool(rings) and self._clock.now() - max(rings) > self._late

    def _hang_up(self) -> None:
        """Stop what rings for calls that are cancelled, or that rest."""
        for moment, scope in self._ringing.items():
            room, _ = moment
            if self._just_left(room) or not self._ledger.open_at(*moment):
                scope.cancel()

    async def _ring(self, moment: Moment, ringer: Ringer) -> None:
        """Ring, and note it; a store that cannot be written lets no guest sleep, it is noted later then."""
        noted = anyio.Event()

        async def note() -> None:
            await self._post(moment, self._ledger.rings)
            noted.set()

        def note_progress(outcomes: Sequence[str], again: datetime) -> None:
            tasks.start_soon(
                self._post, moment, partial(self._ledger.rings_again, outcomes=outcomes, again=again)
            )

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(note)
            await for_at_most(self._clock, NOTING, noted.wait)
            entry = next(iter(self._ledger.open_at(*moment)), None)
            if entry is None or self._rests(entry):
                return
            self.counts[WakeupStatus.RINGING] += 1
            rung = None
            # Only the telephone: what it came to is noted, whatever happens then.
            with self._ringing[moment]:
                rung = await _rung(ringer, entry, note_progress)
            await noted.wait()
            if rung is not None and (rung.status is WakeupStatus.OK or not self._rests(entry)):
                await self._end(moment, rung, _WHY[rung.status])

    async def _end(self, moment: Moment, rung: Rung, why: str) -> None:
        ends = partial(self._ledger.ends, status=rung.status, attempts=rung.attempts, by=why)
        entry = await self._post(moment, ends)
        if entry is not None:
            self._tell_end(entry, why)

    def _tell_end(self, entry: Entry, why: str) -> None:
        self.counts[entry.status] += 1
        if entry.status is not WakeupStatus.OK:
            log.error(
                "wake-up call failed",
                room=entry.room, at=entry.at.isoformat(), result=entry.status.value, reason=why,
            )  # fmt: skip
            if self._alert is not None:
                self._alert(entry, late=why is TOO_LATE)

    async def _post(self, moment: Moment, step: Callable[[Entry, datetime], Posting]) -> Entry | None:
        """A step of the calls of a moment, told of one of them; None if all have ended meanwhile."""
        for entry in self._ledger.open_at(*moment):
            posted = await self._reception.post(entry.key, step)
            if posted is not None:
                return posted
        return None


async def _rung(ringer: Ringer, entry: Entry, note: NoteProgress) -> Rung:
    """What came of the call; a fault on the telephone side is one that people must hear of, like any other."""
    try:
        return await ringer.ring(entry, note)
    except Exception:
        log.exception("telephone side", room=entry.room)
        return Rung(WakeupStatus.UNREACHABLE, 0)
