"""What a PMS, the desk or a telephone tells of rooms and guests, in no vendor's words.

A driver translates its records into these events, the command line and the page make them from what people ask
for, and ``desired.stays`` turns them into what each room should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from desired.said import Field, Origin, Source

_LATE: Final = timedelta(hours=24)


class Told(NamedTuple):
    """Who told an event, and when.

    ``link`` is the name of the PMS link ("" for desk and telephone), ``where`` the place as people read it
    (``pms GI 2026-11-22T14:03:11-05:00``). ``at`` is when it was received and ``of`` when it happened by the
    teller's own clock (both aware; None where the record does not say). ``snapshot`` marks a record of a resync:
    it states how things are, not that something happens now. A named tuple, because every record makes one
    (``desired.said``).
    """

    source: Source
    where: str
    at: datetime
    of: datetime | None = None
    link: str = ""
    snapshot: bool = False

    @property
    def moment(self) -> datetime:
        """When it happened: by the teller's clock if that is within the 24 hours before it was received."""
        of = self.of
        return of if of is not None and self.at - _LATE <= of <= self.at else self.at

    @property
    def origin(self) -> Origin:
        """The origin of everything that follows from this event."""
        return Origin(self.source, self.where, self.at)


Details = Mapping[str, Any]
"""Fields of a ``desired.document.Guest`` that were told, except the reservation; None empties one."""

Statuses = Mapping[Field, Any]
"""DND, CALLING, MESSAGE_LIGHT and PRIVATE as far as they were told; None is the default of an occupied room."""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A guest is in a room. Without a reservation number the room has one guest at a time.

    ``alone``: the teller asserts that nobody else is in the room (True), that somebody is (False), or neither.
    """

    room: str
    reservation: str | None
    details: Details = field(default_factory=dict)
    statuses: Statuses = field(default_factory=dict)
    alone: bool | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Something about a guest is different now."""

    room: str
    reservation: str | None
    details: Details = field(default_factory=dict)
    statuses: Statuses = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """A guest went from ``old`` to ``room``; without a reservation number everybody in ``old`` did."""

    room: str
    old: str
    reservation: str | None
    details: Details = field(default_factory=dict)
    statuses: Statuses = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Swapped:
    """The guests of two rooms changed places, with all that is theirs."""

    room: str
    other: str


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """A guest has left; without a reservation number the room is empty, whoever was there."""

    room: str
    reservation: str | None = None


@dataclass(frozen=True, slots=True)
class StatusTold:
    """The telephone's statuses of a room."""

    room: str
    statuses: Statuses


@dataclass(frozen=True, slots=True)
class WakeupAsked:
    """A wake-up call at ``time`` (property's local time, naive, seconds as told)."""

    room: str
    time: datetime


@dataclass(frozen=True, slots=True)
class WakeupCancelled:
    """That wake-up call, or with no ``time`` all of the room, is not wanted any more."""

    room: str
    time: datetime | None


@dataclass(frozen=True, slots=True)
class ResyncBegan:
    """The PMS starts to tell every room as it is."""


@dataclass(frozen=True, slots=True)
class ResyncEnded:
    """The PMS has told every room."""


@dataclass(frozen=True, slots=True)
class ResyncBroken:
    """The link was lost, began anew or fell silent before the PMS had told every room."""


Event = (
    CheckedIn
    | Changed
    | Moved
    | Swapped
    | CheckedOut
    | StatusTold
    | WakeupAsked
    | WakeupCancelled
    | ResyncBegan
    | ResyncEnded
    | ResyncBroken
)
"""Everything that ``desired.stays`` understands."""

_OF_NO_ROOM: Final = (ResyncBegan, ResyncEnded, ResyncBroken)


def rooms_of(event: Event) -> tuple[str, ...]:
    """The rooms that an event names, the one where it happens first."""
    if isinstance(event, _OF_NO_ROOM):
        return ()
    if isinstance(event, Moved):
        return event.room, event.old
    if isinstance(event, Swapped):
        return event.room, event.other
    return (event.room,)
