"""The reception: where PMS links, desk and telephones report, and from where the house learns what they said.

    told ─► register (redelivery, stays, ledger) ─► one page ─► the store ─► hotel, controller, outbox

Nobody hears of a page before it stands in the store. One step at a time: while the store cannot be written, what
was read waits here, the link reads no further, and ``trouble`` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import anyio

from desired.events import Event, Told
from reconciler.account.memory import Memory
from reconciler.account.recall import fill_wishes, recalled
from reconciler.hotel import Hotel
from reconciler.ports import Clock, Heard
from reconciler.stays.outbox import StoredOutbox
from reconciler.stays.owed import Owed
from reconciler.stays.page import Page, write
from reconciler.stays.register import Register
from reconciler.stays.words import words_in
from reconciler.store.errors import StoreDamaged
from reconciler.store.rows import Json
from reconciler.wakeups.entries import Entry, Key, Posting, WakeupStatus
from reconciler.wakeups.ledger import Ledger

LOOK_EVERY = 1.0
"""Seconds between looks at what has become due."""

LATE = timedelta(seconds=2 * LOOK_EVERY)
"""After so long without a look the machine, or the store, stood still: nobody has read what the PMS went on with."""

PATIENCE = 5.0
"""Seconds without a page written for which a person's word waits behind others; then the store's own begins."""

MANY = 50
"""Rooms on one page from which records pour in, as in a resync. The house hears of such rooms when that is over: it
works each of them out once then, and does not hold up the rest …"""

PATIENT_LOOKS = 10
"""… but after so many looks at the latest. Of a guest who has left it hears at once: his name may be shown."""

NO_NOTES: Mapping[str, Json] = MappingProxyType({})


class StoredReception:
    """A ``Reception`` over the register and the store. ``moved`` hears of rooms whose wishes are others now."""

    def __init__(
        self,
        hotel: Hotel,
        register: Register,
        memory: Memory,
        clock: Clock,
        moved: Callable[[Iterable[str]], None],
    ) -> None:
        self.register = register
        self.outbox = StoredOutbox(hotel, memory, clock, register.rooms.name_of)
        self._hotel = hotel
        self._memory = memory
        self._clock = clock
        self._moved = moved
        self.on_page: list[Callable[[Page], None]] = []
        """They hear of every page once it stands in the store."""
        self._one_at_a_time = anyio.Lock()
        self._looked = False
        self._pages = 0
        """How many have been written."""
        self.cancelling: frozenset[Key] = frozenset()
        """Wake-up calls whose cancelling is being written: nobody is in that room any more, or wants to be woken."""
        self._news: set[str] = set()
        self._pours_in = False
        self._waited = 0

    @property
    def ledger(self) -> Ledger:
        """The wake-up calls as they stand in the store."""
        return self.register.ledger

    @property
    def trouble(self) -> str | None:
        """What keeps the reception from taking anything at present; None if nothing does."""
        return self._memory.trouble

    # The links

    def empty(self, link: str) -> bool:
        """True if nothing is known of this link's rooms, so that a resync must be asked for."""
        return self.register.stays.empty(link)

    async def lost(self, link: str) -> None:
        """The link is gone: what was in doubt stays so until it is back."""
        async with self._one_at_a_time:
            self.register.lost(link)

    async def connected(self, link: str) -> None:
        """The link is alive (again): records that come now may be redelivered ones."""
        async with self._one_at_a_time:
            self.register.connected(link, self._clock.now())

    async def hear(self, link: str, heard: Sequence[Heard]) -> None:
        """Take records that were read together, in their order; they are durable when this returns."""
        async with self._one_at_a_time:
            await self._enter(self.register.hear(link, heard, self._clock.now()))

    async def count(self, link: str, anomaly: str, times: int = 1) -> None:
        """Count something odd that is no record, such as a broken frame."""
        self.register.count(link, anomaly, self._clock.now(), times=times)

    # Desk and telephones

    async def tell(
        self,
        events: Sequence[Event],
        told: Told,
        owed: Sequence[Owed] = (),
        *,
        notes: Mapping[str, Json] = NO_NOTES,
    ) -> str:
        """Take what desk or telephone says, all of it at once; "" or the word by which it was refused.

        ``notes`` are written with it, by name.
        """
        async with self._one_at_a_time:
            return await self._tell(events, told, owed, notes)

    async def tell_now(
        self,
        events: Sequence[Event],
        told: Told,
        owed: Sequence[Owed] = (),
        *,
        notes: Mapping[str, Json] = NO_NOTES,
    ) -> str:
        """The same for a person who waits for the answer, as soon as the store can be written.

        TimeoutError, StoreUnavailable: others write for too long. Nothing of it was taken then, nor ever will be.
        """
        await self._have_a_turn()
        try:
            # Before the register hears of it, because what that has heard it must write.
            await self._memory.run_once(self._write_nothing)
            return await self._tell(events, told, owed, notes)
        finally:
            self._one_at_a_time.release()

    async def _have_a_turn(self) -> None:
        """Wait for those before. Many of them may take long, as long as they get on; TimeoutError once none does."""
        written = -1
        while written != self._pages:
            written = self._pages
            with anyio.move_on_after(PATIENCE):
                await self._one_at_a_time.acquire()
                return
        raise TimeoutError

    def _write_nothing(self) -> None:
        with self._memory.store.together():
            pass

    async def _tell(
        self, events: Sequence[Event], told: Told, owed: Sequence[Owed], notes: Mapping[str, Json]
    ) -> str:
        page, refused = self.register.tell(events, told, self._clock.now(), owed)
        await self._enter(replace(page, notes=notes))
        return refused

    async def release(self, link: str, told: Told) -> None:
        """Let the guests go whom a held resync no longer knew."""
        async with self._one_at_a_time:
            await self._enter(self.register.release(link, told, self._clock.now()))

    # Wake-up calls

    async def look(self, rooms: Iterable[str]) -> None:
        """The documents of these rooms have changed: they may want other wake-up calls.

        It is first called when the documents have been read after the start, and then looks at every room: one
        may have been taken away meanwhile.
        """
        async with self._one_at_a_time:
            every = () if self._looked else {*self._hotel.roster.known_rooms(), *self.ledger.rooms()}
            await self._enter(self.register.look({*rooms, *every}, self._clock.now()), quietly=True)
            self._looked = True

    async def post(self, key: Key, post: Callable[[Entry, datetime], Posting]) -> Entry | None:
        """One step of a wake-up call, in the store when this returns; None if it has ended meanwhile."""
        return next(iter(await self.post_all([key], post)), None)

    async def post_all(self, keys: Sequence[Key], post: Callable[[Entry, datetime], Posting]) -> list[Entry]:
        """The same step of these wake-up calls, one for each moment, in one transaction.

        Answers how they stand then, without those that have ended meanwhile.
        """
        async with self._one_at_a_time:
            page, taken = self.register.post_all(keys, post, self._clock.now())
            await self._enter(page)
        return [entry for key in taken if (entry := self.ledger.entry(key)) is not None]

    # Time, and other processes

    async def run(self) -> None:
        """Finish what the last stop has cut off, and from then on what waits for its time, until cancelled."""
        async with self._one_at_a_time:
            await self._enter(self.register.begin(self._clock.now()))
        looked = self._clock.now()
        while True:
            async with self._one_at_a_time:
                now = self._clock.now()
                if now - looked > LATE:
                    self.register.wait_on(now)
                due = self.register.next_due()
                if self.register.uncounted or (due is not None and due <= now):
                    await self._enter(self.register.due(now))
                looked = self._clock.now()
            self._pass_on()
            await self._clock.sleep(LOOK_EVERY)

    def _pass_on(self) -> None:
        """Tell the house of rooms that waited, unless more pour in."""
        self._waited = self._waited + 1 if self._pours_in else 0
        is_time = not self._pours_in or self._waited == PATIENT_LOOKS
        self._pours_in = False
        if self._news and is_time:
            news, self._news, self._waited = self._news, set(), 0
            self._moved(news)

    async def reread(self) -> None:
        """Another process has written to the store: take over what it says."""
        async with self._one_at_a_time:
            book = await self._memory.run_first(recalled, self._memory.store)
            self.register.learn(words_in(book.said))
            fill_wishes(self._hotel, book)
        self.outbox.ring()

    # What people ask

    def anomalies(self) -> Counter[str]:
        """How often what was odd."""
        return self.register.anomalies()

    async def _enter(self, page: Page, *, quietly: bool = False) -> None:
        """Write a page, then tell the house; ``quietly`` where it knows already."""
        self.cancelling = frozenset(e.key for e in page.entries if e.status is WakeupStatus.CANCELLED)
        try:
            if page:
                await self._written(page)
            self.register.take(page)
        finally:
            self.cancelling = frozenset()
        self.outbox.ring(page.owing)
        for hear in self.on_page:
            hear(page)
        if quietly or not page.words:
            return
        if len(page.words) <= MANY:
            self._moved(page.words)
            return
        urgent = frozenset(room for room in page.left if self._may_show_who_left(room))
        self._news.update(page.words)
        self._news -= urgent
        self._pours_in = True
        if urgent:
            self._moved(urgent)

    async def _written(self, page: Page) -> None:
        try:
            await self._memory.run_first(write, self._memory.store, page)
        except StoreDamaged:
            # The second book outlives the store, and no resync tells of them.
            self.ledger.take(page.entries)
            raise
        self._pages += 1

    def _may_show_who_left(self, room: str) -> bool:
        """Not if he came and went in one flood: nobody has heard of him then, unless all rooms were looked at."""
        seen = self._hotel.occupancy.get(room)
        return room not in self._news or (seen is not None and seen.occupied)
