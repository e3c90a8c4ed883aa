"""From what the PMS tells to what the telephones show: reception, stays, store, controller and the simulated Zoom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest

from desired.events import CheckedIn, CheckedOut, Event, Moved, Told
from desired.said import Source
from desired.stays import Rules
from reconciler.ports import Heard
from reconciler.stays.page import kept_in
from reconciler.stays.reception import StoredReception
from reconciler.stays.register import Register
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def fed_by_a_pms(inn: Inn) -> AsyncIterator[tuple[Running, StoredReception]]:
    """The hotel at work with a link to its PMS."""
    async with inn.controller() as running:
        shop = running.room.shop
        kept = await shop.memory.run(kept_in, shop.memory.store, inn.clock.now())
        rules = Rules(zone=shop.hotel.house.zone)
        register = Register(shop.hotel, rules, {"pms": lambda _room: True}, kept)
        reception = StoredReception(
            shop.hotel, register, shop.memory, inn.clock, running.controller.wishes_moved
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reception.run)
            await until(lambda: running.controller.health.zoom_read_at)
            yield running, reception
            tasks.cancel_scope.cancel()


async def tells(inn: Inn, reception: StoredReception, *events: Event) -> None:
    now = inn.clock.now()
    told = Told(Source.PMS, f"pms {now:%H:%M:%S}", now, link="pms")
    await reception.hear("pms", [Heard(told, (event,), f"{now} {event}") for event in events])


def check_in(room: str, reservation: str, first: str, last: str) -> CheckedIn:
    return CheckedIn(room, reservation, {"first": first, "last": last})


async def test_a_guest_of_the_pms_shows_on_the_telephone_and_is_gone_with_the_check_out(inn: Inn) -> None:
    async with fed_by_a_pms(inn) as (_, reception):
        await tells(inn, reception, check_in("1001", "84311", "Ana", "Souza"))
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])

        await tells(inn, reception, CheckedOut("1001", "84311"))
        await until(lambda: inn.shown(1001) == ["Room 1001"])

    assert len(inn.writes()) == 2


async def test_a_guest_who_moves_shows_in_the_new_room_only(inn: Inn) -> None:
    async with fed_by_a_pms(inn) as (_, reception):
        await tells(inn, reception, check_in("1001", "84311", "Ana", "Souza"))
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await tells(inn, reception, Moved("1002", "1001", "84311"))
        await until(lambda: inn.shown(1001, 1002) == ["Room 1001", "Ana Souza 1002"])


async def test_a_guest_checked_out_while_the_controller_was_down_does_not_come_back(inn: Inn) -> None:
    async with fed_by_a_pms(inn) as (_, reception):
        await tells(inn, reception, check_in("1001", "84311", "Ana", "Souza"))
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        inn.cloud.extension(1001).display_name = "Somebody Else"
    inn.clock.advance(seconds=timedelta(hours=1).total_seconds())

    async with fed_by_a_pms(inn) as (_, reception):
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await tells(inn, reception, CheckedOut("1001", "84311"))
        await until(lambda: inn.shown(1001) == ["Room 1001"])


async def test_a_group_that_arrives_together_costs_one_call_a_telephone(inn: Inn) -> None:
    async with fed_by_a_pms(inn) as (_, reception):
        guests = [
            check_in(str(room), str(room), "Group", f"Guest {room - 1000}") for room in range(1001, 1009)
        ]
        await tells(inn, reception, *guests)
        await until(lambda: all("Group" in name for name in inn.shown(*range(1001, 1009))))

    assert len(inn.writes()) == 8
