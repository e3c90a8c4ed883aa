"""What is remembered of a hotel's week, and what may be done in which room by now.

Whatever happens in a room whose guests have just moved is left to the tests of stays: nobody could say whose it is.
So each room has its rest then, and there is exactly one right answer to every question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final, TypeVar

from fixtures.hotel_pms import Guest
from tests.chaos.hotel import REPEATED, Hotel
from tests.chaos.telephones import Said
from tests.chaos.wanted import Wake
from tests.reconciler.guestlist import guests

T = TypeVar("T")

REST: Final = timedelta(seconds=25)
"""After so long every departure is final, and no move can become half of a swap."""
READ: Final = 0.5
"""Seconds after which a product that still lives has surely read, and written down, what the PMS had said."""
SURELY_RUNG: Final = timedelta(seconds=6)
"""A call that is due rings within so long of a life."""
RECORDS_AT_MOST: Final = REPEATED - 10
"""The PMS says nothing new while so much of what it said may be unread: it could not say it again."""
AHEAD: Final = (1, 2, 3, 5, 8, 13)


class NotNow(Exception):
    """What somebody wants to do cannot be done at this moment."""


@dataclass(slots=True)
class Spoken:
    """What the desk has ordered: the record in which the PMS must hear of it, and whether an answer came."""

    record: str
    at: datetime
    sure: bool = False


@dataclass(slots=True)
class Letter:
    """A message that was left in Zoom, and the room whose telephone has it."""

    room: str
    id: str
    at: datetime


@dataclass
class Week:
    """What was done, as far as the comparison has to know it."""

    hotel: Hotel
    chance: Random
    brief: bool = False
    """Leave out what takes half a minute to become final."""
    filed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """First and last name in the file of each room that only files speak of."""
    names: set[str] = field(default_factory=set)
    """The last names of all who were ever in the house."""
    spoken: list[Spoken] = field(default_factory=list)
    keyed: list[tuple[Said, str]] = field(default_factory=list)
    """What maids have keyed, and the record of it."""
    messages: list[tuple[Said, str]] = field(default_factory=list)
    """Messages that were left with us, and the reservation of whom they are for."""
    letters: list[Letter] = field(default_factory=list)
    cleared: list[tuple[str, datetime]] = field(default_factory=list)
    """When the mailbox of a room was to be cleared."""
    doubtful: set[str] = field(default_factory=set)
    """Messages in rooms that were swapped: they may be taken for those of either guest."""
    quiet: dict[str, bool | None] = field(default_factory=dict)
    """Do-not-disturb of rooms as the desk has ordered it; None where the answer was lost."""
    acts: int = 0
    unread: int = 0
    _moved: dict[str, datetime] = field(default_factory=dict)
    _staff: count[int] = field(default_factory=lambda: count(1001))
    _since: datetime | None = None

    def __post_init__(self) -> None:
        self._guests = guests(self.chance)

    def look(self) -> None:
        """See what the product has surely read by now."""
        self.hotel.lines.look()
        pms, now = self.hotel.pms, self.hotel.now()
        if not (self.hotel.product.lives and pms.alive and pms.silent):
            self._since = None
        elif self._since is None:
            self._since = now
        elif now > self._since + timedelta(seconds=READ * self.hotel.slack):
            self.unread = 0
            self._let_go_of_doubts(now)
            for wake in self.hotel.book.taken_back():
                since = (
                    max(self._since, wake.off + REST) if wake.goes_with_guest and wake.off else self._since
                )
                if wake.off and wake.off < self._since and now > since:
                    wake.off_for_sure = now

    def _let_go_of_doubts(self, now: datetime) -> None:
        """Calls whose order had no answer, and that have not rung by now, were never set."""
        for wake in self.hotel.book.wakes:
            since = max(wake.due, self._since or now)
            if not wake.sure and not wake.rings and not wake.off and now > since + SURELY_RUNG:
                wake.off = wake.off_for_sure = now

    # What may be done where

    def _is_manned(self) -> None:
        """NotNow if nothing runs that would take an order; one in ten is given all the same."""
        if not (self.hotel.product.lives and self.hotel.pms.alive) and self.chance.random() < 0.9:
            raise NotNow

    def _one(self, among: Sequence[T]) -> T:
        if not among:
            raise NotNow
        return self.chance.choice(among)

    def _guest(self) -> Guest:
        guest = next(self._guests)
        self.names.add(guest.last)
        return guest

    def _says(self, records: int) -> None:
        """NotNow if the PMS could not say that again."""
        if self.unread + records > RECORDS_AT_MOST:
            raise NotNow
        self.unread += records

    def _moves(self, *rooms: str) -> None:
        for room in rooms:
            self._moved[room] = self.hotel.now()

    def _rested(self) -> list[str]:
        now = self.hotel.now()
        return [r for r in self.hotel.moving if r not in self._moved or self._moved[r] + REST < now]

    def _occupied(self) -> list[str]:
        house = self.hotel.pms.in_house()
        return [room for room in self._rested() if room in house]

    def _vacant(self) -> list[str]:
        house, now = self.hotel.pms.in_house(), self.hotel.now()
        return [r for r in self._rested() if r not in house and self.hotel.book.is_free(r, now)]

    def _may_be_woken(self, room: str) -> bool:
        return self.hotel.book.is_free(room, self.hotel.now())

    def _wakes(self, by: str) -> list[Wake]:
        return [wake for wake in self.hotel.book.wakes if wake.by == by and not wake.off and not wake.told]

    def _carry(self, wakes: list[Wake], room: str) -> None:
        for wake in wakes:
            wake.rooms.append(room)

    def _soon(self) -> datetime:
        return self.hotel.pms.local().replace(microsecond=0) + timedelta(
            seconds=self.chance.choice(AHEAD[:3] if self.brief else AHEAD) + 1
        )
