"""What people must see to: calls that woke nobody, a resync that waits for a word, rooms that no PMS has named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desired.events import CheckedIn, Event, ResyncBegan, ResyncEnded, Told
from desired.problem import Problem
from desired.said import Source
from reconciler.stays.linkstate import LinkState
from reconciler.stays.notices import SHOWN, Around, notices
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, Lodge, leaves, souza, wake

pytestmark = pytest.mark.anyio

EVERYBODY = tuple(
    CheckedIn(f"12{number:02}", str(number), {"last": f"Guest {chr(64 + number)}"}) for number in range(1, 9)
)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


def told(lodge: Lodge) -> dict[str, Problem]:
    return {problem.code: problem for problem in notices(lodge.register, lodge.clock.now())}


async def resync(lodge: Lodge, *guests: Event) -> None:
    await lodge.hear(ResyncBegan())
    await lodge.hear(*guests, snapshot=True)
    await lodge.hear(ResyncEnded())


async def test_a_quiet_hotel_has_nothing_to_see_to(lodge: Lodge) -> None:
    assert told(lodge) == {}


async def test_rooms_that_the_first_resync_never_named_are_named(lodge: Lodge) -> None:
    await lodge.hear(ResyncBegan())
    await lodge.hear(*EVERYBODY, snapshot=True)
    assert told(lodge) == {}, "it is not over yet"
    await lodge.hear(ResyncEnded())
    problem = told(lodge)["unmentioned_rooms"]
    assert "has not named 2 rooms of `rooms:` yet" in problem.message
    assert ": 1209, 1210; see at the PMS" in problem.message


async def test_a_room_that_the_pms_never_names_is_known_once_the_desk_has_said_who_is_in_it(
    lodge: Lodge,
) -> None:
    await resync(lodge, *EVERYBODY)
    await lodge.desk(CheckedIn("1209", None, {"first": "Karl", "last": "Desk"}))
    assert ": 1210; see at the PMS" in told(lodge)["unmentioned_rooms"].message

    assert await lodge.desk(leaves("1210", None)) == "", "nobody had said that it is vacant"
    assert told(lodge) == {}
    lodge.restart()
    assert told(lodge) == {}
    await lodge.desk(leaves("1209", None))
    assert told(lodge) == {}, "and it stays known"


async def test_a_link_that_has_just_begun_to_tell_is_given_a_quarter_of_an_hour(lodge: Lodge) -> None:
    await lodge.hear(souza("1201"))
    assert told(lodge) == {}
    await lodge.settle()
    assert "1202, 1203" in told(lodge)["unmentioned_rooms"].message


async def test_a_held_resync_is_seen_until_somebody_has_decided_also_after_a_restart(lodge: Lodge) -> None:
    await resync(lodge, *EVERYBODY)
    await lodge.settle()
    await resync(lodge, *(leaves(each.room, None) for each in EVERYBODY))
    lodge.restart()
    message = told(lodge)["resync_held"].message
    assert "would empty 8 rooms at once, so nobody was checked out" in message
    assert lodge.guests("1205") == ["Guest E"]

    await lodge.reception.release("pms", Told(Source.DESK, "desk", lodge.clock.now()))
    assert "resync_held" not in told(lodge)
    assert lodge.guests("1205") == []


async def test_a_call_that_woke_nobody_stands_there_for_half_a_day(lodge: Lodge) -> None:
    async with lodge.running():
        await lodge.hear(souza(), wake())
        lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
        await until(lambda: lodge.status("1207") == "unreachable")
    problem = told(lodge)["wakeup_failed"]
    assert problem.room == "1207"
    assert problem.message == (
        "room 1207: the wake-up call of 2026-11-23 06:30 woke nobody: no telephone side is configured; "
        "see to the guest"
    )
    lodge.clock.advance(seconds=SHOWN.total_seconds() + 1)
    assert "wakeup_failed" not in told(lodge)


async def test_no_notice_names_a_guest(lodge: Lodge) -> None:
    await resync(lodge, *EVERYBODY)
    await lodge.hear(souza(), wake())
    lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "unreachable")
    assert told(lodge)
    assert not any(
        "Guest" in problem.message or "Souza" in problem.message for problem in told(lodge).values()
    )


# The links themselves


def test_a_link_that_is_down_is_seen_with_the_moment_it_was_lost_and_the_last_record(lodge: Lodge) -> None:
    lost, now = DUE - timedelta(hours=2), DUE
    down = LinkState("pms", "10.0.0.5:5010: connection refused", lost, lost - timedelta(minutes=1))
    (problem,) = notices(lodge.register, now, Around([down]))
    assert problem.code == "pms_down"
    assert "PMS link pms is down since 2026-11-23 04:30:15-05:00" in problem.message
    assert "its last record came 2026-11-23 04:29:15-05:00" in problem.message
    assert problem.message.endswith("10.0.0.5:5010: connection refused")


async def test_a_pms_that_answers_and_names_no_room_is_not_taken_for_a_quiet_one(lodge: Lodge) -> None:
    up = LinkState("pms", None, DUE, DUE)
    (problem,) = notices(lodge.register, DUE, Around([up]))
    assert problem.code == "pms_unheard"
    assert "`reconcile pms resync` asks again" in problem.message
    await lodge.hear(souza("1207"))
    assert notices(lodge.register, DUE, Around([up])) == ()
