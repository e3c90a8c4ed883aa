"""The house as the telephone side sees it: rooms as they are now, and what guests and staff change from there.

Every change goes the way of the desk's words, through the reception: it stands in the store with its effects before
anybody hears "done".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, get_args

from desired.events import Event, StatusTold, Told, WakeupAsked, WakeupCancelled
from desired.said import Field, Source
from drivers.voice.house import RoomFacts
from drivers.voice.housekeeping import Recorded
from reconciler.account.memory import Memory
from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.stays.owed import DoNotDisturbOwed, Owed, RoomState, RoomStateOwed
from reconciler.stays.reception import StoredReception
from reconciler.store.rows import Happened, HappeningRow, Json

STATES: Final = "room states"
"""The note that holds what housekeeping has said of each room: status, staff id and moment."""

_TOLD_TO_PMS: Final = frozenset(get_args(RoomState))
"""Statuses for which a PMS has a word; others are for the hotel's own eyes (FIAS, section 9, RS)."""

_WHERE: Final = "telephone of room {}"


class Extensions(Mapping[str, str]):
    """The rooms of a hotel by their extensions, with and without leading zeros, as they are at each look."""

    def __init__(self, hotel: Hotel) -> None:
        self._hotel = hotel

    def __getitem__(self, extension: str) -> str:
        room = (
            self._hotel.roster.room_of(int(extension))
            if extension.isascii() and extension.isdecimal()
            else None
        )
        if room is None:
            raise KeyError(extension)
        return room

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number in self._hotel.roster.sought())

    def __len__(self) -> int:
        return len(self._hotel.roster.sought())


class Refused(Exception):
    """The house does not do what was asked on the telephone."""


class Guestrooms:
    """Fulfils ``drivers.voice.house.House``."""

    def __init__(self, hotel: Hotel, reception: StoredReception, memory: Memory, clock: Clock) -> None:
        self._hotel = hotel
        self._reception = reception
        self._memory = memory
        self._clock = clock

    def facts(self, room: str) -> RoomFacts:
        """A room of the room table as it is now; one of which nobody has told counts as occupied."""
        wish = self._hotel.wish(room)
        guests = wish.get(Field.GUESTS) or ()
        first = guests[0] if guests else None
        occupied = wish.get(Field.OCCUPIED) is not False
        return RoomFacts(
            self._hotel.facts(room, occupied, self._clock.now()).extensions,
            occupied,
            (first.language if first else None) or self._hotel.house.language,
            vip=any(guest.vip for guest in guests),
            do_not_disturb=wish.get(Field.DND) not in {None, "off"},
        )

    async def set_do_not_disturb(self, room: str, *, on: bool) -> None:
        """The guest wants this; the PMS hears it where its link reports the sign at the door.

        Refused while a document decides it, since the telephone would go on as before.
        """
        said = self._hotel.wish(room).fields.get(Field.DND)
        if said is not None and said.origin.source is Source.FILE:
            raise Refused(f"room {room}: {said.origin.where} decides do-not-disturb")
        event = StatusTold(room, {Field.DND: "on" if on else "off"})
        await self._tell(room, event, owed=(DoNotDisturbOwed(room, on),))

    def wakeups(self, room: str) -> Sequence[datetime]:
        """The room's wake-up calls to come, earliest first."""
        now = self._clock.now()
        return [e.at for e in self._reception.ledger.of_room(room) if e.open and e.due > now]

    async def set_wakeup(self, room: str, at: datetime) -> None:
        """The guest wants a wake-up call."""
        await self._tell(room, WakeupAsked(room, at))

    async def cancel_wakeup(self, room: str, at: datetime) -> None:
        """The guest does not want it any more. One that is gone already is fine."""
        if at in self.wakeups(room):
            await self._tell(room, WakeupCancelled(room, at))

    async def record_status(self, room: str, recorded: Recorded, staff: str) -> None:
        """Housekeeping says how the room is: noted, and told to the PMS where that has a word for it."""
        await self._memory.run_first(self._write_down, room, recorded, staff)
        if recorded.status in _TOLD_TO_PMS:
            state: Any = recorded.status
            await self._tell(room, owed=(RoomStateOwed(room, state, staff or None),))

    def _write_down(self, room: str, recorded: Recorded, staff: str) -> None:
        store, now = self._memory.store, self._clock.now()
        states = store.note(STATES)
        known: dict[str, Json] = dict(states) if isinstance(states, dict) else {}
        known[room] = [recorded.status, staff, now.isoformat()]
        body: Json = {
            "from": "telephone",
            "status": recorded.status,
            "occupied": recorded.occupied,
            "disagrees": recorded.disagrees,
        }
        with store.together():
            store.put_note(STATES, known)
            store.note_happenings([HappeningRow(now, Happened.DID, "roomstatus", room, staff, body)])

    async def _tell(self, room: str, *events: Event, owed: Sequence[Owed] = ()) -> None:
        now = self._clock.now()
        told = Told(Source.PHONE, _WHERE.format(room), now, now)
        refused = await self._reception.tell(events, told, owed)
        if refused:
            raise Refused(f"room {room}: {refused}")
