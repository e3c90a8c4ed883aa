"""What becomes of an emergency call from a room: whether it is told where it comes from, and can be called back.

Only looked at. Where emergency calls go, and from which address, is the account's own to set.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Final

from desired.said import Field
from drivers.zoom.addresses import NEEDED, Address
from drivers.zoom.driver import ZoomDriver
from observed.extension import Extension
from reconciler.account.capability import Feature
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.rounds import go_round
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.errors import CallError
from reconciler.hotel import Hotel

SAYS_WHERE: Final = frozenset({"extension", "room", "mailbox"})
"""Variables of templates that tell the room."""

_ADDRESS: Final = "emergency address"
_CALL_BACK: Final = "emergency call-back"
_NAMES: Final = "emergency names"
_SEE: Final = "look at it in Zoom (Phone System Management, emergency addresses)"


def names_for_help(settings: Settings, hotel: Hotel) -> Iterator[Finding]:
    """Whether every name that a caller for help is seen by tells the room."""
    names = settings.names
    shown = {"names.occupied.display": names.occupied.display, "names.vacant.display": names.vacant.display}
    if names.device is not None:
        shown |= {"names.device.occupied": names.device.occupied, "names.device.vacant": names.device.vacant}
    silent = [setting for setting, text in shown.items() if SAYS_WHERE.isdisjoint(_variables(text))]
    if silent:
        said = f"{' and '.join(silent)} would not tell who helps in an emergency which room calls"
        yield Finding("warn", _NAMES, said, "put ${extension} or ${room} into the template")
    own = [room for room in hotel.roster.known_rooms() if _has_a_name_of_its_own(hotel, room)]
    if own:
        said = f"documents give a name without the room's number in the rooms {some(own)}"
        yield Finding("warn", _NAMES, said, "put the extension into name.display, or take the name out")
    if not silent and not own:
        yield Finding("ok", _NAMES, "every name tells the room")


def _variables(template: str) -> Iterable[str]:
    return Template(template).get_identifiers()


def _has_a_name_of_its_own(hotel: Hotel, room: str) -> bool:
    """True if somebody gave the room a display name in which none of its numbers stands."""
    name = hotel.wish(room).get(Field.NAME_DISPLAY)
    if not name:
        return False
    numbers = {room, *hotel.roster.extensions_in(room)}
    return not any(re.search(rf"(?<!\d){re.escape(number)}(?!\d)", name) for number in numbers)


def call_backs(settings: Settings, hotel: Hotel, driver: ZoomDriver) -> Iterator[Finding]:
    """Whether a room that does not want to be disturbed can be called back; the lists are read."""
    areas = [
        room
        for room in hotel.roster.known_rooms()
        if any(extension.kind == "common_area" for extension in hotel.extensions_of(room))
    ]
    if not areas or not driver.capabilities().has(Feature.RING_SWITCH):
        return
    if settings.zoom.events != "off":
        said = "phone.emergency_alert lets a room ring for an hour, whatever do-not-disturb says"
        yield Finding("ok", _CALL_BACK, said)
        return
    said = (
        "do-not-disturb of a common area keeps its telephone from ringing, also for who calls back after an emergency"
        f" call: the rooms {some(areas)}"
    )
    fix = "set zoom.events and subscribe to phone.emergency_alert, or end do-not-disturb by hand after such a call"
    yield Finding("warn", _CALL_BACK, said, fix)


@dataclass(slots=True)
class _Read:
    """What was read: rooms by how their address is, and why others are not known."""

    rooms: Mapping[Address, set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown: Mapping[str, set[str]] = field(default_factory=lambda: defaultdict(set))


async def addresses(hotel: Hotel, driver: ZoomDriver) -> AsyncIterator[Finding]:
    """Which rooms help would not find; the lists are read."""
    read = _Read()
    await go_round(hotel, lambda room, extension: _look(room, extension, driver, read))
    for finding in _findings(read):
        yield finding


def not_verified(why: str) -> Finding:
    """Zoom could not be asked at all."""
    return Finding("off", _ADDRESS, f"not verified: {why}", _SEE)


async def _look(room: str, extension: Extension, driver: ZoomDriver, read: _Read) -> None:
    reason = driver.capabilities().reason(NEEDED[extension.kind])
    if not reason:
        try:
            read.rooms[await driver.addresses.of(extension)].add(room)
        except CallError as error:
            reason = error.message
    if reason:
        read.unknown[reason].add(room)


def _findings(read: _Read) -> Iterator[Finding]:
    if missing := read.rooms.get(Address.MISSING):
        said = (
            f"Zoom has none for the rooms {some(sorted(missing))}: help may be sent elsewhere, or not at all"
        )
        yield Finding(
            "warn", _ADDRESS, said, "give them one in Zoom (Phone System Management, emergency addresses)"
        )
    if doubtful := read.rooms.get(Address.UNVERIFIED):
        said = f"Zoom has not verified that of the rooms {some(sorted(doubtful))}"
        yield Finding("warn", _ADDRESS, said, _SEE)
    for reason, rooms in sorted(read.unknown.items()):
        yield Finding("off", _ADDRESS, f"not verified in the rooms {some(sorted(rooms))}: {reason}", _SEE)
    if good := read.rooms.get(Address.THERE):
        yield Finding("ok", _ADDRESS, f"{len(good)} rooms have one")
