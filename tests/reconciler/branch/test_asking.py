"""A clerk at the centre hears what became of his order: at once, or when the property is back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest
from anyio import to_thread

from reconciler.branch.asking import WITHIN, Asking
from reconciler.desk.orders import AnyOrder, CheckOut
from reconciler.stays.frontdesk import Declined
from tests.reconciler.branch.inn import ORDER, Inn, power_cut
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def desk(inn: Inn, clock: FastClock) -> Asking:
    async def run(step: Callable[..., Any], *args: Any) -> Any:
        return await to_thread.run_sync(partial(step, *args))

    return Asking(run, inn.store, clock, LISBON)


async def says(desk: Asking, order: AnyOrder = ORDER) -> str:
    """What the clerk reads, whether he is glad of it or not."""
    try:
        return await desk.ask(order, "desk")
    except Declined as declined:
        return f"{declined}; {declined.remedy}"


async def says_while(inn: Inn, desk: Asking, at_the_property: Callable[[], Awaitable[None]]) -> str:
    """The same while that happens at the property, as soon as the order is there."""
    said: list[str] = []
    async with anyio.create_task_group() as tasks:

        async def look() -> None:
            while not inn.store.what_waits().errands:  # noqa: ASYNC110 - a file rings no bell
                await anyio.sleep(0.001)
            await at_the_property()

        tasks.start_soon(look)
        said.append(await says(desk))
    return said[0]


async def seen(desk: Asking) -> list[str]:
    """What stands on the page of orders whose answer nobody has heard."""
    await desk.look()
    return [problem.message for problem in desk.problems()]


async def test_the_clerk_reads_what_the_property_answers(inn: Inn, desk: Asking) -> None:
    life = inn.store.claim()
    assert await says_while(inn, desk, lambda: inn.looks(life)) == "room 1001: checked out"
    assert inn.noted == [ORDER]
    assert not inn.store.take_errands(life)
    assert not inn.store.errands_taken()
    assert not await seen(desk)


async def test_a_refusal_comes_back_with_what_helps(inn: Inn, desk: Asking) -> None:
    life, inn.refuses = inn.store.claim(), True
    said = await says_while(inn, desk, lambda: inn.looks(life))
    assert said == "room 1001: nobody is checked in there; see `reconcile show 1001`"


async def test_without_an_answer_nothing_is_noted_and_never_will_be(inn: Inn, desk: Asking) -> None:
    assert "nothing was noted" in await says(desk)
    await inn.begins_again()
    assert not inn.noted
    assert not await seen(desk)


async def test_until_the_property_is_back_nobody_knows_whether_an_order_is_noted(
    inn: Inn, desk: Asking
) -> None:
    assert "nobody knows whether it is noted" in await says_while(inn, desk, inn.dies_amid)
    (told,) = await seen(desk)
    assert told.startswith("room 1001: nobody knows yet whether the property has noted")


async def test_an_order_that_turns_out_not_to_be_noted_is_shown_until_it_is_said_again(
    inn: Inn, desk: Asking
) -> None:
    await says_while(inn, desk, inn.dies_amid)
    await inn.begins_again()
    (told,) = await seen(desk)
    assert told.endswith("was not noted, because the property broke off; say it again")
    life = inn.store.claim()
    assert await says_while(inn, desk, lambda: inn.looks(life)) == "room 1001: checked out"
    assert inn.noted == [ORDER]
    assert await seen(desk) == []


async def test_an_order_that_turns_out_to_be_noted_is_no_matter_any_more(inn: Inn, desk: Asking) -> None:
    async def dies_afterwards() -> None:
        inn.after_noting = power_cut
        with pytest.raises(KeyboardInterrupt):
            await inn.looks(inn.store.claim())
        inn.after_noting = lambda: None

    assert "nobody knows" in await says_while(inn, desk, dies_afterwards)
    await inn.begins_again()
    assert not await seen(desk)
    assert not inn.store.errands_taken()
    assert inn.noted == [ORDER]


async def test_the_same_order_again_waits_for_the_answer_to_the_first(inn: Inn, desk: Asking) -> None:
    async def dies_afterwards() -> None:
        inn.after_noting = power_cut
        with pytest.raises(KeyboardInterrupt):
            await inn.looks(inn.store.claim())
        inn.after_noting = lambda: None

    await says_while(inn, desk, dies_afterwards)
    await seen(desk)
    said: list[str] = []
    async with anyio.create_task_group() as tasks:

        async def again() -> None:
            said.append(await says(desk))

        tasks.start_soon(again)
        await inn.begins_again()
    assert said == ["noted"]
    assert inn.noted == [ORDER]


async def test_another_order_for_the_room_does_not_wait_for_the_first(inn: Inn, desk: Asking) -> None:
    await says_while(inn, desk, inn.dies_amid)
    await seen(desk)
    assert "nothing was noted" in await says(desk, CheckOut(room="1001", reservation="84311"))


async def test_another_process_of_the_centre_knows_of_it_too_and_after_an_hour_nobody(
    inn: Inn, desk: Asking, clock: FastClock
) -> None:
    inn.store.ask(ORDER.model_dump(mode="json"), "desk", WITHIN)
    await inn.dies_amid()
    assert len(await seen(desk)) == 1
    await inn.begins_again()
    assert len(await seen(desk)) == 1
    clock.advance(hours=2)
    assert not await seen(desk)
    assert not inn.store.errands_taken()
