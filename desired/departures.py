"""Who has just left, and what waits to see whether they come in again.

A PMS that knows no moves tells one as a check-out and a check-in, and a swap of two rooms in one order or another
(FIAS 7.4). So for 20 seconds a departure can be taken back: the name goes at once, but messages are deleted and
wake-up calls cancelled only when nobody came in again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from desired.belongings import Party
from desired.document import Guest
from desired.rack import Key
from desired.said import Origin, Words

K = TypeVar("K")

WINDOW: Final = timedelta(seconds=20)
"""A check-out and a check-in of one reservation this close together are one move (hospitality, Behaviours)."""


@dataclass(slots=True)
class Leaver:
    """A guest who has left ``room`` and may come in again.

    ``at`` is when that was received, ``of`` the record's own time, ``moment`` the one that counts for the mailbox.
    ``order`` is how the guests stood when the first of them left; ``luggage`` the belongings of the room, which
    go with its last guest. ``heir`` came in elsewhere after all had left, and gets the wake-ups if that last
    guest does not come.
    """

    room: str
    at: datetime
    of: datetime | None
    moment: datetime
    origin: Origin
    order: tuple[str | None, ...]
    luggage: Words | None = None
    heir: Key | None = None


@dataclass(slots=True)
class Vacancy:
    """A room whose last guest has left: what cannot be taken back waits. ``moment`` is that of the clearing."""

    leavers: frozenset[str]
    at: datetime
    moment: datetime
    origin: Origin


@dataclass(slots=True)
class Gathering:
    """A room in which parties from different rooms have met since ``at``; it shows the statuses of the first.

    ``aside`` is the guest without a number who gave way to another one without: the room shows one of that kind.
    """

    parties: list[Party]
    at: datetime
    aside: Guest | None = None

    def residents(self, number: str | None) -> Party:
        """The party of somebody who comes in to live with the others; if he left one of them, that one."""
        party = next((each for each in self.parties if number in each.gone), self.parties[0])
        if number in party.gone:
            party.gone.remove(number)
        party.owners.append(number)
        return party

    def arrivals(self, number: str | None, came: Leaver | None, origin: Origin) -> Party:
        """The party of somebody who moves in: those who came with him from another room, or were stated lately."""
        came_from, mates = (came.room, set(came.order)) if came is not None else ("", set[str | None]())
        others = self.parties if came_from else self.parties[1:]
        same = (each for each in others if each.came_from == came_from)
        party = next((each for each in same if not each.whole or not mates.isdisjoint(each.owners)), None)
        if party is None:
            party = Party([], (), came_from, assumed=origin)
            self.parties.append(party)
        party.owners.append(number)
        return party

    def left_by(self, number: str | None) -> Party | None:
        """The party whose last guest this was, if others are in the room."""
        for party in self.parties if len(self.parties) > 1 else ():
            if number in party.gone and not party.owners:
                return party
        return None


class Departures:
    """Everything that is less than 20 seconds old, the oldest first.

    ``changed`` collects what was added, altered or taken away: rooms of vacancies and gatherings, and stays.
    """

    def __init__(self) -> None:
        self._left: dict[Key, Leaver] = {}
        self._by_room: dict[str, dict[Key, Leaver]] = {}
        self._vacant: dict[str, Vacancy] = {}
        self._gathered: dict[str, Gathering] = {}
        self.changed: set[str | Key] = set()

    def everything(self) -> set[str | Key]:
        """The names of all entries."""
        return {*self._left, *self._vacant, *self._gathered}

    def next_due(self) -> datetime | None:
        """When the oldest of them is to be settled."""
        first = (
            next(iter(self._left.values()), None),
            next(iter(self._vacant.values()), None),
            next(iter(self._gathered.values()), None),
        )
        oldest = min((each.at for each in first if each is not None), default=None)
        return None if oldest is None else oldest + WINDOW

    def leave(self, key: Key, leaver: Leaver) -> None:
        """A guest has left."""
        self._left[key] = self._by_room.setdefault(leaver.room, {})[key] = leaver
        self.changed.add(key)

    def leaver(self, key: Key) -> Leaver | None:
        """The guest's departure, if it is that recent."""
        return self._left.get(key)

    def take(self, key: Key) -> Leaver | None:
        """The guest's departure, which is one no more."""
        leaver = self._left.pop(key, None)
        if leaver is not None:
            self.changed.add(key)
            others = self._by_room[leaver.room]
            del others[key]
            if not others:
                del self._by_room[leaver.room]
        return leaver

    def from_room(self, room: str) -> dict[Key, Leaver]:
        """All who have left this room and not come in since."""
        return self._by_room.get(room, {})

    def vacate(self, room: str, vacancy: Vacancy) -> None:
        """The last guest of a room has left."""
        self._vacant[room] = vacancy
        self.changed.add(room)

    def vacancy(self, room: str) -> Vacancy | None:
        """What waits in a room whose last guest has left."""
        return self._vacant.get(room)

    def reopen(self, room: str) -> Vacancy | None:
        """Nothing waits in this room any more; answer what did."""
        vacancy = self._vacant.pop(room, None)
        if vacancy is not None:
            self.changed.add(room)
        return vacancy

    def gather(self, room: str, gathering: Gathering) -> None:
        """Parties have met in a room, or more of them have come."""
        self._gathered.pop(room, None)
        self._gathered[room] = gathering
        self.changed.add(room)

    def gathering(self, room: str) -> Gathering | None:
        """The parties that have met in a room."""
        return self._gathered.get(room)

    def give_number(self, room: str, number: str) -> None:
        """The guest without a number in a room where parties have met has one now."""
        gathering = self._gathered.get(room)
        if gathering is not None:
            self.changed.add(room)
            gathering.aside = None
            for party in gathering.parties:
                party.owners = [number if owner is None else owner for owner in party.owners]

    def disperse(self, room: str) -> Gathering | None:
        """The parties of a room are one from now on, or gone."""
        gathering = self._gathered.pop(room, None)
        if gathering is not None:
            self.changed.add(room)
        return gathering

    def forget(self, room: str) -> None:
        """Nobody comes back to this room: its last departure is final."""
        self.reopen(room)
        self.disperse(room)
        for key in list(self.from_room(room)):
            self.take(key)

    def due(self, now: datetime, is_open: Callable[[str], bool]) -> tuple[list[Key], list[str], list[str]]:
        """Stays, vacant rooms and gatherings that are 20 seconds old; those in rooms of an open resync wait on."""
        before = now - WINDOW
        left = list(_oldest(self._left, before))
        vacant = list(_oldest(self._vacant, before))
        gathered = list(_oldest(self._gathered, before))
        for room in [room for room in gathered if is_open(room)]:
            gathered.remove(room)
            gathering = self._gathered[room]
            gathering.at = now
            self.gather(room, gathering)
        return left, vacant, gathered


def _oldest(each: dict[K, Leaver] | dict[K, Vacancy] | dict[K, Gathering], before: datetime) -> Iterator[K]:
    for key, value in each.items():
        if value.at > before:
            return
        yield key
