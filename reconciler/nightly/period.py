"""Which time a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reconciler.moments import in_zone
from reconciler.wakeups.entries import moment_of

NOON = time(12)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to another, both aware."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment <= self.until


def the_night(now: datetime, zone: ZoneInfo) -> Period:
    """From noon of the day before until now: evening, night and morning, whenever in the day it is asked for."""
    yesterday = in_zone(now, zone).date() - DAY
    return Period(moment_of(datetime.combine(yesterday, NOON), zone), now)


def since_the_last(reported: datetime | None, now: datetime) -> Period:
    """Since the last report was made, or the last day where none was."""
    return Period(now - DAY if reported is None or reported > now else reported, now)
