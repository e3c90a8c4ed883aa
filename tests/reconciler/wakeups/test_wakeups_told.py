"""What the PMS hears of wake-up calls: what desk and telephone do, and of its own doings what it cannot know."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desired.events import CheckedIn, Moved, ResyncBegan, ResyncEnded, Swapped
from desired.said import Source
from reconciler.stays.owed import WakeupClearedOwed, WakeupSetOwed
from tests.reconciler.lodge import MORNING, OUT_AND_IN, Lodge, leaves, no_wake, souza, wake

pytestmark = pytest.mark.anyio

LIMA = CheckedIn("1208", "84312", {"first": "Rui", "last": "Lima"})


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


def set_(room: str) -> WakeupSetOwed:
    return WakeupSetOwed(room, MORNING)


def cleared(room: str) -> WakeupClearedOwed:
    return WakeupClearedOwed(room, MORNING)


async def departures_are_final(lodge: Lodge) -> None:
    lodge.clock.advance(seconds=OUT_AND_IN.total_seconds() + 1)
    await lodge.all_is_final()


async def test_a_call_that_ends_with_a_check_in_at_the_desk_is_cleared_with_the_pms(lodge: Lodge) -> None:
    await lodge.desk(wake())
    await lodge.desk(CheckedIn("1207", None, {"last": "Souza"}))
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [set_("1207"), cleared("1207")]


@pytest.mark.parametrize("by", [Source.DESK, Source.PMS])
async def test_a_call_that_the_desk_moves_is_cleared_in_one_room_and_set_in_the_other(
    lodge: Lodge, by: Source
) -> None:
    await lodge.hear(souza())
    await (lodge.hear(wake()) if by is Source.PMS else lodge.desk(wake()))
    await lodge.sent()
    await lodge.desk(Moved("1208", "1207", None))
    assert (lodge.status("1207"), lodge.status("1208")) == ("cancelled", "pending")
    assert await lodge.owed() == [cleared("1207"), set_("1208")]


async def test_a_moved_call_has_its_result_in_the_room_that_the_pms_was_told(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.desk(Moved("1208", "1207", None))
    entry = lodge.entry("1208")
    assert entry is not None
    assert entry.link == "pms"
    await lodge.desk(Moved("1207", "1208", None))
    assert lodge.status("1207") == "pending"
    assert (await lodge.owed())[2:] == [set_("1207"), cleared("1208")]


async def test_a_swap_at_the_desk_is_told_by_its_calls(lodge: Lodge) -> None:
    await lodge.hear(souza(), LIMA, wake())
    await lodge.desk(Swapped("1207", "1208"))
    assert await lodge.owed() == [cleared("1207"), set_("1208")]


async def test_a_swap_of_rooms_with_the_same_call_changes_nothing_for_the_pms(lodge: Lodge) -> None:
    await lodge.hear(souza(), LIMA, wake(), wake("1208"))
    await lodge.desk(Swapped("1207", "1208"))
    assert (lodge.status("1207"), lodge.status("1208")) == ("pending", "pending")
    assert await lodge.owed() == []


@pytest.mark.parametrize("by", [Source.DESK, Source.PMS])
async def test_a_pms_that_moves_its_guest_moves_the_call_in_its_own_books(lodge: Lodge, by: Source) -> None:
    await lodge.hear(souza())
    await (lodge.hear(wake()) if by is Source.PMS else lodge.desk(wake()))
    await lodge.sent()
    await lodge.hear(Moved("1208", "1207", "84311"))
    assert lodge.status("1208") == "pending"
    assert await lodge.owed() == []


async def test_a_call_of_the_desk_that_ends_as_the_pms_checks_another_guest_in_is_cleared(
    lodge: Lodge,
) -> None:
    """Also where the link was down when it was set: the PMS hears of both, in their order."""
    await lodge.settle()
    await lodge.desk(CheckedIn("1207", None, {"last": "Souza"}), wake())
    await lodge.hear(CheckedIn("1207", "999", {"last": "Lima"}, alone=True))
    await departures_are_final(lodge)
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [set_("1207"), cleared("1207")]


async def test_a_call_of_the_desk_that_ends_with_a_resync_is_cleared(lodge: Lodge) -> None:
    await lodge.hear(souza())
    await lodge.settle()
    await lodge.desk(wake())
    await lodge.hear(ResyncBegan())
    await lodge.hear(leaves(reservation=None), LIMA, snapshot=True)
    await lodge.hear(ResyncEnded())
    await departures_are_final(lodge)
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [set_("1207"), cleared("1207")]


async def test_a_pms_that_checks_a_guest_out_knows_that_its_own_calls_are_void(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(leaves())
    await departures_are_final(lodge)
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == []


async def test_a_pms_is_not_told_of_a_call_that_it_has_cancelled_itself(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake(), no_wake())
    await lodge.desk(leaves())
    assert await lodge.owed() == []


async def test_a_call_that_the_pms_has_cancelled_says_so_and_not_that_it_was_asked_for(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(no_wake())
    entry = lodge.entry("1207")
    assert entry is not None
    assert (entry.status.value, entry.by.split()[:2]) == ("cancelled", ["pms", "WakeupCancelled"])
