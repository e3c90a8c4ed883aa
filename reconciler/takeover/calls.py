"""A list of pending wake-up calls: for which room, and when by the hotel's clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.errors import Fatal
from reconciler.takeover.mailboxes import COLUMNS as OF_MAILBOXES
from reconciler.takeover.mailboxes import Unfit
from reconciler.takeover.sheet import Row, Sheet, plain

COLUMNS: Final[Mapping[str, Collection[str]]] = {
    **{column: OF_MAILBOXES[column] for column in ("mailbox", "extension", "room")},
    "date": ("date", "wakeupdate", "scheduleddate", "day", "calldate"),
    "time": ("time", "wakeuptime", "scheduledtime", "calltime"),
    "moment": ("datetime", "dateandtime", "scheduled", "scheduledfor", "wakeup", "wakeupcall", "when"),
    "status": ("status", "state", "result", "activity"),
}
"""How the columns may be called; the time stands with the date, or beside it."""

_PENDING: Final = ("pending", "scheduled", "active", "waiting", "open", "set", "snooze")
_DATE: Final = re.compile(r"(?P<one>\d{1,2})[/.-](?P<other>\d{1,2})[/.-](?P<year>\d{4}|\d{2})")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(
    r"(?P<hour>\d{1,2})[:.h]?(?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?",
    re.IGNORECASE,
)
_MOST_MONTHS: Final = 12


class Order(StrEnum):
    """Which comes first in a date with strokes: 11/12/2026."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


class Call(NamedTuple):
    """A call that somebody waits for. ``who`` are the room, extension and mailbox, as far as the list has them."""

    place: str
    who: tuple[str, ...]
    at: datetime


def calls_of(sheet: Sheet, now: datetime, order: Order | None = None) -> Iterator[Call | Unfit]:
    """The calls that are still to come, in the list's order; those that ended are left out.

    ``now`` is the hotel's local time, naive, as the calls' are. A time without a date is the next one. Fatal where
    the dates may be read in two ways and ``order`` does not say which is meant.
    """
    order = order or _order_of(sheet)
    for row in sheet.rows:
        status = plain(row.first("status"))
        if status and not any(word in status for word in _PENDING):
            continue
        yield _call_of(row, now, order)


def _call_of(row: Row, now: datetime, order: Order) -> Call | Unfit:
    who = tuple(name for column in ("room", "extension", "mailbox") if (name := row.first(column)))
    if not who:
        return Unfit(row.place, "there is neither a room nor a mailbox nor an extension in it")
    text = " ".join(part for part in (row.first("moment"), row.first("date"), row.first("time")) if part)
    try:
        at = _moment(text, now, order)
    except ValueError:
        return Unfit(row.place, f"{who[0]!r}: no date and time of a wake-up call: {text!r}")
    if at <= now:
        return Unfit(row.place, f"{who[0]!r}: {at:%Y-%m-%d %H:%M} is past")
    return Call(row.place, who, at)


def _moment(text: str, now: datetime, order: Order) -> datetime:
    """What a cell, or two, say. ValueError if that is no moment."""
    text = text.replace("T", " ", 1) if _ISO.match(text) else text
    day, rest = _day(text, order)
    found = _TIME.fullmatch(rest.strip())
    if found is None:
        raise ValueError(rest)
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24  # noqa: PLR2004 - of a clock
    at = time(hour, int(found["minute"]), int(found["second"] or 0))
    if day is not None:
        return datetime.combine(day, at)
    today = datetime.combine(now, at)
    return today if today > now else today + timedelta(days=1)


def _day(text: str, order: Order) -> tuple[datetime | None, str]:
    """The day that a text begins with, None if with none, and what follows."""
    iso, strokes = _ISO.match(text), _DATE.match(text)
    if iso is not None:
        return datetime.fromisoformat(iso[0]), text[iso.end() :]
    if strokes is None:
        return None, text
    one, other, year = (int(strokes[part]) for part in ("one", "other", "year"))
    month, day = (one, other) if order is Order.MONTH_FIRST else (other, one)
    return datetime(year if year > 99 else 2000 + year, month, day), text[strokes.end() :]  # noqa: DTZ001, PLR2004


def _order_of(sheet: Sheet) -> Order:
    """How the dates of this list are written: some day after the twelfth tells. Fatal where none does."""
    dates = [
        found
        for row in sheet.rows
        if (found := _DATE.match(row.first("moment", "date"))) and not _alike(found)
    ]
    day_first = any(int(found["one"]) > _MOST_MONTHS for found in dates)
    month_first = any(int(found["other"]) > _MOST_MONTHS for found in dates)
    if dates and day_first == month_first:
        raise Fatal(
            f"{sheet.name}: {dates[0][0]} may be two days",
            "say `--dates mdy` if the month comes first, `--dates dmy` if the day does",
        )
    return Order.DAY_FIRST if day_first else Order.MONTH_FIRST


def _alike(found: re.Match[str]) -> bool:
    return found["one"] == found["other"]
