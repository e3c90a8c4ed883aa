"""Two controllers and one PostgreSQL: how soon the second works after kill -9 of the first, and what comes twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random
from typing import Final

from tests.bench.measure import Absent, Broken, Series
from tests.bench.result import Bench, Result, between
from tests.postgres import binary, running
from tests.standby.hosts import Host, Hosts
from tests.standby.pair import pair

KILLS: Final = 20
AT_MOST: Final = 10.0
"""Seconds."""


def takeover(bench: Bench) -> Iterator[Result]:
    """Kill the one at work just before a wake-up call, again and again, at any moment of its ownership."""
    if binary("initdb") is None:
        raise Absent("there is no PostgreSQL here")
    chance = Random(1)  # noqa: S311 - repeatable chance, not cryptography
    taken: list[float] = []
    with ExitStack() as stack:
        server = stack.enter_context(running())
        hotel = stack.enter_context(pair(bench.folder, server.url("postgres")))
        active, other = hotel.hosts
        hotel.begin(active)
        hotel.wait(lambda: active.at_work)
        for _ in range(KILLS // 4 if bench.quick else KILLS):
            hotel.begin(other)
            hotel.wait(lambda other=other: other.stands_by)  # type: ignore[misc]
            taken.append(_killed(hotel, active, other, chance.uniform(0, 1)))
            active, other = other, active
        twice = hotel.twice()
    series = Series(tuple(taken))
    yield Result(
        f"{len(taken)} × kill -9 of the active controller, PostgreSQL → the other has the PMS and rings: worst",
        f"{AT_MOST:g} s", f"{series.highest:.1f} s", series.highest <= AT_MOST, between(series),
    )  # fmt: skip
    yield Result("… acts that were done twice", "0", f"{len(twice)}", not twice, note="; ".join(twice))


def _killed(hotel: Hosts, active: Host, other: Host, after: float) -> float:
    """Seconds from the kill until the wake-up call that fell due meanwhile rings, which is last of all."""
    time.sleep(after)
    wake = hotel.wake_up("1001", after=0.5)
    hotel.wait(lambda: hotel.pms.silent)
    killed = hotel.kill(active)
    if wake.rings:
        raise Broken("the call rang before the kill")
    hotel.wait(lambda: wake.rings and other.at_work)
    seconds = (wake.rings[0].at.timestamp() - time.time()) + (time.monotonic() - killed)
    hotel.wait(lambda: wake.told)
    return seconds
