"""Whether a wake-up call may ring for as long as it should: a room's own forwarding must not take it away before.

A call that is forwarded comes back to us and wakes nobody, so Zoom is asked for the timers of every room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from drivers.zoom.driver import ZoomDriver
from drivers.zoom.handling import HOURS, NEEDED, Handling
from observed.extension import Extension
from reconciler.account.capability import Capabilities
from reconciler.app.doctor.finding import Finding, Level
from reconciler.app.doctor.rounds import go_round
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.errors import CallError
from reconciler.hotel import Hotel

ENDS: Final = "disconnect"
"""Zoom's word for a call that is simply over when nobody answers; all others go on to somebody else."""
NOT_SHOWN: Final = "Zoom shows it of users only whose calls are forwarded outside as well"

_WHAT: Final = "ring time"
_COMPARE: Final = (
    "compare it in Zoom (call handling, ring time): a wake-up call that is forwarded wakes nobody"
)


@dataclass(slots=True)
class _Read:
    """What was read: the timers that are too short by hours, and why others are not known."""

    short: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unknown: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    good: int = 0


async def ring_times(settings: Settings, hotel: Hotel, driver: ZoomDriver) -> AsyncIterator[Finding]:
    """Compare `voice.wakeup.ring` with every room; the lists are read. Nothing where there are no lines."""
    if settings.sip is None:
        return
    ring = (settings.voice or Voice()).wakeup.ring
    read = _Read()
    await go_round(hotel, lambda room, extension: _look(room, extension, ring, driver, read))
    for finding in _findings(ring, read):
        yield finding


def not_verified(settings: Settings, why: str) -> Iterator[Finding]:
    """Zoom could not be asked at all."""
    if settings.sip is not None:
        yield Finding("off", _WHAT, f"not verified: {why}", _COMPARE)


async def _look(room: str, extension: Extension, ring: float, driver: ZoomDriver, read: _Read) -> None:
    for hours in HOURS:
        reason = _unreadable(extension, driver.capabilities())
        if not reason:
            try:
                handling = await driver.handlings.of(extension, hours)
            except CallError as error:
                reason = error.message
            else:
                reason = NOT_SHOWN if handling.rings is None else ""
        if reason:
            read.unknown[reason].append(room)
            return
        if _takes_it_away(handling, ring):
            read.short[hours].append(f"{room} ({handling.rings} s)")
            return
    read.good += 1


def _unreadable(extension: Extension, capabilities: Capabilities) -> str:
    return capabilities.reason(NEEDED[extension.kind])


def _takes_it_away(handling: Handling, ring: float) -> bool:
    return handling.rings is not None and ring >= handling.rings and handling.unanswered != ENDS


def _findings(ring: float, read: _Read) -> Iterator[Finding]:
    levels: tuple[tuple[str, Level, str], ...] = (
        ("business_hours", "bad", ""),
        ("closed_hours", "warn", " in closed hours"),
    )
    for hours, level, when in levels:
        if rooms := read.short.get(hours):
            forwards = f"by then Zoom forwards the call{when} in the rooms {some(sorted(rooms))}"
            said = f"voice.wakeup.ring is {ring:g} s, and {forwards}"
            fix = "let their telephones ring for longer (Zoom, call handling), or shorten voice.wakeup.ring"
            yield Finding(level, _WHAT, said, fix)
    for reason, rooms in sorted(read.unknown.items()):
        yield Finding(
            "off", _WHAT, f"not verified in the rooms {some(sorted(set(rooms)))}: {reason}", _COMPARE
        )
    if read.good:
        yield Finding(
            "ok", _WHAT, f"{read.good} telephones ring for longer than voice.wakeup.ring ({ring:g} s)"
        )
