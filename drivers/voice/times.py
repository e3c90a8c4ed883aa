"""Times of day as they are keyed, and the day on which they come. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from reconciler.wakeups.entries import moment_of

Hours = Literal[24, 12]
KEYED: Final = 4
"""Digits of a time: two of the hour, two of the minute."""
WHOLE_DAY: Final = 24
"""Hours of a clock that needs no word for the afternoon."""
_NOON: Final = 12


def keyed_times(digits: str, hours: Hours) -> tuple[time, ...]:
    """The times that four digits can mean: none, one, or (on a clock of 12 hours) one before noon and one after.

    An hour that only a clock of 24 hours has means one time on either.
    """
    if len(digits) != KEYED or not (digits.isascii() and digits.isdigit()):
        return ()
    hour, minute = int(digits[:2]), int(digits[2:])
    try:
        meant = time(hour, minute)
    except ValueError:
        return ()
    if hours != WHOLE_DAY and 1 <= hour <= _NOON:
        return time(hour % _NOON, minute), time(hour % _NOON + _NOON, minute)
    return (meant,)


def next_time(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """When it is that time next in the hotel (local, naive): today, or tomorrow if that is past. ``now`` is aware."""
    today = datetime.combine(now.astimezone(zone).date(), at)
    return today if moment_of(today, zone) > now else today + timedelta(days=1)
