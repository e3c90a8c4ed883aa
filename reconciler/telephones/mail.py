"""The guest mailboxes: which messages are whose, wherever a guest is by now, and how many the PMS knows of.

A message belongs to a stay and not to a room. Guests with a reservation are known by it, so that their messages go
with them when they move or swap, and stay away from whoever comes next. Guests without one are known by their room,
the moment as of which its mailbox was cleared, and their name. Nothing has to be told of a check-out: whose stay is
in no room has left, and his messages are kept for the hotel alone. Who comes back has them again, as after a
check-out by mistake; but where not even a name is known, whoever comes next is somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import anyio

from desired.events import Told
from desired.said import Field, Source
from drivers.voice.messages import Archived, Message
from reconciler.account.memory import Memory
from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.stays.owed import MessagesOwed, Owed
from reconciler.stays.reception import StoredReception
from reconciler.store.rows import Json, MessageRow

if TYPE_CHECKING:
    from desired.document import Guest

COUNTS: Final = "message counts"
"""The note that says what the PMS was told of each room: new and saved messages."""

LOOK_EVERY: Final = 1.0
"""Seconds between looks at rooms whose guests may have changed."""

BREATH: Final = 50
"""Rooms that are looked at in one go."""

_NAMELESS: Final = re.compile(r".+ since \S+")
"""A stay of which only the room is known."""

Count = tuple[int, int]

Owe = Callable[[Sequence[Owed], Mapping[str, Json]], Awaitable[object]]
"""Tells the PMS, and keeps these notes by name, both or neither."""


class Mail:
    """The index of all messages (``drivers.voice.messages``), and the lamp at each room's telephone.

    ``owe`` tells the PMS and notes it at once, so that no crash in between lets it hear a count twice.
    """

    def __init__(
        self, hotel: Hotel, memory: Memory, clock: Clock, owe: Owe, rows: Iterable[MessageRow], told: Json
    ) -> None:
        self._hotel = hotel
        self._memory = memory
        self._clock = clock
        self._owe = owe
        self._rows = {row.id: row for row in rows}
        self._told = counts_in(told)
        self._stays: dict[str, frozenset[str]] = {}
        self._rooms: dict[str, str] = {}
        self._changed = set(hotel.roster.known_rooms())
        self._one_at_a_time = anyio.Lock()

    # What the telephone asks

    def stay(self, room: str) -> str:
        """The stay that this room is in now; "" while it is vacant."""
        return _packed(_stays_in(self._hotel, room))

    def waiting(self, room: str) -> Sequence[Message]:
        """The messages of the present stay, oldest first: never one of a guest who has left."""
        here = _stays_in(self._hotel, room)
        return [
            Message(row.id, row.at, row.seconds, row.caller, row.saved)
            for row in self._rows.values()
            if not here.isdisjoint(_stays_of(row)) and not _is_cleared(row, self._hotel, room)
        ]

    def counts(self, room: str) -> Count:
        """New and saved messages of a room."""
        saved = [message.saved for message in self.waiting(room)]
        return saved.count(False), saved.count(True)

    def told(self) -> Mapping[str, Count]:
        """The rooms with messages: how many new and saved ones, as the PMS was told last."""
        return self._told

    async def leave(self, stay: str, message: Message) -> None:
        """Enter a new message of that stay, in whatever room it is by now; archived at once if it has ended."""
        async with self._one_at_a_time:
            self._look_at(self._changed)
            row = MessageRow(message.id, "", stay, message.at, message.seconds, message.caller, message.saved)
            await self._enter([self._placed(row)])

    async def keep(self, message: Message) -> None:
        """The guest has heard it and keeps it."""
        async with self._one_at_a_time:
            row = self._rows.get(message.id)
            if row is not None and not row.saved:
                await self._enter([replace(row, saved=True)])

    async def delete(self, message: Message) -> None:
        """The guest has deleted it."""
        async with self._one_at_a_time:
            await self._drop([message.id])

    def archived(self) -> Sequence[Archived]:
        """The messages of past stays."""
        return [
            Archived(row.id, row.room, row.stay, row.left_at)
            for row in self._rows.values()
            if row.left_at is not None
        ]

    async def forget(self, ids: Sequence[str]) -> None:
        """These messages of past stays are gone for good."""
        async with self._one_at_a_time:
            await self._drop(ids)

    # Who is where

    def look(self, rooms: Iterable[str]) -> None:
        """The guests of these rooms may have changed."""
        self._changed.update(rooms)

    async def run(self) -> None:
        """Follow the guests through the house until cancelled."""
        while True:
            if self._changed:
                async with self._one_at_a_time:
                    await self._follow()
            await self._clock.sleep(LOOK_EVERY)

    async def _follow(self) -> None:
        looked = sorted(self._changed)
        for start in range(0, len(looked), BREATH):
            self._look_at(looked[start : start + BREATH])
            await anyio.lowlevel.checkpoint()
        now = {id_: self._placed(row) for id_, row in self._rows.items()}
        await self._enter([row for id_, row in now.items() if row != self._rows[id_]])

    def _look_at(self, rooms: Iterable[str]) -> None:
        for room in list(rooms):
            for stay in self._stays.pop(room, ()):
                if self._rooms.get(stay) == room:
                    del self._rooms[stay]
            self._stays[room] = here = _stays_in(self._hotel, room)
            self._rooms |= dict.fromkeys(here, room)
            self._changed.discard(room)

    def _room_of(self, row: MessageRow) -> str | None:
        """Where its guests are now; if they shared a room and parted, the message is with the first of them."""
        return next((self._rooms[stay] for stay in _stays_of(row) if stay in self._rooms), None)

    def _placed(self, row: MessageRow) -> MessageRow:
        """The message where its guests are now; if they have left, or a file wants it gone, it is of a past stay."""
        room = self._room_of(row)
        if room is None or _is_cleared(row, self._hotel, room):
            return replace(row, left_at=row.left_at or self._clock.now())
        return replace(row, room=room, left_at=None)

    # The store, and the PMS

    async def _enter(self, rows: Sequence[MessageRow]) -> None:
        if rows:
            await self._memory.run_first(self._memory.store.enter_messages, rows)
            self._rows |= {row.id: row for row in rows}
        await self._tell()

    async def _drop(self, ids: Sequence[str]) -> None:
        await self._memory.run_first(self._memory.store.forget_messages, ids)
        for id_ in ids:
            self._rows.pop(id_, None)
        await self._tell()

    async def _tell(self) -> None:
        """Tell the PMS of rooms whose count is not what it was told last."""
        rooms = {row.room for row in self._rows.values() if row.left_at is None}
        now = {room: count for room in rooms if (count := self.counts(room)) != (0, 0)}
        news = [room for room in now.keys() | self._told.keys() if now.get(room) != self._told.get(room)]
        if not news:
            return
        owed = [_owed(room, now.get(room, (0, 0)), self._told.get(room, (0, 0))) for room in sorted(news)]
        await self._owe(owed, {COUNTS: {room: list(count) for room, count in now.items()}})
        self._told = now


def _owed(room: str, now: Count, told: Count) -> MessagesOwed:
    return MessagesOwed(room, *now, lamp_stays=bool(now[0]) == bool(told[0]))


def counter(rows: Iterable[MessageRow], hotel: Hotel) -> Callable[[str], Count]:
    """What tells the new and saved messages of a room, for who only looks at the store."""
    by_stay: dict[str, dict[str, MessageRow]] = {}
    for row in rows:
        for stay in _stays_of(row):
            by_stay.setdefault(stay, {})[row.id] = row

    def counts(room: str) -> Count:
        found: dict[str, MessageRow] = {}
        for stay in _stays_in(hotel, room) if by_stay else ():
            found |= by_stay.get(stay, {})
        saved = [row.saved for row in found.values() if not _is_cleared(row, hotel, room)]
        return saved.count(False), saved.count(True)

    return counts


def _is_cleared(row: MessageRow, hotel: Hotel, room: str) -> bool:
    """True if a file wants the mailbox empty as of a later time; others clear at the bounds of a stay anyway."""
    said = hotel.wish(room).fields.get(Field.CLEARED)
    if said is None or said.value is None or said.origin.source is not Source.FILE:
        return False
    cleared: datetime = said.value
    return row.at <= (cleared if cleared.tzinfo else cleared.replace(tzinfo=hotel.house.zone))


def _stays_in(hotel: Hotel, room: str) -> frozenset[str]:
    """What tells the guests of a room from those before and after them; nothing while it is vacant."""
    wish = hotel.wish(room)
    if wish.get(Field.OCCUPIED) is False:
        return frozenset()
    cleared = wish.get(Field.CLEARED)
    since = f"{room} since {cleared.isoformat() if cleared else 'ever'}"
    guests: Iterable[Guest] = wish.get(Field.GUESTS) or ()
    known = frozenset(guest.reservation or f"{since} {_alias(guest)}" for guest in guests)
    return known or frozenset({since})


def _alias(guest: Guest) -> str:
    """What tells guests without a reservation apart, and does not say their name."""
    name = "\n".join((each or "").strip().casefold() for each in (guest.first, guest.last))
    return blake2b(name.encode(), digest_size=8).hexdigest()


def _packed(stays: frozenset[str]) -> str:
    return "\n".join(sorted(stays))


def stays_named(row: MessageRow) -> list[str]:
    """By what the guests of a message are known: reservation numbers, or room, time and a digest of the name."""
    return row.stay.split("\n") if row.stay else []


def _stays_of(row: MessageRow) -> list[str]:
    """The same, as far as he may come back: in a stay without names, nobody who has left does."""
    stays = stays_named(row)
    return stays if row.left_at is None else [stay for stay in stays if not _NAMELESS.fullmatch(stay)]


def counts_in(told: Json) -> dict[str, Count]:
    """What the PMS was told of each room, as the note has it."""
    return {room: _count(count) for room, count in told.items()} if isinstance(told, dict) else {}


def _count(value: Json) -> Count:
    new, saved = value if isinstance(value, list) else (0, 0)
    return int(str(new)), int(str(saved))


async def counted(
    reception: StoredReception, clock: Clock, owed: Sequence[Owed], notes: Mapping[str, Json]
) -> None:
    """Tell the PMS how many messages wait, and keep these notes with it."""
    now = clock.now()
    await reception.tell((), Told(Source.PHONE, "guest mailbox", now, now), owed, notes=notes)
