"""A guest who has left: his name goes off the telephone, however often Zoom says no to the names after it."""

from collections.abc import Callable
from datetime import timedelta

import anyio
import pytest

from fixtures.zoom_cloud import Fault
from reconciler.alarms.finding import found
from reconciler.app.callout import situation
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

LEFT = ["Ana Souza 1001"]
VACANT = ["Room 1001"]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _usual_interval(inn: Inn) -> None:
    inn.configure(zoom={"interval": 60})


def refuse(inn: Inn, number: int = 1001, times: int | None = 1) -> None:
    """Let Zoom refuse the next changes of this telephone, whatever they say, as a validation that fails."""
    record = inn.cloud.extension(number)
    path = f"/users/{record.id}" if number < 1009 else f"/phone/common_areas/{record.id}"
    inn.cloud.faults.add(
        Fault(
            "answer",
            path=path,
            method="PATCH",
            status=400,
            code=300,
            message="Validation Failed.",
            times=times,
        )
    )


def alarms(running: Running) -> list[str]:
    return [alarm.key for alarm in found(situation(running.room, running.controller, running.office))]


def next_tries(running: Running, inn: Inn) -> list[timedelta]:
    now = inn.clock.now()
    return [each.next_at - now for each in running.room.shop.hotel.setbacks.failures.values() if each.next_at]


async def time_passes(inn: Inn, until_then: Callable[[], object]) -> None:
    with anyio.fail_after(40):
        while not until_then():
            inn.clock.advance(seconds=30)
            await anyio.sleep(0.05)


async def test_one_refusal_leaves_no_guests_name_and_costs_the_vacant_one_a_minute(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == LEFT)
        inn.forget_calls()
        refuse(inn)
        inn.vacant(1001)
        await until(lambda: inn.shown(1001) != LEFT)
        assert inn.shown(1001) == ["1001"]
        await until(lambda: running.controller.health.applied > 3)
        (problem,) = running.room.shop.hotel.look("1001", inn.clock.now()).problems
        assert "the extension alone is to be shown" in problem.message
        assert alarms(running) == []

        await time_passes(inn, lambda: inn.shown(1001) == VACANT)
        await until(lambda: not running.room.store.attempts())
        assert not running.room.shop.hotel.setbacks.failures
        assert len(inn.writes()) == 3


async def test_a_refused_guest_between_two_check_outs_brings_no_old_name_back(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller():
        await until(lambda: inn.shown(1001) == LEFT)
        refuse(inn, times=2)  # the next guest's name, and the vacant one in its place
        inn.guest("1001", "Luca", "Grimaldi")
        await until(lambda: inn.shown(1001) == ["1001"])
        inn.vacant(1001)
        await time_passes(inn, lambda: inn.shown(1001) == VACANT)


@pytest.mark.parametrize("number", [1001, 1009])
async def test_while_zoom_refuses_every_name_an_alarm_stands_and_minutes_pass_between_tries(
    inn: Inn, number: int
) -> None:
    room = str(number)
    inn.guest(room, "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(number) == [f"Ana Souza {room}"])
        refuse(inn, number, times=None)
        inn.forget_calls()
        inn.vacant(room)
        await until(lambda: alarms(running) == [f"name_left {room} {room}"])
        (problem,) = running.controller.health.problems()
        assert "400/300" in problem.message
        assert "Souza" not in problem.message
        assert max(next_tries(running, inn)) <= MINUTE
        tries = len(inn.writes())

        inn.clock.advance(minutes=1)
        await until(lambda: len(inn.writes()) > tries)
        for _ in range(12):
            inn.clock.advance(minutes=10)
            await anyio.sleep(0.02)
            assert max(next_tries(running, inn)) <= 10 * MINUTE
        assert inn.shown(number) == [f"Ana Souza {room}"]

        inn.cloud.faults.clear()
        await time_passes(inn, lambda: inn.shown(number) == [f"Room {room}"])
        await until(lambda: not alarms(running))


async def test_a_restart_tries_again_within_minutes(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == LEFT)
        refuse(inn, times=None)
        inn.vacant(1001)
        await until(lambda: alarms(running))
    inn.cloud.faults.clear()
    async with inn.controller() as running:
        await until(lambda: running.controller.health.zoom_read_at)
        began = inn.clock.now()
        await time_passes(inn, lambda: inn.shown(1001) == VACANT)
        assert inn.clock.now() - began < 30 * MINUTE


@pytest.mark.parametrize("rooms", [(), ("1001",)], ids=["all rooms", "this room"])
async def test_a_pass_by_hand_tries_at_once_what_was_refused(inn: Inn, rooms: tuple[str, ...]) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.vacant(1001)
    refuse(inn, times=None)
    refused = await inn.sync(allow="max_blanked")
    assert {"name_left", "name_refused"} <= {problem.code for problem in refused.problems}
    assert inn.shown(1001) == LEFT
    inn.cloud.faults.clear()

    await inn.sync(*rooms, allow="max_blanked")

    assert inn.shown(1001) != LEFT


async def test_a_pass_that_names_the_room_tries_a_guests_refused_name_again(inn: Inn) -> None:
    refuse(inn)
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    assert (await inn.sync()).changes == ()
    assert inn.shown(1001) == VACANT

    report = await inn.sync("1001")

    assert (report.exit_code(), inn.shown(1001)) == (0, LEFT)
    assert (await inn.sync()).problems == ()


def without_room(inn: Inn, room: str) -> None:
    inn.configure(rooms=["1001-1012", f"!{room}"], zoom={"interval": 60})


async def test_a_room_taken_out_with_a_guest_in_it_is_told_until_its_name_is_emptied(inn: Inn) -> None:
    inn.guest("1005", "Ana", "Souza")
    inn.vacant(1001)
    await inn.sync()
    inn.remove("1005")
    without_room(inn, "1005")
    (problem,) = (await inn.audit()).problems
    assert (problem.code, problem.subject) == ("name_left", "1005")
    assert "Souza" not in problem.message
    async with inn.controller() as running:
        await until(lambda: alarms(running) == ["name_left 1005"])
        assert inn.shown(1005) == ["Ana Souza 1005"]
    inn.user(1005).display_name = "Room 1005"
    assert (await inn.audit()).problems == ()


async def test_a_room_that_is_put_back_is_looked_after_again(inn: Inn) -> None:
    inn.guest("1005", "Ana", "Souza")
    await inn.sync()
    without_room(inn, "1005")
    await inn.sync()
    inn.configure(zoom={"interval": 60})
    assert (await inn.audit()).problems == ()


async def test_a_vacant_room_may_be_taken_out_and_nobody_is_called(inn: Inn) -> None:
    inn.vacant(1001, 1005)
    await inn.sync()
    inn.remove("1005")
    without_room(inn, "1005")
    assert (await inn.audit()).problems == ()


PENTHOUSE = {"room": "PH1", "extensions": ["1005"]}


async def test_a_room_that_is_not_called_by_its_number_is_told_by_its_extension(inn: Inn) -> None:
    inn.configure(rooms=["1001", PENTHOUSE, {"room": "PH2", "extensions": ["1006"]}])
    inn.guest("PH1", "Ana", "Souza")
    inn.vacant("PH2", 1001)
    await inn.sync()
    assert inn.shown(1005) == ["Ana Souza 1005"]
    inn.remove("PH1")
    inn.remove("PH2")
    inn.configure(rooms=["1001"])
    for _ in range(2):  # it is read from Zoom again and again, though no room has it
        problems = (await inn.audit()).problems
        assert [(problem.code, problem.subject) for problem in problems] == [("name_left", "1005")]
    assert "belongs to no room in `rooms:` any more" in problems[0].message
    inn.user(1005).display_name = "Room 1005"
    assert (await inn.audit()).problems == ()


@pytest.mark.parametrize("room", ["1005", "PH1"])
async def test_where_rooms_are_not_listed_a_document_that_is_gone_leaves_a_name_that_is_told(
    inn: Inn, room: str
) -> None:
    inn.configure(rooms=None)
    inn.document(room, 'extensions: ["1005"]\nguests: [{first: Ana, last: Souza}]')
    inn.vacant(1001)
    await inn.sync()
    assert inn.shown(1005) == ["Ana Souza 1005"]
    inn.remove(room)
    (problem,) = (await inn.audit()).problems
    assert (problem.code, problem.subject) == ("name_left", "1005")
    assert "Souza" not in problem.message
    inn.document(room, 'extensions: ["1005"]\noccupied: false')
    await inn.sync()
    assert (inn.shown(1005), (await inn.audit()).problems) == (["Room 1005"], ())
