"""The link with the strict simulated PMS: whatever its habits, it finds no mistake, and every guest is understood.

What guests become in the house is for ``desired.stays`` to say; here a plain list of who is where does.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest

from desired.events import Changed, CheckedIn, CheckedOut, Moved, ResyncBegan, ResyncBroken, ResyncEnded
from drivers.pms.fias.auth import answer, key_of
from drivers.pms.fias.conversation import House, LinkOptions
from drivers.pms.fias.link import Link
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec
from drivers.pms.fias.session import ANSWER, BETWEEN_CHECKS, GREETING, Manners
from drivers.pms.fias.translate import Voice
from fixtures.hotel_pms import Guest, HotelPms, Options
from reconciler.ports import Heard
from reconciler.stays.owed import RoomStateOwed, WakeupResultOwed
from tests.drivers.pms.fias.peer import Desk, TurnedClock, until

pytestmark = pytest.mark.anyio

ROOMS = [str(room) for room in range(1201, 1221)]
KEY = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="
ZONE = "America/New_York"


class Book(Desk):
    """Who is where, by what the link has told: reservation and last name, room by room."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, dict[str | None, str]] = {}

    async def hear(self, link: str, heard: Sequence[Heard]) -> None:
        await super().hear(link, heard)
        for event in (event for each in heard for event in each.events):
            match event:
                case CheckedIn(room, reservation, details) | Changed(room, reservation, details):
                    self._leave(reservation)
                    self.rooms.setdefault(room, {})[reservation] = details["last"]
                case Moved(room, old, reservation, details):
                    staying = self.rooms.get(old, {})
                    name = details.get("last") or staying[reservation]
                    self._leave(reservation)
                    self.rooms.setdefault(room, {})[reservation] = name
                case CheckedOut(room, None):
                    self.rooms.pop(room, None)
                case CheckedOut(_, reservation):
                    self._leave(reservation)
                case _:
                    pass

    def _leave(self, reservation: str | None) -> None:
        for guests in self.rooms.values():
            guests.pop(reservation, None)
        self.rooms = {room: guests for room, guests in self.rooms.items() if guests}


class Hotel:
    """A simulated PMS, a link to it, and one clock for both."""

    def __init__(self, options: Options) -> None:
        self.clock = TurnedClock()
        self.desk = Book()
        self.pms = HotelPms(ROOMS, options, zone=ZONE, clock=self.clock)
        self.pms.resyncs_expected = 0

    @asynccontextmanager
    async def linked(self, **manners: Any) -> AsyncIterator[Link]:
        """The link while it is alive; ended in good order."""
        async with self.pms.serve() as port, anyio.create_task_group() as tasks:
            options = LinkOptions(
                "127.0.0.1",
                port,
                Voice("pms", ZoneInfo(ZONE)),
                Codec.of(self.pms.options.encoding),
                Manners("0.1.0", **manners),
                Taken(guest_service=self.pms.options.guest_service),
            )
            link = Link(options, House(self.clock, self.desk, self.desk), lambda: 0.0)
            tasks.start_soon(link.run)
            if self.pms.options.greeting == "silent":
                await self.clock.turn_when_waited(GREETING)
            if self.pms.options.alive_delay:
                await until(lambda: self.pms.heard("LA"))
                await self.clock.turn_when_waited(self.pms.options.alive_delay)
            await until(lambda: link.status.state == "alive")
            yield link
            await link.stop()

    def has_checked(self, link: Link, times: int) -> bool:
        return len(self.pms.heard("LS")) == times and link.status.received["LA"] == 1 + times

    async def agrees(self) -> None:
        """Wait until the book is the truth, everything is said, and nothing was wrong."""
        await until(lambda: self.pms.silent and self.desk.rooms == self.truth())
        assert self.pms.mistakes == []

    def truth(self) -> dict[str, dict[str | None, str]]:
        return {
            room: {guest.reservation: guest.last for guest in guests}
            for room, guests in self.pms.in_house().items()
            if guests
        }


async def a_day(hotel: Hotel) -> None:
    """Arrivals, sharers, a change, moves, a swap, departures, a night audit."""
    pms = hotel.pms
    for number, room in enumerate(ROOMS[:12]):
        pms.check_in(room, Guest(f"Guest{number}", "Ana", title="Ms", language="pt", vip="1"))
    first = pms.check_in("1213", Guest("Okafor", "Ifeoma"))
    pms.share("1213", Guest("Lindqvist", "Åsa"))
    pms.change("1201", last="Silva")
    pms.move("1202", "1214")
    pms.move("1213", "1215", first)
    pms.swap("1203", "1204")
    await hotel.agrees()
    pms.night_audit()
    pms.check_out("1205")
    pms.check_out("1213")
    pms.tell_verbatim("XL|RN1201|MI1|MTHello|")
    await hotel.agrees()


HABITS = {
    "tidy": Options(),
    "every byte apart": Options(chunk=1),
    "many records a packet": Options(chunk=4096),
    "rubbish in between": Options(junk=True, chunk=7),
    "another order of fields": Options(shuffle=True),
    "unknown records and fields": Options(unknown=True),
    "greets twice": Options(greeting="twice"),
    "does not greet": Options(greeting="silent"),
    "takes its time": Options(alive_delay=30.0),
    "cp850": Options(encoding="cp850"),
    "utf-8": Options(encoding="utf-8"),
    "a key": Options(auth_key=KEY),
    "GS always Y": Options(gs_of_old_room="Y", gs_in_resync="Y"),
    "GS always N": Options(gs_of_old_room="N", gs_in_resync="N"),
    "moves as GO and GI": Options(moves="GO GI"),
    "moves as all GO and all GI": Options(moves="GO GO GI GI"),
    "holds records in the audit": Options(audit_holds=True),
    "old languages": Options(old_languages=True),
    "Last, First": Options(names="Last, First"),
    "Title Last": Options(names="Title Last"),
}


@pytest.mark.parametrize("habit", HABITS)
async def test_a_day_is_understood_and_no_mistake_is_made(habit: str) -> None:
    options = HABITS[habit]
    hotel = Hotel(options)
    key = key_of(KEY)
    sign = partial(answer, key, random=lambda size: b"r" * size) if options.auth_key else None
    async with hotel.linked(sign=sign):
        await a_day(hotel)
    assert hotel.pms.mistakes == []


async def test_names_in_chinese_come_through() -> None:
    hotel = Hotel(Options(encoding="big5"))
    async with hotel.linked():
        hotel.pms.check_in("1201", Guest("育陳", "大文"))
        await hotel.agrees()


@pytest.mark.parametrize("options", [Options(), Options(repeat_last=20), Options(greeting="twice", chunk=3)])
async def test_an_outage_loses_nobody(options: Options) -> None:
    hotel = Hotel(options)
    async with hotel.linked() as link:
        hotel.pms.check_in("1201", Guest("Souza", "Ana"))
        await hotel.agrees()
        for orderly, pause in ((False, 1.0), (True, 2.0)):
            with hotel.pms.outage(orderly=orderly):
                await until(lambda: link.status.state == "down")
                hotel.pms.check_out("1201")
                hotel.pms.check_in("1201", Guest("Haruki", "Mori"))
                hotel.desk.owe(RoomStateOwed("1207", "clean"))
                hotel.desk.occupied = False
            await hotel.clock.turn_when_waited(pause)
            await hotel.agrees()
            await until(lambda: not hotel.desk.owed)
    assert hotel.pms.mistakes == []


async def test_a_resync_is_told_whole_and_nothing_leaves_meanwhile() -> None:
    hotel = Hotel(Options(chunk=64))
    hotel.pms.settle("1201", Guest("Souza", "Ana"), Guest("Okafor", "Ifeoma"))
    hotel.pms.settle("1202", Guest("Lindqvist", "Åsa"))
    hotel.pms.in_resync[2] = lambda: hotel.desk.owe(RoomStateOwed("1207", "clean"))
    hotel.pms.resyncs_expected = 1
    hotel.desk.is_empty = True
    hotel.desk.occupied = False
    async with hotel.linked():
        await hotel.agrees()
        await until(lambda: not hotel.desk.owed)
        begun, ended = (hotel.desk.happened.index(event) for event in (ResyncBegan(), ResyncEnded()))
        told = Counter(type(event) for event in hotel.desk.happened[begun:ended])
        assert (told[CheckedIn], told[CheckedOut]) == (3, len(ROOMS) - 2)
    assert hotel.pms.mistakes == []


async def test_a_resync_that_breaks_off_is_not_asked_for_again() -> None:
    hotel = Hotel(Options())
    hotel.pms.settle("1201", Guest("Souza", "Ana"))
    hotel.pms.in_resync[1] = hotel.pms.drop
    hotel.pms.resyncs_expected = 1
    async with hotel.linked() as link:
        link.resync()
        await until(lambda: ResyncBroken() in hotel.desk.happened)
        hotel.pms.in_resync.clear()
        await hotel.clock.turn_when_waited(1.0)
        await until(lambda: link.status.state == "alive")
        await hotel.agrees()
    assert len(hotel.pms.heard("DR")) == 1


async def test_a_pms_that_ignores_the_wish_for_a_resync_gets_what_is_owed_after_a_while() -> None:
    hotel = Hotel(Options(resync="ignore"))
    hotel.pms.resyncs_expected = 1
    hotel.desk.occupied = False
    async with hotel.linked() as link:
        link.resync()
        await until(lambda: hotel.pms.heard("DR"))
        hotel.desk.owe(RoomStateOwed("1207", "clean"))
        await hotel.clock.turn_when_waited(ANSWER)
        await until(lambda: hotel.pms.room_states == {"1207": "3"})
    assert hotel.pms.mistakes == []


async def test_a_wakeup_ends_with_one_result() -> None:
    hotel = Hotel(Options())
    at = datetime.fromisoformat("2026-01-05T10:20:00")
    async with hotel.linked():
        hotel.pms.check_in("1207", Guest("Souza", "Ana"))
        hotel.pms.wake_up("1207", at)
        await until(lambda: len(hotel.desk.happened) == 3)
        hotel.desk.owe(WakeupResultOwed("1207", at, "OK"))
        await until(lambda: hotel.pms.wake_up_results() == {("1207", at): "OK"})
    assert hotel.pms.mistakes == []


async def test_a_quiet_day_and_a_pms_that_forgets_us() -> None:
    hotel = Hotel(Options())
    async with hotel.linked() as link:
        for checks in range(1, 4):
            await hotel.clock.turn_when_waited(BETWEEN_CHECKS)
            await until(partial(hotel.has_checked, link, checks))
        hotel.pms.describe_again()
        await until(lambda: len(hotel.pms.heard("LD")) == 2)
        hotel.pms.check_in("1201", Guest("Souza", "Ana"))
        await hotel.agrees()
    assert hotel.pms.mistakes == []
    assert hotel.clock.seconds < timedelta(hours=1).total_seconds()
