"""The bytes of one drop-in file → valid room documents with their places, or what is wrong and where.

Messages name fields and say what was expected. They never quote values, because values may be guests' names;
the one exception is a number with a leading zero outside ``guests``, which is easier to find when shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from desired.complaints import explain, field_path
from desired.document import ROOM_PATTERN, LeadingZero, RoomDocument
from desired.flaw import NOWHERE, Flaw
from desired.placed import Marks, Place
from desired.yamltext import Fields, Items, Refused, parse, place_of

SIZE_LIMIT = 1 << 20
"""Bytes of one file; some 3,000 rooms."""

MOST_FLAWS = 100
"""Of one file; nobody reads on, and each is a line in the log."""

TOO_LARGE = Flaw("too_large", f"larger than {SIZE_LIMIT >> 20} MiB", NOWHERE)
_EMPTY = Flaw("empty_file", "no document in it (to withdraw a document, remove the file)", (1, 1))


class Reading(NamedTuple):
    """What one file says: its documents with their marks, or, where there are flaws, nothing."""

    documents: tuple[tuple[RoomDocument, Marks], ...]
    flaws: tuple[Flaw, ...]


def read(data: bytes) -> Reading:
    """Read a whole file: one document, several separated by ``---``, or a list of them."""
    try:
        text = _decode(data)
        roots, duplicates = parse(text)
    except Refused as refused:
        return Reading((), (refused.flaw,))
    candidates = list(_candidates(roots))
    if not candidates:
        return Reading((), (_EMPTY,))
    flaws = [_duplicate(path, place, in_list=isinstance(roots[0][0], Items)) for path, place in duplicates]
    documents = []
    for value, place in candidates:
        if len(flaws) > MOST_FLAWS:
            break
        try:
            document = RoomDocument.model_validate(value)
        except ValidationError as error:
            room = _room(value)
            flaws += (
                flaw._replace(room=room) for flaw in explain(error.errors(include_url=False), value, place)
            )
        else:
            documents.append((document, _marks(value, place)))
    if flaws:
        return Reading((), _first_of(flaws))
    return Reading(tuple(documents), ())


def _first_of(flaws: list[Flaw]) -> tuple[Flaw, ...]:
    """The flaws in the order of their places, the last ones in one word where there are many."""
    ordered = sorted(flaws, key=lambda flaw: flaw.place)
    if len(ordered) <= MOST_FLAWS:
        return tuple(ordered)
    more = Flaw(
        "too_many", "more is wrong from here on; correct what stands before", ordered[MOST_FLAWS].place
    )
    return (*ordered[:MOST_FLAWS], more)


def _decode(data: bytes) -> str:
    if len(data) > SIZE_LIMIT:
        raise Refused(TOO_LARGE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode("utf-8-sig", "replace")
        place = place_of(readable, len(readable))
        raise Refused(Flaw("bad_encoding", "not UTF-8 text", place)) from None


def _candidates(roots: list[tuple[object, Place]]) -> Iterator[tuple[object, Place]]:
    """Each would-be document; an empty one, as after a closing ``---``, is none."""
    for value, place in roots:
        if isinstance(value, Items):
            yield from zip(value, value.places, strict=True)
        elif value is not None:
            yield value, place


def _duplicate(path: tuple[str | int, ...], place: Place, *, in_list: bool) -> Flaw:
    field = field_path(path[1:] if in_list else path)
    return Flaw("duplicate_key", f"{field}: stands twice", place)


def _room(value: object) -> str | None:
    """The room that a broken document is about, as far as it says so itself."""
    room = value.get("room") if isinstance(value, Fields) else None
    if isinstance(room, LeadingZero | bool) or not isinstance(room, str | int):
        return None
    return str(room) if re.fullmatch(ROOM_PATTERN, str(room)) and str(room).isprintable() else None


def _marks(value: object, place: Place) -> Marks:
    """Where the document, its fields, their parts and the items of lists stand."""
    places = {"": place}
    assert isinstance(value, Fields)
    for field, (field_place, _) in value.places.items():
        places[field] = field_place
        inner = value[field]
        if isinstance(inner, Fields):
            places |= {f"{field}.{part}": part_place for part, (part_place, _) in inner.places.items()}
        elif isinstance(inner, Items):
            places |= {f"{field}.{index}": item_place for index, item_place in enumerate(inner.places)}
    return Marks.of(places)
