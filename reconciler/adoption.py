"""What Zoom shows of a room, said as a wish: the on-ramp for a hotel that is already at work.

The wish must change nothing by itself, so each proposal is held against the very same difference that a pass
makes, and the first one that is in sync is taken:

    vacant      every extension shows the names of a vacant room → ``occupied: false``
    named       all extensions show the same names → ``name: {first, last, display}``
    unnamed     they differ, or show what we would clean → names are left alone; they stay nobody's wish
    nothing     not even that is in sync → the room stays unmanaged

The department and the class of service go along where they can be said for the whole room. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desired.document import RoomDocument
from desired.said import Origin, Source, of_document
from observed.extension import UNKNOWN, Extension
from reconciler.change import Change
from reconciler.hotel import Hotel
from reconciler.moments import local

_NAMES = {"first": "first_name", "last": "last_name", "display": "display_name"}
_COMMON = ("department", "calling")
"""Fields of a document that are called the same in Zoom and are one value for the whole room."""


_NOTHING_TO_SAY = "nothing that it shows can be said for the whole room; it stays as it is, unmanaged"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was taken of one room: a document that is in sync, or None, and what people should know."""

    room: str
    document: RoomDocument | None
    note: str = ""


def adopt_room(hotel: Hotel, room: str, origin: Origin, now: datetime, *, names: bool = True) -> Adoption:
    """Say as a wish what Zoom shows of a room. ``names`` False leaves names and occupancy to somebody else.

    ``hotel`` has been read from Zoom, details included, and knows no other wish of the room.
    """
    shown = hotel.extensions_of(room)
    if not shown or any(each.pending for each in shown):
        return Adoption(room, None, "Zoom does not have its extension, or its user is not active yet")
    for proposal in _proposals(shown, names=names):
        document = _in_sync(hotel, {"room": room, **proposal}, shown, origin, now)
        if document is not None and document.model_fields_set == {"room"}:
            return Adoption(room, None, _NOTHING_TO_SAY)
        if document is not None:
            left_out = names and not {"name", "occupied"} & document.model_fields_set
            note = "its names cannot be said for the whole room and stay nobody's wish" if left_out else ""
            return Adoption(room, document, note)
    return Adoption(room, None, _NOTHING_TO_SAY)


def _proposals(shown: Sequence[Extension], *, names: bool) -> Iterator[dict[str, Any]]:
    department = _the_one(shown, "department")
    common = {"department": department} if department else {}
    if names:
        yield {"occupied": False, **common}
        given = {
            part: value for part, field in _NAMES.items() if (value := _the_one(shown, field)) is not None
        }
        if "display" in given:
            yield {"name": given, **common}
    yield common


def _in_sync(
    hotel: Hotel, proposal: dict[str, Any], shown: Sequence[Extension], origin: Origin, now: datetime
) -> RoomDocument | None:
    """The proposal as a document, with the settings' own wishes answered by what is shown; None if not in sync."""
    for _ in range(len(_COMMON) + 1):
        document = RoomDocument.model_validate(proposal)
        changes = _changes(hotel, document, origin, now)
        if not changes:
            return document
        answers = {field: _the_one(shown, field) for field in _COMMON if field not in proposal}
        answers = {f: v for f, v in answers.items() if v is not None and f in {c.field for c in changes}}
        if not answers:
            return None
        proposal = proposal | answers
    return None


def _changes(hotel: Hotel, document: RoomDocument, origin: Origin, now: datetime) -> tuple[Change, ...]:
    """What a pass would do if this were the room's only wish."""
    room = document.room
    hotel.said[room] = of_document(document, origin)
    try:
        return hotel.look(room, now).changes
    finally:
        del hotel.said[room]


def _the_one(shown: Sequence[Extension], field: str) -> str | None:
    """The value that all of a room's extensions show, as far as they have such a field."""
    values: set[object] = {getattr(each, field) for each in shown} - {None, UNKNOWN}
    value = values.pop() if len(values) == 1 else None
    return value if isinstance(value, str) else None


def said_values(document: RoomDocument) -> Mapping[str, Any]:
    """What an adopted document says, by the fields' names as the store keeps them."""
    values: dict[str, Any] = {}
    for field, value in document.model_dump(mode="json", exclude_unset=True, exclude={"room"}).items():
        if isinstance(value, dict):
            values |= {f"{field}.{part}": inner for part, inner in value.items()}
        else:
            values[field] = value
    return values


def origin_of(at: datetime, zone: ZoneInfo) -> Origin:
    """Where adopted wishes come from; people read the moment in the property's time."""
    return Origin(Source.ADOPTED, f"adopted from Zoom {local(at, zone)}", at)
