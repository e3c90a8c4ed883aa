"""Whose turn it is: many wake-up calls at one time, and few channels.

The earliest minute goes first, VIPs first within a minute, then the earlier second. A call that comes to be due waits
a moment before it goes, so that those of the same second are seen together, in whatever order they came here.
"""

from __future__ import annotations

import itertools
from bisect import insort
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import anyio

from reconciler.ports import Clock
from reconciler.telephones.call import Telephones
from reconciler.timelimit import for_at_most

GATHERING: Final = 0.2
"""Seconds for which a call waits for others of the same second."""
LOOK: Final = 0.2
"""Seconds between looks for a free channel."""

HELD_UP: Final = timedelta(minutes=2)
"""Whoever waits for longer may wait for much longer: somebody talks over every channel."""

Place = tuple[datetime, bool, datetime, int, str]


class NoChannel(Exception):
    """No channel works, and the call is too late by now to wait for one."""


class Turns:
    """The line before the channels. Calls that come in take channels, too, and ask nobody."""

    def __init__(self, telephones: Telephones, clock: Clock) -> None:
        self._telephones = telephones
        self._clock = clock
        self._waiting: list[Place] = []
        self._numbers = itertools.count()
        self._taken = 0
        self._held = False
        self._moved = anyio.Event()

    @asynccontextmanager
    async def turn(self, room: str, due: datetime, *, vip: bool, late: float) -> AsyncIterator[None]:
        """Wait for a channel, and count it as taken until the end of the block.

        While channels work, a call waits as long as it takes: late is better than never. NoChannel where none works
        ``late`` seconds after ``due``.
        """
        place = (due.replace(second=0, microsecond=0), not vip, due, next(self._numbers), room)
        insort(self._waiting, place)
        try:
            await self._clock.sleep(GATHERING)
            while place != self._waiting[0]:
                await self._moved.wait()
            while not self._is_next(place):
                if self._clock.now() > due + timedelta(seconds=late) and not self._working():
                    raise NoChannel
                await for_at_most(self._clock, LOOK, self._moved.wait)
            self._taken += 1
        finally:
            self._waiting.remove(place)
            self._move()
        try:
            yield
        finally:
            self._taken -= 1
            self._move()

    def hold(self) -> None:
        """Let nobody's turn come any more."""
        self._held = True

    def held_up(self) -> frozenset[str]:
        """The rooms whose call has waited for a channel for so long that people must know."""
        now = self._clock.now()
        return frozenset(room for _, _, due, _, room in self._waiting if now - due > HELD_UP)

    def _is_next(self, place: Place) -> bool:
        """True if there is a free channel, and nobody goes before."""
        if self._held or place != self._waiting[0]:
            return False
        channels = [channel for channel in self._telephones.channels() if channel.registered]
        return len(channels) > max(self._taken, sum(channel.busy for channel in channels))

    def _move(self) -> None:
        """Let all who wait look again."""
        self._moved.set()
        self._moved = anyio.Event()

    def _working(self) -> bool:
        return any(channel.registered for channel in self._telephones.channels())
