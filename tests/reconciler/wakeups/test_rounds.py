"""Wake-up calls ring at their time, once, whatever happens to clocks and processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.events import Moved
from desired.problem import Problem
from desired.said import Source
from reconciler.ports import NoteProgress, Rung
from reconciler.stays.notices import notices
from reconciler.stays.owed import RoomStateOwed, WakeupClearedOwed, WakeupResultOwed, WakeupSetOwed
from reconciler.store.errors import StoreUnavailable
from reconciler.views.wakeups import wakeups_view
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.reconciler.conftest import until
from tests.reconciler.lodge import (
    DUE,
    MORNING,
    OUT_AND_IN,
    Lodge,
    StillClock,
    leaves,
    no_wake,
    souza,
    wake,
)

pytestmark = pytest.mark.anyio


@dataclass
class Telephones:
    """The telephone side: who was rung, and how guests behave."""

    ends: WakeupStatus = WakeupStatus.OK
    rung: list[str] = field(default_factory=list)
    ringing: set[str] = field(default_factory=set)
    patient: bool = False
    """Let it ring until somebody hangs up."""
    broken: bool = False
    progress: tuple[Sequence[str], datetime] | None = None
    """What the first call came to, and when the next one is due."""
    went_on: list[tuple[Sequence[str], datetime | None]] = field(default_factory=list)
    """Where each wake-up was when it began to ring."""

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:
        self.rung.append(call.room)
        self.ringing.add(call.room)
        self.went_on.append((call.outcomes, call.again))
        if self.progress is not None:
            note(*self.progress)
        try:
            if self.broken:
                raise RuntimeError("the sound card is gone")
            if self.patient:
                await anyio.sleep_forever()
        finally:
            self.ringing.discard(call.room)
        return Rung(self.ends, 2)


@pytest.fixture
def telephones() -> Telephones:
    return Telephones()


@pytest.fixture
def lodge(tmp_path: Path, telephones: Telephones) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path, ringer=telephones)
    yield lodge
    lodge.store.close()


def woke_nobody(lodge: Lodge) -> list[Problem]:
    """The calls that people must hear of."""
    told = notices(lodge.register, lodge.clock.now())
    return [problem for problem in told if problem.code == "wakeup_failed"]


async def at(lodge: Lodge, **after_due: float) -> None:
    """Turn the clock to the due time, and so much further."""
    lodge.clock.advance(seconds=(DUE + timedelta(**after_due) - lodge.clock.now()).total_seconds())
    await anyio.wait_all_tasks_blocked()


async def seconds_pass(lodge: Lodge, seconds: int = 2) -> None:
    for _ in range(seconds):
        lodge.clock.advance(seconds=1)
        await anyio.wait_all_tasks_blocked()


async def ticking(lodge: Lodge, true: Callable[[], bool]) -> None:
    """Let seconds pass until something has come true."""
    with anyio.fail_after(20):
        while not true():
            lodge.clock.advance(seconds=1)
            await anyio.sleep(0.005)


async def test_a_full_disk_lets_no_guest_sleep(
    lodge: Lodge, telephones: Telephones, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter, full = lodge.store.enter_wakeups, [True]

    def full_disk(entries: Any) -> None:
        if full:
            raise StoreUnavailable("the store", "database or disk is full")
        enter(entries)

    async with lodge.running():
        await lodge.hear(souza(), wake(), souza("1208", "2"), wake("1208"))
        monkeypatch.setattr(lodge.store, "enter_wakeups", full_disk)
        lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
        await ticking(lodge, lambda: sorted(telephones.rung) == ["1207", "1208"])
        assert [owed for owed in await lodge.owed() if isinstance(owed, WakeupResultOwed)] == []
        full.clear()
        await ticking(lodge, lambda: {lodge.status("1207"), lodge.status("1208")} == {"ok"})
        assert sorted(telephones.rung) == ["1207", "1208"]
        results = [owed.room for owed in await lodge.owed() if isinstance(owed, WakeupResultOwed)]
        assert sorted(results) == ["1207", "1208"]


async def test_a_call_rings_at_its_time_and_the_pms_hears_the_result_once(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await at(lodge, seconds=-2)
        await seconds_pass(lodge, 1)
        assert telephones.rung == []

        await seconds_pass(lodge, 2)
        await until(lambda: lodge.status("1207") == "ok")
        await seconds_pass(lodge, 5)

    assert telephones.rung == ["1207"]
    assert await lodge.owed() == [WakeupResultOwed("1207", MORNING, "OK")]
    entry = lodge.entry("1207")
    assert entry is not None
    assert entry.attempts == 2


@pytest.mark.parametrize(
    ("ends", "result"),
    [(WakeupStatus.NO_ANSWER, "NR"), (WakeupStatus.BUSY, "BY"), (WakeupStatus.UNREACHABLE, "UR")],
)
async def test_a_call_that_wakes_nobody_is_told_to_the_pms_and_to_people(
    lodge: Lodge, telephones: Telephones, ends: WakeupStatus, result: str
) -> None:
    telephones.ends = ends
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == ends)

    assert [getattr(owed, "result", None) for owed in await lodge.owed()] == [result]
    assert [problem.room for problem in woke_nobody(lodge)] == ["1207"]


async def test_a_call_for_right_now_rings_right_now(lodge: Lodge, telephones: Telephones) -> None:
    async with lodge.running():
        await at(lodge, minutes=9)
        await lodge.hear(wake())
        await seconds_pass(lodge)
        await until(lambda: lodge.status("1207") == "ok")

    assert telephones.rung == ["1207"]


async def test_a_call_that_is_asked_for_too_late_is_refused_without_ringing(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        await at(lodge, minutes=11)
        await lodge.hear(wake())
        await seconds_pass(lodge)
        await until(lambda: lodge.status("1207") == "unreachable")

    assert telephones.rung == []
    assert await lodge.owed() == [WakeupResultOwed("1207", MORNING, "UR")]


async def test_a_machine_that_slept_through_the_time_says_so(lodge: Lodge, telephones: Telephones) -> None:
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge, hours=2)
        await until(lambda: lodge.status("1207") == "unreachable")

    assert telephones.rung == []
    assert "its time had passed" in woke_nobody(lodge)[0].message


async def test_calls_that_nobody_could_make_while_the_house_stood_still_end_together_in_their_order(
    lodge: Lodge, telephones: Telephones
) -> None:
    rooms = [f"12{number:02}" for number in range(1, 11)]
    times = {room: MORNING + timedelta(minutes=later) for later, room in enumerate(reversed(rooms))}
    seen: list[int] = []
    lodge.reception.on_page.append(lambda _page: seen.append(len(lodge.reception.ledger.open())))
    async with lodge.running():
        await lodge.hear(*(wake(room, at) for room, at in times.items()))
        await at(lodge, hours=2)
        await until(lambda: not lodge.reception.ledger.open())

    assert telephones.rung == []
    assert {count for count in seen if count} == {len(rooms)}, (
        "a crash would have found some ended and others not"
    )
    assert await lodge.owed() == [WakeupResultOwed(room, at, "UR") for room, at in times.items()]
    assert len(woke_nobody(lodge)) == len(rooms)


async def test_calls_that_come_too_late_have_one_end_each_although_the_store_fails_them_at_first(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, True])
    enter = lodge.store.enter_wakeups

    def full_disk(entries: Any) -> None:
        if any(not entry.open for entry in entries) and next(failures, False):
            raise StoreUnavailable("housephone.db", "database or disk is full")
        enter(entries)

    async with lodge.running():
        await lodge.hear(wake("1207"), wake("1208"))
        monkeypatch.setattr(lodge.store, "enter_wakeups", full_disk)
        await at(lodge, hours=2)
        await ticking(lodge, lambda: not lodge.reception.ledger.open())

    assert next(failures, None) is None, "it did fail"
    assert await lodge.owed() == [
        WakeupResultOwed("1207", MORNING, "UR"),
        WakeupResultOwed("1208", MORNING, "UR"),
    ]


async def test_without_telephones_a_due_call_ends_as_unreachable(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path)
    async with lodge.running():
        await lodge.hear(wake())
        await lodge.desk(wake("1208"), source=Source.PHONE)
        await at(lodge)
        await until(lambda: lodge.status("1208") == "unreachable")

    assert await lodge.owed() == [
        WakeupSetOwed("1208", MORNING),
        WakeupResultOwed("1207", MORNING, "UR"),
        WakeupResultOwed("1208", MORNING, "UR"),
    ]
    assert {problem.room for problem in woke_nobody(lodge)} == {"1207", "1208"}
    lodge.store.close()


async def test_a_shadow_leaves_calls_to_the_system_beside_it_and_owes_nothing_when_it_takes_over(
    tmp_path: Path, telephones: Telephones
) -> None:
    lodge = Lodge(tmp_path, ringer=telephones, shadow=True)
    async with lodge.running():
        await lodge.hear(souza(), wake(), wake("1208", MORNING + timedelta(days=2)))
        await lodge.desk(wake("1209"), no_wake("1209"), owed=[RoomStateOwed("1207", "clean")])
        await at(lodge)
        await until(lambda: lodge.status("1207") == "cancelled")
    lodge.clock.advance(hours=3)
    lodge.shadow = False
    lodge.restart()
    async with lodge.running():
        await lodge.reception.look(lodge.hotel.roster.known_rooms())
        await until(lambda: lodge.entry("1208", MORNING + timedelta(days=2)))

    assert (telephones.rung, await lodge.owed(), woke_nobody(lodge)) == ([], [], [])
    assert lodge.guests("1207") == ["Souza"]
    lodge.store.close()


async def test_a_call_of_a_document_rings_and_is_nothing_to_the_pms(
    lodge: Lodge, telephones: Telephones
) -> None:
    await lodge.hear(souza())
    async with lodge.running():
        lodge.document("1207", wakeups=[{"at": MORNING.isoformat()}])
        await lodge.reception.look(["1207"])
        await at(lodge)
        await until(lambda: lodge.status("1207") == "ok")

    assert telephones.rung == ["1207"]
    assert await lodge.owed() == []


async def test_a_call_of_a_document_that_was_taken_away_while_nobody_looked_does_not_ring(
    lodge: Lodge,
) -> None:
    lodge.document("1207", occupied=True, wakeups=[{"at": MORNING.isoformat()}])
    await lodge.reception.look(["1207"])
    lodge.restart()
    assert lodge.status("1207") == "pending", "the documents were not read yet"

    await lodge.reception.look([])
    assert lodge.status("1207") == "cancelled"


async def test_a_call_cancelled_while_it_rings_is_hung_up(lodge: Lodge, telephones: Telephones) -> None:
    telephones.patient = True
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: telephones.ringing)
        await lodge.desk(no_wake(), source=Source.PHONE)
        await seconds_pass(lodge)
        await until(lambda: not telephones.ringing)

    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [WakeupClearedOwed("1207", MORNING)]


async def test_a_call_that_rang_when_the_process_died_rings_again(
    lodge: Lodge, telephones: Telephones
) -> None:
    telephones.patient = True
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == "ringing" and telephones.ringing)
    assert lodge.status("1207") == "ringing"
    lodge.restart()

    telephones.patient = False
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "ok")

    assert telephones.rung == ["1207", "1207"]
    assert await lodge.owed() == [WakeupResultOwed("1207", MORNING, "OK")]


async def snoozes(lodge: Lodge, telephones: Telephones) -> datetime:
    """The guest has snoozed for half an hour; answers until when."""
    telephones.patient = True
    again = DUE + timedelta(minutes=30)
    telephones.progress = (("snoozed",), again)
    await lodge.hear(souza(), wake())
    await at(lodge)

    def noted() -> bool:
        entry = lodge.entry("1207")
        return entry is not None and entry.again is not None

    await until(noted)
    telephones.progress = None
    return again


async def test_a_guest_who_has_snoozed_is_rung_again_although_the_controller_was_started_anew(
    lodge: Lodge, telephones: Telephones
) -> None:
    """His call is late for the end of the snooze, and not for the time at which it rang first."""
    async with lodge.running():
        again = await snoozes(lodge, telephones)
    lodge.restart()
    telephones.patient = False
    await at(lodge, minutes=35)
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "ok")
    assert telephones.went_on == [((), None), (("snoozed",), again)]


async def test_a_snooze_that_ended_too_long_ago_is_told_to_people(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        await snoozes(lodge, telephones)
    lodge.restart()
    await at(lodge, minutes=45)
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "unreachable")
    assert telephones.rung == ["1207"]
    assert len(woke_nobody(lodge)) == 1


async def test_a_guest_who_moves_while_he_snoozes_is_woken_in_the_new_room_when_he_wanted(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        again = await snoozes(lodge, telephones)
        await lodge.hear(Moved("1209", "1207", "84311"))
        await seconds_pass(lodge, 2)
        await until(lambda: telephones.ringing == {"1209"})
    assert telephones.went_on == [((), None), (("snoozed",), again)]


async def test_a_confirmed_call_never_rings_again_after_a_restart(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == "ok")
    lodge.restart()

    async with lodge.running():
        await lodge.hear(wake())
        await seconds_pass(lodge, 3)

    assert telephones.rung == ["1207"]
    assert len(await lodge.owed()) == 1


async def test_a_fault_on_the_telephone_side_is_told_and_spares_the_other_calls(
    lodge: Lodge, telephones: Telephones
) -> None:
    telephones.broken = True
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == "unreachable")
        telephones.broken = False
        await lodge.hear(wake("1208"))
        await seconds_pass(lodge)
        await until(lambda: lodge.status("1208") == "ok")

    assert telephones.rung == ["1207", "1208"]


async def test_a_clock_that_is_set_back_rings_no_call_twice(lodge: Lodge, telephones: Telephones) -> None:
    async with lodge.running():
        await lodge.hear(wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == "ok")
        lodge.clock.advance(seconds=-3600)
        await seconds_pass(lodge)
        await at(lodge)
        await seconds_pass(lodge)

    assert telephones.rung == ["1207"]


async def test_a_guest_who_has_left_is_not_woken(lodge: Lodge, telephones: Telephones) -> None:
    await lodge.settle()
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await lodge.hear(leaves())
        lodge.clock.advance(seconds=OUT_AND_IN.total_seconds() + 1)
        await until(lambda: lodge.status("1207") == "cancelled")
        await at(lodge)
        await seconds_pass(lodge)

    assert telephones.rung == []
    assert await lodge.owed() == [], "the PMS has cancelled it on its side"


async def leaves_while_it_rings(lodge: Lodge, telephones: Telephones) -> None:
    """The call is due, and the guest checks out."""
    telephones.patient, telephones.ends = True, WakeupStatus.NO_ANSWER
    await lodge.hear(souza(), wake())
    await at(lodge)
    await until(lambda: lodge.status("1207") == "ringing" and telephones.ringing)
    await lodge.hear(leaves())
    lodge.clock.advance(seconds=1)
    await until(lambda: not telephones.ringing)


async def test_a_telephone_stops_ringing_when_its_guest_checks_out_and_nobody_is_alarmed(
    lodge: Lodge, telephones: Telephones
) -> None:
    await lodge.settle()
    async with lodge.running():
        await leaves_while_it_rings(lodge, telephones)
        lodge.clock.advance(seconds=10)
        await seconds_pass(lodge, 1)
        assert (telephones.rung, lodge.status("1207")) == (["1207"], "ringing"), "he may yet have moved"

        await ticking(lodge, lambda: lodge.status("1207") == "cancelled")
        await seconds_pass(lodge, 1)

    assert telephones.rung == ["1207"]
    assert woke_nobody(lodge) == []
    assert await lodge.owed() == [], "the PMS has cancelled it on its side"


async def test_a_call_that_is_due_when_its_guest_has_just_checked_out_does_not_ring(
    lodge: Lodge, telephones: Telephones
) -> None:
    await lodge.settle()
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await at(lodge, seconds=-5)
        await lodge.hear(leaves())
        await ticking(lodge, lambda: lodge.status("1207") == "cancelled")

    assert telephones.rung == []
    assert woke_nobody(lodge) == []


@pytest.mark.parametrize("room", ["1209", "1207"], ids=["moved", "checked out by mistake"])
async def test_a_guest_who_is_told_out_and_in_while_it_rings_is_woken_where_he_is_now(
    lodge: Lodge, telephones: Telephones, room: str
) -> None:
    await lodge.settle()
    async with lodge.running():
        await leaves_while_it_rings(lodge, telephones)
        telephones.patient, telephones.ends = False, WakeupStatus.OK
        await lodge.hear(souza(room))
        await ticking(lodge, lambda: lodge.status(room) == "ok")
        lodge.clock.advance(seconds=OUT_AND_IN.total_seconds() + 1)
        await seconds_pass(lodge, 1)

    assert telephones.rung == ["1207", room]
    assert await lodge.owed() == [WakeupResultOwed(room, MORNING, "OK")]


async def test_a_key_that_was_pressed_as_the_guest_was_checked_out_counts(
    lodge: Lodge, telephones: Telephones, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed = anyio.Event()

    async def ring(call: Entry, _note: NoteProgress) -> Rung:
        telephones.rung.append(call.room)
        await lodge.hear(leaves())
        pressed.set()
        return Rung(WakeupStatus.OK, 1)

    monkeypatch.setattr(telephones, "ring", ring)
    await lodge.settle()
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await at(lodge)
        await pressed.wait()
        await ticking(lodge, lambda: lodge.status("1207") == "ok")

    assert telephones.rung == ["1207"]


async def test_a_guest_who_has_moved_is_woken_in_the_new_room(lodge: Lodge, telephones: Telephones) -> None:
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await lodge.hear(Moved("1209", "1207", "84311"))
        await at(lodge)
        await until(lambda: lodge.status("1209") == "ok")

    assert telephones.rung == ["1209"]
    assert await lodge.owed() == [WakeupResultOwed("1209", MORNING, "OK")]


async def test_a_guest_who_was_woken_and_moves_sleeps_on_in_the_new_room(
    lodge: Lodge, telephones: Telephones
) -> None:
    async with lodge.running():
        await lodge.hear(souza(), wake())
        await at(lodge)
        await until(lambda: lodge.status("1207") == "ok")
        await lodge.hear(Moved("1209", "1207", "84311"))
        await seconds_pass(lodge, 3)

    assert telephones.rung == ["1207"]


SPRING_NIGHT = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
"""01:30 in the hotel; the clocks go from 02:00 to 03:00."""
HALF_PAST_TWO, HALF_PAST_THREE = (datetime(2026, 3, 8, hour, 30) for hour in (2, 3))  # noqa: DTZ001


@pytest.fixture
def in_spring(tmp_path: Path, telephones: Telephones) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path, StillClock(SPRING_NIGHT), ringer=telephones)
    yield lodge
    lodge.store.close()


async def test_calls_for_an_hour_that_the_clocks_skip_and_for_the_next_are_one_call(
    in_spring: Lodge, telephones: Telephones
) -> None:
    async with in_spring.running():
        await in_spring.hear(wake(at=HALF_PAST_TWO), wake(at=HALF_PAST_THREE))
        in_spring.clock.advance(hours=1)
        await until(lambda: not in_spring.reception.ledger.open())
        await seconds_pass(in_spring)

    assert telephones.rung == ["1207"]
    assert await in_spring.owed() == [
        WakeupResultOwed("1207", HALF_PAST_TWO, "OK"), WakeupResultOwed("1207", HALF_PAST_THREE, "OK"),
    ]  # fmt: skip


async def test_a_call_that_is_two_rings_on_while_one_of_them_is_still_wanted(
    in_spring: Lodge, telephones: Telephones
) -> None:
    telephones.patient = True
    async with in_spring.running():
        await in_spring.hear(wake(at=HALF_PAST_TWO), wake(at=HALF_PAST_THREE))
        in_spring.clock.advance(hours=1)
        await until(lambda: telephones.ringing)
        await in_spring.hear(no_wake(at=HALF_PAST_TWO))
        await seconds_pass(in_spring)
        assert telephones.ringing
        await in_spring.hear(no_wake(at=HALF_PAST_THREE))
        await seconds_pass(in_spring)
        await until(lambda: not telephones.ringing)

    assert telephones.rung == ["1207"]


async def test_a_call_for_a_skipped_hour_that_woke_nobody_is_told_once_with_the_time_at_which_it_rang(
    in_spring: Lodge, telephones: Telephones
) -> None:
    telephones.ends = WakeupStatus.NO_ANSWER
    async with in_spring.running():
        await in_spring.hear(wake(at=HALF_PAST_TWO))
        await in_spring.desk(wake(at=HALF_PAST_THREE))
        (shown,) = wakeups_view(
            in_spring.hotel, ["1207"], in_spring.reception.ledger, None, in_spring.clock.now()
        )["wakeups"]
        in_spring.clock.advance(hours=1)
        await until(lambda: not in_spring.reception.ledger.open())

    (problem,) = woke_nobody(in_spring)
    assert "the wake-up call of 2026-03-08 03:30 woke nobody" in problem.message
    assert shown == {"room": "1207", "at": "2026-03-08T03:30:00-04:00", "status": "pending"}


@pytest.mark.parametrize("said", [HALF_PAST_TWO, HALF_PAST_THREE])
async def test_the_desk_cancels_what_rings_at_a_minute_whatever_it_was_asked_for_as(
    in_spring: Lodge, said: datetime
) -> None:
    await in_spring.hear(wake(at=HALF_PAST_TWO), wake(at=HALF_PAST_THREE))

    assert await in_spring.desk(no_wake(at=said)) == ""

    assert in_spring.reception.ledger.open() == []


async def test_a_call_for_an_hour_that_comes_twice_rings_the_first_time_and_not_again(
    tmp_path: Path, telephones: Telephones
) -> None:
    half_past_one = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001 - the hotel's local time
    lodge = Lodge(tmp_path, StillClock(datetime(2026, 11, 1, 5, 0, tzinfo=UTC)), ringer=telephones)
    async with lodge.running():
        await lodge.hear(wake(at=half_past_one))
        lodge.clock.advance(minutes=30)
        await until(lambda: not lodge.reception.ledger.open())
    lodge.restart()
    async with lodge.running():
        for _ in range(8):
            lodge.clock.advance(minutes=15)
            await anyio.wait_all_tasks_blocked()

    assert telephones.rung == ["1207"]
    assert await lodge.owed() == [WakeupResultOwed("1207", half_past_one, "OK")]
    lodge.store.close()
