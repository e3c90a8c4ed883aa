"""Looks at a large hotel in two processes, each at half of the rooms.

Looking is pure arithmetic over what is in memory already, so a forked child needs nothing to be sent to it and
answers only what is worth answering: the rooms that need something. A child that fails costs time, nothing else.
Only for the audit against a snapshot, which has no threads, sockets or open store that a fork could spoil.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from reconciler.hotel import Hotel, RoomPlan

WORTH_IT = 4000
"""Rooms from which a second process saves more than it costs."""


def look_in_two(hotel: Hotel, rooms: Sequence[str], now: datetime) -> Iterator[RoomPlan]:
    """The rooms that need something or have a problem, in the order of ``rooms``."""
    if len(rooms) < WORTH_IT or (os.cpu_count() or 1) < 2 or not hasattr(os, "fork"):  # noqa: PLR2004 - two halves
        yield from hotel.look_at(rooms, now)
        return
    half = len(rooms) // 2
    collect = _in_a_child(lambda: _worth_telling(hotel.look_at(rooms[half:], now)))
    yield from _worth_telling(hotel.look_at(rooms[:half], now))
    plans = collect()
    yield from hotel.look_at(rooms[half:], now) if plans is None else plans


def _worth_telling(plans: Iterable[RoomPlan]) -> list[RoomPlan]:
    return [plan for plan in plans if plan.changes or plan.problems]


def _in_a_child(work: Callable[[], list[RoomPlan]]) -> Callable[[], list[RoomPlan] | None]:
    """Start the work in a forked child; the answer waits for its result, None if it failed."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(work, theirs)
    os.close(theirs)

    def collect() -> list[RoomPlan] | None:
        with os.fdopen(ours, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        # Our own child's answer over our own pipe: nobody else can write there.
        return pickle.loads(answer) if status == 0 else None  # noqa: S301

    return collect


def _answer(work: Callable[[], list[RoomPlan]], pipe: int) -> None:
    """Do the work, write the answer and end at once, without what a normal exit would tidy up twice."""
    status = 1
    try:
        with os.fdopen(pipe, "wb") as out:
            pickle.dump(work(), out, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)
