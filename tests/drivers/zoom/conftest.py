"""A driver on the simulated Zoom, with a clock turned by hand and a gate that is always open."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Timeouts, Wire
from drivers.zoom.operations import writing
from fixtures.zoom_cloud import ZoomCloud
from observed.extension import Extension, Kind
from reconciler.account.operation import Operation, Priority
from reconciler.errors import Throttled
from reconciler.plan import Write

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUICK = Timeouts(connect=2.0, silence=0.3, whole=2.0)


class HandClock:
    """Time that only moves when somebody sleeps or ``advance`` is called."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class OpenGate:
    """Lets every call leave, and remembers what it was told about the answers."""

    left: list[Operation] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    throttles: list[Throttled] = field(default_factory=list)

    def slot(
        self,
        operation: Operation,
        priority: Priority,  # noqa: ARG002 - an open gate has no order
        *,
        ahead: bool = False,  # noqa: ARG002 - nor does it let anybody wait
    ) -> AbstractAsyncContextManager["OpenGate"]:
        return self._slot(operation)

    @asynccontextmanager
    async def _slot(self, operation: Operation) -> AsyncIterator["OpenGate"]:
        self.left.append(operation)
        yield self

    async def departure(self) -> None:
        pass

    def unused(self) -> None:
        self.left.pop()

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        assert all(name == name.lower() for name in headers)
        self.statuses.append(status)

    def throttled(self, error: Throttled) -> None:
        self.throttles.append(error)


class Hotel:
    """A small hotel on the simulated Zoom, and the driver that looks after it."""

    def __init__(self, cloud: ZoomCloud, driver: ZoomDriver, gate: OpenGate, clock: HandClock) -> None:
        self.cloud, self.driver, self.gate, self.clock = cloud, driver, gate, clock

    async def read(self, *wanted: int, devices: bool = False) -> dict[int, Extension]:
        found = await self.driver.extensions(wanted=frozenset(wanted), devices=devices)
        return {each.number: each for each in found}

    async def write(self, number: int, *, always_open: bool = False, **values: object) -> Write:
        """Write fields of an allowed room's extension as a plan would."""
        record = self.cloud.extension(number)
        kind: Kind = "common_area" if record.id in self.cloud.common_areas else "user"
        id_ = record.id
        if "device_name" in values:
            id_ = next(d.id for d in self.cloud.devices.values() if record in d.assignees)
        self.driver.allow(frozenset({id_}))
        return await put(self.driver, replace(planned(kind, id_, number, values), always_open=always_open))

    def calls(self, method: str = "", path: str = "") -> int:
        """How many calls of a kind have reached Zoom, token requests aside."""
        return sum(
            1 for c in self.cloud.calls
            if c.path != "/oauth/token" and method in {"", c.method} and path in {"", c.operation}
        )  # fmt: skip

    def tokens(self) -> int:
        return sum(1 for c in self.cloud.calls if c.path == "/oauth/token")


def planned(kind: Kind, id_: str, number: int, values: Mapping[str, Any]) -> Write:
    return Write(
        operation=writing(kind, next(iter(values))), kind=kind, id=id_, room=str(number), extension=str(number),
        values=values, changes=(), priority=Priority.CHECK_IN,
    )  # fmt: skip


async def put(driver: ZoomDriver, write: Write) -> Write:
    """Make this write as soon as it may leave; the write with what was learned on the way."""

    async def make() -> Write:
        return write

    done = await driver.write(write.operation, write.priority, make)
    assert done is not None
    return done


def account_of(cloud: ZoomCloud, url: str, **changes: Any) -> Account:
    known = {
        "account_id": cloud.account_id,
        "client_id": cloud.client_id,
        "client_secret": cloud.client_secret,
    }
    return Account(url=url, **{**known, **changes})


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def gate() -> OpenGate:
    return OpenGate()


@pytest.fixture
def cloud(clock: HandClock) -> ZoomCloud:
    """Rooms 1201 to 1203 with people of their own names, room 1300 as a common area, and the manager on 7001."""
    cloud = ZoomCloud("business", clock=clock)
    cloud.add_user(1201, "Room", "1201", "Room 1201")
    cloud.add_user(1202, "Ana", "Souza 1202", "Ana Souza 1202", dept="In 2026-11-20")
    cloud.add_user(1203, "Room", "1203", "Room 1203", signed_in=False)
    cloud.add_user(7001, "Marta", "Lindqvist", "Marta Lindqvist", dept="Management")
    cloud.add_common_area(1300, "Room 1300", "Garden wing")
    cloud.add_device("Room 1201", [1201])
    cloud.add_device("Gateway", [1202, 1203])
    cloud.add_device("Room 1300", [1300])
    return cloud


@pytest.fixture
async def hotel(cloud: ZoomCloud, clock: HandClock, gate: OpenGate) -> AsyncIterator[Hotel]:
    async with (
        cloud.serve() as url,
        ZoomDriver(account_of(cloud, url), gate, clock, wire=Wire(timeouts=QUICK)) as driver,
    ):
        yield Hotel(cloud, driver, gate, clock)
        assert cloud.violations == []
        assert cloud.redundant == []


Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def answering(gate: OpenGate, clock: HandClock) -> Callable[..., ZoomDriver]:
    """A driver whose peer is a function; tokens are given out unless it answers them itself."""

    def make(handler: Handler, *, url: str = "https://zoom.us", **account: Any) -> ZoomDriver:
        known = {"account_id": "A", "client_id": "C", "client_secret": "S3cret"} | account
        wire = Wire(transport=httpx.MockTransport(handler))
        return ZoomDriver(Account(url=url, **known), gate, clock, wire=wire)

    return make
