"""An order of the desk at the centre is noted at the property once and in time, or the clerk hears that it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread

from reconciler.branch.errands import NOTE, Errands, ask_property
from reconciler.desk.orders import AnyOrder, CheckOut
from reconciler.stays.frontdesk import Declined
from reconciler.store.branchrows import Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio
ORDER = CheckOut(room="1001")
A_WHILE = timedelta(minutes=5)
NEWS = Waiting(None, errands=True)


@dataclass
class Inn:
    """The property, and what was noted there."""

    store: Store
    noted: list[AnyOrder] = field(default_factory=list)
    last: Json = None
    refuses: bool = False
    before_noting: Callable[[], None] = lambda: None
    after_noting: Callable[[], None] = lambda: None

    async def take(self, order: AnyOrder, _where: str, notes: Mapping[str, Json]) -> str:
        if self.refuses:
            raise Declined("room 1001: nobody is checked in there", "see `reconcile show 1001`")
        self.before_noting()
        self.noted.append(order)
        self.last = notes[NOTE]
        self.after_noting()
        return "room 1001: checked out"

    async def note(self) -> Json:
        return self.last

    def errands(self) -> Errands:
        return Errands(self.take, self.note)

    async def looks(self, life: int) -> None:
        await self.errands().run(self.store, life, NEWS)


@pytest.fixture
def inn(tmp_path: Path) -> Iterator[Inn]:
    with Store.open(tmp_path / "between.sqlite", property_name="Harbour View", account="") as store:
        yield Inn(store)


async def asked(inn: Inn, clock: FastClock) -> str:
    """What the clerk at the centre reads."""

    async def run(step: Callable[..., Any], *args: Any) -> Any:
        return await to_thread.run_sync(partial(step, *args))

    return await ask_property(run, inn.store, clock, ORDER, "desk")


async def asked_while(inn: Inn, clock: FastClock, at_the_property: Callable[[], Any]) -> str:
    """The same while the property looks for orders."""
    said: list[str] = []
    async with anyio.create_task_group() as tasks:

        async def look() -> None:
            while not inn.store.what_waits().errands:  # noqa: ASYNC110 - a file rings no bell
                await anyio.sleep(0.001)
            await at_the_property()

        tasks.start_soon(look)
        said.append(await asked(inn, clock))
    return said[0]


def power_cut() -> None:
    raise KeyboardInterrupt


async def test_the_clerk_reads_what_the_property_answers(inn: Inn, clock: FastClock) -> None:
    life = inn.store.claim()
    assert await asked_while(inn, clock, lambda: inn.looks(life)) == "room 1001: checked out"
    assert inn.noted == [ORDER]
    assert inn.store.take_errands(life) == inn.store.errands_broken_off() == []


async def test_a_refusal_comes_back_with_what_helps(inn: Inn, clock: FastClock) -> None:
    life, inn.refuses = inn.store.claim(), True
    with pytest.raises(BaseExceptionGroup) as told:
        await asked_while(inn, clock, lambda: inn.looks(life))
    declined = told.value.exceptions[0]
    assert isinstance(declined, Declined)
    assert "nobody is checked in there" in str(declined)
    assert declined.remedy == "see `reconcile show 1001`"


async def test_without_an_answer_nothing_is_noted_and_never_will_be(inn: Inn, clock: FastClock) -> None:
    with pytest.raises(Declined, match="nothing was noted"):
        await asked(inn, clock)
    await inn.looks(inn.store.claim())
    assert inn.noted == []


async def test_a_property_that_died_before_it_noted_an_order_says_so_and_forgets_it(inn: Inn) -> None:
    number = inn.store.ask(ORDER.model_dump(mode="json"), "desk", A_WHILE)
    inn.before_noting = power_cut
    with pytest.raises(KeyboardInterrupt):
        await inn.looks(inn.store.claim())
    inn.before_noting = lambda: None
    await inn.looks(inn.store.claim())
    assert inn.noted == []
    found = inn.store.errand(number)
    assert found is not None
    assert found.answer == {"declined": "nothing was noted", "remedy": "say it again"}


async def test_a_property_that_died_after_it_noted_an_order_does_not_do_it_again(inn: Inn) -> None:
    number = inn.store.ask(ORDER.model_dump(mode="json"), "desk", A_WHILE)
    inn.after_noting = power_cut
    with pytest.raises(KeyboardInterrupt):
        await inn.looks(inn.store.claim())
    inn.after_noting = lambda: None
    await inn.looks(inn.store.claim())
    assert inn.noted == [ORDER]
    found = inn.store.errand(number)
    assert found is not None
    assert found.answer == {"said": "noted"}


async def test_who_has_seen_an_order_taken_and_not_answered_hears_that_nobody_knows(
    inn: Inn, clock: FastClock
) -> None:
    async def takes_it() -> None:
        inn.store.take_errands(inn.store.claim())

    with pytest.raises(BaseExceptionGroup) as told:
        await asked_while(inn, clock, takes_it)
    assert "nobody knows whether it is noted" in str(told.value.exceptions[0])


async def test_an_order_of_a_newer_centre_is_refused(inn: Inn) -> None:
    number = inn.store.ask({"verb": "upgrade_room"}, "desk", A_WHILE)
    await inn.looks(inn.store.claim())
    found = inn.store.errand(number)
    assert found is not None
    assert "does not know such an order" in str(found.answer)
