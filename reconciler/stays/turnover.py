"""How many rooms got their guests and lost them, hour by hour: a check-in fills a room, a check-out empties it. Pure.

Counted as it is told, because nothing that is kept of a room says how often that happened on one day. Sharers who
come or go make no difference, neither do moves, nor what a resync tells of those who are in the house already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from reconciler.moments import in_zone

NOTE: Final = "turnover"
"""The note in the store: numbers of check-ins and check-outs by local hour, such as ``2026-11-22T14``."""

KEPT: Final = timedelta(days=2)
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Turn:
    """A room that was filled (``come``) or emptied at a moment."""

    at: datetime
    come: bool


def counted(note: object, turns: Iterable[Turn], zone: ZoneInfo) -> dict[str, Any]:
    """The note with these turns, without what is older than two days before the last of them."""
    hours = _read(note)
    latest = max(hours, default="")
    # By the minute first: no zone's hours begin within one, and to find them costs more than all else here.
    by_minute = Counter((turn.at.replace(second=0, microsecond=0), turn.come) for turn in turns)
    for (minute, comes), times in by_minute.items():
        hour = f"{in_zone(minute, zone):%Y-%m-%dT%H}"
        come, gone = hours.get(hour, (0, 0))
        hours[hour] = (come + times, gone) if comes else (come, gone + times)
        latest = max(latest, hour)
    oldest = (date.fromisoformat(latest[:10]) - KEPT).isoformat() if latest else ""
    return {hour: list(each) for hour, each in hours.items() if hour >= oldest}


def by_hour(note: object, day: date) -> list[tuple[int, int]]:
    """Check-ins and check-outs of each hour of this day."""
    hours = _read(note)
    return [hours.get(f"{day.isoformat()}T{hour:02}", (0, 0)) for hour in range(HOURS)]


def _read(note: object) -> dict[str, tuple[int, int]]:
    plain: Mapping[str, object] = note if isinstance(note, dict) else {}
    found = {}
    for hour, each in plain.items():
        match each:
            case [int(come), int(gone)]:
                found[hour] = come, gone
    return found
