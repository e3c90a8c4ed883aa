"""What one source says of one field of a room, and where and when it said so.

These are levels, not events: a source's word stands until the source says something else or takes it back. Who
decides between several sources is the business of ``desired.sources``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from desired.document import RoomDocument


class Source(StrEnum):
    """Who may say what a room should be."""

    FILE = "file"
    PMS = "pms"
    PHONE = "phone"
    DESK = "desk"
    ADOPTED = "adopted"
    """What Zoom showed when the hotel was taken over: the starting wish, below every other source."""


class Field(StrEnum):
    """The fields of a room that are decided one by one, named as in the room document."""

    EXTENSIONS = "extensions"
    OCCUPIED = "occupied"
    GUESTS = "guests"
    PRIVATE = "private"
    NAME_FIRST = "name.first"
    NAME_LAST = "name.last"
    NAME_DISPLAY = "name.display"
    DEPARTMENT = "department"
    DND = "dnd"
    CALLING = "calling"
    MESSAGE_LIGHT = "message_light"
    CLEARED = "mailbox.cleared"
    DESCRIPTION = "mailbox.description"
    ROOM_ID = "mailbox.room_id"
    WAKEUPS = "wakeups"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    ``where`` is what ``explain`` shows: ``rooms/1207.yaml:4:1``, ``pms GI 2026-11-22T14:03:11-05:00``, ``desk``.
    ``at`` is when it was said (aware); files have no such moment, they say it as long as they stand there.
    """

    source: Source
    where: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of one field. A value of None empties the field.

    The values are those of the room document, with lists as tuples: ``GUESTS`` a tuple of ``Guest``, ``WAKEUPS`` a
    tuple of ``WakeupCall``, ``DND`` "on", "off" or an ``Until``, ``CLEARED`` a datetime, ``EXTENSIONS`` a tuple of
    digits, the others text or bool. ``implied`` marks an occupancy that only follows from the guests.
    """

    field: Field
    value: Any
    origin: Origin
    implied: bool = False


@dataclass(frozen=True, slots=True)
class WakeupCall:
    """A wake-up call at ``at`` (property's local time, naive) and who wants it.

    A source says each of its calls with one origin of its own, so that a later call does not refresh an earlier
    one. ``wanted=False`` takes back a call that another source may have asked for.
    """

    at: datetime
    origins: tuple[Origin, ...]
    wanted: bool = True


def of_document(
    document: RoomDocument,
    where: Callable[[Field], str],
    source: Source = Source.FILE,
    at: datetime | None = None,
) -> tuple[Said, ...]:
    """Take a document apart into what it says of each field that it gives; what it leaves out stays unsaid."""
    raise NotImplementedError
