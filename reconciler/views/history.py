"""The history of changes, and the moments by which people ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desired.document import within_years
from reconciler.store.rows import HistoryRow
from reconciler.views.shape import VERSION, iso

_DISTANCE = re.compile(r"^(\d{1,6})\s*([mhdw])$")
_UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def history_view(rows: Iterable[HistoryRow]) -> dict[str, Any]:
    """The changes as plain data, in the order given."""
    return {
        "version": VERSION,
        "history": [
            {
                "at": iso(row.at), "room": row.room, "extension": row.extension, "field": row.field,
                "before": row.before, "after": row.after, "cause": row.cause, "source": row.source,
                "call": row.call, "result": row.result,
            }
            for row in rows
        ],
    }  # fmt: skip


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """What a person means by 2026-11-22, 2026-11-22T14:00 (hotel's time) or 3d (ago). ValueError if nothing."""
    ago = _distance(text)
    return _counted(text, now, -ago) if ago is not None else _moment(text, zone, "an age such as 2h or 3d")


def ahead(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The same for a time to come: 2h is in two hours. ValueError if it is past."""
    distance = _distance(text)
    meant = (
        _counted(text, now, distance)
        if distance is not None
        else _moment(text, zone, "how long from now, such as 2h or 3d")
    )
    if meant <= now:
        raise ValueError(f'"{text}" is past')
    return meant


def _distance(text: str) -> timedelta | None:
    """What ``3d`` means; None where it is no such word."""
    found = _DISTANCE.match(text.strip())
    return timedelta(**{_UNIT[found[2]]: int(found[1])}) if found is not None else None


def _counted(text: str, now: datetime, distance: timedelta) -> datetime:
    try:
        return _of_our_time(text, now + distance)
    except OverflowError:
        raise ValueError(f'"{text}": expected less') from None


def _of_our_time(text: str, meant: datetime) -> datetime:
    try:
        return within_years(meant)
    except ValueError as error:
        raise ValueError(f'"{text}": {error}') from None


def _moment(text: str, zone: ZoneInfo, otherwise: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f'"{text}": expected a date, a date and time such as 2026-11-22T14:00, or {otherwise}'
        ) from None
    return _of_our_time(text, parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=zone))
