"""Wake-up calls: a guest is woken, or a person hears of it; and nobody is rung again who has confirmed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.voice.attempts import NOT_HIS, Manners, Outcome, Over, Progress, next_step
from fixtures.telephones import (
    Guest,
    Line,
    answers_in_silence,
    busy,
    direct,
    forwards_to_us,
    no_answer,
    picks_up,
    refuses,
    vanishes,
    voicemail,
)
from reconciler.ports import NoteProgress, Rung
from reconciler.telephones.call import End, Ended
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.drivers.voice.night import SECOND, ZONE, Night, NightClock, at_night, dials, unnoted

USUAL = Manners()
OK, NR, BY, UR = WakeupStatus.OK, WakeupStatus.NO_ANSWER, WakeupStatus.BUSY, WakeupStatus.UNREACHABLE


def hangs_up_at_once() -> Guest:
    async def script(line: Line) -> None:
        await line.wait(3)
        line.answer()
        await line.wait(1)
        line.hang_up()

    return script


def presses_and_hangs_up(key: str) -> Guest:
    async def script(line: Line) -> None:
        await line.wait(3)
        line.answer()
        await line.wait(1)
        line.press(key)
        line.hang_up()

    return script


def unencrypted() -> Guest:
    async def script(line: Line) -> None:
        await line.wait(0.1)
        line.over(End(Ended.UNENCRYPTED, 488))

    return script


def woken(
    *guests: Guest,
    manners: Manners = USUAL,
    arrange: Callable[[Night], object] = lambda _night: None,
    room: str = "1207",
) -> tuple[Rung, Night]:
    """How the wake-up call of a guest ends who does this, call by call."""

    async def story(night: Night) -> Rung:
        night.exchange.at(night.house.facts(room).extensions[0], *guests)
        arrange(night)
        return await rung(night, room, manners)

    return at_night(story, "9001", "9002")


async def rung(
    night: Night,
    room: str = "1207",
    manners: Manners = USUAL,
    *,
    entry: Entry | None = None,
    note: NoteProgress = unnoted,
) -> Rung:
    """Ring a room, and let goodbye be said to the end."""
    ringer = night.ringer(manners)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ringer.run)
        await checkpoint()
        result = await ringer.ring(entry or night.entry(room), note)
        await anyio.sleep(20)
        tasks.cancel_scope.cancel()
    return result


def rings(night: Night) -> list[float]:
    return [dialled.seconds for dialled in night.exchange.dialled]


def pauses(night: Night) -> list[float]:
    """Seconds from the end of a call to the next."""
    dialled = night.exchange.dialled
    return [round(later.seconds - earlier.line.ended_at) for earlier, later in pairwise(dialled)]


# One guest


def test_a_guest_who_presses_a_key_is_awake() -> None:
    result, night = woken(picks_up(keys="1"))
    assert result == Rung(OK, 1)
    (call,) = night.exchange.dialled
    words = night.voice.words(call.line.heard)
    assert words[0].startswith("Phrase('wakeup_call'")
    assert words[-1] == "Phrase('wakeup_confirmed')"
    assert call.name == "Wake-up call"


def test_a_key_counts_although_the_guest_hangs_up_with_it() -> None:
    result, _ = woken(presses_and_hangs_up("5"))
    assert result == Rung(OK, 1)


def test_the_guest_hears_his_own_language() -> None:
    _, night = woken(picks_up(keys="1"), arrange=lambda night: night.house.change("1207", language="es"))
    assert night.voice.languages(night.exchange.dialled[0].line.heard) == {"es"}


def test_a_result_does_not_wait_for_goodbye() -> None:
    async def story(night: Night) -> None:
        night.exchange.at("1207", picks_up(after=3, keys="1", pause=2))
        ringer = night.ringer(USUAL)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ringer.run)
            await checkpoint()
            await ringer.ring(night.entry(), unnoted)
            assert night.clock.monotonic() < 5.5
            (call,) = night.exchange.dialled
            assert call.line.ended_at > night.clock.monotonic()
            await anyio.sleep(3)
            assert await call.line.wait_over() == End(Ended.OURS)
            tasks.cancel_scope.cancel()

    at_night(story)


@pytest.mark.parametrize(
    ("guest", "status", "pause"),
    [
        (no_answer(), NR, 120),
        (refuses(480), NR, 120),
        (busy(), BY, 60),
        (busy(600), BY, 60),
        (refuses(603), BY, 60),
        (refuses(403), UR, 60),
        (refuses(404), UR, 60),
        (refuses(410), UR, 60),
        (refuses(488), UR, 60),
        (refuses(503), UR, 60),
        (answers_in_silence(), NR, 180),
        (hangs_up_at_once(), NR, 180),
        (voicemail(b"\1\2" * SECOND, after=10), NR, 180),
    ],
    ids=[
        "no answer",
        "away",
        "busy",
        "busy everywhere",
        "turned away",
        "forbidden",
        "unknown",
        "gone",
        "no codec",
        "fault",
        "silence",
        "hangs up",
        "voicemail",
    ],
)
def test_who_presses_nothing_is_rung_three_times_and_never_counts_as_awake(
    guest: Guest, status: WakeupStatus, pause: float
) -> None:
    result, night = woken(guest)
    assert result == Rung(status, 3)
    assert pauses(night) == [pause, pause]


def test_it_rings_for_as_long_as_the_hotel_says() -> None:
    _, night = woken(no_answer(), manners=replace(USUAL, ring=12, attempts=1))
    (call,) = night.exchange.dialled
    assert call.line.ended_at - call.seconds == pytest.approx(12)


def test_a_handset_that_was_lifted_in_silence_is_hung_up_within_45_seconds() -> None:
    _, night = woken(answers_in_silence(after=3), manners=replace(USUAL, attempts=1))
    (call,) = night.exchange.dialled
    assert 30 < call.line.ended_at - call.seconds - 3 <= 45


def test_a_telephone_without_encryption_is_never_tried_again() -> None:
    assert woken(unencrypted())[0] == Rung(UR, 1)


def test_a_telephone_that_was_busy_only_once_was_not_busy_throughout() -> None:
    assert woken(busy(), no_answer(), busy())[0] == Rung(NR, 3)


def test_a_guest_who_answers_at_the_last_attempt_is_awake() -> None:
    assert woken(no_answer(), busy(), picks_up(keys="#"))[0] == Rung(OK, 3)


def test_a_telephone_that_vanished_is_rung_again_at_once() -> None:
    result, night = woken(vanishes(), picks_up(keys="1"))
    assert result == Rung(OK, 2)
    assert pauses(night) == [5]


@pytest.mark.parametrize("after", [0.1, 20])
def test_a_call_that_comes_back_to_us_is_no_success(after: float) -> None:
    """Nobody takes it here: the doorman rejects it (see there), and the exchange tells its end."""

    async def story(night: Night) -> Rung:
        async def reject() -> None:
            async for call in night.exchange.incoming():
                await call.reject()

        night.exchange.at("1207", forwards_to_us(night.exchange, after))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reject)
            result = await rung(night)
            tasks.cancel_scope.cancel()
        return result

    assert at_night(story, "9001", "9002")[0] == Rung(BY, 3)


def test_the_telephones_of_a_suite_are_rung_in_turn() -> None:
    result, night = woken(
        no_answer(), room="PH1", arrange=lambda night: night.exchange.at("1902", picks_up(keys="1"))
    )
    assert result == Rung(OK, 2)
    assert [call.extension for call in night.exchange.dialled] == ["1901", "1902"]


def test_a_guest_of_a_suite_who_snoozes_is_rung_at_the_same_telephone_again() -> None:
    result, night = woken(
        no_answer(),
        room="PH1",
        arrange=lambda night: night.exchange.at("1902", picks_up(keys="2"), picks_up(keys="1")),
    )
    assert result == Rung(OK, 3)
    assert [call.extension for call in night.exchange.dialled] == ["1901", "1902", "1902"]


# Snooze


def test_key_2_grants_five_minutes_more() -> None:
    result, night = woken(picks_up(keys="2"), picks_up(keys="1"))
    assert result == Rung(OK, 2)
    first, second = night.exchange.dialled
    assert "Phrase('wakeup_snoozed', minutes=5)" in night.voice.words(first.line.heard)
    assert second.seconds - first.seconds == pytest.approx(305, abs=1)


@pytest.mark.parametrize(("seconds", "minutes"), [(30, 1), (90, 2), (150, 2)])
def test_part_of_a_minute_is_told_as_a_whole_one(seconds: float, minutes: int) -> None:
    _, night = woken(picks_up(keys="2"), picks_up(keys="1"), manners=replace(USUAL, snooze=seconds))
    words = night.voice.words(night.exchange.dialled[0].line.heard)
    assert f"Phrase('wakeup_snoozed', minutes={minutes})" in words


def test_a_guest_who_has_snoozed_was_awake_whatever_comes_later() -> None:
    result, _ = woken(picks_up(keys="2"), no_answer())
    assert result == Rung(OK, 4)
    assert woken(picks_up(keys="2"), busy(), unencrypted())[0] == Rung(OK, 3)


def test_the_last_snooze_is_said_to_be_the_last_and_key_2_confirms_then() -> None:
    result, night = woken(picks_up(keys="2"), manners=replace(USUAL, snooze_limit=1))
    assert result == Rung(OK, 2)
    words = [night.voice.words(call.line.heard) for call in night.exchange.dialled]
    assert "Phrase('wakeup_last')" not in words[0]
    assert words[1][-1] == "Phrase('wakeup_confirmed')"


def test_a_hotel_without_snooze_does_not_speak_of_it() -> None:
    result, night = woken(picks_up(keys="2", pause=20), manners=replace(USUAL, snooze_limit=0))
    assert result == Rung(OK, 1)
    words = night.voice.words(night.exchange.dialled[0].line.heard)
    assert not [word for word in words if "snooze" in word or "last" in word]


# Restarts


def test_how_far_a_wake_up_has_come_is_noted_before_the_pause() -> None:
    noted: list[tuple[list[str], float]] = []

    async def story(night: Night) -> None:
        def note(outcomes: Sequence[str], again: datetime) -> None:
            noted.append((list(outcomes), round((again - night.clock.now()).total_seconds())))

        night.exchange.at("1207", no_answer(), picks_up(keys="2"), picks_up(keys="1"))
        await rung(night, note=note)

    at_night(story)
    assert noted == [(["no_answer"], 120), (["no_answer", "snoozed"], 300)]


@pytest.mark.parametrize(("seconds", "rings_after"), [(200, 200), (-60, 0)])
def test_a_wake_up_goes_on_where_it_was_before_a_restart(seconds: float, rings_after: float) -> None:
    """Who has snoozed is left alone until then, and was awake whatever comes later."""

    async def story(night: Night) -> Rung:
        night.exchange.at("1207", no_answer())
        again = night.clock.now() + timedelta(seconds=seconds)
        call = replace(
            night.entry(seconds=-400),
            outcomes=("no_answer", "of another version", "snoozed", "no_answer"),
            again=again,
        )
        return await rung(night, entry=call)

    result, night = at_night(story)
    assert rings(night) == [pytest.approx(rings_after, abs=1)]
    assert result == Rung(OK, 4)


@pytest.mark.parametrize(("leap", "rings_after"), [(200, 100), (-3600, 300), (3600, 10)])
def test_a_snooze_is_neither_longer_nor_lost_because_the_clock_leaps(leap: float, rings_after: float) -> None:
    """A machine that sleeps counts no seconds meanwhile, and one whose clock is set back must not wait for it."""

    class Leaping(NightClock):
        def now(self) -> datetime:
            return super().now() + timedelta(seconds=leap if self.monotonic() > 10 else 0)

    async def story(night: Night) -> None:
        night.clock = Leaping()
        night.exchange.at("1207", picks_up(after=0, keys="2", pause=0), picks_up(keys="1"))
        assert (await rung(night)).status is OK

    _, night = at_night(story)
    assert pauses(night) == [pytest.approx(rings_after, abs=12)]


# Do-not-disturb


def test_it_rings_through_do_not_disturb_which_is_restored_in_the_end() -> None:
    result, night = woken(no_answer(), picks_up(keys="1"))
    assert result.status is OK
    assert night.bell.told == ["lift 1207", "restore 1207"]


@pytest.mark.parametrize("how", ["slow", "broken"])
def test_it_rings_although_do_not_disturb_could_not_be_lifted(how: str) -> None:
    result, night = woken(picks_up(keys="1"), arrange=lambda night: setattr(night.bell, how, True))
    assert result == Rung(OK, 1)
    assert rings(night)[0] < 6
    assert night.bell.told[-1] == "restore 1207"


@pytest.mark.parametrize("seconds", [2.0, 4.5, 60.0])
def test_a_call_that_is_not_wanted_any_more_ends_wherever_it_is(seconds: float) -> None:
    """It rings for three seconds, is answered for one, and waits for its next attempt after that."""

    async def story(night: Night) -> None:
        night.exchange.at("1207", hangs_up_at_once())
        with anyio.move_on_after(seconds) as wanted:
            await night.ringer(USUAL).ring(night.entry(), unnoted)
        assert wanted.cancelled_caught
        await anyio.sleep(600)

    _, night = at_night(story)
    assert len(night.exchange.dialled) == 1
    assert night.bell.told == ["lift 1207", "restore 1207"]


# Many guests


def many(
    entries: int, channels: int, vips: tuple[int, ...] = (), *, lasts: float = 20.0
) -> tuple[list[str], list[float]]:
    """So many guests due in one second, each of whom takes so long: the order of rooms, and how late each was."""

    async def story(night: Night) -> None:
        async with anyio.create_task_group() as tasks:
            ringer = night.ringer(USUAL)
            for number in range(entries):
                entry = night.entry(f"{1201 + number}")
                night.house.change(entry.room, vip=number in vips)
                night.exchange.at(entry.room, picks_up(after=3, keys="1", pause=lasts - 4))
                tasks.start_soon(ringer.ring, entry, unnoted)

    _, night = at_night(story, *(str(9001 + number) for number in range(channels)))
    dialled = night.exchange.dialled
    return [call.extension for call in dialled], [call.seconds for call in dialled]


def test_a_call_with_a_free_channel_rings_within_half_a_second() -> None:
    _, late = many(4, 4)
    assert max(late) < 0.5


def test_twenty_calls_over_four_channels_keep_their_order_and_waste_no_time() -> None:
    order, late = many(20, 4)
    assert order == sorted(order)
    assert max(late) <= 4 * 20 * 1.1


def test_vips_go_first_in_their_minute() -> None:
    order, _ = many(8, 2, vips=(5, 7))
    assert order[:2] == ["1206", "1208"]


def test_without_any_channel_a_call_ends_as_unreachable_when_it_is_too_late() -> None:
    async def story(night: Night) -> float:
        night.exchange.fail("9001")
        assert await rung(night) == Rung(UR, 0)
        return night.clock.monotonic()

    ended, _ = at_night(story)
    assert ended == pytest.approx(600 + 20, abs=1)


async def after(seconds: float, act: Callable[[], object]) -> None:
    await anyio.sleep(seconds)
    acting = act()
    if isinstance(acting, Awaitable):
        await acting


def test_a_call_rings_late_when_a_channel_comes_back_in_time() -> None:
    async def story(night: Night) -> None:
        night.exchange.at("1207", picks_up(keys="1"))
        night.exchange.fail("9001")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(after, 300, lambda: night.exchange.recover("9001"))
            assert await rung(night) == Rung(OK, 1)

    _, night = at_night(story)
    assert rings(night) == [pytest.approx(300, abs=0.5)]


def test_who_waits_for_a_channel_for_minutes_is_told_of() -> None:
    """Somebody talks with the operator over our only channel; whoever is at the desk can still wake the guest."""
    seen: list[tuple[float, frozenset[str]]] = []

    async def story(night: Night) -> None:
        night.exchange.at("1207", picks_up(keys="1"))
        night.exchange.at("7000", answers_in_silence())
        talk = await night.exchange.dial("7000", ring=24)
        ringer = night.ringer(USUAL)

        async def look() -> None:
            while True:
                seen.append((night.clock.monotonic(), ringer.held_up()))
                await anyio.sleep(1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look)
            tasks.start_soon(after, 200, talk.hang_up)
            assert (await ringer.ring(night.entry(), unnoted)).status is OK
            tasks.cancel_scope.cancel()

    at_night(story)
    told = [at for at, rooms in seen if rooms]
    assert told[0] == pytest.approx(120, abs=5)
    assert told[-1] == pytest.approx(200, abs=5)
    assert {rooms for _, rooms in seen} == {frozenset(), frozenset({"1207"})}


# Whose failure it was


def dying(night: Night, seconds: float) -> Guest:
    """The telephone stack dies so long after the telephone has begun to ring."""

    async def script(line: Line) -> None:
        await line.wait(seconds)
        night.exchange.die()

    return script


def test_a_stack_that_dies_in_four_calls_has_not_cost_the_guest_his_only_attempt() -> None:
    def arrange(night: Night) -> None:
        night.exchange.at("1207", *[dying(night, 2)] * 4, picks_up(keys="1"))

    result, night = woken(arrange=arrange, manners=replace(USUAL, attempts=1))
    assert result == Rung(OK, 5)
    assert pauses(night) == [5, 10, 20, 40]


def test_a_stack_that_dies_after_the_guest_has_answered_has_cost_him_nothing_either() -> None:
    def answered_and(night: Night) -> Guest:
        async def script(line: Line) -> None:
            line.answer()
            await line.wait(1)
            night.exchange.die()

        return script

    def arrange(night: Night) -> None:
        night.exchange.at("1207", answered_and(night), no_answer(), picks_up(keys="1"))

    result, night = woken(arrange=arrange, manners=replace(USUAL, attempts=2))
    assert result == Rung(OK, 3)
    assert pauses(night) == [5, 120]


def test_a_stack_that_dies_in_every_call_ends_the_wake_up_when_it_is_too_late() -> None:
    result, night = woken(arrange=lambda night: night.exchange.at("1207", dying(night, 1)))
    assert result.status is UR
    assert result.attempts == len(night.exchange.dialled) <= 15
    assert 600 < rings(night)[-1] < 700


def test_a_call_that_our_stack_broke_is_still_due_after_a_restart() -> None:
    noted: list[tuple[list[str], datetime]] = []

    async def story(night: Night) -> datetime:
        entry = night.entry()
        night.exchange.at("1207", dying(night, 2), picks_up(keys="1"))
        await rung(
            night, entry=entry, note=lambda outcomes, again: noted.append(([*map(str, outcomes)], again))
        )
        return entry.due

    due, _ = at_night(story)
    assert noted == [(["ours"], due)]


def at_the_telephone(
    seconds: float, guest: Guest, manners: Manners, room: str = "1207"
) -> tuple[Rung, Night]:
    """A wake-up falls due while somebody talks to us from that telephone, for so long."""

    async def story(night: Night) -> Rung:
        night.exchange.at(room, guest)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman().run)
            night.exchange.call_in(direct(room), dials(stays=seconds), extension=room)
            result = await rung(night, room, manners)
            tasks.cancel_scope.cancel()
        return result

    return at_night(story, "9001", "9002")


def test_a_maid_who_keys_a_code_when_it_is_due_costs_the_guest_no_attempt() -> None:
    result, night = at_the_telephone(8, picks_up(keys="1"), replace(USUAL, attempts=1))
    assert result.status is OK
    assert rings(night)[-1] < 20


def test_a_guest_who_listens_to_us_past_every_attempt_is_rung_when_he_has_hung_up() -> None:
    result, night = at_the_telephone(18, picks_up(keys="1"), replace(USUAL, retry_busy=5))
    assert result.status is OK
    assert result.attempts > USUAL.attempts
    assert 18 < rings(night)[-1] < 25


def test_a_telephone_that_is_busy_with_others_has_used_up_an_attempt() -> None:
    """Somebody has talked to us before, and to a friend since."""
    result, _ = at_the_telephone(1, busy(), USUAL)
    assert result.status is BY
    assert result.attempts - 1 <= USUAL.attempts


def test_a_stack_that_dies_while_it_rings_costs_seconds() -> None:
    async def story(night: Night) -> None:
        night.exchange.at("1207", no_answer(), picks_up(keys="1"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(after, 6, night.exchange.die)
            assert await rung(night) == Rung(OK, 2)

    _, night = at_night(story)
    assert rings(night)[1] < 12


# Whatever guests do

GUESTS = {
    "confirms": lambda: picks_up(keys="1"),
    "confirms and hangs up": lambda: presses_and_hangs_up("0"),
    "snoozes": lambda: picks_up(keys="2"),
    "is silent": answers_in_silence,
    "hangs up": hangs_up_at_once,
    "is busy": busy,
    "is out": no_answer,
    "has a fault": lambda: refuses(503),
    "vanishes": vanishes,
    "is not encrypted": unencrypted,
}  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(sorted(GUESTS)), min_size=1, max_size=9),
    st.integers(1, 5),
    st.integers(0, 3),
)
def test_whatever_guests_do_there_is_one_end_and_a_bounded_number_of_calls(
    behaviours: list[str], attempts: int, snooze_limit: int
) -> None:
    manners = replace(USUAL, attempts=attempts, snooze_limit=snooze_limit)
    result, night = woken(*(GUESTS[name]() for name in behaviours), manners=manners)

    made = [behaviours[min(call, len(behaviours) - 1)] for call in range(result.attempts)]
    snoozes = min(made.count("snoozes"), snooze_limit)
    assert len(night.exchange.dialled) == result.attempts <= attempts + snoozes
    confirming = {"confirms", "confirms and hangs up"} | ({"snoozes"} if snooze_limit == 0 else set())
    assert not confirming & set(made[:-1]), "a confirmed call never rings again"
    assert (result.status is OK) == bool(confirming & {made[-1]} or "snoozes" in made)
    if set(made) == {"is busy"}:
        assert result.status is BY
    assert result.status in {OK, NR, BY, UR}


@given(
    st.lists(st.sampled_from(Outcome), min_size=1, max_size=20),
    st.integers(1, 6),
    st.integers(0, 4),
    st.sampled_from([0.0, 601.0]),
)
def test_the_procedure_always_comes_to_its_end(
    outcomes: list[Outcome], attempts: int, snooze_limit: int, waited: float
) -> None:
    manners = replace(USUAL, attempts=attempts, snooze_limit=snooze_limit)
    progress = Progress()
    for outcome in outcomes + [Outcome.SNOOZED] * 20:
        progress = progress.after(outcome)
        if isinstance(step := next_step(progress, manners, waited), Over):
            break
        assert step.pause > 0
    assert isinstance(step, Over)
    assert progress.attempts <= attempts + snooze_limit + 1
    if waited > manners.late:
        assert not NOT_HIS & set(progress.outcomes[:-1]), "nobody is rung for ever because of us"
    assert (step.status is OK) == bool({Outcome.CONFIRMED, Outcome.SNOOZED} & set(progress.outcomes))


def test_what_is_said_is_the_hotels_own_time() -> None:
    _, night = woken(picks_up(keys="1", pause=6))
    (call,) = night.exchange.dialled
    said = night.voice.words(call.line.heard)[0]
    assert f"at=datetime.time({call.at.astimezone(ZONE).hour}, 0" in said
