"""What one source says of one field of a room, and where and when it said so.

These are levels, not events: a source's word stands until the source says something else or takes it back.
Who decides between several sources is the business of ``desired.sources``.

``Origin`` and ``Said`` are named tuples, because they are made by the hundred thousand in every pass of a
large hotel, and a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from desired.placed import Placed

if TYPE_CHECKING:
    from desired.document import RoomDocument

T = TypeVar("T")

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Source(StrEnum):
    """Who may say what a room should be."""

    __hash__ = str.__hash__  # an enumeration's own is no built-in, and fields are looked up with every record

    FILE = "file"
    PMS = "pms"
    PHONE = "phone"
    DESK = "desk"
    ADOPTED = "adopted"
    """What Zoom showed when the hotel was taken over: the starting wish, below every other source."""


class Field(StrEnum):
    """The fields of a room that are decided one by one, named as in the room document."""

    __hash__ = str.__hash__  # as above

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


class Origin(NamedTuple):
    """Where a value comes from.

    ``place`` is either words (``pms GI 2026-11-22T14:03:11-05:00``, ``desk``) or a document in a file, whose
    line and column are only worked out when somebody asks: a hotel has a hundred thousand values and explains
    a few. ``at`` is when it was said (aware); files have no such moment, they say it while they stand there.
    """

    source: Source
    place: str | Placed
    at: datetime | None = None
    field: str = ""

    @property
    def where(self) -> str:
        """The place as people read it: ``rooms/1207.yaml:4:1``, ``pms GI 2026-11-22T14:03:11-05:00``."""
        return self.place if isinstance(self.place, str) else self.place.where(self.field)

    @property
    def moment(self) -> datetime:
        """When it was said; what has no such moment was said before everything else."""
        return self.at or _LONG_AGO


class Said(NamedTuple):
    """What one source says of one field. A value of None empties the field.

    The values are those of the room document, with lists as tuples: ``GUESTS`` a tuple of ``Guest``,
    ``WAKEUPS`` a tuple of ``WakeupCall``, ``DND`` "on", "off" or an ``Until``, ``CLEARED`` a datetime
    (without an offset only from files), ``EXTENSIONS`` a tuple of digits, the others text or bool.
    ``implied`` marks an occupancy that only follows from the guests.
    """

    field: Field
    value: Any
    origin: Origin
    implied: bool = False


Words = tuple[Said, ...]
"""What is said of one room, or a part of it."""


@dataclass(frozen=True, slots=True)
class WakeupCall:
    """A wake-up call at ``at`` (property's local time, naive) and who wants it.

    Every call carries an origin of its own, so that a later call does not refresh an earlier one of the same
    source. ``wanted=False`` takes back a call that another source may have asked for.
    """

    at: datetime
    origins: tuple[Origin, ...]
    wanted: bool = True


def of_file(placed: Placed) -> tuple[Said, ...]:
    """What a document in the drop-in folder says, each field traced to its line and column."""
    file = Source.FILE
    return tuple(_spoken(placed.document, lambda field: Origin(file, placed, None, field)))


def of_document(document: RoomDocument, origin: Origin) -> tuple[Said, ...]:
    """What a document says that did not come as a file: all of its fields have the one origin."""
    return tuple(_spoken(document, lambda _field: origin))


_WHOLE = (
    Field.PRIVATE,
    Field.DEPARTMENT,
    Field.DND,
    Field.CALLING,
    Field.MESSAGE_LIGHT,
)
"""Fields whose value is taken as it stands in the document."""

_NESTED = {
    "name": (("first", Field.NAME_FIRST), ("last", Field.NAME_LAST), ("display", Field.NAME_DISPLAY)),
    "mailbox": (("cleared", Field.CLEARED), ("description", Field.DESCRIPTION), ("room_id", Field.ROOM_ID)),
}


def _spoken(document: RoomDocument, origin: Callable[[Field], Origin]) -> Iterator[Said]:
    """Yield what the document gives; what it leaves out stays unsaid, null is said as None."""
    given = document.model_fields_set
    if "guests" in given:
        who = origin(Field.GUESTS)
        yield Said(Field.GUESTS, _tuple(document.guests), who)
        if "occupied" not in given:
            yield Said(Field.OCCUPIED, bool(document.guests), who, implied=True)
    if "occupied" in given:
        yield Said(Field.OCCUPIED, document.occupied, origin(Field.OCCUPIED))
    if "extensions" in given:
        yield Said(Field.EXTENSIONS, _tuple(document.extensions), origin(Field.EXTENSIONS))
    if "wakeups" in given:
        who = origin(Field.WAKEUPS)
        calls = _tuple(document.wakeups)
        yield Said(Field.WAKEUPS, calls and tuple(WakeupCall(call.at, (who,)) for call in calls), who)
    for field in _WHOLE:
        if field in given:
            yield Said(field, getattr(document, field), origin(field))
    for part in _NESTED:
        if part in given:
            yield from _nested(document, part, origin)


def _nested(document: RoomDocument, part: str, origin: Callable[[Field], Origin]) -> Iterator[Said]:
    """The fields under ``name`` or ``mailbox``; null for the whole part empties each of them."""
    model = getattr(document, part)
    for name, field in _NESTED[part]:
        if model is None:
            yield Said(field, None, origin(field))
        elif name in model.model_fields_set:
            yield Said(field, getattr(model, name), origin(field))


def _tuple(values: list[T] | None) -> tuple[T, ...] | None:
    return None if values is None else tuple(values)
