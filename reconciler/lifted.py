"""Do-not-disturb that gives way to a wake-up call: off while it rings, read back before, restored afterwards.

Nobody's wish changes by it. The room is only looked at as if its do-not-disturb were off, the controller makes that
so by its usual way, and what the guest wants comes back with the end of the call, or with the next start if the
program died in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from reconciler.hotel import Hotel
from reconciler.ledger import Ledger
from reconciler.logs import logger
from reconciler.ports import Clock

AHEAD: Final = timedelta(minutes=3)
"""So long before its time do-not-disturb is lifted: Zoom takes one change a minute of a person's presence."""
TOLD: Final = timedelta(minutes=1)
"""Before its time the desk hears that it could not be lifted."""
LOOK_EVERY: Final = 10.0
"""Seconds between looks at what is due soon."""
READ_EVERY: Final = 0.2
"""Seconds between looks at what Zoom shows."""

log = logger("wakeups")


class Lifted:
    """The rooms whose do-not-disturb gives way at present. ``moved`` hears of rooms that are to be looked at."""

    def __init__(
        self, hotel: Hotel, ledger: Ledger, clock: Clock, moved: Callable[[Iterable[str]], None]
    ) -> None:
        self._hotel = hotel
        self._ledger = ledger
        self._clock = clock
        self._moved = moved
        self._calls: Counter[str] = Counter()
        self._early: dict[str, datetime] = {}
        self._told: set[tuple[str, datetime]] = set()

    def stuck(self) -> list[str]:
        """Rooms that a wake-up call is to ring in, and whose do-not-disturb Zoom still shows."""
        return sorted(room for room in self._hotel.lifted if self.holds(room))

    def holds(self, room: str) -> bool:
        """True while Zoom shows do-not-disturb on a telephone of this room."""
        return any(extension.dnd is True for extension in self._hotel.extensions_of(room))

    async def lift(self, room: str) -> None:
        """Let the room's telephones ring; returns when Zoom shows it."""
        self._calls[room] += 1
        self._update({room})
        while self.holds(room):
            await self._clock.sleep(READ_EVERY)

    def restore(self, room: str) -> None:
        """One call is over: bring back what the guest wants, unless another one rings or is due."""
        self._calls[room] -= 1
        self._early.pop(room, None)
        self._update({room})

    async def run(self) -> None:
        """Lift ahead of time, and tell where that does not work, until cancelled."""
        while True:
            self._look(self._clock.now())
            await self._clock.sleep(LOOK_EVERY)

    def _look(self, now: datetime) -> None:
        due = {entry.room: entry.due for entry in reversed(self._ledger.open()) if entry.due <= now + AHEAD}
        changed = due.keys() ^ self._early.keys()
        self._early = due
        self._update(changed)
        for room in self.stuck():
            at = due.get(room)
            if at is not None and at <= now + TOLD and (room, at) not in self._told:
                self._told.add((room, at))
                log.error("do-not-disturb not lifted", room=room, due=at.isoformat())
        self._told = {told for told in self._told if told[1] > now - AHEAD}

    def _update(self, rooms: Iterable[str]) -> None:
        """Let the hotel be looked at anew where a room's do-not-disturb gives way now, or no longer."""
        changed = set()
        for room in rooms:
            gives_way = room in self._early or self._calls[room] > 0
            if gives_way != (room in self._hotel.lifted):
                changed.add(room)
                (self._hotel.lifted.add if gives_way else self._hotel.lifted.discard)(room)
        if changed:
            self._moved(changed)
