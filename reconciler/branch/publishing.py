"""At the property: tells the centre, through the group's database, how every room and the house itself stand.

Nothing at the property ever waits for it. While the database cannot be reached the rooms that changed are remembered
by name, and what they say then is told when it is back: it is the present that counts, not how it came about. So
there is no queue that could grow or be lost; a start compares digests, and tells what differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, Protocol

import anyio
from anyio import to_thread

from reconciler.branch.unsaid import Unsaid
from reconciler.branch.words import RoomTold
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.between import PutBack, Superseded
from reconciler.store.branchrows import Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store

LOOK_EVERY: Final = 1.0
"""Seconds between looks at what waits there for us; rooms that change here are told at once."""

SIGN_EVERY: Final = 10.0
"""Seconds after which the centre gets a sign of life, however little happens."""

OVERDUE: Final = 1.5 * SIGN_EVERY
"""Seconds without one after which the database must be taken for one that answers nothing."""

AGAIN_IN: Final = 1.0
"""Seconds after which a database that cannot be used is tried again; twice as long after each further failure …"""

AT_MOST: Final = 15.0
"""… up to this."""

log = logger("centre")


class Source(Protocol):
    """The property, as it stands in its own store."""

    def rooms(self) -> Iterable[str]:
        """Every room of which anything is known."""
        ...

    def told(self, room: str) -> RoomTold:
        """How a room stands."""
        ...

    async def summary(self) -> dict[str, Json]:
        """How the house itself stands."""
        ...


Errand = Callable[[Store, int, Waiting], Awaitable[None]]
"""Something else to do with the database at every look; it gets the number of our life, and what waits for us."""


class Publisher:
    """Tells the centre. ``trouble`` says why it cannot be told at present (None: it can)."""

    def __init__(
        self, source: Source, open_store: Callable[[], Store], clock: Clock, errands: Sequence[Errand] = ()
    ) -> None:
        self.trouble: str | None = "it was not reached yet"
        self._source = source
        self._open = open_store
        self._clock = clock
        self._errands = errands
        self._unsaid = Unsaid()
        self._store: Store | None = None
        self._life = 0
        self._sequence = 0
        self._summary: Json = None
        self._reached = clock.monotonic()
        self._woken = anyio.Event()

    def mark(self, rooms: Iterable[str]) -> None:
        """Something of these rooms has changed, and stands in our store."""
        self._unsaid.mark(rooms, self._clock.monotonic())
        self._woken.set()

    @property
    def lag(self) -> float:
        """Seconds by which the centre is behind: 0 where it knows all that we know."""
        since, now = self._unsaid.since, self._clock.monotonic()
        behind, silent = 0.0 if since is None else now - since, now - self._reached
        return max(behind, silent) if self.trouble is not None or silent > OVERDUE else behind

    async def run(self) -> None:
        """Tell until cancelled."""
        pause = AGAIN_IN
        try:
            while True:
                try:
                    await self._step()
                except Superseded as other:
                    self._fails(f"{other}; {other.remedy}")
                    await anyio.sleep_forever()
                except PutBack:
                    log.warning("the centre's database was put back", remedy="all is told anew")
                    self._life = 0
                except HousephoneError as error:
                    self._fails(str(error))
                    await self._let_go()
                    await self._clock.sleep(pause)
                    pause = min(2 * pause, AT_MOST)
                else:
                    self._works()
                    pause = AGAIN_IN
                    with anyio.move_on_after(LOOK_EVERY):
                        await self._woken.wait()
        finally:
            if self._store is not None:
                self._store.close()

    async def _step(self) -> None:
        """Everything that there is to tell, and what waits for us."""
        self._woken = anyio.Event()
        if self._store is None:
            self._store = await to_thread.run_sync(self._open, abandon_on_cancel=True)
            self._life = 0
        if not self._life:
            await self._begin(self._store)
        await self._put(self._store)
        waiting = await _asking(self._store.what_waits)
        for errand in self._errands:
            await errand(self._store, self._life, waiting)

    async def _begin(self, store: Store) -> None:
        life = await _asking(store.claim)
        there = await _asking(store.digests_told)
        self._unsaid.compare(there, self._source.rooms(), self._clock.monotonic())
        self._life, self._sequence, self._summary = life, 0, None

    async def _put(self, store: Store) -> None:
        while True:
            batch = self._unsaid.batch(self._source.told)
            summary = await self._source.summary()
            quiet = self._clock.monotonic() - self._reached < SIGN_EVERY
            if not batch and summary == self._summary and quiet and self._sequence:
                if self._unsaid.since is None:
                    return
                continue
            waiting = self._unsaid.leaves(batch)
            try:
                sequence = await _asking(partial(store.put, self._life, batch, summary))
            except BaseException:
                self._unsaid.lost(waiting)
                raise
            self._unsaid.arrived(batch)
            self._reached, self._summary = self._clock.monotonic(), summary
            if self._sequence and sequence != self._sequence + 1:
                raise PutBack
            self._sequence = sequence

    def _works(self) -> None:
        if self.trouble is not None:
            log.info("the centre is told", life=self._life)
        self.trouble = None

    def _fails(self, trouble: str) -> None:
        if self.trouble != trouble:
            log.warning(
                "the centre is not told", reason=trouble, remedy="everything here goes on; it is told later"
            )
        self.trouble = trouble

    async def _let_go(self) -> None:
        """Reach for it anew next time: its address may lead to another server by then."""
        if self._store is not None:
            store, self._store = self._store, None
            await to_thread.run_sync(store.close)


async def _asking(step: Callable[[], Any]) -> Any:
    """Ask the database; a stop does not wait for one that says nothing."""
    return await to_thread.run_sync(step, abandon_on_cancel=True)
