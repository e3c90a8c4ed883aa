"""The wake-up calls: those to come, and how those of the last day ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.ledger import Entry
from reconciler.moments import in_zone
from reconciler.store.rows import Json
from reconciler.views.room import VERSION

DAY = timedelta(days=1)


def wakeups_view(entries: Iterable[Entry], zone: ZoneInfo, rooms: Collection[str] = ()) -> dict[str, Any]:
    """All of these calls, or those of some rooms, earliest first."""
    chosen = [entry for entry in entries if not rooms or entry.room in rooms]
    chosen.sort(key=lambda entry: (entry.due, entry.room))
    return {"version": VERSION, "wakeups": [{"room": e.room, **call_view(e, zone)} for e in chosen]}


def call_view(entry: Entry, zone: ZoneInfo) -> dict[str, Json]:
    """One call. ``at`` carries the offset of that night."""
    return {"at": in_zone(entry.due, zone).isoformat(), "status": entry.status.value}


def wakeup_lines(view: Mapping[str, Any]) -> Iterator[str]:
    """One line a call."""
    for call in view["wakeups"]:
        at = call["at"].replace("T", " ")
        yield f"{at}  {call['room']:<8} {call['status'].replace('_', ' ')}"
