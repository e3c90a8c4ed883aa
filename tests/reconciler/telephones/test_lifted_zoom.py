"""A wake-up call in a room whose do-not-disturb was set in Zoom itself: off before it rings, on again afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import anyio
import pytest

from desired.events import Told, WakeupAsked
from desired.said import Source
from fixtures.zoom_cloud.faults import Fault
from reconciler.telephones.lifted import Lifted
from reconciler.telephones.undisturbed import NOTE, Undisturbed
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

DND = timedelta(hours=2)
PRESENCE = "/users/{userId}/presence_status"


@asynccontextmanager
async def with_calls(inn: Inn) -> AsyncIterator[tuple[Running, Lifted]]:
    """The hotel at work, and what lets wake-up calls through."""
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        await until(lambda: running.controller.health.zoom_read_at)
        shop = running.room.shop
        undisturbed = Undisturbed(
            shop.hotel, shop.memory, await shop.memory.run(shop.memory.store.note, NOTE)
        )
        ledger = running.office.reception.ledger
        moved, read = running.controller.wishes_moved, shop.refresher.silence
        lifted = Lifted(shop.hotel, ledger, inn.clock, read, undisturbed, moved)
        tasks.start_soon(lifted.run)
        yield running, lifted
        tasks.cancel_scope.cancel()


async def wake_soon(inn: Inn, running: Running, room: str) -> datetime:
    """The desk asks for a call in two minutes; answers when."""
    now = inn.clock.now()
    due = now + timedelta(minutes=2)
    at = due.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
    await running.office.reception.tell((WakeupAsked(room, at),), Told(Source.DESK, "desk", now))
    return due


async def test_a_persons_do_not_disturb_comes_back(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with with_calls(inn) as (running, lifted):
        inn.user(1001).dnd_until = inn.clock.now() + DND
        await wake_soon(inn, running, "1001")
        await until(lambda: inn.user(1001).presence_at(inn.clock.now()) == "Available")
        await lifted.lift("1001")
        lifted.restore("1001")
        running.office.reception.ledger.take([])
        inn.clock.advance(minutes=10)
        await until(lambda: inn.user(1001).presence_at(inn.clock.now()) == "Do_Not_Disturb")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(
            "answer", path=PRESENCE, method="PUT", status=429, headers={"X-RateLimit-Type": "QPS"}, times=9
        ),
        Fault("answer", path=PRESENCE, method="PUT", status=503, times=5),
    ],
    ids=["429", "503"],
)
async def test_a_limit_that_zoom_names_again_and_again_does_not_keep_a_guest_asleep(
    inn: Inn, fault: Fault
) -> None:
    inn.configure(zoom={"interval": 60})
    inn.guest("1001", "Ana", "Souza")
    async with with_calls(inn) as (running, lifted):
        inn.user(1001).dnd_until = inn.clock.now() + DND
        inn.cloud.faults.add(fault)
        due = await wake_soon(inn, running, "1001")
        await until(lambda: inn.user(1001).presence_at(inn.clock.now()) == "Available")
        assert fault.seen > 3
        assert inn.clock.now() < due
        await until(lambda: not lifted.stuck())


async def test_a_common_area_that_did_not_ring_does_not_ring_again(inn: Inn) -> None:
    area = inn.area(1009)
    hours = area.call_handling
    silent = {
        **hours["business_hours"],
        "call_distribution_setting": {"ring_device": False, "ring_duration": 30},
    }
    area.call_handling = {**hours, "business_hours": silent}
    async with with_calls(inn) as (running, lifted):
        await wake_soon(inn, running, "1009")
        await until(lambda: inn.area(1009).ring_device)
        await lifted.lift("1009")
        lifted.restore("1009")
        inn.clock.advance(minutes=15)
        await until(lambda: not inn.area(1009).ring_device)
