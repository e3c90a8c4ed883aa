"""Files that are still being written while the controller watches: they wait, and nobody waits for them."""

import anyio
import pytest
from structlog.testing import capture_logs

from desired.files import PATIENCE
from tests.reconciler.conftest import GRACE, Inn, Running, until

pytestmark = pytest.mark.anyio

WHOLE = 'room: "1001"\nguests: [{first: Ana, last: Souza}]\n'
HALVES = {
    "within a word": WHOLE[:-12],
    "at the end of a line": 'room: "1001"\nguests: [\n',
    "before the first letter": "",
}


def problems(running: Running) -> list[tuple[str, str | None]]:
    return [(p.code, p.where) for p in running.room.shop.hotel.roster.loaded.problems]


async def write_on(inn: Inn, room: str) -> None:
    """Somebody writes one file all the time."""
    lines = 0
    while True:
        lines += 1
        inn.writing(f"{room}.yaml", f'room: "{room}"\n' + "# and on" * lines)
        await anyio.sleep(0.001)


@pytest.mark.parametrize("age", [0.0, 20.0, 3600.0])
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
async def test_a_half_written_file_holds_up_no_other_room_and_is_taken_when_whole(
    inn: Inn, half: str, age: float
) -> None:
    inn.guest("1001", "Yuki", "Farnham")
    async with inn.controller():
        await until(lambda: inn.shown(1001) == ["Yuki Farnham 1001"])
        inn.writing("1001.yaml", half, age=age)
        inn.guest("1002", "Kwame", "Hallberg")
        before = inn.clock.monotonic()
        await until(lambda: inn.shown(1002) == ["Kwame Hallberg 1002"])
        waited = inn.clock.monotonic() - before
        assert inn.shown(1001) == ["Yuki Farnham 1001"]
        inn.writing("1001.yaml", WHOLE)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
    assert waited < 20 * 1.0  # a second, as fast as this clock goes
    assert len(inn.writes()) == 3


async def test_a_file_that_stays_broken_is_told_after_its_grace_and_others_go_on_all_the_while(
    inn: Inn,
) -> None:
    inn.guest("1001", "Ana", "Souza")
    with capture_logs() as logs:
        async with inn.controller() as running:
            await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
            inn.writing("1001.yaml", WHOLE.replace("last", "lst"), age=20.0)
            broken_since = inn.clock.monotonic()
            await until(lambda: problems(running))
            told_after = inn.clock.monotonic() - broken_since
            inn.guest("1002", "Kwame", "Hallberg")
            await until(lambda: inn.shown(1002) == ["Kwame Hallberg 1002"])
            assert problems(running) == [("unknown_field", "rooms/1001.yaml:2:23")]
    assert told_after >= GRACE
    assert [line["where"] for line in logs if line["event"] == "document"] == ["rooms/1001.yaml:2:23"]
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_a_file_that_is_written_all_the_time_is_told_and_holds_up_no_other_room(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])

        tasks.start_soon(write_on, inn, "1003")
        inn.guest("1002", "Kwame", "Hallberg")
        await until(lambda: inn.shown(1002) == ["Kwame Hallberg 1002"])
        await until(lambda: problems(running) == [("being_written", "rooms/1003.yaml")])
        tasks.cancel_scope.cancel()


async def test_whoever_asks_for_a_pass_does_not_wait_for_such_a_file_for_ever(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        tasks.start_soon(write_on, inn, "1003")
        asked = inn.clock.monotonic()
        with anyio.fail_after(5):
            await running.controller.read_folder()
        waited = inn.clock.monotonic() - asked
        tasks.cancel_scope.cancel()
    assert waited < 2 * PATIENCE
