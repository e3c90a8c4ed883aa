"""Days and times as FIAS writes them: ``YYMMDD`` and ``HHMMSS``, hotel-local, without a zone (FIAS, data types)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_DIGITS: Final = 6
_CENTURY: Final = 2000


@lru_cache(1024)  # a hotel has a few hundred days in use and a hundred thousand records of them
def day(text: str) -> date | None:
    """The day of ``260105``; None if there is no such day. Two digits of a year mean 20yy."""
    if len(text) != _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(_CENTURY + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def moment(date_text: str, time_text: str) -> datetime | None:
    """The hotel's local time, naive; None if there is no such day or time."""
    on = day(date_text)
    if on is None or len(time_text) != _DIGITS or not (time_text.isascii() and time_text.isdigit()):
        return None
    try:
        return datetime(  # noqa: DTZ001 - local by definition
            on.year, on.month, on.day, int(time_text[:2]), int(time_text[2:4]), int(time_text[4:])
        )
    except ValueError:
        return None


def in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the hotel's clocks show ``local``.

    A time that the clocks leave out counts as if they had not been turned yet (02:30 is 03:30 summer time), one that
    they show twice is the first of the two.
    """
    return local.replace(tzinfo=zone).astimezone(UTC)


def written(local: datetime) -> tuple[tuple[str, str], tuple[str, str]]:
    """The fields DA and TI of a local time."""
    return ("DA", local.strftime("%y%m%d")), ("TI", local.strftime("%H%M%S"))
