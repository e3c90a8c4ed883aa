"""Fills a hotel with what the store remembers; needs no SQLAlchemy, so that a snapshot audit starts fast."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from desired.document import RoomDocument
from desired.said import Field, Origin, Said, Source, of_document
from reconciler.diff import OwnWrite
from reconciler.hotel import Failure, Hotel, Occupied, Paused
from reconciler.store.peek import Peeked
from reconciler.store.rows import FieldKey, Json, RoomRow, SaidRow, WriteStatus

if TYPE_CHECKING:
    from reconciler.store.store import Store


def fill(hotel: Hotel, book: Peeked) -> None:
    """Fill a hotel with what is remembered of it."""
    said: dict[str, list[Said]] = {}
    for row in book.said:
        said.setdefault(row.room, []).extend(said_of(row))
    hotel.said = {room: tuple(words) for room, words in said.items()}
    for name, room in book.occupancy.items():
        _fill_room(hotel, name, room)
    hotel.leases = dict(book.leases)
    hotel.refused_names = set(book.refused_names)
    hotel.own = _own_writes(book)
    hotel.failures = {
        key: Failure(row.count, row.next_at, row.code, row.message, row.permanent)
        for key, row in book.attempts.items()
    }
    blanked = book.notes.get("blanked")
    if isinstance(blanked, dict):
        hotel.blanked = {room: datetime.fromisoformat(str(at)) for room, at in blanked.items()}


def said_of(row: SaidRow) -> tuple[Said, ...]:
    """One stored word of a source as the merge takes it."""
    data: dict[str, Any] = {"room": row.room}
    outer, _, inner = row.field.partition(".")
    data[outer] = {inner: row.value} if inner else row.value
    document = RoomDocument.model_validate(data)
    words = of_document(document, Origin(Source(row.source), row.where, row.at))
    return tuple(word for word in words if word.field != Field.OCCUPIED or row.field == Field.OCCUPIED)


def _fill_room(hotel: Hotel, name: str, room: RoomRow) -> None:
    if room.occupied is not None and room.since is not None:
        hotel.occupancy[name] = Occupied(room.occupied, room.since)
    if room.pause is not None:
        hotel.paused[name] = Paused(room.pause.reason, room.pause.until, room.pause.by)


def _own_writes(book: Peeked) -> dict[tuple[str, str], OwnWrite]:
    writes = book.writes
    own: dict[FieldKey, OwnWrite] = {}
    for key, confirmed in book.confirmed.items():
        write = writes.get(key)
        if write is not None and write.status == WriteStatus.APPLIED and write.after == confirmed.value:
            own[key] = OwnWrite(_text(confirmed.value), _text(write.before), write.answered_at)
        else:
            own[key] = OwnWrite(_text(confirmed.value))
    return own


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def recalled(store: Store) -> Peeked:
    """The same from an open store."""
    return Peeked(
        said=store.said(), occupancy=store.occupancy(), leases=store.leases(),
        refused_names=store.refused_names(), writes=store.writes(), confirmed=store.confirmed(),
        attempts=store.attempts(), notes=store.notes(),
    )  # fmt: skip
