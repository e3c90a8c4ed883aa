"""When a running controller reads Zoom: all of it at first and now and then, the cheap lists in between.

What a wish needs and no list has shown is read at once, and what a write without an answer has left unknown soon.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import anyio

from reconciler.account.patience import Patience
from reconciler.account.refresh import DETAILS
from reconciler.errors import CallError, NoAccess
from reconciler.health import Health
from reconciler.logs import logger
from reconciler.passes import Workshop

DUE_EVERY = 5.0
"""Seconds between looks at what has become due."""

NAMES = frozenset({"names"})
"""The detail that is written together with names: the department."""

SOON_AGAIN = 30.0
"""Seconds after which a refresh that Zoom did not answer is tried again."""

NEWCOMERS_EVERY = 120.0
"""Seconds between readings of the lists because documents name rooms that nobody has looked for before."""

log = logger("loop")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often Zoom is read (seconds), and how tries of one call are spaced."""

    refresh: float
    sweep: float
    patience: Patience


@dataclass(slots=True)
class Readings:
    """Reads Zoom for the controller.

    ``poke`` hears of rooms to look at, ``access_back`` that Zoom has let us in.
    """

    shop: Workshop
    health: Health
    rhythm: Rhythm
    poke: Callable[[Iterable[str]], None]
    access_back: Callable[[], None]
    _wished: set[str] = field(default_factory=set)
    _wishes_moved: anyio.Event = field(default_factory=anyio.Event)
    _in_doubt: bool = False
    _newcomers: bool = False

    def wish(self, rooms: Iterable[str]) -> None:
        """Read soon what the wishes of these rooms need."""
        self._wished.update(rooms)
        self._newcomers |= self.shop.hotel.never_looked_for(rooms)
        self._wishes_moved.set()

    def doubt(self) -> None:
        """A call came to nothing: Zoom may be away, so that the next sweep comes earlier."""
        self._in_doubt = True

    async def sweep(self) -> None:
        """Read Zoom: everything at first and at every full refresh, the cheap lists in between."""
        full_at = self.shop.clock.monotonic()
        await self._until_ready()
        while True:
            full = self.shop.clock.monotonic() >= full_at
            if await self._read(full=full):
                if full:
                    full_at = self.shop.clock.monotonic() + self.rhythm.refresh
                await self._rest()
            else:
                await self.shop.clock.sleep(SOON_AGAIN)

    async def _rest(self) -> None:
        """Wait for the next sweep.

        A call that came to nothing brings it forward, since Zoom may be away, and so do rooms that nobody has looked
        for yet: lists that are read for several hotels show each of them its own numbers only.
        """
        read_at = self.shop.clock.monotonic()
        self._in_doubt, self._newcomers = False, self.shop.hotel.never_looked_for(self.shop.hotel.rooms())
        while (rested := self.shop.clock.monotonic() - read_at) < self.rhythm.sweep:
            if self._in_doubt and rested >= SOON_AGAIN:
                return
            if self._newcomers and rested >= NEWCOMERS_EVERY:
                return
            await self.shop.clock.sleep(min(DUE_EVERY, self.rhythm.sweep - rested))

    async def _read(self, *, full: bool) -> bool:
        """Names come first: a check-in need not wait until every mailbox of the hotel was looked into.

        What is written together with a name is read with it, so that an extension needs one call and not two.
        """
        refresher, rooms = self.shop.refresher, self.shop.hotel.rooms()
        if not await self._read_zoom(refresher.lists):
            return False
        if full:
            await self.behind(partial(refresher.details, rooms, NAMES))
        else:
            await self.behind(partial(refresher.lost_track_of, rooms))
        self.poke(rooms)
        if full:
            await self.behind(partial(refresher.details, rooms, DETAILS - NAMES))
        await self.behind(partial(refresher.messages, rooms))
        self.poke(rooms)
        return True

    async def _until_ready(self) -> None:
        """The folder first: which extensions are ours decides what must be read."""
        while self.health.documents_read_at is None:
            await self.shop.clock.sleep(0.02)

    async def _read_zoom(self, read: Callable[[], Awaitable[None]]) -> bool:
        try:
            await read()
        except CallError as error:
            self.health.zoom_error = f"{error.code} {error.message}".strip()
            log.warning("zoom not read", code=error.code, reason=error.message)
            return False
        except NoAccess as error:
            self.health.zoom_error = error.message
            log.warning("no access to zoom", reason=error.message, remedy=error.remedy)
            return False
        self.health.zoom_error, self.health.zoom_read_at = None, self.shop.clock.now()
        self.access_back()
        return True

    async def read_for_wishes(self) -> None:
        """A mailbox that should be clear now, or a switch that nobody wished for before, is read at once."""
        while True:
            await self._wishes_moved.wait()
            if self.health.zoom_read_at is None:
                await self.shop.clock.sleep(DUE_EVERY)
                continue
            self._wishes_moved = anyio.Event()
            rooms, self._wished = self._wished, set()
            if await self.behind(partial(self.shop.refresher.for_wishes, rooms)):
                self.poke(rooms)
            else:
                await self.shop.clock.sleep(SOON_AGAIN)
                self.wish(rooms)

    async def behind(self, read: Callable[[], Awaitable[None]]) -> bool:
        """Read a few rooms between the sweeps; whether Zoom is well is for the sweeps to say."""
        try:
            await read()
        except (CallError, NoAccess) as error:
            self._in_doubt = True
            log.warning("zoom not read", reason=error.message)
            return False
        return True
