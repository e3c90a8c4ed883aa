"""One hotel with two controllers on two hosts, a PostgreSQL between them, and everything else once.

The hosts are processes of this machine that believe in other names; each has a state folder of its own.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from tests.chaos.diary import Diary
from tests.chaos.hotel import MANNERS, PATIENT, REPEATED
from tests.chaos.nursery import Life, Nursery
from tests.chaos.telephones import OPERATOR, Telephones, simulated
from tests.chaos.wanted import ZONE, Book, Habit, Wake
from tests.reconciler.house import Ran, Service, ended, free_address, started

ROOMS: Final = [str(number) for number in range(1001, 1009)]
WITHIN: Final = 60.0
"""Seconds for what must come, on a machine that is busy with other things."""


@dataclass
class Host:
    """One of the two, and the life of its controller, if it has one."""

    name: str
    service: Service
    log: Path
    life: Life | None = None

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """What it answers; 0 where nobody does."""
        code, text = self.service.get("/readyz")
        return code, json.loads(text) if code else {}

    @property
    def at_work(self) -> bool:
        """Whether it is ready to work."""
        return self.readyz()[0] == 200

    @property
    def stands_by(self) -> bool:
        """Whether it stands by, and reaches the database."""
        code, body = self.readyz()
        return code == 503 and body.get("status") == "standby" and body["legs"]["store"]["ok"]


@dataclass
class Pair:
    """The hotel."""

    cloud: ZoomCloud
    pms: HotelPms
    telephones: Telephones
    book: Book
    diary: Diary
    nursery: Nursery
    hosts: tuple[Host, Host]
    rung: int = field(default=0)

    def begin(self, host: Host) -> None:
        """Start its controller."""
        config = str(host.service.config)
        port = str(self.telephones.port)
        host.life = self.nursery.begin(host.log, "tests.standby.onhost", host.name, config, port)

    def kill(self, host: Host) -> float:
        """Kill -9; when that was."""
        assert host.life is not None
        at = time.monotonic()
        host.life.signal(signal.SIGKILL)
        assert host.life.wait(WITHIN) is not None
        host.life = None
        self.pms.wait(lambda: not self.pms.alive, WITHIN)
        self.pms.forgive("no_le")
        return at

    def stop(self, host: Host) -> int | None:
        """SIGTERM; with what it has ended."""
        assert host.life is not None
        host.life.signal(signal.SIGTERM)
        code = host.life.wait(WITHIN)
        host.life = None
        return code

    def wait(self, true: Callable[[], object], seconds: float = WITHIN) -> None:
        """Wait until something has come true; what the hosts said, where it does not."""
        try:
            self.pms.wait(true, seconds)
        except TimeoutError:
            said = "\n".join(f"{host.name}:\n{host.log.read_text()[-3000:]}" for host in self.hosts)
            raise AssertionError(f"it did not come true\n{said}") from None

    def wake_up(self, room: str, after: float) -> Wake:
        """The PMS wants a guest to be woken so many seconds from now, or up to one later."""
        at = (self.pms.local() + timedelta(seconds=after + 1)).replace(microsecond=0, tzinfo=None)
        wake = self.book.enter(Wake(at, [room], Habit.WAKES, "PMS", datetime.now(UTC)))
        self.pms.wake_up(room, at)
        return wake

    def twice(self) -> list[str]:
        """Everything that was done twice, or that nobody has wanted."""
        found = [*self.book.stray, *map(str, self.cloud.redundant), *map(str, self.cloud.violations)]
        found += [
            f"{wake}: rung at {[ring.at for ring in wake.rings]}, told {wake.told}"
            for wake in self.book.wakes
            if len(wake.rings) > 1 or len(wake.told) > 1
        ]
        return found + [str(mistake) for mistake in self.pms.mistakes]

    def shown(self, room: str) -> str:
        """What the room's telephone shows."""
        return self.cloud.extension(int(room)).display_name

    def _record(self, way: str, text: str) -> None:
        self.diary.note({"→": "PMS", "←": "to PMS"}.get(way, "!"), text)
        if way == "←" and text.startswith("WA|"):
            fields = {part[:2]: part[2:] for part in text.split("|")}
            at = datetime.strptime(fields["DA"] + fields["TI"], "%y%m%d%H%M%S")  # noqa: DTZ007 - hotel's time
            self.book.result(fields["RN"], at, fields["AS"])


@contextmanager
def pair(folder: Path, database: str) -> Iterator[Pair]:
    """The hotel with both hosts, whose controllers nobody has started yet. What still runs at the end is killed."""
    cloud, book, diary = ZoomCloud("business"), Book(), Diary()
    for room in ROOMS:
        cloud.add_user(int(room), "Room", room, f"Room {room}")
    cloud.add_user(int(OPERATOR), "Ingrid", "Castellan")
    with ExitStack() as stack:
        telephones = stack.enter_context(simulated(book, diary, ROOMS, 1.0))
        pms = HotelPms(ROOMS, Options(repeat_last=REPEATED), zone=ZONE.key)
        pms.grace = PATIENT
        for room in ROOMS[:4]:
            pms.settle(room, Guest("Souza", "Ana"))
        url = stack.enter_context(cloud.serve_in_thread())
        port = stack.enter_context(pms.serve_in_thread())
        hosts = tuple(
            _host(folder, name, cloud, url, port, telephones, database)
            for name in ("front-office", "back-office")
        )
        nursery = Nursery()
        stack.callback(nursery.close)
        hotel = Pair(cloud, pms, telephones, book, diary, nursery, (hosts[0], hosts[1]))
        pms.watch = hotel._record
        yield hotel
        for host in hosts:
            if host.life is not None:
                assert hotel.stop(host) == 0, host.log.read_text()


def _host(
    folder: Path, name: str, cloud: ZoomCloud, url: str, port: int, telephones: Telephones, database: str
) -> Host:
    home, desk = folder / name, free_address()
    (home / "rooms").mkdir(parents=True)
    usual = {
        "rooms": ROOMS,
        "database": database,
        "zoom": {"share": 1.0, "interval": 2},
        "desk": {"listen": desk},
        "pms": [{"kind": "fias", "host": "127.0.0.1", "port": port}],
        "voice": {"operator": telephones.operator, "wakeup": MANNERS},
        **telephones.settings(),
    }
    service = Service(home, cloud, url, _run, usual, desk)
    service.configure()
    return Host(name, service, home / "run.log")


def _run(words: Any) -> Ran:
    return ended(started(words))
