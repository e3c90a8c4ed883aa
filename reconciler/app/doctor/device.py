"""The voice device's own name in Zoom: what a room's telephone may show when we call, and what comes back with it.

Rooms are also found by numbers in display names. So a room's number in the name of the telephone whose lines we use,
or of their extensions, makes a call of ours look as if it came from that room.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final

from drivers.zoom.driver import ZoomDriver
from reconciler.account.capability import Feature
from reconciler.app.doctor.finding import Finding
from reconciler.app.imported import imported_in
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.telephones.guestrooms import Extensions

_WHAT: Final = "voice device"
_AGAIN: Final = "read its accounts again: `reconcile sip import --device NAME`"


async def voice_device(settings: Settings, hotel: Hotel, driver: ZoomDriver) -> AsyncIterator[Finding]:
    """The telephone that was imported, or else the extensions of our accounts; the lists are read."""
    sip, rooms = settings.sip, Extensions(hotel)
    if sip is None:
        return
    if isinstance(sip.accounts, list):
        for own in (account.extension or "" for account in sip.accounts):
            for shown in hotel.observed.at(int(own)) if own.isdecimal() else ():
                yield _named(str(shown.display_name), rooms, own)
        return
    try:
        device = imported_in(settings.state).device
    except Fatal:
        return  # the telephone lines have said so
    if reason := driver.capabilities().reason(Feature.DEVICES):
        yield Finding("off", _WHAT, f"not verified: {reason}")
        return
    found = await driver.provisioning.telephones(device)
    if len(found) == 1:
        yield _named(found[0].name, rooms)
    else:
        gone, many = "is not in Zoom any more, or has another name", f"is the name of {len(found)} telephones"
        yield Finding("warn", _WHAT, f"{device} {many if found else gone}", _AGAIN)


def _named(name: str, rooms: Mapping[str, str], own: str = "") -> Finding:
    number = next(_rooms_in(name, rooms, own), None)
    if number is None:
        return Finding("ok", _WHAT, f"{name} names no room")
    said = f"{name} holds {number}, which is a guest room: a call of ours may be taken for one of that room"
    return Finding("bad", _WHAT, said, "give it a name in Zoom without that number")


def _rooms_in(name: str, rooms: Mapping[str, str], own: str) -> Iterator[str]:
    return (digits for digits in re.findall("[0-9]+", name) if digits in rooms and digits != own)
