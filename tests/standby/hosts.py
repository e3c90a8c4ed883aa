"""A hotel with controllers on several hosts, a PostgreSQL between them, and everything else once.

The hosts are processes of this machine that believe in other names; each has a state folder of its own.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from tests.chaos.diary import Diary
from tests.chaos.hotel import MANNERS, NAMES, PATIENT, REPEATED, Lines
from tests.chaos.lines import real
from tests.chaos.nursery import Life, Nursery
from tests.chaos.telephones import OPERATOR, simulated
from tests.chaos.wanted import ZONE, Book, Habit, Wake
from tests.reconciler.house import Ran, Service, ended, free_address, started

ROOMS: Final = [str(number) for number in range(1001, 1009)]
WITHIN: Final = 60.0
"""Seconds for what must come, on a machine that is busy with other things."""
LOOK_EVERY: Final = 0.03


@dataclass
class Host:
    """One of them, and the life of its controller, if it has one."""

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
class Hosts:
    """The hotel."""

    cloud: ZoomCloud
    pms: HotelPms
    lines: Lines
    book: Book
    diary: Diary
    nursery: Nursery
    hosts: tuple[Host, ...]

    def roles_of(self, host: Host) -> tuple[str, ...]:
        """The roles with which its controller is started; none: it does all of it."""
        del host
        return ()

    def begin(self, host: Host) -> None:
        """Start its controller."""
        words = self.lines.command(host.service.config, *self.roles_of(host))
        host.life = self.nursery.begin(host.log, "tests.standby.onhost", host.name, *words)

    def kill(self, host: Host) -> float:
        """Kill -9 one that speaks to the PMS; when that was."""
        at = time.monotonic()
        self.kill_quietly(host)
        self.pms.wait(lambda: not self.pms.alive, WITHIN)
        self.pms.forgive("no_le")
        return at

    def kill_quietly(self, host: Host) -> None:
        """Kill -9 one that has no line to the PMS."""
        assert host.life is not None
        host.life.signal(signal.SIGKILL)
        assert host.life.wait(WITHIN) is not None
        host.life = None

    def stop(self, host: Host) -> int | None:
        """SIGTERM; with what it has ended."""
        assert host.life is not None
        host.life.signal(signal.SIGTERM)
        code = host.life.wait(WITHIN)
        host.life = None
        return code

    def wait(self, true: Callable[[], object], seconds: float = WITHIN) -> None:
        """Wait until something has come true; what the hosts said, where it does not."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() < end:
                time.sleep(LOOK_EVERY)
                continue
            said = "\n".join(
                f"{host.name}:\n{host.log.read_text()[-3000:]}" for host in self.hosts if host.log.exists()
            )
            raise AssertionError(f"it did not come true\n{said}")

    def wake_up(self, room: str, after: float) -> Wake:
        """The PMS wants a guest to be woken so many seconds from now, or up to one later."""
        wake = self.wanted(room, after, "PMS")
        self.pms.wake_up(room, wake.at)
        return wake

    def wanted(self, room: str, after: float, by: str) -> Wake:
        """Somebody wants a guest to be woken so many seconds from now, or up to one later, and is about to say so."""
        at = (self.pms.local() + timedelta(seconds=after + 1)).replace(microsecond=0, tzinfo=None)
        return self.book.enter(Wake(at, [room], Habit.WAKES, by, datetime.now(UTC)))

    def twice(self) -> list[str]:
        """Everything that was done twice, or that nobody has wanted."""
        self.lines.look()
        found = [*self.book.stray, *map(str, self.cloud.redundant), *map(str, self.cloud.violations)]
        found += [
            f"{wake}: rung at {[ring.at for ring in wake.rings]}, told {wake.told}"
            for wake in self.book.wakes
            if len(wake.rings) > 1 or len(wake.told) > 1
        ]
        return found + [str(mistake) for mistake in self.pms.mistakes]

    def shown(self, room: str) -> str:
        """What the room's telephone shows."""
        return self.cloud.extension(self.lines.extension(room)).display_name

    def _record(self, way: str, text: str) -> None:
        self.diary.note({"→": "PMS", "←": "to PMS"}.get(way, "!"), text)
        if way == "←" and text.startswith("WA|"):
            fields = {part[:2]: part[2:] for part in text.split("|")}
            at = datetime.strptime(fields["DA"] + fields["TI"], "%y%m%d%H%M%S")  # noqa: DTZ007 - hotel's time
            self.book.result(fields["RN"], at, fields["AS"])


Hotel = TypeVar("Hotel", bound=Hosts)


@dataclass(frozen=True)
class Wiring:
    """What the hosts of a hotel may be wired to."""

    lines: Lines
    pms_port: int
    database: str

    def front_office(self) -> dict[str, Any]:
        """The settings of one that speaks to the PMS and rings."""
        return {
            "pms": [{"kind": "fias", "host": "127.0.0.1", "port": self.pms_port}],
            "voice": {"operator": self.lines.operator, "wakeup": MANNERS},
            **self.lines.settings(),
        }


@contextmanager
def opened(
    folder: Path,
    database: str,
    kind: type[Hotel],
    hosts: Callable[[Wiring], Mapping[str, Mapping[str, Any]]],
    *,
    settled: int = 0,
    sleepers: Mapping[str, Habit] | None = None,
) -> Iterator[Hotel]:
    """The hotel with hosts of these settings, none of which runs yet. Those that do at the end are stopped.

    ``settled``: in so many rooms a guest has been for long. ``sleepers``: rooms with real telephones, and what their
    guests do; else all telephones are simulated. Absent where this machine has no real ones.
    """
    cloud, book, diary = ZoomCloud("business"), Book(), Diary()
    with ExitStack() as stack:
        lines: Lines
        if sleepers is None:
            lines = stack.enter_context(simulated(book, diary, ROOMS, 1.0))
        else:
            lines = stack.enter_context(real(folder, book, dict(sleepers)))
        for room in ROOMS:
            cloud.add_user(lines.extension(room), "Room", room, f"Room {room}")
        cloud.add_user(int(OPERATOR), "Ingrid", "Castellan")
        pms = HotelPms(ROOMS, Options(repeat_last=REPEATED), zone=ZONE.key)
        pms.grace = PATIENT
        for room in ROOMS[:settled]:
            pms.settle(room, Guest("Souza", "Ana"))
        url = stack.enter_context(cloud.serve_in_thread())
        wiring = Wiring(lines, stack.enter_context(pms.serve_in_thread()), database)
        made = tuple(
            _host(folder / name, cloud, url, lines, settings) for name, settings in hosts(wiring).items()
        )
        nursery = Nursery()
        stack.callback(nursery.close)
        hotel = kind(cloud, pms, lines, book, diary, nursery, made)
        pms.watch = hotel._record
        yield hotel
        for host in made:
            if host.life is not None:
                assert hotel.stop(host) == 0, host.log.read_text()


def _host(home: Path, cloud: ZoomCloud, url: str, lines: Lines, settings: Mapping[str, Any]) -> Host:
    (home / "rooms").mkdir(parents=True)
    desk = free_address()
    usual = {
        "rooms": [{"room": room, "extensions": [str(lines.extension(room))]} for room in ROOMS],
        "names": NAMES,
        "zoom": {"share": 1.0, "interval": 2},
        "desk": {"listen": desk},
        **settings,
    }
    service = Service(home, cloud, url, _run, usual, desk)
    service.configure()
    return Host(home.name, service, home / "run.log")


def _run(words: Any) -> Ran:
    return ended(started(words))
