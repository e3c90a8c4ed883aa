"""How soon a dropped file reaches Zoom, with the controller running: from the rename to the call's arrival."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.hotel import FIRST_ROOM, furnish
from tests.bench import hotels
from tests.bench.measure import RECONCILE, Broken, Series, run
from tests.bench.result import Bench, Result, between, memory

ROOMS = 240
MEDIAN_AT_MOST, WORST_AT_MOST, URGENT_AT_MOST = 150, 500, 250
"""Milliseconds."""

REPAIRS = 1_000
"""Repairs that wait while check-ins are dropped."""
AHEAD = 200
"""Further ones, which may go before the last of the check-ins has been dropped."""
CHECK_INS = 8
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Controller:
    """`reconcile run`, with the folder that it watches and the Zoom that it writes to."""

    house: hotels.House
    cloud: ZoomCloud
    process: subprocess.Popen[bytes]
    address: str

    def drop(self, room: int, text: str) -> float:
        """Put a document there by an atomic rename; milliseconds until a call to its user arrives."""
        path = self.house.place(room)
        fresh = path.with_name(f".{path.name}.tmp")
        fresh.write_text(text, encoding="utf-8")
        return self.patched(room, lambda: fresh.replace(path))

    def patched(self, room: int, act: Callable[[], object]) -> float:
        """Milliseconds from an act until a call to the room's user arrives."""
        user = f"/users/{quote(self.cloud.extension(room).id, safe='')}"
        seen = len(self.cloud.calls)
        began = time.monotonic()
        act()

        def arrived() -> float | None:
            calls = self.cloud.calls[seen:]
            return next((c.at_monotonic for c in calls if c.method == "PATCH" and c.path == user), None)

        return (until(arrived, 10, f"no call for room {room}") - began) * 1000

    def mebibytes(self) -> float:
        """Peak memory so far; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0.0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


def dropped(bench: Bench) -> Iterator[Result]:
    """Check-ins, one after the other, in a hotel that is in sync."""
    cloud = ZoomCloud("pro")
    furnish(cloud, rooms=ROOMS)
    rooms = range(FIRST_ROOM, FIRST_ROOM + ROOMS)
    chance = random.Random(1)  # noqa: S311 - repeatable chance, not cryptography
    address = free_address()
    with cloud.serve_in_thread() as url:
        house = hotels.online(bench.folder / "dropped", cloud, url, rooms, desk={"listen": address})
        for room in rooms:
            house.put(room, _names_only(hotels.vacant(room)))
        with running(house, cloud, address) as controller:
            taken = []
            for room in chance.sample(rooms, (100 if bench.quick else 200) + WARM_UP):
                taken.append(controller.drop(room, _names_only(hotels.occupied(room))))
                time.sleep(chance.uniform(0.05, 0.4))
            peak = controller.mebibytes()
    series = Series(tuple(taken[WARM_UP:]))
    yield Result(
        f"file dropped → PATCH arrives, {ROOMS} rooms: median", f"{MEDIAN_AT_MOST} ms", f"{series.median:.0f} ms",
        series.median <= MEDIAN_AT_MOST, between(series, "ms"), memory=memory(peak),
    )  # fmt: skip
    worst = series.percentile(0.99)
    yield Result("… 99th percentile", f"{WORST_AT_MOST} ms", f"{worst:.0f} ms", worst <= WORST_AT_MOST)


def urgent(bench: Bench) -> Iterator[Result]:
    """Check-ins while somebody has renamed a thousand rooms in Zoom, which the controller is about to mend."""
    taken: list[float] = []
    peak = 0.0
    for number in range(1 if bench.quick else 3):
        cloud = ZoomCloud("pro")
        furnish(cloud, rooms=REPAIRS + AHEAD + CHECK_INS)
        rooms = range(FIRST_ROOM, FIRST_ROOM + REPAIRS + AHEAD + CHECK_INS)
        arriving = rooms[-CHECK_INS:]
        with cloud.serve_in_thread() as url:
            folder, address = bench.folder / f"urgent{number}", free_address()
            house = hotels.online(folder, cloud, url, rooms, desk={"listen": address})
            for room in rooms:
                house.put(room, _names_only(hotels.vacant(room)))
            run(RECONCILE, "--config", str(house.config), "--yes", folder=house.folder)
            for room in rooms[:-CHECK_INS]:
                cloud.extension(room).display_name = f"Lost {room}"
            with running(house, cloud, address) as controller:
                until(lambda cloud=cloud: hotels.writes(cloud) or None, 60, "no repair has begun")  # type: ignore[misc]
                chance = random.Random(number)  # noqa: S311 - the same
                for room in arriving:
                    taken.append(controller.drop(room, _names_only(hotels.occupied(room))))
                    time.sleep(chance.uniform(0.1, 0.5))
                waiting = REPAIRS + AHEAD + CHECK_INS - len(hotels.writes(cloud))
                if waiting < REPAIRS:
                    raise Broken(f"only {waiting} repairs waited")
                peak = max(peak, controller.mebibytes())
    series = Series(tuple(taken))
    yield Result(
        f"check-in dropped while {REPAIRS:,} repairs wait → PATCH arrives", f"{URGENT_AT_MOST} ms",
        f"{series.median:.0f} ms", series.median <= URGENT_AT_MOST, between(series, "ms"), memory=memory(peak),
    )  # fmt: skip


@contextmanager
def running(house: hotels.House, cloud: ZoomCloud, address: str) -> Iterator[Controller]:
    """`reconcile run` from the moment at which it is ready until SIGTERM."""
    log = house.folder / "run.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [RECONCILE, "--config", house.config, "run"],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:

            def ready() -> bool | None:
                if process.poll() is not None:
                    raise Broken(f"reconcile run: exit {process.returncode}\n{log.read_text()[-2000:]}")
                return _ready(address) or None

            until(ready, 120, "the controller is not ready")
            yield Controller(house, cloud, process, address)
        finally:
            process.send_signal(signal.SIGTERM)
            if process.wait(timeout=20) != os.EX_OK:
                raise Broken(f"reconcile run: exit {process.returncode}\n{log.read_text()[-2000:]}")


Found = TypeVar("Found")


def until(look: Callable[[], Found | None], at_most: float, otherwise: str) -> Found:
    """Look until there is something to see. Broken after so many seconds."""
    end = time.monotonic() + at_most
    while (found := look()) is None:
        if time.monotonic() > end:
            raise Broken(otherwise)
        time.sleep(0.005)
    return found


def free_address() -> str:
    """An address on loopback on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def _ready(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _names_only(text: str) -> str:
    """A document without do-not-disturb and mailbox, so that each change is one PATCH."""
    return text.partition("dnd:")[0]
