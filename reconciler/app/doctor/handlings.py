"""What Zoom does with calls to every room: read once, and looked at for ring times and for forwarding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drivers.zoom.driver import ZoomDriver
from drivers.zoom.handling import BUSINESS, CLOSED, NEEDED, Handling, Hours
from observed.extension import Extension
from reconciler.app.doctor.rounds import go_round
from reconciler.errors import CallError
from reconciler.hotel import Hotel


@dataclass(slots=True)
class Read:
    """The call handling of one extension by hours, and why some of it is not known ("": all that there is is known).

    Closed hours are left out where Zoom has said lately that there are none.
    """

    room: str
    extension: Extension
    handling: dict[Hours, Handling] = field(default_factory=dict)
    reason: str = ""


async def read_handlings(hotel: Hotel, driver: ZoomDriver, now: datetime) -> tuple[Read, ...]:
    """Every extension of every room in the order of the rooms; the lists are read."""
    found: list[Read] = []

    async def look(room: str, extension: Extension) -> None:
        read = Read(room, extension)
        found.append(read)
        await _fill(read, hotel, driver, now)

    await go_round(hotel, look)
    return tuple(sorted(found, key=lambda each: (each.room, each.extension.number)))


async def _fill(read: Read, hotel: Hotel, driver: ZoomDriver, now: datetime) -> None:
    for hours in (BUSINESS,) if hotel.always_open(read.extension.number, now) else (BUSINESS, CLOSED):
        read.reason = driver.capabilities().reason(NEEDED[read.extension.kind])
        if read.reason:
            return
        try:
            read.handling[hours] = await driver.handlings.of(read.extension, hours)
        except CallError as error:
            read.reason = error.message
            return


def rooms_by_reason(reads: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Why nothing is known, each with its rooms."""
    return [(reason, sorted(set(rooms))) for reason, rooms in sorted(reads.items())]
