"""Somebody calls for help from a room whose telephone is not to ring: for an hour it does."""

from datetime import timedelta

import pytest

from drivers.zoom.events.meaning import EmergencyCall
from reconciler.account.past import Paused
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

NEVER = {"drift_check": 10_000, "refresh_cache": 10_000}
"""No sweep but the first comes while a test lasts."""


def calls_for_help(running: Running, number: int = 1009) -> None:
    running.controller.hints.hear(EmergencyCall("69", number, "911", "PSAP"))


def told(running: Running) -> str:
    (problem,) = running.controller.health.problems()
    return problem.message


async def silent(inn: Inn) -> None:
    await until(lambda: not inn.area(1009).ring_device)


async def rings(inn: Inn) -> None:
    await until(lambda: inn.area(1009).ring_device)


@pytest.fixture
def quiet(inn: Inn) -> Inn:
    """A guest in a common area who does not want to be disturbed."""
    inn.configure(zoom=NEVER)
    inn.guest("1009", "Ana", "Souza", "dnd: on")
    return inn


async def test_a_common_area_rings_at_once_for_an_hour_and_then_the_guests_wish_comes_back(
    quiet: Inn,
) -> None:
    async with quiet.controller() as running:
        await silent(quiet)
        calls_for_help(running)
        await rings(quiet)
        await until(lambda: "do-not-disturb" not in told(running))

        quiet.clock.advance(minutes=58)
        running.controller.poke(["1009"])
        assert quiet.area(1009).ring_device
        quiet.clock.advance(minutes=2)
        await silent(quiet)


async def test_a_user_can_be_called_back_too(inn: Inn) -> None:
    inn.configure(zoom=NEVER)
    inn.guest("1001", "Ana", "Souza", "dnd: on")
    async with inn.controller() as running:
        await until(lambda: inn.user(1001).dnd_until)
        inn.clock.advance(minutes=2)  # Zoom takes one change of presence a minute
        calls_for_help(running, 1001)
        await until(lambda: inn.user(1001).dnd_until is None)


async def test_what_somebody_has_switched_off_in_zoom_itself_rings_as_well(inn: Inn) -> None:
    inn.configure(zoom=NEVER)
    inn.vacant("1001")
    area = inn.area(1009)
    silent_by_day = {
        **area.call_handling["business_hours"],
        "call_distribution_setting": {"ring_device": False, "ring_duration": 30},
    }
    area.call_handling = {**area.call_handling, "business_hours": silent_by_day}
    async with inn.controller() as running:
        await until(lambda: running.controller.health.zoom_read_at)
        calls_for_help(running)
        await rings(inn)


async def test_neither_a_restart_nor_a_pass_brings_the_silence_back_within_the_hour(quiet: Inn) -> None:
    async with quiet.controller() as running:
        await silent(quiet)
        calls_for_help(running)
        await rings(quiet)
        await until(lambda: running.room.store.note("callback"))

    assert [change for change in (await quiet.sync()).changes if change.field == "dnd"] == []
    async with quiet.controller() as running:
        await until(lambda: running.controller.health.zoom_read_at and not running.controller.health.pending)
        assert quiet.area(1009).ring_device
        quiet.clock.advance(hours=1)
        await silent(quiet)
        await until(lambda: running.room.store.note("callback") == {})


async def test_where_it_cannot_be_lifted_the_alarm_says_so(quiet: Inn) -> None:
    async with quiet.controller() as running:
        await silent(quiet)
        paused = Paused("the electrician is in", quiet.clock.now() + timedelta(hours=3))
        running.room.shop.hotel.paused["1009"] = paused
        calls_for_help(running)
        assert "emergency call to 911 from room 1009" in told(running)
        await until(lambda: "cannot be lifted there (paused: the electrician is in)" in told(running))
        assert not quiet.area(1009).ring_device


async def test_a_call_of_the_staff_changes_no_telephone(quiet: Inn) -> None:
    async with quiet.controller() as running:
        await silent(quiet)
        quiet.forget_calls()
        calls_for_help(running, 7001)
        assert "from extension 7001" in told(running)
        assert running.room.shop.hotel.callback == {}
        assert quiet.writes() == []
