"""The wake-up calls as the desk works with them: what must be seen to first, then what is to come, then what was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.alarms.finding import Kind
from reconciler.hotel import Hotel
from reconciler.stays.notices import Around
from reconciler.store.rows import Json
from reconciler.views.shape import VERSION, iso
from reconciler.views.wakeups import calls_of, explained_call, overbooked_view
from reconciler.wakeups.acknowledged import Acknowledgement, name_of, unheard
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.ledger import Ledger


def wakeup_book(
    hotel: Hotel, rooms: Iterable[str], ledger: Ledger, around: Around, now: datetime
) -> dict[str, Any]:
    """The calls of these rooms.

    ``failed`` woke nobody and nobody has seen to them yet, the latest first. ``dropped`` went with a guest's stay,
    and somebody must say whether they ring all the same. ``coming`` are open, the earliest first; ``ended`` are
    those of the last day, the latest first.
    """
    zone = ledger.zone
    calls = [entry for room in rooms for entry in calls_of(hotel.wish(room), ledger, zone, now)]
    calls.sort(key=lambda entry: (entry.due, entry.room))
    failed = {(e.room, e.due): e for e in unheard(ledger, around.acknowledged, now)}
    dropped = ledger.dropped(now)
    asked_about = {entry.key for entry in dropped}
    ended = [e for e in calls if not e.open and (e.room, e.due) not in failed and e.key not in asked_about]

    def view(entry: Entry) -> dict[str, Any]:
        return _call(entry, zone, around.acknowledged.get(name_of(*entry.key)))

    return {
        "version": VERSION,
        "failed": [view(entry) for entry in failed.values()],
        "dropped": [view(entry) for entry in dropped],
        "coming": [view(entry) for entry in calls if entry.open],
        "ended": [view(entry) for entry in reversed(ended)],
        "overbooked": overbooked_view(ledger, around.telephones),
    }


def _call(entry: Entry, zone: ZoneInfo, seen: Acknowledgement | None) -> dict[str, Any]:
    """One call; ``key`` names the alarm about it, ``local`` is its time as orders take it."""
    return {
        "room": entry.room,
        **explained_call(entry, zone),
        "local": entry.at.isoformat(),
        "key": f"{Kind.WAKEUP_FAILED} {name_of(*entry.key)}",
        "seen": None if seen is None else _seen(seen),
    }


def _seen(said: Acknowledgement) -> Mapping[str, Json]:
    return {"at": iso(said.at), "who": said.who, "by_telephone": said.by_telephone}
