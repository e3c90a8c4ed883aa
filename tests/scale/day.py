"""A day of many hotels, compressed: guests leave in the morning, others come in the afternoon."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import anyio

from tests.scale.world import Property, World, guest

NEW: Final = 1_000_000
"""The number from which on guests have come during the day."""

What = Literal["comes", "leaves", "corrected"]


@dataclass(frozen=True, slots=True)
class Event:
    """What is to happen at which part of the day (0 to 1)."""

    at: float
    what: What
    place: Property
    room: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a PMS was made to tell, and when (monotonic seconds)."""

    at: float
    what: What
    place: Property
    room: str


def day(world: World, changing: float) -> list[Event]:
    """That part of all rooms changes: an occupied one gets other guests, a vacant one is filled."""
    found: list[Event] = []
    for number, (place, room) in enumerate(world.rooms()):
        if (number * 0.754877666246693) % 1 >= changing:
            continue
        early, late = _spread(number, 0.569840290998053), _spread(number, 0.362)
        if not place.pms.house.room(room).vacant:
            found.append(Event(_peak(early, 0.15, 0.45), "leaves", place, room))
        found.append(Event(_peak(late, 0.5, 0.95), "comes", place, room))
    return sorted(found, key=lambda event: event.at)


def _spread(number: int, step: float) -> float:
    return (number * step) % 1


def _peak(part: float, begins: float, ends: float) -> float:
    """A moment between the two; most lie around the middle, as an arcsine lays them."""
    middle = 0.5 + math.asin(2 * part - 1) / math.pi
    return begins + (ends - begins) * middle


async def lived(events: Iterable[Event], seconds: float) -> list[Told]:
    """Let all of it happen within so many seconds; what was told when."""
    begun, told = time.monotonic(), list[Told]()
    for number, event in enumerate(events):
        late = begun + event.at * seconds - time.monotonic()
        if late > 0 or number % 20 == 0:
            await anyio.sleep(max(late, 0))
        told.append(happen(event.what, event.place, event.room, NEW + number))
    return told


def happen(what: What, place: Property, room: str, number: int) -> Told:
    """Let it happen now."""
    at = time.monotonic()
    if what == "leaves":
        place.pms.check_out(room)
    elif what == "comes":
        place.pms.check_in(room, guest(number))
    else:
        who = guest(number)
        place.pms.change(room, first=who.first, last=who.last)
    return Told(at, what, place, room)


def delays(told: Iterable[Told]) -> Iterator[float]:
    """Seconds from each telling until the next write to that telephone came to Zoom; infinity where none did."""
    written: dict[str, list[float]] = {}
    seen: set[int] = set()
    each = list(told)
    for one in each:
        cloud = one.place.cloud
        if id(cloud) in seen:
            continue
        seen.add(id(cloud))
        for call in cloud.calls:
            if call.method == "PATCH":
                written.setdefault(call.path, []).append(call.at_monotonic)
    for one in each:
        path = f"/users/{one.place.cloud.extension(int(one.room)).id}"
        yield min((at for at in written.get(path, ()) if at >= one.at), default=math.inf) - one.at
