"""How late wake-up calls will ring: calls of one time share the channels, and each keeps its channel for a while.

A guide for people who take many calls for one minute, such as those of a tour group: it counts with guests who let
the telephone ring as long as it may, since nobody knows who sleeps lightly. Pure.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TALK: Final = 15.0
"""Seconds from the answer to the key, as a guest takes them who hears the words once."""

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Minute:
    """The calls that are due in one minute (``start`` as aware as they are).

    ``late`` are the seconds by which the last of them rings late; infinite where there is no channel.
    """

    start: datetime
    calls: int
    late: float

    @property
    def overbooked(self) -> bool:
        """Whether one of them rings a minute late or more."""
        return self.late >= MINUTE.total_seconds()


def forecast(dues: Iterable[datetime], channels: int, ring: float) -> Iterator[Minute]:
    """Each minute in which calls are due, the earliest first; a call takes ``ring`` seconds and TALK."""
    takes = timedelta(seconds=ring + TALK)
    free: list[datetime] = []
    minute: Minute | None = None
    for due in sorted(dues):
        start = due.replace(second=0, microsecond=0)
        if minute is None or start != minute.start:
            if minute is not None:
                yield minute
            minute = Minute(start, 0, 0.0)
        rings = due if len(free) < channels else max(due, heapq.heappop(free)) if channels else None
        late = math.inf if rings is None else (rings - due).total_seconds()
        if rings is not None:
            heapq.heappush(free, rings + takes)
        minute = Minute(start, minute.calls + 1, max(minute.late, late))
    if minute is not None:
        yield minute


def warning(minute: Minute, channels: int) -> str:
    """What people read of a minute that is overbooked; it begins with the number of calls."""
    late = math.ceil(minute.late / 10) * 10 if math.isfinite(minute.late) else 0
    over = "1 channel" if channels == 1 else f"{channels} channels"
    return (
        f"{minute.calls} wake-up calls in this minute and {over}: the last may ring about {late} s late"
        if late
        else f"{minute.calls} wake-up calls in this minute and no channel"
    )
