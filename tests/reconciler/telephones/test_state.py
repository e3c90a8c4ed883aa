"""Channels that are down, and guests whose wake-up call cannot ring: somebody knows it in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from desired.problem import Problem
from fixtures.telephones import Exchange
from reconciler.stays.notices import Around, notices
from reconciler.store.rows import Json
from reconciler.telephones.call import Channel
from reconciler.telephones.state import (
    NOTE,
    TelephoneState,
    TelephoneStates,
    out_of_order,
    remedy,
    seen_from_outside,
    too_many,
    troubles,
)
from tests.reconciler.conftest import FastClock, until
from tests.reconciler.lodge import DUE, EVENING, MORNING, Lodge, souza, wake

pytestmark = pytest.mark.anyio

LONG_AGO = EVENING - timedelta(hours=1)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


def up(account: str) -> Channel:
    return Channel(account, registered=True, busy=False, since=LONG_AGO)


def gone(account: str, since: datetime = LONG_AGO, why: str = "403 Forbidden") -> Channel:
    return Channel(account, registered=False, busy=False, since=since, why=why)


def seen(note: Json) -> TelephoneState:
    return seen_from_outside(note, ["9001", "9002"], EVENING, at_work=True, ring=24)


def told(lodge: Lodge, *channels: Channel, now: datetime = EVENING) -> dict[str, Problem]:
    state = TelephoneState(channels)
    return {problem.code: problem for problem in troubles(lodge.register.ledger, state, now)}


def test_channels_that_work_are_nobodys_business(lodge: Lodge) -> None:
    assert told(lodge, up("9001"), up("9002")) == {}


def test_one_channel_that_is_down_is_named_with_since_when_and_why_and_what_helps(lodge: Lodge) -> None:
    message = told(lodge, up("9001"), gone("9002"))["channel_down"].message
    assert message == (
        "channel 9002 is down since 2026-11-22 20:00:00-05:00: 403 Forbidden; "
        "compare user, auth_user, password and sip.pbx.realm and domain with the PBX"
    )


def test_a_channel_that_is_registered_again_at_once_is_not_told(lodge: Lodge) -> None:
    assert told(lodge, gone("9001", EVENING - timedelta(seconds=29))) == {}
    assert "no_channel" in told(lodge, gone("9001", EVENING - timedelta(seconds=30)))


def test_without_any_channel_that_is_the_one_thing_told(lodge: Lodge) -> None:
    told_now = told(lodge, gone("9001", why="no answer"), gone("9002", EVENING - timedelta(minutes=5)))
    assert list(told_now) == ["no_channel"]
    assert told_now["no_channel"].message.startswith(
        "no channel works: no answer, since 2026-11-22 20:55:00-05:00: nobody can be called"
    )


async def test_wake_up_calls_without_a_channel_are_told_a_quarter_of_an_hour_ahead(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    early, late = DUE - timedelta(minutes=15, seconds=1), DUE - timedelta(minutes=15)
    assert "wakeups_at_risk" not in told(lodge, gone("9001"), now=early)
    assert "wakeups_at_risk" not in told(lodge, gone("9001"), up("9002"), now=late)
    assert told(lodge, gone("9001"), now=late)["wakeups_at_risk"].message == (
        "no channel works for wake-up calls that are due: room 1207 at 06:30; wake these guests by hand"
    )


async def test_a_wake_up_call_that_waits_for_a_free_channel_is_told(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    state = TelephoneState((up("9001"),), held_up=frozenset({"1207"}))
    assert list(troubles(lodge.register.ledger, state, DUE - timedelta(minutes=1))) == []
    (problem,) = troubles(lodge.register.ledger, state, DUE + timedelta(minutes=3))
    assert (problem.code, problem.subject) == ("wakeups_at_risk", "2026-11-23T06:30")
    assert problem.message == (
        "no channel is free for wake-up calls that are due: room 1207 at 06:30; wake these guests by hand"
    )


async def test_where_no_controller_runs_calls_to_come_are_told_whatever_the_channels_were(
    lodge: Lodge,
) -> None:
    state = TelephoneState((up("9001"),), at_work=False)
    assert state.working == 0
    assert list(troubles(lodge.register.ledger, state, EVENING)) == []
    await lodge.hear(souza(), wake())
    (problem,) = troubles(lodge.register.ledger, state, EVENING)
    assert problem.code == "no_channel"
    assert "1 wake-up call to come, the first at 2026-11-23 06:30; start `reconcile run`" in problem.message


async def test_a_hotel_without_telephones_hears_nothing_of_channels(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    assert notices(lodge.register, DUE - timedelta(minutes=1), Around()) == ()


async def test_what_the_controller_sees_is_what_others_read_in_the_store(lodge: Lodge) -> None:
    lodge.clock = FastClock(datetime.now(UTC))
    states = TelephoneStates(lodge.memory, lodge.clock)
    async with Exchange(lodge.clock, ["9001", "9002"]) as exchange, anyio.create_task_group() as tasks:
        tasks.start_soon(
            states.follow, lambda: TelephoneState(tuple(exchange.channels())), lambda: lodge.register.ledger
        )
        exchange.fail("9002", "503 Service Unavailable")
        await until(lambda: "503" in str(lodge.store.note(NOTE)))
        state = seen(lodge.store.note(NOTE))
        assert [(channel.account, channel.registered, channel.why) for channel in state.channels] == [
            ("9001", True, ""),
            ("9002", False, "503 Service Unavailable"),
        ]
        assert state.working == 1
        exchange.recover("9002")
        await until(lambda: seen(lodge.store.note(NOTE)).working == 2)
        tasks.cancel_scope.cancel()


def test_of_channels_that_no_controller_has_used_yet_nothing_bad_is_told() -> None:
    state = seen(None)
    assert [channel.account for channel in state.channels] == ["9001", "9002"]
    assert out_of_order(state, EVENING) is None


def test_channels_that_were_lost_before_the_clock_was_set_back_by_hours_are_told_at_once() -> None:
    lost = Channel("9001", registered=False, busy=False, since=EVENING + timedelta(hours=3), why="no answer")
    assert out_of_order(TelephoneState((lost,)), EVENING) == "no channel works: no answer"


async def test_a_minute_with_more_calls_than_channels_is_told_and_who_asks_for_one_more_hears_it(
    lodge: Lodge,
) -> None:
    rooms = [f"12{number:02}" for number in range(1, 8)]
    await lodge.hear(*(souza(room, room) for room in rooms), *(wake(room) for room in rooms))
    few, many = TelephoneState((up("9001"), up("9002"))), TelephoneState(tuple(map(up, rooms)))
    (problem,) = troubles(lodge.register.ledger, few, EVENING)
    assert problem.code == "wakeups_overbooked"
    assert problem.message == (
        "2026-11-23 06:30: 7 wake-up calls in this minute and 2 channels: the last may ring about 120 s late; "
        "spread them, or add channels (sip.accounts)"
    )
    assert too_many(lodge.register.ledger, few, MORNING).startswith("7 wake-up calls in this minute")
    assert too_many(lodge.register.ledger, few, MORNING + timedelta(minutes=1)) == ""
    assert too_many(lodge.register.ledger, many, MORNING) == ""


@pytest.mark.parametrize(
    ("why", "helps"),
    [
        ("the certificate is refused: self-signed certificate", "sip.tls.ca_file"),
        ("401 Unauthorized", "password"),
        ("no answer", "see that the PBX runs"),
        ("the backend pyvoip is not installed: no module", "install housephone anew"),
    ],
)
def test_each_reason_has_what_helps(why: str, helps: str) -> None:
    assert helps in remedy(why)


async def test_the_book_tells_of_a_channel_that_was_down_for_longer_than_a_moment(lodge: Lodge) -> None:
    states, seen_now = TelephoneStates(lodge.memory, lodge.clock), [up("9001"), up("9002")]
    since = EVENING + timedelta(seconds=1)

    async def looks_later(seconds: float, channel: Channel) -> list[tuple[str, datetime]]:
        seen_now[1] = channel
        lodge.clock.advance(seconds=seconds)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(
                states.follow, lambda: TelephoneState(tuple(seen_now)), lambda: lodge.register.ledger
            )
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert all(row.subject == "9002" for row in lodge.store.happenings())
        return [(row.kind, row.at) for row in reversed(lodge.store.happenings())]

    down = gone("9002", since)
    assert await looks_later(2, down) == []
    lost = [("channel_down", since)]
    assert await looks_later(60, down) == lost
    assert await looks_later(60, down) == lost
    back = replace(up("9002"), since=since + timedelta(minutes=3))
    assert await looks_later(60, back) == [*lost, ("channel_up", back.since)]
