"""Whether a wake-up call may ring for as long as it should: a room's own forwarding must not take it away before.

A call that is forwarded comes back to us and wakes nobody, so Zoom is asked for the timers of every room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from drivers.zoom.handling import BUSINESS, CLOSED, Handling
from reconciler.app.doctor.finding import Finding, Level
from reconciler.app.doctor.handlings import Read, rooms_by_reason
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some

ENDS: Final = "disconnect"
"""Zoom's word for a call that is simply over when nobody answers; all others go on to somebody else."""
NOT_SHOWN: Final = "Zoom shows it of users only whose calls are forwarded outside as well"

_WHAT: Final = "ring time"
_COMPARE: Final = (
    "compare it in Zoom (call handling, ring time): a wake-up call that is forwarded wakes nobody"
)


@dataclass(slots=True)
class _Judged:
    """The timers that are too short by hours, and why others are not known."""

    short: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unknown: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    good: int = 0


def ring_times(settings: Settings, reads: Iterable[Read]) -> Iterator[Finding]:
    """Compare `voice.wakeup.ring` with what was read of every room. Nothing where there are no lines."""
    if settings.sip is None:
        return
    ring = (settings.voice or Voice()).wakeup.ring
    judged = _Judged()
    for read in reads:
        _judge(read, ring, judged)
    yield from _findings(ring, judged)


def not_verified(settings: Settings, why: str) -> Iterator[Finding]:
    """Zoom could not be asked at all."""
    if settings.sip is not None:
        yield Finding("off", _WHAT, f"not verified: {why}", _COMPARE)


def _judge(read: Read, ring: float, judged: _Judged) -> None:
    reason = read.reason
    for hours, handling in read.handling.items():
        if handling.rings is None:
            reason = reason or NOT_SHOWN
        elif _takes_it_away(handling, ring):
            judged.short[hours].append(f"{read.room} ({handling.rings} s)")
            return
    if reason:
        judged.unknown[reason].append(read.room)
    else:
        judged.good += 1


def _takes_it_away(handling: Handling, ring: float) -> bool:
    return handling.rings is not None and ring >= handling.rings and handling.unanswered.action != ENDS


def _findings(ring: float, judged: _Judged) -> Iterator[Finding]:
    levels: tuple[tuple[str, Level, str], ...] = (
        (BUSINESS, "bad", ""),
        (CLOSED, "warn", " in closed hours"),
    )
    for hours, level, when in levels:
        if rooms := judged.short.get(hours):
            forwards = f"by then Zoom forwards the call{when} in the rooms {some(sorted(rooms))}"
            said = f"voice.wakeup.ring is {ring:g} s, and {forwards}"
            fix = "let their telephones ring for longer (Zoom, call handling), or shorten voice.wakeup.ring"
            yield Finding(level, _WHAT, said, fix)
    for reason, rooms in rooms_by_reason(judged.unknown):
        yield Finding("off", _WHAT, f"not verified in the rooms {some(rooms)}: {reason}", _COMPARE)
    if judged.good:
        yield Finding(
            "ok", _WHAT, f"{judged.good} telephones ring for longer than voice.wakeup.ring ({ring:g} s)"
        )
