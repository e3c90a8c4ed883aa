"""How fast the PMS link is: records on the socket of the real process until they stand in its store, or in Zoom."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.hotel import FIRST_ROOM, furnish
from reconciler.store.version import FILE_NAME
from tests.bench import hotels
from tests.bench.measure import Broken, Series
from tests.bench.pms import BarePms, Guests, all_vacant, bare_pms, everybody, lamp_lit
from tests.bench.result import NOISY, Bench, Result, between, memory
from tests.bench.running import Controller, free_address, running, until

RESYNCS = {3_000: 3.0, 10_000: 10.0}
"""Rooms, and the seconds that a resync of them may take."""

RECORDS, BUSY_ROOMS, RATE_AT_LEAST = 20_000, 3_000, 3_000
"""Mixed records, the rooms that they are about, and how many a second must be stored."""

ROOMS = 1_000
MEDIAN_AT_MOST, WORST_AT_MOST = 100, 300
"""Milliseconds."""
WARM_UP = 5
OFTEN = {"refresh_cache": 0.001, "drift_check": 0.001}
"""Minutes: Zoom is read again as soon as it has been read."""


@dataclass(frozen=True, slots=True)
class Front:
    """A controller in front of a PMS."""

    pms: BarePms
    controller: Controller
    rooms: range

    def stored(self, records: list[str]) -> float:
        """Send records; seconds until they and their effects stand in the store. At most once a process."""
        marker = self.rooms[0]
        path = self.controller.house.state / FILE_NAME
        # By the whole key: to look through all that was said would take from the machine what is measured.
        lit = """SELECT 1 FROM said WHERE property = (SELECT property FROM said LIMIT 1) AND room = ?
            AND source = 'pms' AND field = 'message_light' AND value = '"on"'"""
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            began = time.monotonic()
            self.pms.say([*records, lamp_lit(marker)])
            until(lambda: store.execute(lit, (str(marker),)).fetchone(), 120, "the last record is not stored")
            return time.monotonic() - began


@contextmanager
def front(bench: Bench, name: str, rooms: int, **zoom: Any) -> Iterator[Front]:
    """A hotel without documents that has read Zoom, and whose PMS has told of nobody yet."""
    cloud = ZoomCloud("business")
    furnish(cloud, rooms=rooms)
    numbers, address = range(FIRST_ROOM, FIRST_ROOM + rooms), free_address()
    with cloud.serve_in_thread() as url, bare_pms() as pms:
        link = {"kind": "fias", "host": pms.host, "port": pms.port}
        house = hotels.online(
            bench.folder / name, cloud, url, numbers, desk={"listen": address}, pms=[link], zoom=zoom
        )
        with running(house, cloud, address) as controller:
            pms.wait()
            yield Front(pms, controller, numbers)


def resync(bench: Bench) -> Iterator[Result]:
    """Everybody in the house is told anew, while Zoom learns the first of their names."""
    for rooms, at_most in RESYNCS.items():
        taken, peak = [], 0.0
        for number in range(bench.times(3)):
            with front(bench, f"resync{rooms}-{number}", rooms) as house:
                taken.append(house.stored(everybody(house.rooms)))
                peak = max(peak, house.controller.mebibytes())
        series = Series(tuple(taken))
        yield Result(
            f"resync of {rooms:,} rooms: DS → all documents stored", f"{at_most:g} s", f"{series.median:.2f} s",
            series.median <= at_most, between(series), memory=memory(peak), noisy=series.spread > NOISY,
        )  # fmt: skip


def burst(bench: Bench) -> Iterator[Result]:
    """A day's records at once, as after an outage."""
    rates, peak = [], 0.0
    for number in range(bench.times(3)):
        with front(bench, f"burst{number}", BUSY_ROOMS) as house:
            guests = Guests(house.rooms[1:], random.Random(number))  # noqa: S311 - repeatable chance
            rates.append(RECORDS / house.stored(guests.records(RECORDS)))
            peak = max(peak, house.controller.mebibytes())
    series = Series(tuple(rates))
    yield Result(
        f"{RECORDS:,} mixed records at once: stored a second (at least)", f"{RATE_AT_LEAST:,}",
        f"{series.median:,.0f}", series.median >= RATE_AT_LEAST,
        f"{len(rates)}: {series.highest:,.0f} to {series.lowest:,.0f}", memory=memory(peak),
        noisy=series.spread > NOISY,
    )  # fmt: skip


def checked_in(bench: Bench) -> Iterator[Result]:
    """Check-ins, one after the other: in a quiet house, and in one that reads Zoom over and over again."""
    yield from _check_ins(bench, "check-in record → PATCH arrives", {})
    yield from _check_ins(bench, f"… while the cache of {ROOMS:,} rooms is refreshed", OFTEN)


def _check_ins(bench: Bench, what: str, zoom: dict[str, Any]) -> Iterator[Result]:
    chance = random.Random(1)  # noqa: S311 - the same
    taken = []
    with front(bench, "busy" if zoom else "quiet", ROOMS, **zoom) as house:
        house.stored(all_vacant(house.rooms))
        guests, controller = Guests(house.rooms, chance), house.controller
        for room in chance.sample(house.rooms[1:], (100 if bench.quick else 200) + WARM_UP):
            time.sleep(chance.uniform(0.05, 0.4))
            record = guests.comes(room)
            taken.append(controller.patched(room, lambda record=record: house.pms.say([record])))  # type: ignore[misc]
            if zoom and not _is_read(controller.cloud):
                raise Broken("nothing was read from Zoom meanwhile")
        peak = controller.mebibytes()
    series = Series(tuple(taken[WARM_UP:]))
    worst = series.percentile(0.99)
    yield Result(
        f"{what}: median", f"{MEDIAN_AT_MOST} ms", f"{series.median:.0f} ms", series.median <= MEDIAN_AT_MOST,
        between(series, "ms"), memory=memory(peak),
    )  # fmt: skip
    yield Result("… 99th percentile", f"{WORST_AT_MOST} ms", f"{worst:.0f} ms", worst <= WORST_AT_MOST)


def _is_read(cloud: ZoomCloud) -> bool:
    """True if something was read within the last second or two."""
    since = time.monotonic() - 2
    return any(call.method == "GET" and call.at_monotonic > since for call in cloud.calls[-100:])
