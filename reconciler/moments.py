"""Moments as people and as programs read them, in one way each, so that no two pages disagree about an hour.

People read the property's own time, whatever machine they sit at, with its offset: when the clocks go back a night
has its 01:30 twice, and a report is read in other places. Programs get UTC. Pure: the zone is passed in.
"""

from __future__ import annotations

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


def utc(moment: datetime) -> str:
    """For programs, to the millisecond: ``2026-11-22T19:03:11.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
