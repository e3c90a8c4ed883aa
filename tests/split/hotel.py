"""One hotel in two processes: PMS and telephones at the property, Zoom at the centre, a PostgreSQL between them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import anyio

from fixtures.hotel_pms import HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from reconciler.configuration.file import load
from reconciler.control import carry
from reconciler.desk.orders import AnyOrder, SetWakeup
from tests.chaos.diary import Diary
from tests.chaos.hotel import MANNERS, PATIENT, REPEATED
from tests.chaos.nursery import Nursery
from tests.chaos.telephones import OPERATOR, Telephones, simulated
from tests.chaos.wanted import ZONE, Book, Habit, Wake
from tests.reconciler.house import Ran, Service, ended, free_address, started
from tests.standby.pair import ROOMS, WITHIN, Host, Pair

ROLES: Final = {"property": "pms,voice,desk", "centre": "zoom,desk"}


@dataclass
class Split(Pair):
    """The hotel. The first host is at the property, the second one at the centre."""

    @property
    def inn(self) -> Host:
        """The host at the property."""
        return self.hosts[0]

    @property
    def centre(self) -> Host:
        """The host at the centre."""
        return self.hosts[1]

    def begin(self, host: Host) -> None:
        """Start its process with the roles that it has."""
        words = (host.name, str(host.service.config), str(self.telephones.port), ROLES[host.name])
        host.life = self.nursery.begin(host.log, "tests.standby.onhost", *words)

    def kill_quietly(self, host: Host) -> None:
        """Kill -9 one that has no line to the PMS."""
        assert host.life is not None
        host.life.signal(signal.SIGKILL)
        assert host.life.wait(WITHIN) is not None
        host.life = None

    def shows(self, room: str, name: str) -> None:
        """Wait until the room's telephone shows this."""
        self.wait(lambda: self.shown(room) == name)

    def order(self, host: Host, order: AnyOrder) -> str | None:
        """Let somebody at that host's desk say it; what he hears. Raises Declined, or whatever he hears instead."""
        return anyio.run(carry, load(host.service.config, {}), order, "test")

    def wake_up_by(self, host: Host, room: str, after: float) -> Wake:
        """Somebody at that host's desk wants a guest to be woken so many seconds from now, or up to one later."""
        at = (self.pms.local() + timedelta(seconds=after + 1)).replace(microsecond=0, tzinfo=None)
        wake = self.book.enter(Wake(at, [room], Habit.WAKES, host.name, datetime.now(UTC)))
        assert self.order(host, SetWakeup(room=room, at=at)) is not None
        return wake


@contextmanager
def split(folder: Path, database: str) -> Iterator[Split]:
    """The hotel, of which no process runs yet. What still runs at the end is stopped."""
    cloud, book, diary = ZoomCloud("business"), Book(), Diary()
    for room in ROOMS:
        cloud.add_user(int(room), "Room", room, f"Room {room}")
    cloud.add_user(int(OPERATOR), "Ingrid", "Castellan")
    with ExitStack() as stack:
        telephones = stack.enter_context(simulated(book, diary, ROOMS, 1.0))
        pms = HotelPms(ROOMS, Options(repeat_last=REPEATED), zone=ZONE.key)
        pms.grace = PATIENT
        url = stack.enter_context(cloud.serve_in_thread())
        port = stack.enter_context(pms.serve_in_thread())
        inn = _host(folder, "property", cloud, url, _at_property(telephones, port, database))
        centre = _host(folder, "centre", cloud, url, {"database": database})
        nursery = Nursery()
        stack.callback(nursery.close)
        hotel = Split(cloud, pms, telephones, book, diary, nursery, (inn, centre))
        pms.watch = hotel._record
        yield hotel
        for host in hotel.hosts:
            if host.life is not None:
                assert hotel.stop(host) == 0, host.log.read_text()


def _at_property(telephones: Telephones, port: int, database: str) -> dict[str, Any]:
    return {
        "centre": database,
        "pms": [{"kind": "fias", "host": "127.0.0.1", "port": port}],
        "voice": {"operator": telephones.operator, "wakeup": MANNERS},
        **telephones.settings(),
    }


def _host(folder: Path, name: str, cloud: ZoomCloud, url: str, settings: dict[str, Any]) -> Host:
    home, desk = folder / name, free_address()
    (home / "rooms").mkdir(parents=True)
    zoom = {"share": 1.0, "interval": 2}
    usual = {"rooms": ROOMS, "desk": {"listen": desk}, "zoom": zoom, **settings}
    service = Service(home, cloud, url, _run, usual, desk)
    service.configure()
    return Host(name, service, home / "run.log")


def _run(words: Any) -> Ran:
    return ended(started(words))
