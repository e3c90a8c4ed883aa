"""The hotel of `Inn` with its PMS: the simulated one behind a real socket, and what must be so between the two.

`in_step` is the whole promise: what the documents say is the truth at the PMS, the telephones show it, and the PMS
found no mistake of ours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
from sqlalchemy import Connection, inspect, text

from desired.document import RoomDocument
from desired.sources import document_of
from fixtures.hotel_pms import Guest, HotelPms, Options
from reconciler.wakeups.entries import RESULTS, moment_of
from tests.reconciler.conftest import Inn, Running, until

ZONE = "America/New_York"
ROOMS = [str(number) for number in range(1001, 1013)]
FINAL = timedelta(seconds=90)
"""After so long every departure is final."""
STRIDE = 10.0
"""Seconds; nobody is waited for less than thrice as long."""
UNDER_WAY = timedelta(seconds=60)
"""So long something may be on its way to the PMS, in the hotel's time, which flows fast."""
CALLING = (None, "internal", "local", "national", "international")
VACANT: dict[str, Any] = {"guests": [], "dnd": False, "light": False, "calling": "internal", "calls": []}
"""A room that no PMS has named yet says nothing, which is as good as vacant."""
REMEMBERED = ("history", "writes")
"""Tables that say what was, and are erased by age or by `forget`."""


@dataclass
class Front:
    """A hotel at work with one PMS or several."""

    inn: Inn
    running: Running
    houses: dict[str, HotelPms]
    ours: dict[str, str] = field(default_factory=dict)
    """Our rooms by the PMS's own names for them, where they differ."""
    named: set[str] = field(default_factory=set)
    """The last names of all guests who were ever in the house."""
    told: list[str] = field(default_factory=list)
    """What either side has said, with the time of the hotel's clock."""
    breaks: list[datetime] = field(default_factory=list)
    """When a line was broken; what was under way then is lost, and FIAS has no answer that would show it."""
    hasty: bool = False
    """Guests move on within seconds, so that nobody could say whose the statuses and wake-up calls of a room are."""
    forgiven: frozenset[str] = frozenset()
    """Mistakes that are none here."""
    askers: dict[datetime, set[str]] = field(default_factory=dict)
    """Who was in the room when a wake-up call of this time was asked for."""

    @property
    def pms(self) -> HotelPms:
        """The only PMS."""
        (pms,) = self.houses.values()
        return pms

    def __post_init__(self) -> None:
        for name, pms in self.houses.items():
            pms.watch = partial(self._note, name)

    def _note(self, link: str, way: str, text: str) -> None:
        if text[:2] not in {"LD", "LR"}:
            self.told.append(f"{self.inn.clock.now():%H:%M:%S.%f} {link} {way} {text}")

    def asked(self, at: datetime, room: str) -> None:
        """A wake-up call was asked for."""
        guests = self.pms.in_house().get(room, ())
        self.askers.setdefault(at, set()).update(guest.reservation for guest in guests)

    # What the documents say, and what is true

    def documents(self) -> dict[str, RoomDocument]:
        hotel = self.running.room.shop.hotel
        return {room: document_of(hotel.wish(room)) for room in ROOMS}

    def noted(self) -> dict[str, dict[str, Any]]:
        """What the documents say of each room, by what a PMS knows of it."""
        named = self.running.room.shop.hotel.pms_rooms
        return {room: self._noted(room, room in named) for room in ROOMS}

    def _noted(self, room: str, is_named: bool) -> dict[str, Any]:
        document = document_of(self.running.room.shop.hotel.wish(room))
        if not is_named:
            assert document == RoomDocument(room=room)
            return VACANT
        return {
            "guests": [
                (
                    guest.reservation,
                    guest.title or "",
                    guest.first or "",
                    guest.last or "",
                    guest.language or "",
                )
                for guest in document.guests or ()
            ],
            "dnd": document.dnd == "on",
            "light": document.message_light == "on",
            "calling": document.calling,
            "calls": sorted(call.at for call in document.wakeups or () if self._is_ahead(call.at)),
        }

    def truth(self) -> dict[str, dict[str, Any]]:
        """The same, as the PMS has it."""
        return {
            self.ours.get(room, room): self._truth(pms, room)
            for pms in self.houses.values()
            for room in pms.house.rooms
        }

    def _truth(self, pms: HotelPms, number: str) -> dict[str, Any]:
        room = pms.house.rooms[number]
        usual = "internal" if room.vacant else "international"
        level = room.class_of_service
        return {
            "guests": [self._as_told(pms, guest) for guest in room.guests],
            "dnd": room.dnd,
            "light": room.lamp,
            "calling": usual if level is None else CALLING[level + 1],
            "calls": sorted({c.at for c in pms.house.waiting(number) if c.asked and self._is_ahead(c.at)}),
        }

    def _as_told(self, pms: HotelPms, guest: Guest) -> tuple[str | None, str, str, str, str]:
        """A guest as far as this PMS tells of one."""
        number = guest.reservation if pms.options.reservations else None
        told = {
            "fields": (guest.title, guest.first, guest.last),
            "Last, First": ("", guest.first, guest.last),
            "Title Last": (f"{guest.title}." if guest.title else "", "", guest.last),
            "First Last": ("", "", f"{guest.first} {guest.last}".strip()),
            "Last": ("", "", guest.last),
        }
        return (number, *told[pms.options.names], guest.language)

    def _is_ahead(self, at: datetime) -> bool:
        zone = self.running.room.settings.property.zone
        return moment_of(at, zone) > self.inn.clock.now() + timedelta(minutes=1)

    def shown(self) -> dict[str, str]:
        return dict(zip(ROOMS, self.inn.shown(*map(int, ROOMS)), strict=True))

    def to_be_shown(self) -> dict[str, str]:
        """What each telephone shows of the guests whom the PMS has there: ``${first} ${last} ${extension}``."""
        return {room: _name(room, truth["guests"]) for room, truth in self.truth().items()}

    # What must be so

    async def in_step(self) -> None:
        """Wait until documents and telephones are the truth, and nothing was wrong."""
        for pms in self.houses.values():
            self.named |= {guest.last for guests in pms.in_house().values() for guest in guests}
        with suppress(TimeoutError):
            await until(self.is_in_step)
        if differences := self.differences():
            raise AssertionError("\n".join(differences))

    def is_in_step(self) -> bool:
        return bool(self.mistakes()) or not self.differences()

    def differences(self) -> list[str]:
        """What is not as it should be, in words."""
        silent = [name for name, pms in self.houses.items() if not (pms.alive and pms.silent)]
        return [
            *self.mistakes(),
            *(f"{name} is not alive, or has not said all" for name in silent),
            *self._documents_differing(),
            *_differing(self.shown(), self.to_be_shown()),
        ]

    def _documents_differing(self) -> list[str]:
        """Of hasty guests: who is where must be right, vacant rooms must be, and no call may be missing."""
        noted, truth = self.noted(), self.truth()
        if not self.hasty:
            return _differing(noted, truth)
        calls = {at for each in noted.values() for at in each["calls"]}
        here = {number for each in truth.values() for number, *_ in each["guests"]}
        missing = {
            at for each in truth.values() for at in each["calls"]
            if at not in calls and self.askers.get(at, set()) <= here
        }  # fmt: skip
        return [
            *_differing(_without_doubt(noted), _without_doubt(truth)),
            *(f"nobody will ring at {at}" for at in sorted(missing)),
        ]

    def mistakes(self) -> list[str]:
        """What a PMS has complained of."""
        return [
            str(mistake) for pms in self.houses.values() for mistake in pms.mistakes
            if mistake.code not in self.forgiven
        ]  # fmt: skip

    async def pass_time(self, seconds: float) -> None:
        """Let time pass in strides that break off no answer which is under way."""
        while seconds > 0:
            self.inn.clock.advance(seconds=min(seconds, STRIDE))
            seconds -= STRIDE
            await anyio.sleep(0.002)

    async def settled(self) -> None:
        """Let every departure become final, and every call to Zoom that waits for its minute leave."""
        await self.in_step()
        await self.pass_time(FINAL.total_seconds())
        await until(self._nothing_waits)
        await self.in_step()

    def _nothing_waits(self) -> bool:
        due, now = self.running.office.register.next_due(), self.inn.clock.now()
        return self.running.controller.health.pending == 0 and (due is None or due > now + FINAL)

    async def nobody_lingers(self) -> None:
        """No name of a guest who has left is in a document, in Zoom or in the store."""
        await self.settled()
        present = {guest.last for pms in self.houses.values() for g in pms.in_house().values() for guest in g}
        left = self.named - present
        memory = self.running.room.shop.memory
        kept = await memory.run(lambda: list(_rows(memory.store)))
        seen = [*map(str, self.documents().values()), *map(str, self.shown().values()), *kept]
        if lingering := [f"{name} in {each}" for name in sorted(left) for each in seen if name in each]:
            raise AssertionError("\n".join(lingering))

    async def unmoved_by(self, change: Any) -> None:
        """Whatever this does to the link, documents and telephones stay exactly as they are."""
        await self.settled()
        documents, writes = self.noted(), len(self.inn.writes())
        alive = {name: pms.connections for name, pms in self.houses.items()}
        change()
        await until(lambda: all(pms.connections > alive[name] for name, pms in self.houses.items()))
        await self.in_step()
        assert self.noted() == documents
        assert len(self.inn.writes()) == writes

    async def calls_have_ended(self) -> None:
        """Every wake-up call that the PMS knows of and whose time has come has had its one result."""
        await until(lambda: all(map(self._has_results, self.houses.values())))
        assert self.mistakes() == []

    def _has_results(self, pms: HotelPms) -> bool:
        """The same room and time asked for twice is one call."""
        waiting = {(call.room, call.at) for call in pms.house.wake_ups if call.waiting}
        return all(
            self._is_ahead(at) or self._ended_as_the_line_broke(at) or (self.hasty and self._may_be_over(at))
            for _, at in waiting - pms.wake_up_results().keys()
        )

    def _ended_as_the_line_broke(self, at: datetime) -> bool:
        """Its result may have been lost: the desk sees it all the same, and the PMS is never told twice."""
        return any(abs(ended - broke) < UNDER_WAY for ended in self._ends(at) for broke in self.breaks)

    def _may_be_over(self, at: datetime) -> bool:
        """It has rung in a room where the PMS does not look for it, or one who asked for it is gone."""
        here = {guest.reservation for guests in self.pms.in_house().values() for guest in guests}
        return bool(self._ends(at)) or not self.askers[at] <= here

    def _ends(self, at: datetime) -> list[datetime]:
        """When calls of this time have come to a result, in whatever room."""
        ledger = self.running.office.reception.ledger
        entries = [ledger.entry((room, at)) for room in ROOMS]
        return [entry.changed_at for entry in entries if entry is not None and entry.status in RESULTS]


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    return [f"{room}: {found[room]}, but {expected[room]}" for room in ROOMS if found[room] != expected[room]]


def _without_doubt(rooms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Only who is in an occupied room, and all of a vacant one."""
    return {room: {"guests": each["guests"]} if each["guests"] else each for room, each in rooms.items()}


def _name(room: str, guests: list[tuple[str | None, str, str, str, str]]) -> str:
    if not guests:
        return f"Room {room}"
    _, _, first, last, _ = guests[0]
    return " ".join(f"{first} {last} {room}".split())


def _rows(store: Any) -> Iterator[str]:
    """Everything that the store holds of the present."""
    with store._reading() as connection:
        assert isinstance(connection, Connection)
        for table in inspect(connection).get_table_names():
            if table not in REMEMBERED:
                yield from (f"{table}: {row}" for row in connection.execute(text(f"select * from {table}")))  # noqa: S608


@asynccontextmanager
async def front(
    inn: Inn,
    *,
    link: dict[str, Any] | None = None,
    rooms: Sequence[str] = ROOMS,
    shadow: bool = False,
    **habits: Any,
) -> AsyncIterator[Front]:
    """The hotel at work with a PMS of these habits; ``link`` are settings of ours."""
    pms = HotelPms(rooms, Options(**habits), zone=ZONE, clock=inn.clock)
    async with fronts(inn, {"pms": (pms, link or {})}, shadow=shadow) as found:
        yield found


@asynccontextmanager
async def fronts(
    inn: Inn, houses: dict[str, tuple[HotelPms, dict[str, Any]]], *, shadow: bool = False, **settings: Any
) -> AsyncIterator[Front]:
    """The hotel at work with several PMS, each with the settings of its link."""
    async with AsyncExitStack() as stack:
        links = []
        for name, (pms, link) in houses.items():
            port = await stack.enter_async_context(pms.serve())
            settled = {
                "kind": "fias",
                "name": name,
                "host": "127.0.0.1",
                "port": port,
                "encoding": pms.options.encoding,
            }
            links.append(settled | link)
        inn.configure(pms=links, **settings)
        async with inn.controller(shadow=shadow) as running:
            await until(lambda: running.controller.health.zoom_read_at)
            yield Front(inn, running, {name: pms for name, (pms, _) in houses.items()})
