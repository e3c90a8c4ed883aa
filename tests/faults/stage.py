"""The whole hotel, at work: simulated Zoom, PMS and telephones around a controller that starts again by itself.

Time flows fast, and nothing waits for the wall. Whatever ends the controller, as `systemd` would it is started again;
only a damaged store is not its end (``reconciler.app.rebuilt``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import anyio

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.telephones import Exchange, picks_up
from fixtures.zoom_cloud import ZoomCloud
from reconciler.account.patience import Patience
from reconciler.account.readings import Rhythm
from reconciler.app.atwork import opened
from reconciler.app.callout import follow_alarms
from reconciler.app.entry import unwrapped
from reconciler.app.offline import open_folder
from reconciler.app.online import owning
from reconciler.app.rebuilt import Mending, watch
from reconciler.app.telephony import Lines
from reconciler.errors import HousephoneError
from reconciler.loop import Controller
from reconciler.store.errors import StoreDamaged
from reconciler.store.version import FILE_NAME
from reconciler.wakeups.entries import RESULTS
from tests.faults.wire import Wire
from tests.reconciler.conftest import FastClock, Inn, Running, usual_cloud
from tests.reconciler.front import ROOMS, ZONE, Front
from tests.reconciler.guestlist import guests

ACCOUNTS = ("9001", "9002")
EVENING = "2026-11-23T02:00:00+00:00"
STRIDE = 3.0
"""Seconds of the hotel's time; in between whoever has something to do gets a moment of ours."""
TALKING = 0.5
"""The same while somebody is on the telephone: whoever hears a prompt and presses a key must find the time to."""
MOMENT = 0.01
CALLS_LOST = "WAKE-UP CALLS MAY BE LOST"
ENDS: dict[str, str] = {result: status.value for status, result in RESULTS.items()}
"""What a result means that the PMS was told: a store that was built anew knows only of calls that are open."""
FORGIVEN = frozenset({"no_le", "dr_unasked"})
"""What the PMS says of a line that breaks, and of a house that knows nobody any more: neither is without manners."""


@dataclass
class Stage:
    """One hotel. ``running`` is the controller of the moment, ``starts`` how often one was started."""

    inn: Inn
    pms: HotelPms
    exchange: Exchange
    to_zoom: Wire
    to_pms: Wire
    line_loses: bool = False
    """Something is wrong with the line to the PMS, so that not all that we send into it arrives."""
    strangers: bool = False
    """Others have connected to the PMS, which takes it for our mistake that they and we meet there."""
    starts: int = 0
    running: Running | None = None
    alarms: Counter[str] = field(default_factory=Counter)
    """Kinds of alarms, and at how many looks they stood."""
    calls_lost: bool = False
    """An alarm has said that wake-up calls may be lost."""
    idle: float = 0.0
    """Seconds for which no controller was at work."""
    deaths: list[str] = field(default_factory=list)
    """What ended a controller."""

    @property
    def clock(self) -> FastClock:
        return self.inn.clock

    @property
    def database(self) -> Path:
        return self.inn.settings.state / FILE_NAME

    @property
    def front(self) -> Front:
        """What must be so between hotel and PMS."""
        assert self.running is not None
        forgiven = FORGIVEN | {"second_connection"} if self.strangers else FORGIVEN
        return Front(self.inn, self.running, {"pms": self.pms}, forgiven=forgiven)

    async def stay_at_work(self) -> None:
        """Run a controller, and another where it ends, until cancelled."""
        mending = Mending(self.clock)
        while True:
            self.starts += 1
            try:
                with unwrapped():
                    await self._work()
            except StoreDamaged as damage:
                self.running = None
                await self._mended(mending, damage)
            except HousephoneError as error:
                self.deaths.append(str(error))
            finally:
                self.running = None
            await self.clock.sleep(2)

    async def _mended(self, mending: Mending, damage: StoreDamaged) -> None:
        """Where it cannot be mended, the process ends, and the next one tries as its first step."""
        try:
            await mending.see_to(self.inn.settings, damage)
        except HousephoneError as error:
            self.deaths.append(str(error))

    async def _work(self) -> None:
        lines = Lines(self.exchange, frozenset(ACCOUNTS))
        async with self.inn.open(stays=True) as room, owning(room, holder="reconcile run"):
            zoom = room.settings.zoom
            rhythm = Rhythm(
                zoom.refresh_cache * 60, zoom.drift_check * 60, Patience(zoom.retries, zoom.interval, 5.0)
            )
            with open_folder(room.settings.grounds, grace=2.0) as folder:
                controller = Controller(room.shop, folder, rhythm, room.settings.desired, shadow=False)
                stop = anyio.Event()
                async with (
                    opened(room, controller.wishes_moved, stop, lines, shadow=False) as office,
                    anyio.create_task_group() as tasks,
                ):
                    controller.on_documents = office.documents_changed
                    controller.health.office = office
                    self.running = Running(room, controller, office, stop)
                    tasks.start_soon(follow_alarms, room, controller, office)
                    tasks.start_soon(watch, room.store, self.clock)
                    await _connect(self.running)
                    await controller.run(stop)

    async def pass_time(self, **distance: float) -> None:
        """Let time pass, and take down what alarms stand."""
        end = self.clock.monotonic() + timedelta(**distance).total_seconds()
        while self.clock.monotonic() < end:
            step = STRIDE if not self.exchange._lines else TALKING
            self.clock.advance(seconds=step)
            self.idle += step if self.running is None else 0.0
            await anyio.sleep(MOMENT)
            self.look()

    def look(self) -> None:
        """Take down what alarms stand."""
        if self.running is not None:
            standing = [each.alarm for each in self.running.office.alarms.standing]
            self.alarms.update({alarm.kind.value for alarm in standing})
            self.calls_lost |= any(alarm.message.startswith(CALLS_LOST) for alarm in standing)

    def local(self, **ahead: float) -> datetime:
        """The hotel's time, from now on."""
        return (self.pms.local() + timedelta(**ahead)).replace(second=0, microsecond=0)

    # What must be so in the end

    def differences(self, calls: dict[tuple[str, datetime], frozenset[str]]) -> list[str]:
        """What is not as it should be: rooms, alarms, debts, and ``calls`` with the results that they may have."""
        if self.running is None:
            return ["no controller is at work"]
        office, store = self.running.office, self.running.room.store
        try:
            owed = store.all_owed()
        except StoreDamaged as damage:
            return [str(damage)]
        if not set(ROOMS) <= self.running.room.shop.hotel.pms_rooms:
            return ["the PMS has not told of every room"]
        standing = [each.alarm.key for each in office.alarms.standing]
        trouble = [key for key in standing if not key.startswith(("wakeup_failed", "store_rebuilt"))]
        return [
            *self.front.differences(),
            *(f"the alarm {key} still stands" for key in trouble),
            *(f"the PMS was not told {row.owed}" for row in owed),
            *self._calls_differing(calls),
        ]

    def _calls_differing(self, calls: dict[tuple[str, datetime], frozenset[str]]) -> list[str]:
        assert self.running is not None
        ledger, told = self.running.office.reception.ledger, self.pms.wake_up_results()
        found: list[str] = []
        for key, allowed in calls.items():
            entry, result = ledger.entry(key), told.get(key)
            status = entry.status.value if entry is not None else ENDS.get(result or "", "missing")
            if status not in allowed:
                found.append(f"the call {key} is {status} and not one of {sorted(allowed)}")
            elif (
                entry is not None and entry.status in RESULTS and result is None and not self._was_lost(*key)
            ):
                found.append(f"the PMS has heard nothing of the call {key}, which is {status}")
        return found

    def _was_lost(self, room: str, at: datetime) -> bool:
        """The result of a call went into a line that loses things; FIAS has no receipt by which we could know."""
        named = {f"RN{room}", f"DA{at:%y%m%d}", f"TI{at:%H%M%S}"}
        records = bytes(self.to_pms.taken).decode("latin-1").split("\x03")
        return self.line_loses and any(
            "\x02WA|" in each and named <= set(each.split("|")) for each in records
        )


async def _connect(running: Running) -> None:
    while True:
        try:
            running.room.shop.hotel.capabilities = await running.room.driver.connect()
        except HousephoneError as error:
            running.controller.health.zoom_error = str(error)
            await running.room.shop.clock.sleep(5)
        else:
            return


@asynccontextmanager
async def stage(folder: Path, *, begins: str = EVENING) -> AsyncIterator[Stage]:
    """The hotel at work while inside: guests in six rooms, and everybody in step."""
    clock = FastClock(datetime.fromisoformat(begins))
    cloud: ZoomCloud = usual_cloud(clock)
    pms = HotelPms(ROOMS, Options(), zone=ZONE, clock=clock)
    async with cloud.serve() as url, pms.serve() as pms_port, Exchange(clock, ACCOUNTS) as exchange:
        to_zoom, to_pms = Wire("127.0.0.1", int(url.rpartition(":")[2])), Wire("127.0.0.1", pms_port)
        async with to_zoom.serve() as zoom_port, to_pms.serve() as port:
            cloud.api_url = f"http://127.0.0.1:{zoom_port}"
            inn = Inn(folder, cloud, url, clock)
            _configure(inn, port, zoom_port)
            for room in ROOMS:
                exchange.at(room, picks_up(keys="1"))
            exchange.at("7001", picks_up(keys="1"))
            found = Stage(inn, pms, exchange, to_zoom, to_pms)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(found.stay_at_work)
                yield found
                tasks.cancel_scope.cancel()


def _configure(inn: Inn, pms_port: int, zoom_port: int) -> None:
    inn.configure(
        pms=[{"kind": "fias", "host": "127.0.0.1", "port": pms_port}],
        zoom={"url": f"http://127.0.0.1:{zoom_port}", "interval": 60, "allowed_hosts": ["127.0.0.1"]},
        alerts={"link_down": 2},
        voice={
            "pilot": "9000", "operator": "7001",
            "wakeup": {"retry_busy": 20, "retry_no_answer": 20, "retry_no_key": 20},
        },
    )  # fmt: skip
    (inn.folder / "rooms").mkdir(exist_ok=True)
    settings = json.loads(inn.config.read_text(encoding="utf-8"))
    settings["sip"] = {"pbx": {"address": "pbx.example"}, "accounts": [{"user": user} for user in ACCOUNTS]}
    inn.config.write_text(json.dumps(settings), encoding="utf-8")


def guest_list(seed: int) -> list[Guest]:
    """Guests enough for one trial."""
    import random

    who = guests(random.Random(seed))  # noqa: S311 - the same guests every time
    return [next(who) for _ in range(12)]
