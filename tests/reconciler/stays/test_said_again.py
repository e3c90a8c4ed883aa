"""What a PMS says after a reconnection though it has said it before: it may repeat itself, or mean it.

What desk, telephone or a resync have overruled since is meant, unless the records around it prove by their own date
and time that it is repeated.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from desired.events import ResyncBegan, ResyncEnded, StatusTold
from desired.redelivered import PATIENCE
from desired.said import Field, Source
from reconciler.ports import Heard
from tests.reconciler.lodge import EVENING, Lodge, no_wake, souza, wake

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lodge(tmp_path: Path) -> AsyncIterator[Lodge]:
    lodge = Lodge(tmp_path)
    await lodge.settle()
    yield lodge
    lodge.store.close()


async def said_again(lodge: Lodge, *records: Callable[[Lodge], Heard]) -> None:
    """The link is lost and comes back, the PMS says this, and then nothing more."""
    await lodge.reception.lost("pms")
    lodge.clock.advance(seconds=4)
    await lodge.reception.connected("pms")
    await lodge.reception.hear("pms", [record(lodge) for record in records])
    lodge.clock.advance(seconds=PATIENCE.total_seconds())
    await lodge.all_is_final()
    await lodge.reception.lost("pms")


def came(lodge: Lodge) -> Heard:
    return lodge.record(souza(), mark="GI", of=EVENING)


def asked(lodge: Lodge) -> Heard:
    return lodge.record(wake(), mark="WR")


def quiet(lodge: Lodge) -> Heard:
    return lodge.record(StatusTold("1207", {Field.DND: "on"}), mark="RE")


def lit(lodge: Lodge) -> Heard:
    return lodge.record(StatusTold("1207", {Field.MESSAGE_LIGHT: "on"}), mark="lit")


def dark(lodge: Lodge) -> Heard:
    return lodge.record(StatusTold("1207", {Field.MESSAGE_LIGHT: "off"}), mark="dark")


async def test_a_wake_up_that_the_desk_had_cancelled_rings_when_the_pms_sets_it_again(lodge: Lodge) -> None:
    await lodge.reception.hear("pms", [came(lodge), asked(lodge)])
    await lodge.desk(no_wake())
    assert lodge.status("1207") == "cancelled"
    lodge.restart()

    await said_again(lodge, asked)
    assert lodge.status("1207") == "pending"


async def test_a_wake_up_that_the_desk_had_cancelled_stays_so_when_the_pms_repeats_the_stay(
    lodge: Lodge,
) -> None:
    await lodge.reception.hear("pms", [came(lodge), asked(lodge)])
    await lodge.desk(no_wake())

    await said_again(lodge, came, asked)
    assert lodge.status("1207") == "cancelled"


async def test_a_do_not_disturb_that_the_guest_had_ended_stands_when_the_pms_sets_it_again(
    lodge: Lodge,
) -> None:
    await lodge.reception.hear("pms", [quiet(lodge)])
    lodge.clock.advance(minutes=1)
    await lodge.desk(StatusTold("1207", {Field.DND: "off"}), source=Source.PHONE)
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"

    await said_again(lodge, quiet)
    assert lodge.hotel.wish("1207").get(Field.DND) == "on"


async def test_a_do_not_disturb_that_a_resync_had_ended_stands_when_the_pms_sets_it_again(
    lodge: Lodge,
) -> None:
    await lodge.reception.hear("pms", [quiet(lodge)])
    await lodge.hear(ResyncBegan(), StatusTold("1207", {Field.DND: "off"}), ResyncEnded())
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"

    await said_again(lodge, quiet)
    assert lodge.hotel.wish("1207").get(Field.DND) == "on"


async def test_what_is_repeated_of_one_room_is_no_news_because_the_desk_has_spoken_of_another(
    lodge: Lodge,
) -> None:
    await lodge.reception.hear("pms", [lit(lodge), dark(lodge)])
    await lodge.desk(StatusTold("1208", {Field.DND: "on"}))
    lodge.moved.clear()

    await said_again(lodge, lit, dark)
    assert lodge.moved == []
