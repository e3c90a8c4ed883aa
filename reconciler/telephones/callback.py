"""Rooms that somebody has called for help from: their telephones ring for an hour, or nobody could call back.

Do-not-disturb of a common area means that its telephone does not ring at all. So it gives way, as to a wake-up call;
nobody's wish changes by it, and what the guest wants comes back after the hour. It is noted in the store, so that
neither a restart nor a pass by hand brings it back earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from reconciler.account.memory import Memory
from reconciler.account.recall import CALLBACK
from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.store.rows import Json

RINGS: Final = timedelta(hours=1)
"""How long they ring, whatever do-not-disturb says."""
LOOK_EVERY: Final = 5.0
"""Seconds between looks at whose hour is over."""


class Callback:
    """Lets such rooms ring. ``moved`` hears of rooms that are to be looked at, and read, before all others."""

    def __init__(
        self, hotel: Hotel, memory: Memory, clock: Clock, moved: Callable[[Iterable[str]], None]
    ) -> None:
        self._hotel = hotel
        self._memory = memory
        self._clock = clock
        self._moved = moved

    def ring(self, room: str) -> None:
        """Somebody calls for help from this room; ``keep`` writes it down."""
        self._hotel.callback[room] = self._clock.now() + RINGS
        self._moved({room})

    async def keep(self) -> None:
        """Write down which rooms ring, and until when."""
        note: Json = {room: until.isoformat() for room, until in self._hotel.callback.items()}
        await self._memory.run_first(self._memory.store.put_note, CALLBACK, note)

    async def run(self) -> None:
        """Let the guests' wishes count again when the hour is over, until cancelled."""
        while True:
            now = self._clock.now()
            over = [room for room, until in self._hotel.callback.items() if until <= now]
            for room in over:
                del self._hotel.callback[room]
            if over:
                self._moved(over)
                await self.keep()
            await self._clock.sleep(LOOK_EVERY)


def held_off(hotel: Hotel, room: str, now: datetime) -> str:
    """What keeps the telephone of a room from ringing when somebody calls back; "" if nothing does."""
    waiting = [change for change in hotel.look(room, now).changes if change.field == "dnd"]
    stuck = next((change.reason for change in waiting if change.status != "planned"), None)
    if stuck is not None:
        return f"do-not-disturb cannot be lifted there ({stuck}): end it in Zoom, or nobody can call back"
    return "do-not-disturb is being lifted there, so that somebody can call back" if waiting else ""
