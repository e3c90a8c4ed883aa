"""A small hotel with a store and a reception, but without Zoom and without a PMS: tests say what the PMS tells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio

from desired.document import RoomDocument
from desired.events import CheckedIn, CheckedOut, Event, StatusTold, Told, WakeupAsked, WakeupCancelled
from desired.names import NameTemplates
from desired.placed import Loaded, Placed
from desired.said import Field, Source
from desired.stays import Rules
from desired.target import House
from drivers.zoom.operations import writing
from reconciler.account.memory import Memory
from reconciler.account.recall import fill_wishes, recalled
from reconciler.hotel import Hotel
from reconciler.ports import Heard, Outbox, Reception, Ringer
from reconciler.rooms import RoomTable
from reconciler.roster import Roster
from reconciler.stays.keeper import Keeper
from reconciler.stays.owed import Dispatch, Owed
from reconciler.stays.page import kept_in
from reconciler.stays.reception import StoredReception
from reconciler.stays.register import Register
from reconciler.stays.roomlinks import Feeds
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.rounds import WakeupCalls
from tests.reconciler.conftest import FastClock, until

ZONE = ZoneInfo("America/New_York")
EVENING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""22 November, 21:00 in the hotel."""
MORNING = datetime(2026, 11, 23, 6, 30, 15)  # noqa: DTZ001 - the hotel's local time
DUE = datetime(2026, 11, 23, 11, 30, 15, tzinfo=UTC)

SETTLED = timedelta(minutes=16)
OUT_AND_IN = timedelta(seconds=20)
"""The time within which a guest who left may come in again as if moved."""

HOUSE = House(
    templates=NameTemplates(
        occupied=("${first}", "${last} ${extension}", "${first} ${last} ${extension}"),
        vacant=("Room", "${extension}", "Room ${extension}"),
    ),
    zone=ZONE,
)
RULES = Rules(zone=ZONE)


class StillClock(FastClock):
    """A clock that stands still until it is turned."""

    def monotonic(self) -> float:
        return self._ahead

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while self.monotonic() < end:
            await self._jumped.wait()


def open_store(folder: Path) -> Store:
    return Store.open(folder / "state" / FILE_NAME, property_name="Harbour View", account="account-1")


@dataclass
class Lodge:
    """The rooms 1201 to 1210, fed by the link "pms" unless told otherwise."""

    folder: Path
    clock: FastClock = field(default_factory=lambda: StillClock(EVENING))
    feeds: Feeds = field(default_factory=lambda: {"pms": lambda _room: True})
    ringer: Ringer | None = None
    shadow: bool = False
    moved: list[str] = field(default_factory=list)
    _prints: Iterable[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start, or start again after a crash: only the store is left of what was before."""
        self.store = open_store(self.folder)
        self.hotel = Hotel(HOUSE, Roster(RoomTable.of(["1201-1210"])), writing)
        fill_wishes(self.hotel, recalled(self.store))
        kept = kept_in(self.store, self.clock.now())
        self.register = Register(self.hotel, RULES, self.feeds, kept, shadow=self.shadow)
        self.memory = Memory(self.store, Keeper(self.clock))
        self.reception = StoredReception(
            self.hotel, self.register, self.memory, self.clock, self.moved.extend
        )
        self.wakeups = WakeupCalls(self.reception, self.clock, self.ringer, shadow=self.shadow)

    def restart(self) -> None:
        self.store.close()
        self.open()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Time passes: departures end, and telephones ring."""
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.reception.run)
                tasks.start_soon(self.wakeups.run)
                yield
                tasks.cancel_scope.cancel()

    def document(self, room: str, **fields: Any) -> None:
        document = RoomDocument.model_validate({"room": room, **fields})
        placed = Placed(document, f"rooms/{room}.yaml", {"": (1, 1), "room": (1, 1)})
        self.hotel.roster.take_documents(Loaded((placed,), ()))

    # What is told

    def told(self, record: str, *, source: Source = Source.PMS, **more: Any) -> Told:
        now = self.clock.now()
        link = "pms" if source is Source.PMS else ""
        where = f"pms {record} {now:%H:%M:%S}" if source is Source.PMS else source.value
        return Told(source, where, now, **{"link": link, **more})

    def record(self, event: Event, *, mark: str = "", **more: Any) -> Heard:
        """A record that says this; each is another one unless ``mark`` tells them the same."""
        named = more.pop("named", ())
        anomalies = more.pop("anomalies", ())
        return Heard(
            self.told(type(event).__name__, **more), (event,), mark or str(next(iter(self._prints))),
            anomalies, named,
        )  # fmt: skip

    async def hear(self, *events: Event, link: str = "pms", **more: Any) -> None:
        """The PMS tells all of this in one breath."""
        reception: Reception = self.reception
        await reception.hear(link, [self.record(event, link=link, **more) for event in events])

    async def desk(self, *events: Event, source: Source = Source.DESK, owed: Iterable[Owed] = ()) -> str:
        return await self.reception.tell(events, self.told("desk", source=source), tuple(owed))

    async def settle(self) -> None:
        """Tell a little, and wait until the records of the new link are acts and no longer state (D-15b)."""
        await self.hear(StatusTold("1210", {Field.MESSAGE_LIGHT: "off"}))
        self.clock.advance(seconds=SETTLED.total_seconds())
        await self.all_is_final()
        self.moved.clear()

    async def all_is_final(self) -> None:
        """Let everything happen that is due, and wait until it stands in the store."""
        async with self.running():
            await until(lambda: self.register.next_due() is None)
            await self.desk()  # says nothing, but only when its turn comes

    # What is so

    def guests(self, room: str) -> list[str]:
        return [guest.last or "" for guest in self.hotel.wish(room).get(Field.GUESTS) or ()]

    def entry(self, room: str, at: datetime = MORNING) -> Entry | None:
        return self.reception.ledger.entry((room, at))

    def status(self, room: str) -> str | None:
        entry = self.entry(room)
        return None if entry is None else entry.status.value

    async def sent(self, link: str = "pms") -> list[Dispatch]:
        """Send all that is owed."""
        gone: list[Dispatch] = []
        outbox: Outbox = self.reception.outbox
        while self.store.oldest_owed(link) is not None:
            gone.append(await outbox.next(link))
            await outbox.sent(gone[-1])
        return gone

    async def owed(self) -> list[Owed]:
        return [dispatch.owed for dispatch in await self.sent()]


def souza(room: str = "1207", reservation: str = "84311") -> CheckedIn:
    return CheckedIn(room, reservation, {"first": "Ana", "last": "Souza"})


def leaves(room: str = "1207", reservation: str | None = "84311") -> CheckedOut:
    return CheckedOut(room, reservation)


def wake(room: str = "1207", at: datetime = MORNING) -> WakeupAsked:
    return WakeupAsked(room, at)


def no_wake(room: str = "1207", at: datetime | None = MORNING) -> WakeupCancelled:
    return WakeupCancelled(room, at)


def in_rooms(*rooms: str) -> Callable[[str], bool]:
    return lambda room: room in rooms
