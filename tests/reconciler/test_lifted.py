"""A wake-up call rings through do-not-disturb, and afterwards the guest is undisturbed again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from desired.events import StatusTold
from desired.said import Field
from observed.extension import Extension
from reconciler.lifted import Lifted
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, Lodge, souza, wake

pytestmark = pytest.mark.anyio

TELEPHONE = Extension("user", "u1207", 1207, "Ana Souza 1207", "Ana", "Souza 1207", dnd=True)


class Bedroom:
    """Room 1207, whose guest does not want to be disturbed and has a wake-up call."""

    def __init__(self, lodge: Lodge) -> None:
        self.lodge = lodge
        self.looked_at: list[str] = []
        self.lifted = Lifted(lodge.hotel, lodge.register.ledger, lodge.clock, self.looked_at.extend)
        self.zoom_shows(dnd=True)

    def zoom_shows(self, *, dnd: bool) -> None:
        self.lodge.hotel.observed.put(replace(TELEPHONE, dnd=dnd))

    def wanted(self) -> bool | None:
        """What the room's telephone should show."""
        (target,) = self.lodge.hotel.targets_of("1207", self.lodge.clock.now())
        dnd = target.wanted["dnd"].value
        return getattr(dnd, "on", None)

    async def at_work_at(self, seconds_before: float) -> None:
        """So long before the call."""
        self.lodge.clock.advance(seconds=((DUE - self.lodge.clock.now()).total_seconds() - seconds_before))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.lifted.run)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()


@pytest.fixture
async def bedroom(tmp_path: Path) -> AsyncIterator[Bedroom]:
    lodge = Lodge(tmp_path)
    await lodge.settle()
    await lodge.hear(souza(), StatusTold("1207", {Field.DND: "on"}), wake())
    yield Bedroom(lodge)
    lodge.store.close()


async def test_hours_before_nobody_touches_do_not_disturb(bedroom: Bedroom) -> None:
    await bedroom.at_work_at(3600)
    assert bedroom.wanted() is True
    assert bedroom.looked_at == []


async def test_shortly_before_the_call_it_is_lifted(bedroom: Bedroom) -> None:
    await bedroom.at_work_at(120)
    assert bedroom.wanted() is False
    assert bedroom.looked_at == ["1207"]
    assert bedroom.lodge.hotel.wish("1207").get(Field.DND) == "on"


async def test_the_call_waits_until_zoom_shows_it(bedroom: Bedroom) -> None:
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            rings = anyio.Event()

            async def ring() -> None:
                await bedroom.lifted.lift("1207")
                rings.set()

            tasks.start_soon(ring)
            await until(lambda: bedroom.looked_at == ["1207"])
            assert not rings.is_set()
            bedroom.zoom_shows(dnd=False)
            bedroom.lodge.clock.advance(seconds=1)
            await rings.wait()


async def test_after_the_call_the_guest_is_undisturbed_again(bedroom: Bedroom) -> None:
    bedroom.zoom_shows(dnd=False)
    await bedroom.lifted.lift("1207")
    bedroom.lifted.restore("1207")
    assert bedroom.wanted() is True
    assert bedroom.looked_at == ["1207", "1207"]


async def test_it_stays_lifted_while_a_second_telephone_of_the_room_rings(bedroom: Bedroom) -> None:
    bedroom.zoom_shows(dnd=False)
    await bedroom.lifted.lift("1207")
    await bedroom.lifted.lift("1207")
    bedroom.lifted.restore("1207")
    assert bedroom.wanted() is False
    bedroom.lifted.restore("1207")
    assert bedroom.wanted() is True


async def test_a_cancelled_call_gives_do_not_disturb_back(bedroom: Bedroom) -> None:
    await bedroom.at_work_at(120)
    await bedroom.lodge.hear(StatusTold("1207", {Field.DND: "on"}))
    bedroom.lodge.register.ledger.take(
        [replace(each, due=each.due + timedelta(days=1)) for each in bedroom.lodge.register.ledger.open()]
    )
    await bedroom.at_work_at(110)
    assert bedroom.wanted() is True


async def test_one_that_zoom_does_not_lift_is_known_before_its_time(bedroom: Bedroom) -> None:
    await bedroom.at_work_at(50)
    assert bedroom.lifted.stuck() == ["1207"]
    bedroom.zoom_shows(dnd=False)
    assert bedroom.lifted.stuck() == []
