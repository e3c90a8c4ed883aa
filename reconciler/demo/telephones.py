"""What the hotel's telephones show at this moment, seen from the simulated Zoom's side of the wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import anyio

from fixtures.hotel import House
from fixtures.hotel_pms import HotelPms
from fixtures.zoom_cloud import Call, ZoomCloud
from fixtures.zoom_cloud.records import User

LOOK_EVERY = 0.004
"""Seconds between looks while somebody waits for a telephone to change."""

PATIENCE = 60.0
"""Seconds after which a telephone that did not change is a failure."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One telephone. ``messages`` are those that Zoom holds, and one for those that the PMS was told of."""

    display: str
    department: str
    disturb: bool
    messages: int


@dataclass(frozen=True, slots=True)
class Telephones:
    """All telephones of the hotel."""

    cloud: ZoomCloud
    pms: HotelPms
    hotel: House

    def at(self, room: str) -> Shown:
        """What the telephone of a room shows now."""
        record = self.cloud.extension(int(room))
        messages = len(record.voicemails) + (self.pms.messages.get(room) == "Y")
        if isinstance(record, User):
            disturb = record.presence_at(self.cloud.clock.now()) != "Do_Not_Disturb"
            return Shown(record.display_name, record.dept, disturb, messages)
        return Shown(record.display_name, record.department, record.ring_device, messages)

    def all(self) -> dict[str, Shown]:
        """What every guest room's telephone shows now."""
        return {room: self.at(room) for room in self.hotel.numbers()}

    def areas(self) -> frozenset[int]:
        """The extensions that are common areas in Zoom."""
        return frozenset(
            area.extension_number for area in self.cloud.common_areas.values() if area.extension_number
        )

    def staff(self) -> list[Shown]:
        """What the telephones of the staff show now."""
        return [self.at(str(person.extension)) for person in self.hotel.staff]

    def concerns(self, call: Call, rooms: Iterable[str]) -> bool:
        """Whether a call to Zoom is about one of these rooms' extensions."""
        return any(self.cloud.extension(int(room)).id in call.path for room in rooms)


SUCCESS = range(200, 300)


def writes(calls: list[Call]) -> list[Call]:
    """The calls that have changed something."""
    return [c for c in calls if c.method in {"PATCH", "PUT", "DELETE"} and c.status in SUCCESS]


async def until(
    true: Callable[[], bool], patience: float = PATIENCE, *, every: float = LOOK_EVERY
) -> float | None:
    """Wait until something is true; the seconds that it took, or None if it did not come true in time."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > patience:
            return None
        await anyio.sleep(every)
    return time.monotonic() - started


def differences(before: dict[str, Shown], now: dict[str, Shown]) -> Iterator[tuple[str, str]]:
    """Sentences about what has changed, with their rooms."""
    for room, new in now.items():
        old = before[room]
        if old.display != new.display:
            yield room, f"Zoom shows “{new.display}” instead of “{old.display}”"
        if old.disturb != new.disturb:
            yield room, "may be disturbed again" if new.disturb else "is not to be disturbed"
        if new.messages < old.messages:
            gone = old.messages - new.messages
            yield room, f"{gone} message{'s' if gone > 1 else ''} deleted"
        elif new.messages > old.messages:
            yield room, "a caller has left a message"
