"""Memory runs out under a controller: a real process whose address space may not grow while guests arrive."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.hotel_pms import HotelPms
from fixtures.zoom_cloud import ZoomCloud
from tests.faults.stage import guest_list
from tests.faults.trial import Outcome
from tests.reconciler.house import COMMAND, ROOT, Ran, Service, free_address

ROOMS = [str(number) for number in range(1001, 1013)]
ROOM_TO_GROW = 6 * 1024 * 1024
"""Bytes: a thread's stack alone takes 8 MB."""
MEMORY = "memory short"
"""Its name among the faults."""
PRESSED = 8.0
"""Seconds of pressure."""
PATIENCE = 60.0
LAST_WORDS = 12_000
"""Characters of the log of a controller that did wrong."""


def trial() -> Outcome:
    """Guests come while the memory is short; when there is enough again, everything must be right."""
    outcome = Outcome((MEMORY,))
    cloud = ZoomCloud("business")
    for number in map(int, ROOMS):
        cloud.add_user(number, "Room", str(number), f"Room {number}")
    pms = HotelPms(ROOMS, zone="America/New_York")
    desk = free_address()
    with (
        TemporaryDirectory(prefix="faults-") as folder,
        cloud.serve_in_thread() as url,
        pms.serve_in_thread() as port,
    ):
        usual = {
            "rooms": ["1001-1012"], "desk": {"listen": desk}, "zoom": {"share": 1.0, "interval": 1},
            "pms": [{"kind": "fias", "host": "127.0.0.1", "port": port}],
        }  # fmt: skip
        house = Service(Path(folder), cloud, url, _nobody, usual, desk)
        house.configure()
        guests = dict(zip(ROOMS, guest_list(3), strict=True))
        expected = {room: f"{guest.first} {guest.last} {room}" for room, guest in guests.items()}
        with _controller(house) as process:
            wait(lambda: house.get("/readyz")[0] == 200)
            for room in ROOMS[:3]:
                pms.check_in(room, guests[room])
            wait(lambda: shown(house, expected) == ROOMS[:3])
            _press(process)
            for room in ROOMS[3:]:
                pms.check_in(room, guests[room])
                house.get("/api/rooms")
            time.sleep(PRESSED)
            died = process.poll() is not None
            if not died:
                _relieve(process)
                outcome.wrong += _missing(house, expected)
        if died:
            with _controller(house):
                outcome.wrong += _missing(house, expected)
        if outcome.wrong:
            log = (house.folder / "log").read_text(encoding="utf-8")
            outcome.wrong += ["it had ended" if died else "it had gone on", log[-LAST_WORDS:]]
    return outcome


def wait(true: Callable[[], object]) -> bool:
    """Wait until something has come true; False if it never did."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def shown(house: Service, expected: dict[str, str]) -> list[str]:
    """The rooms that show what they should."""
    return [room for room in ROOMS if house.shown(int(room)) == [expected[room]]]


def _missing(house: Service, expected: dict[str, str]) -> list[str]:
    if wait(lambda: shown(house, expected) == ROOMS):
        return []
    missing = set(ROOMS).difference(shown(house, expected))
    return [f"room {room} does not show its guest" for room in sorted(missing)]


@contextmanager
def _controller(house: Service) -> Iterator[subprocess.Popen[str]]:
    with (house.folder / "log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*COMMAND, *house.words("run")], stdout=log, stderr=log, text=True, cwd=ROOT
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(20)


def _press(process: subprocess.Popen[str]) -> None:
    used = (
        int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[0])
        * resource.getpagesize()
    )
    resource.prlimit(process.pid, resource.RLIMIT_AS, (used + ROOM_TO_GROW, resource.RLIM_INFINITY))


def _relieve(process: subprocess.Popen[str]) -> None:
    resource.prlimit(process.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _nobody(_words: object) -> Ran:
    raise NotImplementedError
