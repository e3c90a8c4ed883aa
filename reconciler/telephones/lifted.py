"""Do-not-disturb that gives way to a wake-up call: off while it rings, read back before, restored afterwards.

Nobody's wish changes by it. The room is only looked at as if its do-not-disturb were off, the controller makes that
so by its usual way, and what the guest wants comes back with the end of the call, or with the next start if the
program died in between. What somebody has set in Zoom itself is read first, and comes back, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from desired.problem import Problem
from observed.extension import UNKNOWN
from reconciler.errors import CallError, NoAccess
from reconciler.hotel import Hotel
from reconciler.logs import logger
from reconciler.moments import in_zone
from reconciler.ports import Clock
from reconciler.telephones.undisturbed import Undisturbed
from reconciler.timelimit import for_at_most
from reconciler.wakeups.entries import Entry

AHEAD: Final = timedelta(minutes=3)
"""So long before its time do-not-disturb is lifted: Zoom takes one change a minute of a person's presence."""
TOLD: Final = timedelta(minutes=1)
"""Before its time the desk hears that it could not be lifted."""
STUCK: Final = timedelta(seconds=20)
"""So long before its time people must see to it; a call that was set a minute ahead may be lifted that late."""
LOOK_EVERY: Final = 10.0
"""Seconds between looks at what is due soon."""
READ_EVERY: Final = 0.2
"""Seconds between looks at what Zoom shows."""
READING_AHEAD: Final = 60.0
"""Seconds for which Zoom is asked about rooms whose calls are due soon; a hundred may be due at half past six."""
READING_NOW: Final = 1.0
"""Seconds for which a call that is due by now waits for such a reading."""

log = logger("wakeups")


Read = Callable[[Iterable[str]], Awaitable[None]]
"""Reads whether the telephones of these rooms ring."""


class Calls(Protocol):
    """The wake-up calls that telephones must ring for."""

    def open(self) -> Sequence[Entry]:
        """Those that have not ended, the one that is due first in front."""
        ...


class Lifted:
    """The rooms whose do-not-disturb gives way at present. ``moved`` hears of rooms that are to be looked at."""

    def __init__(
        self,
        hotel: Hotel,
        ledger: Calls,
        clock: Clock,
        read: Read,
        undisturbed: Undisturbed,
        moved: Callable[[Iterable[str]], None],
    ) -> None:
        self._hotel = hotel
        self._ledger = ledger
        self._clock = clock
        self._read = read
        self._undisturbed = undisturbed
        self._moved = moved
        self._calls: Counter[str] = Counter()
        self._early: dict[str, datetime] = {}
        self._shown: dict[str, bool] = {}
        """Whether Zoom showed do-not-disturb when it was last read; not what we have written since."""
        self._told: set[tuple[str, datetime]] = set()
        # What an earlier run has lifted stays so for a call that is due: Zoom takes one change a minute.
        hotel.lifted |= hotel.put_back.keys() & self._due(clock.now()).keys()

    def stuck(self) -> list[str]:
        """Rooms that a wake-up call is to ring in, and whose do-not-disturb Zoom still shows."""
        return sorted(room for room in self._hotel.lifted if self.holds(room))

    def problems(self, now: datetime) -> Iterator[Problem]:
        """Calls whose telephone Zoom keeps silent: shortly before their time, or once it has refused for good."""
        stuck = set(self.stuck())
        for entry in self._ledger.open():
            if entry.due > now + AHEAD:
                break
            if entry.room in stuck and (entry.due <= now + STUCK or self._is_refused(entry.room)):
                message = (
                    f"room {entry.room}: Zoom does not lift do-not-disturb for the wake-up call of "
                    f"{in_zone(entry.due, self._hotel.house.zone):%Y-%m-%d %H:%M}, so the telephone may stay silent: "
                    "switch it off at the telephone, or wake the guest by hand"
                )
                yield Problem("dnd_stuck", message, room=entry.room, subject=entry.at.isoformat())

    def _is_refused(self, room: str) -> bool:
        ids = {extension.id for extension in self._hotel.extensions_of(room)}
        return any(
            failure.permanent and id_ in ids and key.partition(":")[0] == "dnd"
            for (id_, key), failure in self._hotel.setbacks.failures.items()
        )

    def holds(self, room: str) -> bool:
        """True while do-not-disturb is on at a telephone of this room, or has not been read as off since."""
        return self._is_on(room) or self._shown.get(room, False)

    async def lift(self, room: str) -> None:
        """Let the room's telephones ring; returns when Zoom shows it, or has refused it for good."""
        self._calls[room] += 1
        if room not in self._shown:
            await self._ask_zoom({room}, READING_NOW)
        self._update({room})
        while self.holds(room) and not self._is_refused(room):
            await self._clock.sleep(READ_EVERY)
            if not self._is_on(room):
                await self._ask_zoom({room}, READING_NOW)

    def restore(self, room: str) -> None:
        """One call is over: bring back what the guest wants, unless another one rings or is due."""
        self._calls[room] -= 1
        self._early.pop(room, None)
        self._update({room})

    async def run(self) -> None:
        """Lift ahead of time, and tell where that does not work, until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Look once at what is due soon."""
        now = self._clock.now()
        due = self._due(now)
        changed = due.keys() ^ self._early.keys()
        self._early = due
        unsure = {room for room in due if self._shown.get(room, True)}
        if unsure:
            await self._ask_zoom(unsure, READING_AHEAD)
        self._update(changed | unsure)
        for room in self.stuck():
            at = due.get(room)
            if at is not None and at <= now + TOLD and (room, at) not in self._told:
                self._told.add((room, at))
                log.error("do-not-disturb not lifted", room=room, due=at.isoformat())
        self._told = {told for told in self._told if told[1] > now - AHEAD}
        await self._undisturbed.settle(now)

    def _due(self, now: datetime) -> dict[str, datetime]:
        return {entry.room: entry.due for entry in reversed(self._ledger.open()) if entry.due <= now + AHEAD}

    async def _ask_zoom(self, rooms: Iterable[str], seconds: float) -> None:
        """Read what Zoom shows of these rooms, and note what is to come back before it gives way."""
        try:
            await for_at_most(self._clock, seconds, partial(self._read, rooms))
        except (CallError, NoAccess) as error:
            log.warning("zoom not read", reason=error.message)
        for room in rooms:
            if self._is_on(room):
                self._shown[room] = True
            elif all(extension.dnd is not UNKNOWN for extension in self._hotel.extensions_of(room)):
                self._shown[room] = False
        await self._undisturbed.note(set(rooms) - self._hotel.lifted, self._clock.now())

    def _is_on(self, room: str) -> bool:
        return any(extension.dnd is True for extension in self._hotel.extensions_of(room))

    def _update(self, rooms: Iterable[str]) -> None:
        """Let the hotel be looked at anew where a room's do-not-disturb gives way now, or no longer."""
        changed = set()
        for room in rooms:
            gives_way = room in self._early or self._calls[room] > 0
            if gives_way != (room in self._hotel.lifted):
                changed.add(room)
                (self._hotel.lifted.add if gives_way else self._hotel.lifted.discard)(room)
            if not gives_way:
                self._shown.pop(room, None)
        if changed:
            self._moved(changed)
