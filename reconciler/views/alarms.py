"""The alarms that stand, for the page and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.alarms.finding import Standing
from reconciler.views.shape import VERSION, iso


def alarms_view(standing: Iterable[Standing]) -> dict[str, Any]:
    """All of them, the gravest first; ``acknowledged`` is None until somebody has seen it."""
    return {"version": VERSION, "alarms": [alarm_view(each) for each in standing]}


def alarm_view(standing: Standing) -> dict[str, Any]:
    """One of them."""
    alarm, seen = standing.alarm, standing.seen
    return {
        "key": alarm.key, "kind": alarm.kind.value, "severity": alarm.severity.value, "room": alarm.room,
        "message": alarm.message, "remedy": alarm.remedy, "raised_at": iso(standing.raised),
        "acknowledged": {"who": seen.who, "at": iso(seen.at)} if seen else None,
    }  # fmt: skip
