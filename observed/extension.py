"""What Zoom last showed of one telephone extension, as frozen values.

``UNKNOWN`` is a value of its own: the field was not read, or a write timed out and nobody knows what Zoom made of
it. The difference never trusts an UNKNOWN field; it asks for a read first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal

Kind = Literal["user", "common_area"]


class Unknown(Enum):
    """The type of UNKNOWN (an enum, so that type checkers can tell it from text)."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Device:
    """A telephone. One that serves several extensions (an analog gateway) is never renamed."""

    id: str
    display_name: str
    extensions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lease:
    """Do-not-disturb that we hold on a user's presence: Zoom ends it by itself at ``until``.

    ``written`` is when we last wrote the presence, because Zoom takes one change a minute (Zoom API, Users).
    ``lost``: that write has no answer, so nobody knows whether do-not-disturb is on until presence has been read.
    """

    until: datetime | None
    written: datetime
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A message that Zoom holds for an extension; ``at`` is when it was left (UTC)."""

    id: str
    extension: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension as Zoom showed it.

    ``number`` is an integer because Zoom answers integers (a leading zero cannot survive). Common areas have no
    first and last name: the two are None there. ``dnd`` is presence for a user and "does not ring" for a common
    area. ``calling`` is one of the four classes of service. ``always_open`` is when Zoom told that a common area's
    business hours are 24x7, so that it has no closed hours whose ring switch could be set.
    """

    kind: Kind
    id: str
    number: int
    display_name: str | Unknown
    first_name: str | Unknown | None = None
    last_name: str | Unknown | None = None
    department: str | Unknown = UNKNOWN
    dnd: bool | Unknown = UNKNOWN
    calling: str | Unknown = UNKNOWN
    device: Device | None = None
    pending: bool = False
    site: str = ""
    read_at: datetime | None = None
    always_open: datetime | Unknown = UNKNOWN
