"""Do-not-disturb that nobody here decides, and that gives way to a wake-up call: it comes back afterwards.

Somebody has set it in Zoom itself, so no source says what it should be, and nothing but this note knows of it once it
is lifted. It is noted before, in the store, and forgotten when Zoom shows it again: a program that dies in between
brings it back after its next start. Zoom tells nobody else when a person's do-not-disturb ends, so one that was not
ours comes back for the longest time that Zoom takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from desired.said import Field
from observed.extension import Extension
from reconciler.account.memory import Memory
from reconciler.hotel import Hotel
from reconciler.quiet import LEASE
from reconciler.store.rows import Json

NOTE: Final = "put_back"
"""The note in the store: by room and extension number the moment until which it is on, or null."""


class Undisturbed:
    """What wake-up calls have lifted and is to come back; ``kept`` is the note of the last run."""

    def __init__(self, hotel: Hotel, memory: Memory, kept: Json) -> None:
        self._hotel = hotel
        self._memory = memory
        hotel.put_back.update(_understood(kept))

    async def note(self, rooms: Iterable[str], now: datetime) -> None:
        """These rooms' do-not-disturb is about to give way: remember where it is on by nobody's wish."""
        found = {room: on for room in rooms if (on := self._on_by_itself(room, now))}
        if found:
            self._hotel.put_back.update(found)
            await self._keep()

    async def settle(self, now: datetime) -> None:
        """Forget what Zoom shows again, what has run out, and where somebody has decided meanwhile."""
        before = dict(self._hotel.put_back)
        for room, numbers in before.items():
            if room not in self._hotel.lifted:
                self._settle(room, numbers, now)
        if self._hotel.put_back != before:
            await self._keep()

    def _settle(self, room: str, numbers: dict[int, datetime | None], now: datetime) -> None:
        shown = {each.number for each in self._hotel.extensions_of(room) if each.dnd is True}
        left = {
            number: until
            for number, until in numbers.items()
            if number not in shown and (until is None or until > now) and not self._is_decided(room)
        }
        if left:
            self._hotel.put_back[room] = left
        else:
            del self._hotel.put_back[room]

    def _on_by_itself(self, room: str, now: datetime) -> dict[int, datetime | None]:
        if self._is_decided(room):
            return {}
        return {
            each.number: self._until(each, now)
            for each in self._hotel.extensions_of(room)
            if each.dnd is True
        }

    def _is_decided(self, room: str) -> bool:
        return Field.DND in self._hotel.wish(room).fields

    def _until(self, extension: Extension, now: datetime) -> datetime | None:
        if extension.kind == "common_area":
            return None
        lease = self._hotel.leases.get(extension.id)
        ours = lease.until if lease is not None else None
        return ours if ours is not None and ours > now else now + LEASE

    async def _keep(self) -> None:
        note: Json = {
            room: {
                str(number): None if until is None else until.isoformat() for number, until in numbers.items()
            }
            for room, numbers in self._hotel.put_back.items()
        }
        await self._memory.run_first(self._memory.store.put_note, NOTE, note)


def _understood(note: Json) -> dict[str, dict[int, datetime | None]]:
    if not isinstance(note, dict):
        return {}
    return {
        room: {int(number): _moment(until) for number, until in numbers.items()}
        for room, numbers in note.items()
        if isinstance(numbers, dict)
    }


def _moment(text: Json) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
