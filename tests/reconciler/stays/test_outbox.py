"""What the PMS is owed leaves in order, once, and as things are by then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.said import Source
from reconciler.stays.owed import Dispatch, MessagesOwed, RoomStateOwed, WakeupClearedOwed, WakeupSetOwed
from reconciler.store.errors import StoreUnavailable
from tests.reconciler.lodge import MORNING, Lodge, leaves, no_wake, souza, wake

pytestmark = pytest.mark.anyio

CLEAN = RoomStateOwed("1207", "clean")


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


async def test_what_is_owed_leaves_in_the_order_in_which_it_came_up(lodge: Lodge) -> None:
    await lodge.hear(souza())
    await lodge.desk(wake(), source=Source.PHONE)
    await lodge.desk(owed=[CLEAN])
    await lodge.desk(no_wake(), source=Source.PHONE)

    assert await lodge.owed() == [
        WakeupSetOwed("1207", MORNING), CLEAN, WakeupClearedOwed("1207", MORNING),
    ]  # fmt: skip


async def test_the_same_thing_is_next_until_it_was_sent(lodge: Lodge) -> None:
    await lodge.desk(owed=[CLEAN, MessagesOwed("1207", 1, 0)])
    outbox = lodge.reception.outbox

    first = await outbox.next("pms")
    assert await outbox.next("pms") == first
    await outbox.sent(first)

    second = await outbox.next("pms")
    assert (second.owed, second.number > first.number) == (MessagesOwed("1207", 1, 0), True)


async def test_a_link_that_owes_nothing_waits_until_it_does(lodge: Lodge) -> None:
    got: list[Dispatch] = []

    async def link() -> None:
        got.append(await lodge.reception.outbox.next("pms"))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link)
            await anyio.wait_all_tasks_blocked()
            await lodge.desk(owed=[CLEAN])

    assert [dispatch.owed for dispatch in got] == [CLEAN]


async def test_what_another_process_owes_is_sent_when_the_reception_rereads(lodge: Lodge) -> None:
    got: list[Dispatch] = []

    async def link() -> None:
        got.append(await lodge.reception.outbox.next("pms"))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link)
            await anyio.wait_all_tasks_blocked()
            lodge.store.owe("pms", [CLEAN], lodge.clock.now())
            await lodge.reception.reread()

    assert [dispatch.owed for dispatch in got] == [CLEAN]


async def test_a_status_leaves_with_the_occupancy_of_the_moment_of_sending(lodge: Lodge) -> None:
    await lodge.hear(souza())
    await lodge.desk(owed=[CLEAN])
    assert (await lodge.reception.outbox.next("pms")).occupied

    await lodge.hear(leaves())
    assert not (await lodge.reception.outbox.next("pms")).occupied


async def test_the_pms_hears_its_own_name_of_the_room(lodge: Lodge) -> None:
    await lodge.hear(souza(), named=(("1207", "01207"),))
    await lodge.desk(owed=[CLEAN])
    lodge.restart()

    [dispatch] = await lodge.sent()
    assert (dispatch.room, dispatch.owed) == ("01207", CLEAN)


async def test_nothing_is_owed_in_a_hotel_without_a_pms(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path, feeds={})
    await lodge.desk(souza(), wake(), source=Source.DESK, owed=[CLEAN])

    assert lodge.store.waiting() == {}
    assert lodge.status("1207") == "pending"
    lodge.store.close()


async def test_what_was_sent_is_marked_even_if_the_store_is_busy_for_a_while(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lodge.desk(owed=[CLEAN])
    dispatch = await lodge.reception.outbox.next("pms")
    mark_sent = lodge.store.mark_sent
    busy = iter([True, True, False])

    def busily(*args: Any) -> None:
        if next(busy):
            raise StoreUnavailable("the store", "database is locked")
        mark_sent(*args)

    monkeypatch.setattr(lodge.store, "mark_sent", busily)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lodge.reception.outbox.sent, dispatch)
            while lodge.store.waiting():
                await anyio.sleep(0.001)
                lodge.clock.advance(seconds=1)

    assert lodge.reception.trouble is None
