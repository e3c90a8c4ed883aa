"""Calls to Zoom by the minute, for the last hour: what people see of how near we come to the limits. Pure."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Final

from reconciler.budget import Bucket

MINUTES: Final = 60
_MINUTE: Final = timedelta(minutes=1)


class Tally:
    """Counts what is noted, and forgets what is older than an hour."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[datetime, Counter[Bucket]]] = deque(maxlen=MINUTES)

    def note(self, bucket: Bucket, at: datetime) -> None:
        """A call was made. One of a clock that was set back counts for the latest minute that is known."""
        minute = at.replace(second=0, microsecond=0)
        if not self._minutes or minute > self._minutes[-1][0]:
            self._minutes.append((minute, Counter()))
        self._minutes[-1][1][bucket] += 1

    def last_hour(self, now: datetime) -> list[tuple[datetime, Counter[Bucket]]]:
        """Every minute of the last hour up to the present one, also those without a call."""
        known = dict(self._minutes)
        present = now.replace(second=0, microsecond=0)
        minutes = (present - ago * _MINUTE for ago in range(MINUTES - 1, -1, -1))
        return [(minute, known.get(minute, Counter())) for minute in minutes]
