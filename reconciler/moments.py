"""Moments as people and as programs read them, in one way each, so that no two pages disagree about an hour.

People read the property's own time, whatever machine they sit at, with its offset: when the clocks go back a night
has its 01:30 twice, and a report is read in other places. Programs get UTC. Pure: the zone is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same moment on the property's clock; one without an offset is the property's time already.

    By way of UTC, because an hour that the clocks leave out stands on no clock.
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).astimezone(zone)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """For people, to the second: ``2026-11-22 14:03:11-05:00``, which every ``WHEN`` of the command line takes."""
    return in_zone(moment, zone).isoformat(" ", "seconds")


_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def with_moments(text: str, write: Callable[[datetime], str]) -> str:
    """A sentence with each moment in it, which programs wrote there, as ``write`` has it for people."""

    def written(found: re.Match[str]) -> str:
        try:
            return write(datetime.fromisoformat(found[0]))
        except ValueError:  # it only looks like one, such as in a file's name
            return found[0]

    return _WRITTEN.sub(written, text)


def utc(moment: datetime) -> str:
    """For programs, to the millisecond: ``2026-11-22T19:03:11.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
