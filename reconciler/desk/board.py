"""The room board: of every room what the desk wants to see at a glance, kept up to date room by room.

Whoever changes something of a room touches it; its card is then made anew from how things are. Once a minute every
card is, because time passes too: a pause ends, a wake-up call has rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

import anyio

from reconciler.desk.news import News, Topic
from reconciler.ports import Clock

EVERY_MINUTE = 60.0

GATHER = 0.02
"""Seconds for which touched rooms are gathered: a group that arrives is one change of the page …"""

GATHER_MANY = 0.3
"""… and where many pour in, as in a resync, the PMS goes first."""

BREATH = 50
"""Rooms that are looked at in one go."""

Occupancy = Literal["occupied", "vacant", "unknown"]


@dataclass(frozen=True, slots=True)
class NextCall:
    """A wake-up call to come, or one that woke nobody; ``at`` is the hotel's local time with its offset."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the desk sees of a room. ``guests`` are their names as a list of names has them: Souza, Ana.

    ``pending`` counts changes that Zoom does not show yet, ``problem`` says what somebody must see to, ``paused``
    why nothing is changed at present ("": nothing of the kind).
    """

    room: str
    floor: str
    occupancy: Occupancy
    guests: tuple[str, ...] = ()
    vip: bool = False
    private: bool = False
    dnd: bool = False
    new_messages: int = 0
    saved_messages: int = 0
    wakeup: NextCall | None = None
    missed_wakeup: bool = False
    pending: int = 0
    problem: str = ""
    paused: str = ""


def floor_of(room: str) -> str:
    """The floor that a room's number tells by custom: 1207 is on the 12th; "" where it tells none."""
    return room[:-2] if room.isascii() and room.isdecimal() and len(room) > 2 else ""  # noqa: PLR2004 - two digits a floor


def house_order(room: str) -> tuple[int, int, str]:
    """Sorts rooms as people count them: 9 before 10, named ones last."""
    numeric = room.isascii() and room.isdecimal()
    return (0, int(room), room) if numeric else (1, 0, room)


class Board:
    """The cards of all rooms. ``look`` makes one anew, ``rooms`` says which there are.

    While nobody looks at it nothing is made: what was touched waits.
    """

    def __init__(
        self, look: Callable[[str], Card], rooms: Callable[[], Sequence[str]], news: News, clock: Clock
    ) -> None:
        self._look = look
        self._rooms = rooms
        self._news = news
        self._clock = clock
        self._cards: dict[str, Card] = {}
        self._touched: set[str] = set()
        self._rung = anyio.Event()
        self._watchers = 0

    async def cards(self) -> list[Card]:
        """All of them as they are now, in the order of the house."""
        await self._renew()
        return [self._cards[room] for room in sorted(self._cards, key=house_order)]

    async def some(self, rooms: Iterable[str]) -> Mapping[str, Card | None]:
        """The cards of these rooms as they are now; None for a room that is no more."""
        await self._renew()
        return {room: self._cards.get(room) for room in sorted(rooms, key=house_order)}

    def touch(self, rooms: Iterable[str]) -> None:
        """Something of these rooms may have changed."""
        self._touched.update(rooms)
        if self._touched and self._watchers:
            self._rung.set()

    @property
    def is_watched(self) -> bool:
        """True while somebody wants to hear of changes."""
        return self._watchers > 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While inside, somebody wants to hear of changes."""
        self._watchers += 1
        self.touch(())
        try:
            yield
        finally:
            self._watchers -= 1

    async def run(self) -> None:
        """Keep the cards up to date until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._every_minute)
            while True:
                await self._rung.wait()
                await self._clock.sleep(GATHER if len(self._touched) <= BREATH else GATHER_MANY)
                self._rung = anyio.Event()
                await self._renew()

    async def _every_minute(self) -> None:
        while True:
            self.touch({*self._rooms(), *self._cards})
            await self._clock.sleep(EVERY_MINUTE)

    async def _renew(self) -> None:
        present = frozenset(self._rooms()) if self._touched else frozenset[str]()
        while self._touched:
            some = list(islice(self._touched, BREATH))
            self._touched.difference_update(some)
            changed = [room for room in some if self._renewed(room, present)]
            if changed:
                self._news.tell(Topic.ROOMS, changed)
            await anyio.lowlevel.checkpoint()

    def _renewed(self, room: str, present: frozenset[str]) -> bool:
        """Make a card anew; True if it says something else now."""
        before = self._cards.get(room)
        card = self._look(room) if room in present else None
        if card is None:
            self._cards.pop(room, None)
        else:
            self._cards[room] = card
        return card != before
