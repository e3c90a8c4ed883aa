"""The message lamps of the rooms' telephones (``voice.light.notify``): lit while new messages wait in our mailbox.

A telephone forgets its lamp when it is started again, and nobody answers what it was told. So the lamps are told
again from time to time, and soon after a start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.stays.owed import MessagesOwed, Owed
from reconciler.store.rows import Json
from reconciler.telephones.mail import Count, counts_in

AGAIN_EVERY: Final = 1800.0
"""Seconds between two times that the lamps are told."""
AFTER_A_START: Final = 60.0
"""Seconds until they are told first, by when the channels are registered."""

Light = Callable[[str, int, int], None]
"""Tells the telephone of an extension its new and saved messages."""


class Lamps:
    """Switches the lamps of all telephones of a room. ``told`` is what was known before (a note of Mail)."""

    def __init__(self, hotel: Hotel, light: Light, clock: Clock, told: Json) -> None:
        self._hotel = hotel
        self._light = light
        self._clock = clock
        self._shown: dict[str, Count] = counts_in(told)

    def show(self, owed: Iterable[Owed]) -> None:
        """The messages of rooms have changed, of which the PMS is told."""
        for each in owed:
            if isinstance(each, MessagesOwed):
                self._shown[each.room] = each.new, each.saved
                self._tell(each.room)

    async def run(self) -> None:
        """Tell them again and again, until cancelled."""
        await self._clock.sleep(AFTER_A_START)
        while True:
            for room in list(self._shown):
                self._tell(room)
                if self._shown[room] == (0, 0):
                    del self._shown[room]
            await self._clock.sleep(AGAIN_EVERY)

    def _tell(self, room: str) -> None:
        new, saved = self._shown[room]
        for extension in self._hotel.facts(room, None, self._clock.now()).extensions:
            self._light(extension, new, saved)
