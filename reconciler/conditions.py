"""How each extension stands, in words that last: the conditions of `show`, the page and the metrics.

    Synced          True: Zoom shows what is wished · False: the reason says what holds it up · Unknown: not read
    NoExtension     Zoom has no such extension
    Ambiguous       Zoom has it more than once
    PendingUser     its user has not accepted Zoom's invitation
    NotListed       it is not one of `rooms:`, so nothing is written to it
    NameRefused     Zoom refused the name, the vacant one or the extension alone goes up instead
    …Unsupported    Zoom cannot do this here now: Names, Department, Dnd, Calling, Voicemail, DeviceName
    Failing         Zoom refused a change, or did not answer; the reason is its code
    Contested       somebody else keeps changing a field of ours, so it is left alone for a while
    Paused          somebody asked to leave the room alone

Synced is always there, the others only where they hold. Pure; reasons and messages never hold a guest's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from desired.names import Place
from desired.target import Target
from observed.extension import UNKNOWN, Extension
from reconciler.account.past import Failure
from reconciler.change import NAME_FIELDS, Change
from reconciler.contested import contest_of, is_contested
from reconciler.hotel import Hotel, RoomPlan
from reconciler.moments import local

Status = Literal["True", "False", "Unknown"]

SYNCED = "Synced"

_UNSUPPORTED = {
    "first_name": "NamesUnsupported",
    "last_name": "NamesUnsupported",
    "display_name": "NamesUnsupported",
    "department": "DepartmentUnsupported",
    "dnd": "DndUnsupported",
    "calling": "CallingUnsupported",
    "voicemail": "VoicemailUnsupported",
    "device_name": "DeviceNameUnsupported",
}

TYPES = (
    SYNCED, "NoExtension", "Ambiguous", "PendingUser", "NotListed", "NameRefused",
    *dict.fromkeys(_UNSUPPORTED.values()), "Failing", "Contested", "Paused",
)  # fmt: skip
"""Every type of condition there is."""

_WITHOUT_NAMES = frozenset({"dnd", "calling"})
"""Fields whose values are words of ours, which may be told to anybody."""

_READ_AS_WISHED = ("first_name", "last_name", "display_name", "department", "calling")
"""Fields that must have been read before anybody can say that they are in sync."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: ``reason`` is a word for programs, ``message`` a sentence for people."""

    type: str
    status: Status
    reason: str
    message: str = ""


def conditions(hotel: Hotel, plan: RoomPlan, now: datetime) -> Mapping[str, tuple[Condition, ...]]:
    """The conditions of a room's extensions, by the extension's number as the room has it."""
    return {target.extension: tuple(_of(hotel, plan, target, now)) for target in plan.targets}


def _of(hotel: Hotel, plan: RoomPlan, target: Target, now: datetime) -> Iterator[Condition]:
    if hotel.elsewhere:
        yield Condition(SYNCED, "Unknown", "AtTheCentre", "what Zoom shows is known to the centre")
        return
    found = hotel.observed.at(target.number)
    changes = [change for change in plan.changes if change.extension == target.extension]
    failures = [f for change in changes if (f := hotel.setbacks.of(change))]
    unusable = _unusable(hotel, target, found)
    yield _synced(target, found, changes, failures, unusable)
    if unusable is not None:
        yield unusable
    refused = [problem for problem in plan.problems if problem.code == "name_refused"]
    if refused and _refused(hotel, found):
        message = refused[0].message.removeprefix(f"room {plan.room}: ")
        yield Condition("NameRefused", "True", "RefusedByZoom", message)
    yield from _unsupported(changes)
    zone = hotel.house.zone
    yield from _failing(failures, zone)
    yield from _contested(hotel, plan, target, changes, now)
    paused = hotel.pause(plan.room, now)
    if paused is not None:
        until = "until it is resumed" if paused.until is None else f"until {local(paused.until, zone)}"
        yield Condition("Paused", "True", "AskedFor", f"{paused.reason} ({until})")


def _unusable(hotel: Hotel, target: Target, found: Sequence[Extension]) -> Condition | None:
    """Why this extension cannot be written at all."""
    if not _listed(hotel, target):
        message = f"`rooms:` does not give the room extension {target.extension}, so nothing is written to it"
        return Condition("NotListed", "True", "OutsideRooms", message)
    if not found:
        return Condition("NoExtension", "True", "NotInZoom", f"Zoom has no extension {target.extension}")
    if len(found) > 1:
        message = f"Zoom has extension {target.extension} {len(found)} times, so nothing is written to it"
        return Condition("Ambiguous", "True", "SeveralInZoom", message)
    if found[0].pending:
        message = "the user has not accepted Zoom's invitation yet, so nothing is written to it"
        return Condition("PendingUser", "True", "NotActive", message)
    return None


def _listed(hotel: Hotel, target: Target) -> bool:
    if hotel.roster.table is None:
        return True
    entry = hotel.roster.table.rooms.get(target.room)
    return entry is not None and target.number in map(int, entry.extensions)


def _synced(
    target: Target,
    found: Sequence[Extension],
    changes: Sequence[Change],
    failures: Sequence[Failure],
    unusable: Condition | None,
) -> Condition:
    if not target.wanted:
        return Condition(SYNCED, "True", "NothingWished", "no source says what this extension should be")
    if unusable is not None:
        return Condition(SYNCED, "False", unusable.type, unusable.message)
    open_changes = [change for change in changes if change.status != "unsupported"]
    if open_changes:
        fields = ", ".join(dict.fromkeys(change.field for change in open_changes))
        message = f"to change: {fields}"
        rules = dict.fromkeys(change.reason or "" for change in open_changes if change.status == "refused")
        if rules:
            message += f"; held back by the safety rule {' and '.join(rules)} until somebody has looked at it"
        return Condition(SYNCED, "False", _held_up(open_changes, failures), message)
    unread = [name for name in _READ_AS_WISHED if name in target.wanted and _unread(found[0], name)]
    if unread:
        return Condition(SYNCED, "Unknown", "NotRead", f"not read yet: {', '.join(unread)}")
    return Condition(SYNCED, "True", "AsWished")


def _held_up(changes: Sequence[Change], failures: Sequence[Failure]) -> str:
    """What the changes wait for: a person who looks at a refusal, else what is nearest to being done."""
    if any(change.status == "refused" for change in changes):
        return "Refused"
    if any(change.status == "planned" for change in changes):
        return "Retrying" if failures else "Planned"
    skipped = [change for change in changes if change.status == "skipped"]
    if not skipped:
        return "Failed"
    return "Contested" if all(map(is_contested, skipped)) else "Paused"


def _contested(
    hotel: Hotel, plan: RoomPlan, target: Target, changes: Sequence[Change], now: datetime
) -> Iterator[Condition]:
    """Which fields are left alone to somebody else: by what each side shows, in words that name nobody."""
    held = [change for change in changes if is_contested(change)]
    contests = [contest for change in held if (contest := contest_of(change, hotel.contests, now))]
    if not contests:
        return
    last = max(contest.until for contest in contests if contest.until is not None)
    sides = (f"{c.field}: ours is {_ours(c, target)}, theirs {_theirs(c, hotel, plan)}" for c in held)
    message = (
        f"somebody else keeps changing it back ({'; '.join(sides)}), so it is left alone until "
        f"{local(last, hotel.house.zone)}; find out which program or person does, then "
        f"`reconcile --room {plan.room}` puts it right"
    )
    yield Condition("Contested", "True", "ChangedBack", message)


def _ours(change: Change, target: Target) -> str:
    if change.field in _WITHOUT_NAMES:
        return str(change.desired)
    if change.field not in {*NAME_FIELDS, "device_name"}:
        return "the hotel's text"
    return "the guest's name" if target.occupied else "the vacant room's name"


def _theirs(change: Change, hotel: Hotel, plan: RoomPlan) -> str:
    if change.field in _WITHOUT_NAMES:
        return str(change.observed)
    if not change.observed:
        return "empty"
    if change.field not in {*NAME_FIELDS, "device_name"}:
        return "another text"
    place = Place(change.extension, change.room, plan.targets[0].extension)
    vacant = hotel.house.templates.fallback(place)
    return "the vacant room's name" if change.observed in vacant else "another name"


def _unread(extension: Extension, name: str) -> bool:
    return getattr(extension, name) is UNKNOWN


def _refused(hotel: Hotel, found: Sequence[Extension]) -> bool:
    ids = hotel.setbacks.refused_names()
    return any(each.id in ids for each in found)


def _unsupported(changes: Sequence[Change]) -> Iterator[Condition]:
    reasons = {_UNSUPPORTED[c.field]: c.reason or "" for c in changes if c.status == "unsupported"}
    for type_, reason in reasons.items():
        yield Condition(type_, "True", "Unsupported", reason)


def _failing(failures: Sequence[Failure], zone: ZoneInfo) -> Iterator[Condition]:
    if not failures:
        return
    worst = max(failures, key=lambda failure: (failure.permanent, failure.count))
    when = f"; next try at {local(worst.next_at, zone)}" if worst.next_at else ""
    yield Condition("Failing", "True", worst.code or "NoAnswer", f"{worst.message}{when}")
