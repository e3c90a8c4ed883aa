"""The audit that finds nothing to do, the first load of a folder, and the help: no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from tests.bench import hotels
from tests.bench.measure import RECONCILE, Runs, repeated, run
from tests.bench.result import Bench, Result, memory, seconds

AT_MOST = {1_000: 0.5, 10_000: 0.9, 100_000: 8.0}
MEMORY_AT_MOST = 120
"""MiB, at 10,000 rooms."""

COLD_ROOMS = 10_000


def command(house: hotels.House) -> tuple[str, ...]:
    """The audit of this hotel against its snapshot."""
    return RECONCILE, "--config", str(house.config), "--dry-run", "--snapshot", str(house.snapshot)


def warm(bench: Bench) -> Iterator[Result]:
    """No-change audits of small, big and impossible hotels."""
    for rooms, at_most in AT_MOST.items():
        house = hotels.offline(bench.folder / str(rooms), rooms)
        runs = repeated(bench.times(3 if rooms == max(AT_MOST) else 7), *command(house), folder=house.folder)
        yield seconds(f"no-change audit, {rooms:,} rooms, warm cache", runs, at_most)
        if rooms == COLD_ROOMS:
            met = runs.mebibytes <= MEMORY_AT_MOST
            yield Result("… its peak memory", f"{MEMORY_AT_MOST} MiB", memory(runs.mebibytes), met)
        shutil.rmtree(house.folder)


def cold(bench: Bench) -> Iterator[Result]:
    """The same without anything kept from earlier: every document is parsed and checked."""
    house = hotels.offline(bench.folder / "cold", COLD_ROOMS)
    run(*command(house), folder=house.folder)
    runs = []
    for _ in range(bench.times(5)):
        shutil.rmtree(house.state)
        runs.append(run(*command(house), folder=house.folder))
    what = f"cold load of {COLD_ROOMS:,} files of {house.average_size():.0f} bytes"
    yield seconds(what, Runs(runs), 8.0, "the whole audit, start to end")


def help_(bench: Bench) -> Iterator[Result]:
    """The help."""
    runs = repeated(bench.times(15), RECONCILE, "--help", folder=bench.folder)
    yield seconds("reconcile --help", runs, 0.3)
