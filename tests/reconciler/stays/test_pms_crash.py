"""kill -9 of the real `reconcile run` beside its PMS, at any moment: the truth is shown, results are told once.

What the kernel had taken and the process had not read is the PMS's to repeat (contract, section 9): this one does.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Timer

import anyio
import pytest

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.hotel_pms.house import WakeUp
from fixtures.zoom_cloud import ZoomCloud
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.control import carry
from reconciler.desk.orders import AnyOrder, CancelWakeup, SetRoomState, SetWakeup
from reconciler.errors import Fatal
from tests.reconciler.guestlist import guests
from tests.reconciler.house import COMMAND, ROOT, Service, ended, free_address, started, wait_for

ZONE = "America/New_York"
ROOMS = [str(number) for number in range(1001, 1041)]
KILLS = 2
UNREAD = 64
AMID_WORK = 0.4
"""Seconds after which a burst is over at the latest."""


@dataclass
class Crashing:
    """A hotel whose controller is killed again and again."""

    service: Service
    pms: HotelPms
    process: Popen[bytes] | None = None

    def open_house(self) -> None:
        """Start the controller for the first time, and wait until it knows of a guest who is here already.

        One that is killed before knows nothing yet, and rightly asks for every room a second time. So does one that
        knows of him and has not read the end of the resync; a guest who comes after it shows that it has.
        """
        self.pms.settle(ROOMS[0], Guest("Souza", "Ana"))
        self.start()
        self.is_in_step()
        self.pms.check_in(ROOMS[1], Guest("Okafor", "Chidi"))
        self.is_in_step()

    def start(self) -> None:
        """Start the controller and wait until its link is alive."""
        connections = self.pms.connections
        self.begin()
        assert self.process is not None
        wait_for(lambda: self.pms.alive and self.pms.connections > connections, self.process, within=40)

    def begin(self) -> None:
        """Start the controller. Its log is nobody's here, and must not fill a pipe."""
        self.process = Popen(
            [*COMMAND, *self.service.words("run")], cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self._gone()
        self.pms.forgive("no_le")

    def stop(self) -> None:
        """SIGTERM."""
        assert self.process is not None
        self.process.terminate()
        self._gone()

    def _gone(self) -> None:
        if self.process is not None:
            self.process.wait(timeout=20)
            self.process = None
        self.pms.wait(lambda: not self.pms.alive)

    def shows_the_truth(self) -> bool:
        house = self.pms.in_house()
        return self.pms.silent and all(
            self.service.shown(int(room)) == [self._name(house[room][0].first, house[room][0].last, room)]
            if room in house
            else self.service.shown(int(room)) == [f"Room {room}"]
            for room in ROOMS
        )

    def _name(self, first: str, last: str, room: str) -> str:
        return f"{first} {last} {room}"

    def is_in_step(self) -> None:
        """Wait until the telephones show the truth, and see that nothing was wrong."""
        assert self.process is not None
        wait_for(self.shows_the_truth, self.process, within=40)
        assert self.pms.mistakes == []


@pytest.fixture
def hotel(tmp_path: Path) -> Iterator[Crashing]:
    cloud = ZoomCloud("business")
    for room in ROOMS:
        cloud.add_user(int(room), "Room", room, f"Room {room}")
    pms = HotelPms(ROOMS, Options(repeat_last=UNREAD), zone=ZONE)
    with cloud.serve_in_thread() as url, pms.serve_in_thread() as port:
        desk = free_address()
        usual = {
            "rooms": ["1001-1040"], "zoom": {"share": 1.0}, "desk": {"listen": desk},
            "pms": [{"kind": "fias", "host": "127.0.0.1", "port": port, "resync_after_crash": False}],
        }  # fmt: skip
        service = Service(tmp_path, cloud, url, lambda words: ended(started(words)), usual, desk)
        service.configure()
        (tmp_path / "rooms").mkdir()
        crashing = Crashing(service, pms)
        try:
            yield crashing
        finally:
            if crashing.process is not None:
                crashing.kill()


def burst(pms: HotelPms, chance: random.Random) -> Callable[[], None]:
    """Arrivals, departures, moves and wake-up calls, one a call; what cannot be done is left."""
    who = guests(chance)

    def act() -> None:
        room, other = chance.sample(ROOMS, 2)
        occupied = [*pms.in_house()]
        match chance.randrange(5):
            case 0 | 1:
                if room not in occupied:
                    pms.check_in(room, next(who))
            case 2:
                if occupied:
                    pms.check_out(chance.choice(occupied))
            case 3:
                if occupied and other not in occupied:
                    pms.move(chance.choice(occupied), other)
            case _:
                if occupied:
                    at = pms.local().replace(microsecond=0) + timedelta(seconds=chance.choice((1, 3600)))
                    pms.wake_up(chance.choice(occupied), at)

    return act


def has_ended(pms: HotelPms, call: WakeUp) -> bool:
    """A call that was asked for twice has one result."""
    return bool(call.cancelled) or (call.room, call.at) in pms.wake_up_results()


def test_killed_amid_a_burst_it_loses_nothing_and_says_nothing_twice(hotel: Crashing) -> None:
    chance = random.Random(5)  # noqa: S311 - the same burst every time
    act = burst(hotel.pms, chance)
    hotel.open_house()
    for _ in range(KILLS):
        end = time.monotonic() + chance.uniform(0.05, AMID_WORK)
        while time.monotonic() < end:
            act()
            time.sleep(0.01)
        hotel.kill()
        hotel.start()
    hotel.is_in_step()
    due = [call for call in hotel.pms.house.wake_ups if call.waiting and call.at <= hotel.pms.local()]
    assert hotel.process is not None
    wait_for(lambda: all(has_ended(hotel.pms, call) for call in due), hotel.process)
    told = Counter(hotel.pms.heard("WA"))
    hotel.stop()
    assert hotel.pms.mistakes == []
    assert sum(told.values()) - len(told) <= KILLS, "once more for each crash at most"


@dataclass
class Words:
    """What the desk says to the controller, and the records in which its PMS is to hear of it."""

    settings: Settings
    chance: random.Random
    tomorrow: datetime
    said: list[str] = field(default_factory=list)
    """Whatever was begun to be said; one whose answer the crash has cut off may be taken or not."""
    taken: list[str] = field(default_factory=list)
    """What was answered, and so may not be lost."""
    _set: list[tuple[str, datetime]] = field(default_factory=list)

    def say(self) -> None:
        """A word of housekeeping, or of a guest who wants to be woken or does not want it any more."""
        number, room = len(self.said), self.chance.choice(ROOMS)
        if number % 3 == 0:
            order: AnyOrder = SetRoomState(room=room, state="clean", staff=str(number))
            clean = 4 if room in ROOMS[:2] else 3  # somebody is in these two
            record = f"RE|RN{room}|RS{clean}|ID{number}|"
        elif number % 3 == 1 or not self._set:
            at = self.tomorrow + timedelta(seconds=number)
            order, record = SetWakeup(room=room, at=at), f"WR|RN{room}|DA{at:%y%m%d}|TI{at:%H%M%S}|"
        else:
            room, at = self._set.pop(0)
            order, record = CancelWakeup(room=room, at=at), f"WC|RN{room}|DA{at:%y%m%d}|TI{at:%H%M%S}|"
        self.said.append(record)
        with suppress(Fatal):
            if anyio.run(carry, self.settings, order, "desk") is not None:
                self.taken.append(record)
                if record.startswith("WR"):
                    self._set.append((room, at))


def test_whatever_the_desk_said_before_a_kill_reaches_the_pms_in_order_and_once(hotel: Crashing) -> None:
    chance = random.Random(7)  # noqa: S311 - the same words every time
    morning = hotel.pms.local().replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=1)
    hotel.open_house()
    words = Words(load(hotel.service.config, {}), chance, morning)
    for _ in range(KILLS):
        before, end = len(words.taken), time.monotonic() + chance.uniform(AMID_WORK, 2 * AMID_WORK)
        while time.monotonic() < end or len(words.taken) < before + 6:
            words.say()
        assert hotel.process is not None
        killing = Timer(chance.uniform(0, 0.01), hotel.process.kill)
        killing.start()
        words.say()
        killing.join()
        hotel.kill()
        hotel.start()
    words.say()
    heard: list[str] = []

    def everything_is_told() -> bool:
        heard[:] = [text for text in hotel.pms.heard() if text[:2] in {"RE", "WR", "WC"}]
        return set(words.taken) <= set(heard)

    assert hotel.process is not None
    wait_for(everything_is_told, hotel.process)
    hotel.stop()
    everything_is_told()
    told = list(dict.fromkeys(heard))
    assert told == [record for record in words.said if record in told], (
        "in order, and nothing that nobody said"
    )
    assert len(heard) - len(told) <= KILLS, "once more for each crash at most"
    assert {record[:2] for record in told} == {"RE", "WR", "WC"}
    assert hotel.pms.mistakes == []


def test_killed_amid_the_first_resync_it_removes_nobody_and_knows_everybody_after_the_next(
    hotel: Crashing,
) -> None:
    who = guests(random.Random(3))  # noqa: S311 - the same guests every time
    for room in ROOMS[:30]:
        hotel.pms.settle(room, next(who))
    hotel.pms.options.chunk = 400
    hotel.begin()
    assert hotel.process is not None
    hotel.pms.in_resync[20] = hotel.process.kill
    hotel.process.wait(timeout=40)
    hotel.kill()
    hotel.pms.in_resync.clear()
    hotel.pms.resyncs_expected = 2  # one that we ask for, and one of its own if it knows of nobody yet

    hotel.start()
    assert hotel.service("pms", "resync").code == 0
    hotel.is_in_step()
    hotel.stop()
    assert hotel.pms.mistakes == []
