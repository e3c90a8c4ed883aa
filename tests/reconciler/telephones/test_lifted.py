"""A wake-up call rings through do-not-disturb, and afterwards the guest is undisturbed again."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from desired.events import StatusTold
from desired.said import Field
from observed.extension import UNKNOWN, Extension, Unknown
from reconciler.account.past import Failure
from reconciler.telephones.lifted import Lifted
from reconciler.telephones.undisturbed import NOTE, Undisturbed
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, Lodge, souza, wake

pytestmark = pytest.mark.anyio

TELEPHONE = Extension("user", "u1207", 1207, "Ana Souza 1207", "Ana", "Souza 1207", dnd=True)


class Bedroom:
    """Room 1207, whose guest does not want to be disturbed and has a wake-up call."""

    def __init__(self, lodge: Lodge) -> None:
        self.lodge = lodge
        self.looked_at: list[str] = []
        self.answers: list[bool | Unknown] = []
        """What Zoom shows when it is read, one after the other; afterwards, what it showed before."""
        self.zoom_shows(dnd=True)
        self.start()

    def start(self) -> None:
        """Start, or start again with what the store has kept."""
        lodge = self.lodge
        lodge.hotel.lifted.clear()
        lodge.hotel.put_back.clear()
        undisturbed = Undisturbed(lodge.hotel, lodge.memory, lodge.store.note(NOTE))
        self.lifted = Lifted(
            lodge.hotel, lodge.register.ledger, lodge.clock, self.read, undisturbed, self.looked_at.extend
        )

    async def read(self, _rooms: Iterable[str]) -> None:
        if self.answers:
            self.lodge.hotel.observed.put(replace(TELEPHONE, dnd=self.answers.pop(0)))

    def zoom_shows(self, *, dnd: bool) -> None:
        self.lodge.hotel.observed.put(replace(TELEPHONE, dnd=dnd))

    def wanted(self) -> bool | None:
        """What the room's telephone should show."""
        (target,) = self.lodge.hotel.targets_of("1207", self.lodge.clock.now())
        return getattr(target.wanted["dnd"].value, "on", None) if "dnd" in target.wanted else None

    def has_woken(self) -> None:
        """This morning's call is done with; the next one is tomorrow's."""
        ledger = self.lodge.register.ledger
        ledger.take([replace(each, due=each.due + timedelta(days=1)) for each in ledger.open()])

    async def lifts(self) -> None:
        """Do-not-disturb is lifted for a call that is due, and time passes meanwhile."""
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._lift, tasks.cancel_scope)
                while True:
                    await anyio.wait_all_tasks_blocked()
                    self.lodge.clock.advance(seconds=0.25)

    async def _lift(self, over: anyio.CancelScope) -> None:
        await self.lifted.lift("1207")
        over.cancel()

    async def at_work_at(self, seconds_before: float) -> None:
        """So long before the call."""
        self.lodge.clock.advance(seconds=((DUE - self.lodge.clock.now()).total_seconds() - seconds_before))
        await self.lifted.look()


@pytest.fixture
async def bedroom(tmp_path: Path) -> AsyncIterator[Bedroom]:
    lodge = Lodge(tmp_path)
    await lodge.settle()
    await lodge.hear(souza(), StatusTold("1207", {Field.DND: "on"}), wake())
    yield Bedroom(lodge)
    lodge.store.close()


@pytest.fixture
async def unmanaged(tmp_path: Path) -> AsyncIterator[Bedroom]:
    """The same room as documents have it: do-not-disturb was set in Zoom itself, and nobody here knows of it."""
    lodge = Lodge(tmp_path)
    await lodge.settle()
    lodge.document("1207", guests=[{"first": "Ana", "last": "Souza"}])
    await lodge.hear(wake())
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
    bedroom.has_woken()
    await bedroom.at_work_at(110)
    assert bedroom.wanted() is True


async def test_one_that_zoom_does_not_lift_is_known_before_its_time(bedroom: Bedroom) -> None:
    await bedroom.at_work_at(50)
    assert bedroom.lifted.stuck() == ["1207"]
    bedroom.answers = [False]
    await bedroom.at_work_at(40)
    assert bedroom.lifted.stuck() == []


async def test_what_we_have_written_is_read_back_before_the_call_rings(bedroom: Bedroom) -> None:
    bedroom.answers = [True]
    await bedroom.at_work_at(120)
    bedroom.zoom_shows(dnd=False)  # as after a write that Zoom has accepted
    bedroom.answers = [UNKNOWN, False]
    await bedroom.lifts()
    assert bedroom.answers == []


async def test_what_nobody_here_decides_comes_back_after_the_call(unmanaged: Bedroom) -> None:
    unmanaged.answers = [True]
    await unmanaged.at_work_at(120)
    assert unmanaged.wanted() is False
    unmanaged.zoom_shows(dnd=False)
    unmanaged.answers = [False]
    await unmanaged.lifts()
    assert unmanaged.lifted.stuck() == []
    unmanaged.lifted.restore("1207")
    unmanaged.has_woken()
    assert unmanaged.wanted() is True
    unmanaged.zoom_shows(dnd=True)
    await unmanaged.at_work_at(-60)
    assert unmanaged.wanted() is None


async def test_it_comes_back_although_the_program_died_meanwhile(unmanaged: Bedroom) -> None:
    unmanaged.answers = [True]
    await unmanaged.at_work_at(120)
    unmanaged.zoom_shows(dnd=False)
    unmanaged.start()
    assert unmanaged.wanted() is False, "its call is still due"
    await unmanaged.lifts()
    unmanaged.lifted.restore("1207")
    assert unmanaged.wanted() is True


async def test_it_does_not_come_back_where_somebody_has_decided_meanwhile(unmanaged: Bedroom) -> None:
    unmanaged.answers = [True]
    await unmanaged.at_work_at(120)
    unmanaged.zoom_shows(dnd=False)
    await unmanaged.lodge.hear(StatusTold("1207", {Field.DND: "off"}))
    await unmanaged.lifts()
    unmanaged.lifted.restore("1207")
    assert unmanaged.wanted() is False


async def test_a_telephone_that_rings_anyway_is_left_as_it_is(unmanaged: Bedroom) -> None:
    unmanaged.answers = [False]
    await unmanaged.at_work_at(120)
    await unmanaged.lifts()
    unmanaged.lifted.restore("1207")
    assert unmanaged.wanted() is None


async def test_a_zoom_that_does_not_answer_holds_up_no_call_for_long(unmanaged: Bedroom) -> None:
    unmanaged.zoom_shows(dnd=False)

    async def silent(_rooms: Iterable[str]) -> None:
        await anyio.sleep_forever()

    lodge = unmanaged.lodge
    undisturbed = Undisturbed(lodge.hotel, lodge.memory, None)
    lifted = Lifted(lodge.hotel, lodge.register.ledger, lodge.clock, silent, undisturbed, lambda _rooms: None)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lifted.lift, "1207")
            await anyio.wait_all_tasks_blocked()
            lodge.clock.advance(seconds=1.5)


def at_risk(room: Bedroom) -> list[str | None]:
    """The rooms whose telephone may stay silent, as the desk is told."""
    now = room.lodge.clock.now()
    return [problem.room for problem in room.lifted.problems(now) if problem.code == "dnd_stuck"]


async def test_the_desk_is_told_shortly_before_a_call_whose_telephone_zoom_keeps_silent(
    bedroom: Bedroom,
) -> None:
    await bedroom.at_work_at(60)
    assert at_risk(bedroom) == [], "Zoom may still do it: it takes one change a minute"
    await bedroom.at_work_at(20)
    assert at_risk(bedroom) == ["1207"]
    bedroom.answers = [False]
    await bedroom.at_work_at(9)
    assert at_risk(bedroom) == [], "it rings"


async def test_what_zoom_has_refused_for_good_is_told_at_once_and_no_ring_waits_for_it(
    bedroom: Bedroom,
) -> None:
    failure = Failure(1, None, "403", "no such right", permanent=True)
    bedroom.lodge.hotel.setbacks.failures["u1207", "dnd:off"] = failure
    await bedroom.at_work_at(170)
    assert at_risk(bedroom) == ["1207"]
    with anyio.fail_after(10):
        await bedroom.lifted.lift("1207")
