"""The history of changes, and the moments by which people ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.store.rows import HistoryRow
from reconciler.views.shape import VERSION, iso

_AGO = re.compile(r"^(\d{1,6})\s*([mhdw])$")
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
    ago = _AGO.match(text.strip())
    if ago is not None:
        return now - timedelta(**{_UNIT[ago[2]]: int(ago[1])})
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f'"{text}": expected a date, a date and time such as 2026-11-22T14:00, or an age such as 2h or 3d'
        ) from None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=zone)


def ahead(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The same for a time to come: 2h is in two hours. ValueError if it is past."""
    meant = moment(text, now, zone)
    if _AGO.match(text.strip()):
        meant = now + (now - meant)
    if meant <= now:
        raise ValueError(f'"{text}" is past')
    return meant
