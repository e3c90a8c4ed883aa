"""The rows of the store as frozen values, importable without SQLAlchemy.

Every time is an aware datetime in UTC. Values are plain JSON: their shape belongs to the part that says them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
FieldKey: TypeAlias = tuple[str, str]
"""Zoom's id of an extension, and a field (or operation, digest, type) of it."""


class SaidRow(NamedTuple):
    """What desk, PMS, telephone or adopt presently say of one field; files speak for themselves.

    A ``value`` of None is a wish as well: it empties the field. ``where`` and ``at`` are the origin as shown.
    A named tuple, because a PMS makes them by the hundred thousand (``desired.said``).
    """

    room: str
    source: str
    field: str
    value: Json
    where: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody asked to leave a room alone, until a time or (None) until it is resumed."""

    reason: str
    until: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A room was seen occupied or vacant at ``since``; kept as the date of the change only if it is one."""

    room: str
    occupied: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class RoomRow:
    """Occupancy and pause of one room; ``occupied`` and ``since`` are None where only a pause was noted."""

    room: str
    occupied: bool | None
    since: datetime | None
    pause: Pause | None


def room_row(
    room: str,
    occupied: bool | None,  # noqa: FBT001 - a column, not a switch
    since: datetime | None,
    reason: str | None,
    until: datetime | None,
    by: str | None,
) -> RoomRow:
    """One row of the table of rooms, whose pause is three columns."""
    pause = None if reason is None else Pause(reason, until, by or "")
    return RoomRow(room, occupied, since, pause)


@dataclass(frozen=True, slots=True)
class PmsRoomRow:
    """A room that a PMS link has named: the latest link that did, and what its PMS calls the room."""

    room: str
    link: str
    name: str
    named_at: datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """What must be remembered of a PMS link ("" is the desk's): its memory, and how often what was odd."""

    link: str
    memory: Json = None
    anomalies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message for a guest: ``room`` is where its guest is, or was last; ``left_at`` is when he left the house.

    ``stay`` tells its guests from all others (``reconciler.telephones.mail``), ``saved`` that they have heard it.
    """

    id: str
    room: str
    stay: str
    at: datetime
    seconds: float
    caller: str = ""
    saved: bool = False
    left_at: datetime | None = None


class WriteStatus(StrEnum):
    """How far a write of ours has come; ``unknown`` means that it was sent and no answer was seen."""

    INTENT = "intent"
    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WriteRow:
    """The last write of ours to one field of one extension (``extension`` is Zoom's id)."""

    extension: str
    field: str
    before: Json
    after: Json
    status: WriteStatus
    sent_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConfirmedRow:
    """The last value of a field that was seen as desired: what differs from it later is drift."""

    extension: str
    field: str
    value: Json
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """Failed tries of one operation on one extension; the message holds no guest's name."""

    extension: str
    operation: str
    count: int
    first_at: datetime
    next_at: datetime | None
    code: str
    message: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class ContestRow:
    """How often a field was put right that somebody else keeps changing (``reconciler.contested``).

    ``repairs`` are the last ones, in ISO 8601; ``at`` is the very last.
    """

    extension: str
    field: str
    wish: str
    repairs: Json
    rests: int
    until: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """At ``verified_at`` no message left at or before ``cleared`` existed any more."""

    extension: str
    cleared: datetime
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedNameRow:
    """Zoom's word filter refused a name; only a digest of it is kept."""

    extension: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change as the history shows it. Since it may hold a guest's name, it is pruned by age."""

    at: datetime
    room: str | None
    extension: str | None
    field: str
    before: Json
    after: Json
    cause: str
    source: str
    call: str
    result: str
    id: int | None = None


class Happened(StrEnum):
    """What kinds of happenings there are."""

    STARTED = "controller_started"
    STOPPED = "controller_stopped"
    LINK_UP = "link_up"
    LINK_DOWN = "link_down"
    CHANNEL_UP = "channel_up"
    CHANNEL_DOWN = "channel_down"
    ALERT_RAISED = "alert_raised"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    REPORTED = "reported"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    DID = "did"
    EMERGENCY_CALL = "emergency_call"


@dataclass(frozen=True, slots=True)
class HappeningRow:
    """Something that happened beside changes.

    ``subject`` is what it happened to (a link, a channel, an alert's key), or, of what somebody DID, the verb.
    ``who`` is a user, an extension, "" for nobody; ``body`` says the rest, never a guest's name and no secret.
    """

    at: datetime
    kind: str
    subject: str
    room: str | None = None
    who: str = ""
    body: Json = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One named condition of an extension; ``since`` is when its status last changed."""

    extension: str
    type: str
    status: str
    reason: str
    message: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Claimant:
    """A process that wants to own something; ``address`` is where its control socket is."""

    holder: str
    host: str
    pid: int
    address: str = ""


def account_ownership(account: str) -> str:
    """The name of what a process must own before it writes to a Zoom account."""
    return f"zoom:{account}"


def office_ownership(property_name: str) -> str:
    """The name of what a process must own before it holds a property's PMS links."""
    return f"office:{property_name}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who works on a Zoom account or in a front office, until when.

    ``epoch`` grows at each take-over: a holder who slept through one can be told from the present one.
    """

    name: str
    by: Claimant
    epoch: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the ownership that was asked for."""

    ownership: Ownership
