"""Whether every room's calls come to our lines: those that nobody answers, and those that find it busy.

Without that a caller hears Zoom's own voicemail, or nothing, and the guest's mailbox stays empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from drivers.zoom.handling import BUSINESS, CLOSED, TO_EXTENSION, Handling, Hours, Onward
from reconciler.app.doctor.finding import Finding, Level
from reconciler.app.doctor.handlings import Read, rooms_by_reason
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.hotel import Hotel

SHOW: Final = "`reconcile check --forwarding` tells each, and with --fix sets it"
FIX: Final = "`reconcile check --forwarding --fix` sets it, or set it in Zoom (call handling)"

_WHAT: Final = "forwarding"
_COMPARE: Final = "look at it in Zoom (call handling): without it the guest has no mailbox"

_GOES: Final[Mapping[str, str]] = {
    "forward_to_voicemail": "go to Zoom's own voicemail",
    "forward_to_external_contact": "leave the house",
    "forward_to_external_number": "leave the house",
    "play_message_then_disconnect": "end after a message",
    "play_busy_signal": "hear that it is busy",
    "call_waiting": "wait (call waiting)",
    "disconnect": "end",
}
_IN: Final[Mapping[Hours, str]] = {BUSINESS: "", CLOSED: " in closed hours"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Calls to an extension that do not come to us in these hours; ``bad`` where guests lose messages by it."""

    read: Read
    hours: Hours
    said: str
    level: Level


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong, what is right, and why the rest is not known. ``target`` is Zoom's id of the pilot, if shown."""

    pilot: int
    faults: tuple[Fault, ...]
    good: int
    unknown: Mapping[str, list[str]]
    target: str = ""


def wanted(settings: Settings) -> int | Finding:
    """The extension that calls should come to; otherwise what keeps them from being ours."""
    voice = settings.voice or Voice()
    if settings.message_management or not voice.mailbox.enabled:
        return Finding("off", _WHAT, "not asked for: our mailbox is off, and Zoom keeps the guests' messages")
    if voice.pilot is None:
        said = "not verified: voice.pilot does not say where rooms forward to"
        return Finding("off", _WHAT, said, "set it to the number that rooms dial and forward to")
    if not voice.pilot.isdecimal():
        return Finding(
            "off", _WHAT, f"not verified: voice.pilot {voice.pilot} is no extension number", _COMPARE
        )
    return int(voice.pilot)


def judge(hotel: Hotel, reads: Iterable[Read], pilot: int) -> Judged:
    """Compare what was read of the guest rooms with ``pilot``; extensions outside of `rooms:` are left out."""
    ours = hotel.ids(hotel.roster.known_rooms())
    faults: list[Fault] = []
    unknown: dict[str, list[str]] = defaultdict(list)
    good, target = 0, ""
    for read in reads:
        if read.extension.id not in ours:
            continue
        found = [
            fault
            for hours, handling in read.handling.items()
            for fault in _faults(read, hours, handling, pilot)
        ]
        target = target or next(_targets(read, pilot), "")
        faults += found
        if reason := read.reason or _hidden(read):
            unknown[reason].append(read.room)
        elif not found:
            good += 1
    return Judged(pilot, tuple(faults), good, unknown, target)


def in_short(settings: Settings, hotel: Hotel, reads: Iterable[Read]) -> Iterator[Finding]:
    """For the whole examination: which rooms. Nothing where there are no lines."""
    if settings.sip is None:
        return
    pilot = wanted(settings)
    if isinstance(pilot, Finding):
        yield pilot
        return
    judged = judge(hotel, reads, pilot)
    bad = sorted({fault.read.room for fault in judged.faults if fault.level == "bad"})
    if bad:
        said = f"calls that nobody answers do not go on to voice.pilot ({pilot}) in the rooms {some(bad)}"
        yield Finding("bad", _WHAT, said, SHOW)
    if others := sorted({fault.read.room for fault in judged.faults} - set(bad)):
        calls = "calls to a busy telephone, or in closed hours,"
        said = f"{calls} do not go on to voice.pilot ({pilot}) in the rooms {some(others)}"
        yield Finding("warn", _WHAT, said, SHOW)
    yield from rest(judged)


def one_by_one(judged: Judged) -> Iterator[Finding]:
    """Each room with what is wrong there."""
    return (told(fault, FIX) for fault in judged.faults)


def rest(judged: Judged) -> Iterator[Finding]:
    """The rooms that are right, and those of which it is not known."""
    for reason, rooms in rooms_by_reason(judged.unknown):
        yield Finding("off", _WHAT, f"not verified in the rooms {some(rooms)}: {reason}", _COMPARE)
    if judged.good:
        yield Finding("ok", _WHAT, f"{judged.good} telephones forward to voice.pilot ({judged.pilot})")


def told(fault: Fault, fix: str) -> Finding:
    """One fault with what helps."""
    return Finding(fault.level, name_of(fault.read), fault.said, fix)


def name_of(read: Read) -> str:
    """The room, and its extension where that has another number."""
    number = str(read.extension.number)
    return f"{_WHAT} {read.room}" if read.room == number else f"{_WHAT} {read.room} (extension {number})"


def not_verified(settings: Settings, why: str) -> Iterator[Finding]:
    """Zoom could not be asked at all."""
    if settings.sip is not None and isinstance(wanted(settings), int):
        yield Finding("off", _WHAT, f"not verified: {why}", _COMPARE)


def _faults(read: Read, hours: Hours, handling: Handling, pilot: int) -> Iterator[Fault]:
    ways = (("calls that nobody answers", handling.unanswered), ("calls to a busy telephone", handling.busy))
    astray = [
        (calls, onward) for calls, onward in ways if onward is not None and not _comes_to(onward, pilot)
    ]
    if not astray:
        return
    lost = hours == BUSINESS and not _comes_to(handling.unanswered, pilot)
    said = " and ".join(f"{calls}{_IN[hours]} {_goes(onward)}" for calls, onward in astray)
    yield Fault(read, hours, f"{said}, not on to {pilot}", "bad" if lost else "warn")


def _comes_to(onward: Onward, pilot: int) -> bool:
    """What Zoom does not show is no fault: it is not verified."""
    return not onward.action or (onward.action == TO_EXTENSION and onward.number == pilot)


def _goes(onward: Onward) -> str:
    if onward.action == TO_EXTENSION:
        return f"go on to {'another extension' if onward.number is None else onward.number}"
    return _GOES.get(onward.action, f"are treated by Zoom as {onward.action}")


def _targets(read: Read, pilot: int) -> Iterator[str]:
    for handling in read.handling.values():
        for onward in (handling.unanswered, handling.busy):
            if onward is not None and onward.action == TO_EXTENSION and onward.number == pilot and onward.id:
                yield onward.id


def _hidden(read: Read) -> str:
    shown = [
        onward for h in read.handling.values() for onward in (h.unanswered, h.busy) if onward is not None
    ]
    return "" if all(onward.action for onward in shown) else "Zoom does not show what becomes of their calls"
