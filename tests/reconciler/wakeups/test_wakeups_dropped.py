"""A call that was due soon when its guest left: the desk is asked whether it should ring all the same."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desired.events import CheckedIn, CheckedOut, Moved, ResyncBegan, ResyncEnded
from reconciler.desk.orders import ORDER
from reconciler.stays import frontdesk
from reconciler.stays.notices import notices
from reconciler.stays.owed import WakeupClearedOwed, WakeupSetOwed
from tests.reconciler.lodge import DUE, EVENING, MORNING, OUT_AND_IN, Lodge, leaves, no_wake, souza, wake

pytestmark = pytest.mark.anyio

LIMA = CheckedIn("1208", "84312", {"first": "Rui", "last": "Lima"})
TONIGHT = MORNING.replace(second=0)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


def asked(lodge: Lodge) -> list[str]:
    """What the desk is asked about, in words."""
    found = notices(lodge.register, lodge.clock.now())
    return [problem.message for problem in found if problem.code == "wakeup_dropped"]


async def at_the_desk(lodge: Lodge, verb: str, **said: object) -> str:
    order = ORDER.validate_python({"verb": verb, "room": "1207", **said})
    told = frontdesk.by_hand("desk page", lodge.clock.now())
    return await frontdesk.take(order, lodge.hotel, lodge.register, lodge.reception.tell, told, None)


async def departures_are_final(lodge: Lodge) -> None:
    lodge.clock.advance(seconds=OUT_AND_IN.total_seconds() + 1)
    await lodge.all_is_final()


async def test_who_checks_a_guest_out_reads_which_call_is_cancelled_and_what_keeps_it(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    assert await at_the_desk(lodge, "checkout") == (
        "room 1207: checked out; the wake-up call of room 1207 at 06:30 is cancelled: "
        "`reconcile wakeup add 1207 0630` keeps it"
    )
    (message,) = asked(lodge)
    assert "room 1207: the wake-up call of 2026-11-23 06:30 is cancelled, because a guest has left" in message
    assert "`reconcile wakeup add 1207 0630` keeps it" in message
    lodge.restart()
    assert asked(lodge) == [message], "the question survives a restart"


async def test_a_call_that_was_set_for_a_vacant_room_is_asked_about_when_somebody_comes(lodge: Lodge) -> None:
    await at_the_desk(lodge, "wakeup_add", at=TONIGHT.isoformat())
    said = await at_the_desk(lodge, "checkin", guest={"last": "Souza"})
    assert said.startswith("room 1207: checked in; the wake-up call of room 1207 at 06:30 is cancelled: ")


async def test_a_call_that_went_with_a_check_out_of_the_pms_is_asked_about(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(leaves())
    assert asked(lodge) == [], "he may come in again"
    await departures_are_final(lodge)
    assert len(asked(lodge)) == 1


async def test_a_guest_who_left_before_the_first_resync_is_not_woken_and_people_are_told(
    lodge: Lodge,
) -> None:
    await lodge.desk(wake())
    await lodge.hear(leaves())
    lodge.restart()
    assert (lodge.status("1207"), asked(lodge)) == ("pending", []), "the room may be somebody else's by now"
    await lodge.owed()
    await lodge.hear(ResyncBegan())
    await lodge.hear(CheckedOut("1207"), snapshot=True)
    await lodge.hear(ResyncEnded())
    assert (lodge.status("1207"), len(asked(lodge))) == ("cancelled", 1)
    entry = lodge.entry("1207")
    assert entry is not None
    assert entry.by.startswith("pms CheckedOut"), "the check-out, and not the resync"
    assert await lodge.owed() == [WakeupClearedOwed("1207", MORNING)], "the PMS, which was told of it, too"


async def test_a_call_that_went_with_a_resync_is_asked_about(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(ResyncBegan())
    await lodge.hear(leaves(reservation=None), LIMA, snapshot=True)
    await lodge.hear(ResyncEnded())
    await departures_are_final(lodge)
    assert len(asked(lodge)) == 1


async def test_a_call_that_went_as_the_pms_checked_another_guest_in_is_asked_about(lodge: Lodge) -> None:
    await lodge.settle()
    await lodge.desk(CheckedIn("1207", None, {"last": "Souza"}), wake())
    await lodge.hear(CheckedIn("1207", "999", {"last": "Lima"}, alone=True))
    await departures_are_final(lodge)
    assert len(asked(lodge)) == 1


async def test_a_call_that_is_set_again_rings_the_pms_hears_of_it_and_nobody_is_asked(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await at_the_desk(lodge, "checkout")
    await lodge.sent()
    await at_the_desk(lodge, "wakeup_add", at=TONIGHT.isoformat())
    assert asked(lodge) == []
    assert await lodge.owed() == [WakeupSetOwed("1207", TONIGHT)]
    await at_the_desk(lodge, "wakeup_cancel", at=TONIGHT.isoformat())
    assert asked(lodge) == [], "what somebody has decided once is not asked again"


async def test_whoever_cancels_it_once_more_is_asked_no_more(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await at_the_desk(lodge, "checkout")
    said = await at_the_desk(lodge, "wakeup_cancel", at=TONIGHT.isoformat())
    assert said == "room 1207: no wake-up call on Monday 2026-11-23 at 06:30 any more"
    assert asked(lodge) == []
    with pytest.raises(frontdesk.Declined, match="no such wake-up call"):
        await at_the_desk(lodge, "wakeup_cancel", at=TONIGHT.isoformat())


async def test_nobody_is_asked_once_its_time_has_passed(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await at_the_desk(lodge, "checkout")
    lodge.clock.advance(seconds=(DUE - EVENING).total_seconds() + 1)
    assert asked(lodge) == []


async def test_nobody_is_asked_about_a_call_of_the_day_after_tomorrow(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake(at=MORNING + timedelta(days=1)))
    assert await at_the_desk(lodge, "checkout") == "room 1207: checked out"
    assert asked(lodge) == []


async def test_nobody_is_asked_about_a_call_that_somebody_has_cancelled_or_that_has_moved(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake(), wake(at=TONIGHT), no_wake())
    await lodge.desk(no_wake(at=TONIGHT))
    await lodge.hear(wake())
    await lodge.desk(Moved("1208", "1207", None))
    assert lodge.status("1208") == "pending"
    assert asked(lodge) == []


async def test_a_documents_call_rests_with_the_room_and_is_nobodys_question(lodge: Lodge) -> None:
    await lodge.hear(souza())
    lodge.document("1207", wakeups=[{"at": MORNING.isoformat()}])
    await lodge.reception.look(["1207"])
    await at_the_desk(lodge, "checkout")
    assert asked(lodge) == []


async def test_a_shadow_asks_nobody(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path, shadow=True)
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(leaves())
    await departures_are_final(lodge)
    assert lodge.status("1207") == "cancelled"
    assert asked(lodge) == []
    lodge.store.close()
