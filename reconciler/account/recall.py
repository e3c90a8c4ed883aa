"""Fills a hotel with what the store remembers; needs no SQLAlchemy, so that a snapshot audit starts fast."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from observed.extension import Lease
from reconciler.account.past import Failure, Occupied, Paused
from reconciler.branch.words import RoomTold, rooms_told
from reconciler.change import OwnWrite
from reconciler.contested import Contest
from reconciler.hotel import Hotel
from reconciler.stays.words import rows_of, words_in
from reconciler.store.peek import Acts, Peeked
from reconciler.store.rows import ContestRow, FieldKey, Json, PmsRoomRow, SaidRow, WriteRow, WriteStatus

if TYPE_CHECKING:
    from reconciler.store.store import Store


CALLBACK: Final = "callback"
"""The note of rooms that somebody has called for help from: until when their telephones ring."""


class OwnWrites(UserDict[FieldKey, OwnWrite]):
    """Our own past writes, read when the first difference asks for them: most audits find none."""

    def __init__(self, load: Callable[[], Acts]) -> None:
        self._load = load

    @cached_property
    def data(self) -> dict[FieldKey, OwnWrite]:  # type: ignore[override]  # what UserDict keeps its items in
        """The items, read on first use; the rows that they were made of are not kept."""
        made = _own_writes(self._load())
        del self._load
        return made


def fill(hotel: Hotel, book: Peeked, own: OwnWrites) -> None:
    """Fill a hotel with what is remembered of it."""
    fill_wishes(hotel, book)
    for name, room in book.occupancy.items():
        if room.occupied is not None and room.since is not None:
            hotel.occupancy[name] = Occupied(room.occupied, room.since)
    hotel.leases = dict(book.leases)
    hotel.setbacks.names = set(book.refused_names)
    hotel.own = own
    hotel.setbacks.failures = {
        key: Failure(row.count, row.next_at, row.code, row.message, row.permanent, row.first_at)
        for key, row in book.attempts.items()
    }
    hotel.contests = {key: _contest(row) for key, row in book.contests.items()}
    callback = book.notes.get(CALLBACK)
    if isinstance(callback, dict):
        hotel.callback = {room: datetime.fromisoformat(str(until)) for room, until in callback.items()}
    blanked = book.notes.get("blanked")
    if isinstance(blanked, dict):
        hotel.blanked = {room: datetime.fromisoformat(str(at)) for room, at in blanked.items()}


def fill_wishes(hotel: Hotel, book: Peeked) -> None:
    """Take over what others than the loop may change: words of the sources, rooms of a PMS, pauses."""
    hotel.said = words_in(book.said)
    hotel.pms_rooms = frozenset(book.pms_rooms)
    pauses = ((name, room.pause) for name, room in book.occupancy.items())
    hotel.paused = {name: Paused(p.reason, p.until, p.by) for name, p in pauses if p is not None}


def _own_writes(book: Acts) -> dict[tuple[str, str], OwnWrite]:
    writes = book.writes
    own: dict[FieldKey, OwnWrite] = {}
    for key, confirmed in book.confirmed.items():
        write = writes.get(key)
        if write is not None and write.status == WriteStatus.APPLIED and write.after == confirmed.value:
            own[key] = OwnWrite(_text(confirmed.value), _text(write.before), write.answered_at)
        else:
            own[key] = OwnWrite(_text(confirmed.value))
    return own


def _contest(row: ContestRow) -> Contest:
    repairs = row.repairs if isinstance(row.repairs, list) else []
    return Contest(
        row.wish, tuple(datetime.fromisoformat(str(at)) for at in repairs) or (row.at,), row.rests, row.until
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def recalled(store: Store) -> Peeked:
    """What a quick look finds, from an open store; words as the property has told them, where its process does."""
    told = rooms_told(store)
    said, named = (store.said(), store.pms_rooms()) if told is None else _as_rows(told)
    return Peeked(
        said=said, occupancy=store.occupancy(), leases=store.leases(),
        refused_names=store.refused_names(), attempts=store.attempts(), contests=store.contests(),
        notes=store.notes(), pms_rooms=named,
    )  # fmt: skip


def _as_rows(told: Mapping[str, RoomTold]) -> tuple[list[SaidRow], dict[str, PmsRoomRow]]:
    said = [row for room, each in told.items() for row in rows_of(room, each.words)]
    return said, {room: each.named for room, each in told.items() if each.named is not None}


def acts_of(store: Store) -> Acts:
    """The acts from an open store."""
    return Acts(store.writes(), store.confirmed())


def forget_unanswered(hotel: Hotel, writes: Mapping[FieldKey, WriteRow]) -> None:
    """What a write has left without an answer (a crash, a lost line) is UNKNOWN until it has been read back."""
    unanswered: dict[str, list[str]] = {}
    for row in writes.values():
        if row.status in {WriteStatus.INTENT, WriteStatus.UNKNOWN}:
            unanswered.setdefault(row.extension, []).append(row.field)
    for extension in [each for each in hotel.observed if each.id in unanswered]:
        fields = [name for name in unanswered[extension.id] if hasattr(extension, name)]
        hotel.observed.lost_track(extension, fields)
        if extension.kind == "user" and "dnd" in fields:
            held, sent_at = hotel.leases.get(extension.id), writes[extension.id, "dnd"].sent_at
            hotel.leases[extension.id] = Lease(held.until if held else None, sent_at, lost=True)
