"""What became of the last days, counted by the hotel's own days: changes by cause, wake-up calls by result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from reconciler.change import Cause
from reconciler.views.shape import VERSION
from reconciler.wakeups.entries import RESULTS, WakeupStatus

DAYS: Final = 30

Day = tuple[date, datetime]
"""A day of the hotel, and the moment at which it began."""


def last_days(now: datetime, zone: ZoneInfo) -> list[Day]:
    """The last days, the present one at the end."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    return [(day, datetime.combine(day, time(), zone).astimezone(UTC)) for day in days]


def changes_by_day(days: Sequence[Day], made: Iterable[tuple[datetime, str, int]]) -> dict[str, Any]:
    """Changes that were made, by cause: something changed here, somebody changed Zoom, a lease ran out."""
    counted = {(start, cause): count for start, cause, count in made}
    rows = [
        {"day": day.isoformat(), **{c: counted.get((start, c), 0) for c in get_args(Cause)}}
        for day, start in days
    ]
    return {"version": VERSION, "days": rows}


def wakeups_by_day(days: Sequence[Day], counted: Iterable[tuple[date, WakeupStatus, int]]) -> dict[str, Any]:
    """Wake-up calls that have ended, by result; cancelled ones are none."""
    by_result = {(day, status): count for day, status, count in counted}
    rows = [
        {"day": day.isoformat(), **{status.value: by_result.get((day, status), 0) for status in RESULTS}}
        for day, _ in days
    ]
    return {"version": VERSION, "days": rows}
