"""A hotel in front of the simulated Zoom, over real sockets: its folder, its passes, its controller.

Time runs ``SPEED`` times as fast as on the wall, for the hotel and for Zoom alike, and can be turned forward; so
nobody sleeps through a minute, and yet everything that waits does wait for its moment.
"""

import json
import os
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from drivers.zoom.http import Timeouts, Wire
from fixtures.zoom_cloud import Call, ZoomCloud
from fixtures.zoom_cloud.records import CommonArea, Device, User
from reconciler.account.patience import Patience
from reconciler.account.readings import Rhythm
from reconciler.app.atwork import opened
from reconciler.app.entry import unwrapped
from reconciler.app.office import Office
from reconciler.app.offline import open_folder, read_documents
from reconciler.app.online import Online, online, owning
from reconciler.audit import Scope
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.interruption import Interruption
from reconciler.loop import Controller
from reconciler.outcome import Report
from reconciler.passes import Ask, Options, run_pass

SPEED = 20.0
QUICK = Timeouts(connect=2.0, silence=0.4, whole=2.0)
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loading those of the system takes longer than many a test, and the simulated Zoom speaks plain HTTP."""
LONG_AGO = 1_000_000_000
"""When every document was written, so that no pass waits for the end of its writing."""
GRACE = 2.0
"""Seconds for which the controller does not report a broken file, as `reconcile run` has it."""
STAFF = {7001: ("Ingrid", "Castellan"), 7002: ("Tobias", "Brandvold")}


class FastClock:
    """Time that flows ``SPEED`` times as fast, and jumps when it is told to."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()
        self._ahead = 0.0
        self._jumped = anyio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * SPEED + self._ahead

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            with anyio.move_on_after(left / SPEED):
                await self._jumped.wait()

    def advance(self, **distance: float) -> None:
        """Turn the time forward: whoever sleeps until then wakes up."""
        self._ahead += timedelta(**distance).total_seconds()
        self._jumped.set()
        self._jumped = anyio.Event()


@dataclass
class Running:
    """A controller at work."""

    room: Online
    controller: Controller
    office: Office
    stop: anyio.Event


@dataclass
class Inn:
    """One hotel: documents in a folder, rooms in Zoom."""

    folder: Path
    cloud: ZoomCloud
    url: str
    clock: FastClock
    _settings: dict[str, Any] = field(default_factory=dict)

    def configure(self, **settings: Any) -> None:
        """Write the configuration (JSON is YAML, too), with these settings beside what every hotel needs."""
        zoom = {
            "url": self.url, "account_id": self.cloud.account_id, "client_id": self.cloud.client_id,
            "client_secret": self.cloud.client_secret, "plan": self.cloud.plan, "share": 1.0, "interval": 1,
        }  # fmt: skip
        needed = {
            "property": {"name": "Harbour View", "timezone": "America/New_York", "tenant": "Harbour", "site": "Main"},
            "rooms": ["1001-1012"],
        }  # fmt: skip
        self._settings = needed | settings | {"zoom": zoom | settings.get("zoom", {})}
        self.config.write_text(json.dumps(self._settings), encoding="utf-8")

    @property
    def config(self) -> Path:
        return self.folder / "housephone.yaml"

    @property
    def settings(self) -> Settings:
        return load(self.config, {})

    def document(self, room: str, text: str) -> None:
        """Drop a document in, whole, as a careful program does."""
        self.drop(f"{room}.yaml", f'room: "{room}"\n{text}\n')

    def drop(self, name: str, text: str) -> None:
        path = self.folder / "rooms" / name
        path.parent.mkdir(exist_ok=True)
        dropped = self.folder / "dropping.tmp"
        dropped.write_text(text, encoding="utf-8")
        os.utime(dropped, (LONG_AGO, LONG_AGO))
        dropped.replace(path)

    def writing(self, name: str, text: str, *, age: float = 0.0) -> None:
        """Let a file hold what somebody has written of it so far; the last change is ``age`` seconds ago."""
        changed = self.clock.now().timestamp() - age
        unfinished = self.folder / "writing.tmp"  # moved in, so that nobody sees it with the wall's time
        unfinished.write_text(text, encoding="utf-8")
        os.utime(unfinished, (changed, changed))
        unfinished.replace(self.folder / "rooms" / name)

    def guest(self, room: str, first: str, last: str, more: str = "") -> None:
        """Check somebody in by file."""
        self.document(room, f"guests: [{{first: {first}, last: {last}}}]\n{more}")

    def vacant(self, *rooms: object, more: str = "") -> None:
        for room in rooms:
            self.document(str(room), f"occupied: false\n{more}")

    def remove(self, room: str) -> None:
        (self.folder / "rooms" / f"{room}.yaml").unlink()

    @asynccontextmanager
    async def open(self, *, stays: bool = False) -> AsyncIterator[Online]:
        """The hotel with its store and its Zoom account."""
        async with (
            Wire(timeouts=QUICK, transport=httpx.AsyncHTTPTransport(verify=NO_AUTHORITIES)) as wire,
            online(self.settings, stays=stays, clock=self.clock, wire=wire) as room,
        ):
            yield room

    async def sync(
        self,
        *rooms: str,
        allow: str = "",
        ask: Ask | None = None,
        interruption: Interruption | None = None,
        **options: Any,
    ) -> Report:
        """One pass, as the command line makes it."""
        chosen = Options(Scope(rooms, frozenset({allow} - {""})), **options)
        with unwrapped():
            return await self._pass(chosen, ask, interruption)

    async def _pass(self, chosen: Options, ask: Ask | None, interruption: Interruption | None) -> Report:
        async with self.open() as room:
            read = partial(
                read_documents, room.settings.grounds, room.shop.hotel, chosen.scope, dry_run=chosen.dry_run
            )
            await anyio.to_thread.run_sync(read)
            room.shop.hotel.capabilities = await room.driver.connect()
            if chosen.dry_run:
                return await run_pass(room.shop, chosen)
            async with owning(room, holder="reconcile"):
                return await run_pass(room.shop, chosen, ask=ask, interruption=interruption)

    async def audit(self, *rooms: str, **options: Any) -> Report:
        """A dry run."""
        return await self.sync(*rooms, dry_run=True, **options)

    @asynccontextmanager
    async def controller(self, *, shadow: bool = False) -> AsyncIterator[Running]:
        """The controller at work until the block ends; then it stops in good order."""
        with anyio.fail_after(100):
            async with self.open(stays=True) as room, owning(room, holder="reconcile run"):
                zoom = room.settings.zoom
                rhythm = Rhythm(
                    zoom.refresh_cache * 60,
                    zoom.drift_check * 60,
                    Patience(zoom.retries, zoom.interval, 2.0),
                )
                with open_folder(room.settings.grounds, grace=GRACE) as folder:
                    controller = Controller(room.shop, folder, rhythm, room.settings.desired, shadow=shadow)
                    room.shop.hotel.capabilities = await room.driver.connect()
                    stop = anyio.Event()
                    async with (
                        opened(room, controller.wishes_moved, stop, shadow=shadow) as office,
                        anyio.create_task_group() as tasks,
                    ):
                        controller.on_documents, controller.health.office = office.reception.look, office
                        tasks.start_soon(controller.run, stop)
                        yield Running(room, controller, office, stop)
                        stop.set()

    def user(self, number: int) -> User:
        found = self.cloud.extension(number)
        assert isinstance(found, User)
        return found

    def area(self, number: int) -> CommonArea:
        found = self.cloud.extension(number)
        assert isinstance(found, CommonArea)
        return found

    def shown(self, *numbers: int) -> list[str]:
        """The names that telephones show."""
        return [self.cloud.extension(number).display_name for number in numbers]

    def phone(self, number: int) -> Device:
        owner = self.cloud.extension(number)
        return next(device for device in self.cloud.devices.values() if owner in device.assignees)

    def mailbox(self, number: int) -> list[datetime]:
        return [message.at for message in self.cloud.extension(number).voicemails]

    def writes(self) -> list[Call]:
        """The calls that were to change something, in the order of their arrival."""
        return [call for call in self.cloud.calls if call.method != "GET" and call.path != "/oauth/token"]

    def reads(self) -> dict[str, int]:
        """How often what was read."""
        return dict(Counter(str(c.operation) for c in self.cloud.calls if c.method == "GET"))

    def forget_calls(self) -> None:
        self.cloud.calls.clear()


async def until(true: Callable[[], object], *, within: float = 40.0) -> None:
    """Wait until something has come true; who makes it true (a call to Zoom) rings no bell."""
    with anyio.fail_after(within):
        while not true():  # noqa: ASYNC110
            await anyio.sleep(0.005)


@pytest.fixture
def clock() -> FastClock:
    return FastClock()


@pytest.fixture
def cloud(clock: FastClock) -> ZoomCloud:
    return usual_cloud(clock)


def usual_cloud(clock: FastClock) -> ZoomCloud:
    """Rooms 1001 to 1008 are users, 1009 to 1012 common areas, each with a telephone; and two of the staff."""
    cloud = ZoomCloud("business", clock=clock)
    for number in range(1001, 1009):
        cloud.add_user(number, "Room", str(number), f"Room {number}")
        cloud.add_device(f"Room {number}", [number])
    for number in range(1009, 1013):
        cloud.add_common_area(number, f"Room {number}")
        cloud.add_device(f"Room {number}", [number])
    for number, (first, last) in STAFF.items():
        cloud.add_user(number, first, last, dept="Front Office")
    return cloud


@pytest.fixture
async def inn(
    tmp_path: Path, cloud: ZoomCloud, clock: FastClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Inn]:
    monkeypatch.setattr(
        "desired.watch.LOOK_MS", 100
    )  # how soon a controller stops watching when it is told to
    async with inn_at(tmp_path, cloud, clock) as inn:
        yield inn


@asynccontextmanager
async def inn_at(folder: Path, cloud: ZoomCloud, clock: FastClock) -> AsyncIterator[Inn]:
    """The hotel. Whatever a test does to it, Zoom had no reason to complain and the staff kept their names."""
    async with cloud.serve() as url:
        inn = Inn(folder, cloud, url, clock)
        inn.configure()
        yield inn
    assert cloud.violations == []
    assert cloud.redundant == []
    for number, (first, last) in STAFF.items():
        staff = inn.user(number)
        assert (staff.first_name, staff.last_name, staff.dept) == (first, last, "Front Office")
        assert staff.presence_set is None
