"""A hotel beside a program that writes names of its own into Zoom: who gives way, and when."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from reconciler.alarms.finding import found
from reconciler.app.callout import situation
from reconciler.conditions import Condition, conditions
from reconciler.contested import repaired
from reconciler.desk.cards import card_of
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

THEIRS = "Directory 1001"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OFTEN = {"drift_check": 2}


@asynccontextmanager
async def renamed_all_the_time(inn: Inn, name: str = THEIRS) -> AsyncIterator[None]:
    """Another program that puts its own name back within seconds, whatever we write."""

    async def rename() -> None:
        while True:
            if inn.user(1001).display_name != name:
                await anyio.sleep(0.02)
                inn.user(1001).display_name = name
            await anyio.sleep(0.005)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rename)
        yield
        tasks.cancel_scope.cancel()


def contested(running: Running) -> bool:
    return "1001" in running.controller.health.contested


async def time_passes(inn: Inn, true: Callable[[], object], *, minutes: float = 3) -> None:
    """Sweep after sweep, until something has come true."""
    with anyio.fail_after(30):
        while not true():
            await swept(inn, minutes)


async def swept(inn: Inn, minutes: float = 3) -> None:
    """The next sweep of the lists has come and was looked at."""
    read = inn.reads().get("/phone/users", 0)
    inn.clock.advance(minutes=minutes)
    await until(lambda: inn.reads().get("/phone/users", 0) > read)
    await anyio.sleep(0.15)


def standing(running: Running) -> dict[str, Condition]:
    hotel, now = running.room.shop.hotel, running.room.shop.clock.now()
    return {each.type: each for each in conditions(hotel, hotel.look("1001", now), now)["1001"]}


def patches(inn: Inn) -> int:
    return sum(call.method == "PATCH" for call in inn.cloud.calls)


async def test_a_program_that_renames_back_each_time_is_left_alone_after_five_repairs_an_hour(
    inn: Inn,
) -> None:
    inn.configure(zoom=OFTEN)
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        inn.forget_calls()
        async with renamed_all_the_time(inn):
            await time_passes(inn, lambda: contested(running))
            assert patches(inn) == 5
            for _ in range(4):
                await swept(inn)
            assert patches(inn) == 5

            now = standing(running)
            assert now["Synced"].reason == "Contested"
            assert "ours is the guest's name, theirs another name" in now["Contested"].message
            assert "Souza" not in now["Contested"].message
            assert THEIRS not in now["Contested"].message
            shop, office = running.room.shop, running.office
            ledger, around = office.register.ledger, office.around()
            card = card_of(shop.hotel, "1001", ledger, around, shop.clock.now())
            assert card.problem == now["Contested"].message
            assert running.controller.health.contested == {"1001": 1}
            (alarm,) = found(situation(running.room, running.controller, running.office))
            assert (alarm.key, alarm.room) == ("contested", "1001")

            await time_passes(inn, lambda: patches(inn) == 6, minutes=15)
            await time_passes(inn, lambda: contested(running))
            assert patches(inn) == 6


async def test_a_check_in_and_a_check_out_go_through_whoever_else_writes(inn: Inn) -> None:
    inn.configure(zoom=OFTEN)
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        async with renamed_all_the_time(inn):
            await time_passes(inn, lambda: contested(running))
        inn.vacant(1001)
        await until(lambda: inn.shown(1001) == ["Room 1001"])
        assert not contested(running)
        inn.guest("1001", "Ana", "Souza")
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])

        inn.user(1001).display_name = THEIRS
        await time_passes(inn, lambda: inn.shown(1001) == ["Ana Souza 1001"])


async def test_a_restart_knows_whom_it_left_alone(inn: Inn) -> None:
    inn.configure(zoom=OFTEN, safety={"max_repairs": 2})
    inn.guest("1001", "Ana", "Souza")
    async with renamed_all_the_time(inn):
        async with inn.controller() as running:
            await time_passes(inn, lambda: contested(running))
        inn.forget_calls()
        async with inn.controller() as running:
            await until(lambda: contested(running))
            await swept(inn)
        assert patches(inn) == 0


async def test_a_pass_over_the_whole_hotel_leaves_it_alone_and_one_that_names_the_room_does_not(
    inn: Inn,
) -> None:
    inn.configure(zoom=OFTEN, safety={"max_repairs": 1})
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        async with renamed_all_the_time(inn):
            await time_passes(inn, lambda: contested(running))

    whole = await inn.sync()
    assert [(change.status, change.field) for change in whole.changes] == [("skipped", "display_name")]
    assert (whole.changes[0].reason or "").startswith("contested: ")
    assert whole.calls == 0
    assert inn.shown(1001) == [THEIRS]

    assert [change.status for change in (await inn.audit("1001")).changes] == ["planned"]
    named = await inn.sync("1001")
    assert [change.status for change in named.changes] == ["applied"]
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_two_slips_of_a_hand_are_no_contest(inn: Inn) -> None:
    inn.configure(zoom=OFTEN)
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        for _ in range(2):
            inn.user(1001).display_name = THEIRS
            await time_passes(inn, lambda: inn.shown(1001) == ["Ana Souza 1001"])
        assert not contested(running)
        assert standing(running).keys() == {"Synced"}


def test_each_rest_is_twice_as_long_as_the_one_before() -> None:
    contest, now, rests = None, NOON, []
    for _ in range(8):
        contest = repaired(contest, "wish", now, 1)
        assert contest.until is not None
        rests.append((contest.until - now) / timedelta(hours=1))
        now = contest.until
    assert rests == [1, 2, 4, 8, 16, 24, 24, 24]
