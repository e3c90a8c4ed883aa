"""A year of a hotel in some minutes: what its memory and its store come to.

``python year.py FOLDER DAYS`` is the process that lives it: everything that hears a PMS, without sockets and Zoom.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import anyio

from desired.names import NameTemplates
from desired.stays import Rules
from desired.target import House
from drivers.pms.fias.records import parse
from drivers.pms.fias.translate import Translator, Voice
from drivers.zoom.operations import writing
from reconciler.account.memory import Memory
from reconciler.configuration.settings import Retention
from reconciler.hotel import Hotel
from reconciler.ports import NoteProgress, Rung
from reconciler.rooms import RoomTable
from reconciler.roster import Roster
from reconciler.stays.keeper import Keeper
from reconciler.stays.page import Kept
from reconciler.stays.reception import StoredReception
from reconciler.stays.register import Register
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.wakeups.entries import Entry, WakeupStatus
from reconciler.wakeups.rounds import WakeupCalls
from tests.bench.pms import Guests
from tests.bench.result import Bench, Result, memory

MEMORY_AT_MOST = 150
"""MiB."""
GROWTH_AT_MOST = 1.1
"""Memory and store at the end of the year, as parts of those after the 120 days that fill the history."""

ROOMS = range(1001, 1301)
PER_HOUR = 12
"""Records: some three hundred a day."""
ZONE = ZoneInfo("America/New_York")
HOUSE = House(
    NameTemplates(("${first}", "${last} ${extension}", "${first} ${last} ${extension}"),
                  ("Room", "${extension}", "Room ${extension}")),
    ZONE,
)  # fmt: skip
PAGES = Path("/proc/self/statm")


def year(bench: Bench) -> Iterator[Result]:
    """Days like any others, until memory and store have long ceased to grow."""
    days = 180 if bench.quick else 360
    live_ = [sys.executable, __file__, str(bench.folder), str(days)]
    said = subprocess.run(live_, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    months = [json.loads(line) for line in said.splitlines()]
    peak = max(month["memory"] for month in months)
    yield Result(
        f"{days} days of {len(ROOMS)} rooms, {24 * PER_HOUR * days:,} records: memory", memory(MEMORY_AT_MOST),
        memory(peak), peak <= MEMORY_AT_MOST,
    )  # fmt: skip
    for what in ("memory", "store"):
        growth = months[-1][what] / months[3][what]
        yield Result(
            f"… its {what} at the end ÷ after 120 days", f"{GROWTH_AT_MOST}", f"{growth:.2f}",
            growth <= GROWTH_AT_MOST, memory=memory(months[-1][what]),
        )  # fmt: skip


class TurnedClock:
    """Time stands still until it is turned."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._turned = anyio.Event()

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._at.timestamp()

    async def sleep(self, seconds: float) -> None:
        end = self._at + timedelta(seconds=seconds)
        while self._at < end:
            await self._turned.wait()

    def turn(self, to: datetime) -> None:
        self._at = to
        self._turned.set()
        self._turned = anyio.Event()


class EverybodyWakes:
    """Telephones that are answered at once."""

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:  # noqa: ARG002
        return Rung(WakeupStatus.OK, 1)


async def live(folder: Path, days: int) -> None:
    """Live so many days, and say after every thirty of them how much memory (MiB) and disk that takes."""
    clock = TurnedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with Store.open(folder / FILE_NAME, property_name="Harbour View", account="account") as store:
        hotel = Hotel(HOUSE, Roster(RoomTable.of([f"{ROOMS[0]}-{ROOMS[-1]}"])), writing)
        register = Register(hotel, Rules(ZONE), {"pms": lambda _room: True}, Kept())

        def moved(rooms: Iterable[str]) -> None:
            for room in rooms:
                hotel.look(room, clock.now())

        reception = StoredReception(hotel, register, Memory(store, Keeper(clock)), clock, moved)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reception.run)
            tasks.start_soon(WakeupCalls(reception, clock, EverybodyWakes()).run)
            tasks.start_soon(_pay, reception)
            await _days(days, store, reception, clock, folder)
            tasks.cancel_scope.cancel()


async def _days(
    days: int, store: Store, reception: StoredReception, clock: TurnedClock, folder: Path
) -> None:
    guests = Guests(ROOMS, Random(1))  # noqa: S311 - repeatable chance
    translator = Translator(Voice("pms", ZONE))
    await reception.connected("pms")
    for day in range(1, days + 1):
        for _ in range(24):
            guests.at = clock.now().astimezone(ZONE).replace(tzinfo=None) - timedelta(minutes=1)
            records = filter(None, map(parse, guests.records(PER_HOUR)))
            await reception.hear("pms", [translator.heard(record, clock.now()) for record in records])
            clock.turn(clock.now() + timedelta(hours=1))
            while _is_due(reception, clock.now()):  # noqa: ASYNC110 - nobody tells of the last of several
                await anyio.sleep(0.0005)
        store.prune(clock.now() - timedelta(days=Retention().history_days))
        if day % 30 == 0:
            _say(folder)


def _is_due(reception: StoredReception, now: datetime) -> bool:
    """Tell whether somebody has still something to do by now."""
    departure = reception.register.next_due()
    return (departure is not None and departure <= now) or any(
        entry.due <= now for entry in reception.ledger.open()
    )


async def _pay(reception: StoredReception) -> None:
    """The PMS takes what it is owed."""
    while True:
        await reception.outbox.sent(await reception.outbox.next("pms"))


def _say(folder: Path) -> None:
    resident = int(PAGES.read_text(encoding="ascii").split()[1]) * 4096
    stored = sum(path.stat().st_size for path in folder.glob(f"{FILE_NAME}*"))
    sys.stdout.write(json.dumps({"memory": resident / 2**20, "store": stored / 2**20}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    anyio.run(live, Path(sys.argv[1]), int(sys.argv[2]))
