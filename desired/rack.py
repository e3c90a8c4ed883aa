"""The room rack: who is in which room, read off the words that say so, and kept in step with them."""

from __future__ import annotations

from collections.abc import Mapping

from desired.belongings import with_guests
from desired.guests import Guests
from desired.said import Field, Origin, Source, Words
from desired.sources import shows_adopted_guests

Key = tuple[str, str]
"""A stay: the link whose number it is ("" where no PMS is), and the reservation number."""

_TELLS_GUESTS = frozenset({Source.PMS, Source.DESK})


class Rack:
    """The words of all rooms (``said``), which link has named which room (``named``), and who is where.

    A reservation is in one room at most. ``touched`` collects the rooms whose words have changed.
    """

    def __init__(self, said: Mapping[str, Words], named: Mapping[str, str]) -> None:
        self.said = dict(said)
        self.named = dict(named)
        self.touched: set[str] = set()
        self._guests: dict[str, Guests] = {}
        self._rooms: dict[Key, str] = {}
        for room, words in self.said.items():
            self._read(room, words)

    def words(self, room: str) -> Words:
        """What the sources other than files say of a room."""
        return self.said.get(room, ())

    def guests(self, room: str) -> Guests:
        """The guests in a room, the one shown first."""
        return self._guests.get(room, ())

    def is_known(self, room: str) -> bool:
        """True if PMS or desk ever said who is in the room, or that nobody is."""
        return room in self._guests

    def shows_adopted_guests(self, room: str) -> bool:
        """True if the room still shows who was in it on the day of adoption."""
        return any(shows_adopted_guests(word) for word in self.words(room))

    def link(self, room: str) -> str:
        """The link that has named the room; "" for none."""
        return self.named.get(room, "")

    def key(self, room: str, reservation: str) -> Key:
        """The stay that a reservation number means in this room."""
        return (self.link(room), reservation)

    def where(self, key: Key) -> str | None:
        """The room of a stay."""
        return self._rooms.get(key)

    def write(self, room: str, words: Words) -> None:
        """Keep the words of a room, whose guests are the same as before."""
        if words != self.said.get(room):
            self.said[room] = words
            self.touched.add(room)

    def seat(self, room: str, guests: Guests, origin: Origin, words: Words | None = None) -> None:
        """Keep the guests of a room, and its other words with them if they change too."""
        self._index(room, guests)
        self.said[room] = with_guests(self.words(room) if words is None else words, guests, origin)
        self.touched.add(room)

    def learn(self, room: str, words: Words, link: str | None = None) -> None:
        """Take over words that somebody else has stored, and the link that has named the room ("": none)."""
        self._index(room, ())
        self._guests.pop(room, None)
        if link:
            self.named[room] = link
        elif link is not None:
            self.named.pop(room, None)
        self.said[room] = words
        self._read(room, words)

    def name(self, room: str, link: str, origin: Origin) -> None:
        """A link has named a room: its reservation numbers are that link's from now on.

        Whoever is already known to the link in another room is there, and not in this one.
        """
        if self.named.get(room) == link:
            return
        guests = self.guests(room)
        if guests:
            self._index(room, ())
        self.named[room] = link
        here = tuple(each for each in guests if (link, each.reservation) not in self._rooms)
        if here != guests:
            self.seat(room, here, origin)
        elif guests:
            self._index(room, guests)

    def _read(self, room: str, words: Words) -> None:
        told = [word for word in words if word.field is Field.GUESTS and word.origin.source in _TELLS_GUESTS]
        if told:
            self._index(room, max(told, key=lambda word: word.origin.moment).value or ())

    def _index(self, room: str, guests: Guests) -> None:
        link = self.link(room)
        for each in self._guests.get(room, ()):
            if each.reservation is not None:
                self._rooms.pop((link, each.reservation), None)
        for each in guests:
            if each.reservation is not None:
                self._rooms[link, each.reservation] = room
        self._guests[room] = guests
