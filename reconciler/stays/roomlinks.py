"""Which PMS link feeds a room, has named it last, and how its PMS calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from desired.stays import Stays
from reconciler.hotel import Hotel
from reconciler.stays.page import Page, Step
from reconciler.store.rows import PmsRoomRow

Feeds = Mapping[str, Callable[[str], bool]]
"""The links by name, and which rooms each feeds."""


class RoomLinks:
    """The rooms of a property as its links see them; ``rows`` are those that stand in the store."""

    def __init__(self, hotel: Hotel, stays: Stays, feeds: Feeds, rows: Mapping[str, PmsRoomRow]) -> None:
        self._hotel = hotel
        self._stays = stays
        self._feeds = feeds
        self._rows = dict(rows)

    def links(self) -> tuple[str, ...]:
        """The PMS links of the configuration."""
        return tuple(self._feeds)

    def link_of(self, room: str) -> str:
        """The link that has named a room, or else the first that feeds it; "" if none does."""
        known = self._stays.named.get(room)
        return known or next((link for link, feeds in self._feeds.items() if feeds(room)), "")

    def name_of(self, link: str, room: str) -> str:
        """How a link's PMS calls a room."""
        row = self._rows.get(room)
        return row.name if row is not None and row.link == link else room

    def row_of(self, room: str) -> PmsRoomRow | None:
        """Which link named a room last, and how; None if none has."""
        return self._rows.get(room)

    def feeds(self, link: str, room: str) -> bool:
        """True if a link feeds a room, whether we look after it or not."""
        return self._feeds[link](room)

    def ours(self, link: str, rooms: Iterable[str]) -> bool:
        """True if a link feeds all of these rooms, and we look after them."""
        feeds = self._feeds[link]
        return all(feeds(room) and self._hotel.roster.is_ours(room) for room in rooms)

    def fed(self, link: str) -> list[str]:
        """The rooms of ``rooms:`` that a link feeds."""
        table = self._hotel.roster.table
        return [room for room in table.rooms if self._feeds[link](room)] if table is not None else []

    def strangers(self, link: str) -> list[str]:
        """Rooms that a link's PMS has named and that are not ours."""
        named = (room for room, by in self._stays.named.items() if by == link)
        return sorted(room for room in named if not self._hotel.roster.is_ours(room))

    def unmentioned(self) -> list[str]:
        """Rooms of ``rooms:`` of which nobody knows who is in, although a link that feeds them has told of its rooms.

        What the desk says of one counts, too: a PMS may never name it.
        """
        told = {room for link in self._feeds if self._stays.settled(link) for room in self.fed(link)}
        return sorted(room for room in told - self._stays.named.keys() if not self._stays.is_known(room))

    def note(self, step: Step, room: str, link: str, name: str, at: datetime) -> None:
        """A link has named a room so; named for the first time it is another room for files."""
        known = step.named.get(room) or self._rows.get(room)
        if self._stays.named.get(room) != link:
            return
        if known is None or (known.link, known.name) != (link, name):
            step.named[room] = PmsRoomRow(room, link, name, at)
            step.rooms.add(room)

    def take(self, page: Page) -> None:
        """The page stands in the store."""
        self._rows |= {row.room: row for row in page.named}
        if page.named:
            self._hotel.pms_rooms = frozenset(self._stays.named)
