"""The wake-up calls: those to come, and how those of the last day ended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desired.said import Field, WakeupCall
from desired.sources import Wish
from reconciler.hotel import Hotel
from reconciler.moments import in_zone
from reconciler.store.rows import Json
from reconciler.telephones.forecast import warning
from reconciler.telephones.state import TelephoneState, overbooked
from reconciler.views.shape import VERSION, iso
from reconciler.wakeups.entries import Entry, WakeupStatus, moment_of
from reconciler.wakeups.ledger import Ledger

DAY = timedelta(days=1)
"""How long a call that has ended is shown."""

View = Mapping[str, Any]


def calls_of(wish: Wish, ledger: Ledger, zone: ZoneInfo, now: datetime) -> list[Entry]:
    """The calls of a room: those of the ledger, and those of documents that no controller has read yet.

    Of the latter one whose time has passed has woken nobody, unless it had its end in a room that the guest has left.
    Calls of one moment are one call, asked for by all.
    """
    known = ledger.of_room(wish.room)
    times = {entry.at for entry in known}
    calls = [entry for entry in known if entry.open or entry.changed_at > now - DAY]
    wished: tuple[WakeupCall, ...] = wish.get(Field.WAKEUPS) or ()
    for call in wished:
        due = moment_of(call.at, zone)
        if call.at not in times and due > now - DAY and not ledger.ended_elsewhere(wish.room, call):
            status = WakeupStatus.PENDING if due > now else WakeupStatus.UNREACHABLE
            calls.append(Entry(wish.room, call.at, due, status, call.origins, "", now))
    return sorted(_by_moment(calls), key=lambda entry: entry.due)


def _by_moment(calls: Iterable[Entry]) -> Iterable[Entry]:
    """One call for each moment; how it stands is what the one that has not been cancelled says."""
    found: dict[datetime, Entry] = {}
    for call in sorted(calls, key=lambda entry: entry.status is WakeupStatus.CANCELLED):
        first = found.setdefault(call.due, call)
        if first is not call and call.status is not WakeupStatus.CANCELLED:
            found[call.due] = replace(first, origins=(*first.origins, *call.origins))
    return found.values()


def wakeups_view(
    hotel: Hotel, rooms: Iterable[str], ledger: Ledger, telephones: TelephoneState | None, now: datetime
) -> dict[str, Any]:
    """The calls of these rooms, earliest first, and the minutes for which the house has too few channels."""
    zone = ledger.zone
    calls = [entry for room in rooms for entry in calls_of(hotel.wish(room), ledger, zone, now)]
    calls.sort(key=lambda entry: (entry.due, entry.room))
    return {
        "version": VERSION,
        "wakeups": [{"room": e.room, **call_view(e, zone)} for e in calls],
        "overbooked": overbooked_view(ledger, telephones),
    }


def overbooked_view(ledger: Ledger, telephones: TelephoneState | None) -> list[dict[str, Json]]:
    """The minutes for which the house has too few channels; ``late_seconds`` is None where there is none at all."""
    if telephones is None:
        return []
    channels = len(telephones.channels)
    return [
        {
            "minute": in_zone(minute.start, ledger.zone).isoformat(),
            "calls": minute.calls,
            "channels": channels,
            "late_seconds": round(minute.late) if math.isfinite(minute.late) else None,
            "message": warning(minute, channels),
        }
        for minute in overbooked(ledger, telephones)
    ]


def call_view(entry: Entry, zone: ZoneInfo) -> dict[str, Json]:
    """One call. ``at`` carries the offset of that night."""
    return {"at": in_zone(entry.due, zone).isoformat(), "status": entry.status.value}


def explained_call(entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """One call with who asked for it, what became of it and by whose word, and which PMS link is told."""
    return {
        **call_view(entry, zone),
        "asked": [
            {"source": origin.source.value, "where": origin.where, "said_at": iso(origin.at)}
            for origin in entry.origins
        ],
        "attempts": entry.attempts,
        "by": entry.by or None,
        "changed_at": iso(entry.changed_at),
        "link": entry.link or None,
    }


def wakeup_lines(view: View) -> Iterator[str]:
    """One line a call, and one for each minute that is overbooked."""
    for call in view["wakeups"]:
        at = call["at"].replace("T", " ")
        yield f"{at}  {call['room']:<8} {call['status'].replace('_', ' ')}"
    for minute in view["overbooked"]:
        yield f"{minute['minute'].replace('T', ' ')}  {minute['message']}"
