"""The whole controller in one process, with a PMS, a Zoom account and telephones around it, all on one clock."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import httpx

from drivers.zoom.http import Timeouts, Wire
from fixtures.hotel_pms import HotelPms, Options
from fixtures.telephones import Exchange, picks_up
from fixtures.zoom_cloud import ZoomCloud
from reconciler.account.patience import Patience
from reconciler.account.readings import Rhythm
from reconciler.app.atwork import opened
from reconciler.app.callout import follow_alarms
from reconciler.app.deskside import DeskSide
from reconciler.app.doors import Doors
from reconciler.app.office import Office
from reconciler.app.offline import open_folder
from reconciler.app.online import Online, online, owning
from reconciler.app.reporting import Reporter
from reconciler.app.retention import keep_what_may_be_kept
from reconciler.app.telephony import Lines
from reconciler.configuration.file import load
from reconciler.loop import Controller
from tests.soak.leap import LeapClock, LeapLoop

ZONE: Final = "America/New_York"
CHANNELS: Final = tuple(f"{9001 + number}" for number in range(8))
OPERATOR: Final = "7000"
FIRST_ROOM: Final = 1001
STRIDE: Final = 300.0
"""Seconds by which time leaps while nobody telephones."""
STEP: Final = 1.0
"""Seconds by which it passes while somebody does, and from a moment before a wake-up call on …"""
BEFORE: Final = timedelta(seconds=5)
"""… which is this."""
PATIENT: Final = Timeouts(connect=600.0, silence=600.0, whole=1200.0)
"""In a time that leaps; a machine at its limits must not look like a Zoom that is away."""
SWEEP: Final = 240.0
"""Minutes between two looks at all of Zoom, so that most of the time goes into what the hotel does."""


@dataclass(frozen=True, slots=True)
class Hotel:
    """All of it, at work."""

    clock: LeapClock
    pms: HotelPms
    cloud: ZoomCloud
    exchange: Exchange
    room: Online
    controller: Controller
    office: Office
    desk: DeskSide
    state: Path
    rooms: tuple[str, ...]

    def stride(self) -> float:
        """How far time may leap now."""
        alerts = self.office.telephony is not None and self.office.telephony.alerts.open
        if alerts or any(channel.busy for channel in self.exchange.channels()):
            return STEP
        ahead = min((entry.next_ring for entry in self.office.reception.ledger.open()), default=None)
        if ahead is None:
            return STRIDE
        return max(STEP, min(STRIDE, (ahead - BEFORE - self.clock.now()).total_seconds()))

    def forget(self) -> None:
        """Let the simulated peers forget what they noted for tests."""
        self.cloud.calls.clear()
        self.pms.received.clear()
        self.pms.house.wake_ups[:] = [call for call in self.pms.house.wake_ups if call.waiting]
        self.exchange.dialled.clear()


@asynccontextmanager
async def hotel_in(folder: Path, rooms: int, start: datetime, *, history_days: int) -> AsyncIterator[Hotel]:
    """A hotel with so many rooms, vacant at first; it keeps its history for so many days."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapLoop)
    clock = LeapClock(start, loop)
    names = tuple(str(FIRST_ROOM + number) for number in range(rooms))
    cloud = ZoomCloud("business", clock=clock)
    for name in names:
        cloud.add_user(int(name), "Room", name, f"Room {name}")
    pms = HotelPms(names, Options(encoding="utf-8"), zone=ZONE, clock=clock)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(cloud.serve())
        port = await stack.enter_async_context(pms.serve())
        exchange = await stack.enter_async_context(Exchange(clock, CHANNELS))
        exchange.at(OPERATOR, picks_up(keys="5"))
        config = _configured(folder, cloud, url, port, names, history_days)
        wire = await stack.enter_async_context(
            Wire(
                timeouts=PATIENT,
                transport=httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            )
        )
        room = await stack.enter_async_context(online(load(config, {}), stays=True, clock=clock, wire=wire))
        await stack.enter_async_context(owning(room, holder="reconcile run"))
        hotel = await _at_work(stack, room, clock, pms, cloud, exchange, names)
        loop.stride = hotel.stride
        yield hotel
        loop.stride = lambda: 0.0


async def _at_work(
    stack: AsyncExitStack,
    room: Online,
    clock: LeapClock,
    pms: HotelPms,
    cloud: ZoomCloud,
    exchange: Exchange,
    names: tuple[str, ...],
) -> Hotel:
    """The controller and all that stands around it, as `reconcile run` puts it together."""
    settings = room.settings
    folder = stack.enter_context(open_folder(settings.grounds, grace=2.0))
    rhythm = Rhythm(settings.zoom.refresh_cache * 60, SWEEP * 60, Patience(3, 1.0, 2.0))
    controller = Controller(room.shop, folder, rhythm, settings.desired)
    room.shop.hotel.capabilities = await room.driver.connect()
    stop = anyio.Event()
    lines = Lines(exchange, frozenset(CHANNELS))
    office = await stack.enter_async_context(opened(room, controller.wishes_moved, stop, lines, shadow=False))
    controller.on_documents = office.documents_changed
    controller.health.office = office
    doors = Doors(room, controller, office, clock.now(), debug=False)
    desk = DeskSide(doors)
    tasks = await stack.enter_async_context(anyio.create_task_group())
    stack.callback(tasks.cancel_scope.cancel)
    stack.callback(stop.set)
    reporter = Reporter(settings, room.shop.memory, clock, office.around)
    for work in (
        partial(controller.run, stop), desk.run, doors.watch_logs, partial(keep_what_may_be_kept, room),
        partial(follow_alarms, room, controller, office), reporter.run,
    ):  # fmt: skip
        tasks.start_soon(work)
    return Hotel(clock, pms, cloud, exchange, room, controller, office, desk, settings.state, names)


def _configured(
    folder: Path, cloud: ZoomCloud, url: str, port: int, names: tuple[str, ...], history_days: int
) -> Path:
    settings: dict[str, Any] = {
        "property": {"name": "Harbour View", "timezone": ZONE, "tenant": "Harbour", "site": "Main"},
        "rooms": [f"{names[0]}-{names[-1]}"],
        "zoom": {
            "url": url, "account_id": cloud.account_id, "client_id": cloud.client_id,
            "client_secret": cloud.client_secret, "plan": cloud.plan, "share": 1.0,
        },
        "pms": [
            {
                "kind": "fias", "host": "127.0.0.1", "port": port, "encoding": "utf-8", "log": {"enabled": True},
            }
        ],
        "sip": {"pbx": {"address": "pbx.example"}, "accounts": [{"user": name} for name in CHANNELS]},
        "voice": {
            "pilot": "9000", "operator": OPERATOR, "wakeup": {"attempts": 2},
            "mailbox": {"keep_days": 2, "keep_stays": 2},
        },
        "report": {"at": "06:00", "folder": str(folder / "reports"), "keep_days": history_days},
        "retention": {"history_days": history_days, "pms_log_days": min(7, history_days)},
    }  # fmt: skip
    config = folder / "housephone.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")
    return config
