"""The front desk: an order of a person, what is noted of it, and what the person reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desired.said import Field
from reconciler.desk.orders import ORDER, AnyOrder
from reconciler.stays import frontdesk
from reconciler.stays.frontdesk import Declined
from reconciler.stays.owed import RoomStateOwed, WakeupClearedOwed, WakeupSetOwed
from reconciler.telephones.call import Channel
from reconciler.telephones.state import TelephoneState
from tests.reconciler.lodge import EVENING, MORNING, Lodge, StillClock, no_wake, souza, wake

pytestmark = pytest.mark.anyio

AT = MORNING.isoformat()


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


FEW = TelephoneState((Channel("9001", registered=True, busy=False, since=EVENING),))
"""One channel for all wake-up calls."""


def order(verb: str, room: str = "1207", **said: Any) -> AnyOrder:
    return ORDER.validate_python({"verb": verb, "room": room, **said})


async def ask(lodge: Lodge, verb: str, room: str = "1207", **said: Any) -> str:
    """Ask the running controller."""
    told = frontdesk.by_hand("desk page", lodge.clock.now())
    return await frontdesk.take(
        order(verb, room, **said), lodge.hotel, lodge.register, lodge.reception.tell, told, FEW
    )


def ask_the_store(lodge: Lodge, verb: str, room: str = "1207", **said: Any) -> str:
    """Ask where no controller runs; the next one starts with what was noted."""
    told = frontdesk.by_hand("desk command line", lodge.clock.now())
    said_back = frontdesk.at_the_store(
        order(verb, room, **said), lodge.hotel, lodge.register, lodge.store, told, FEW
    )
    lodge.restart()
    return said_back


async def test_a_guest_of_the_desk_is_a_guest_like_any_other(lodge: Lodge) -> None:
    assert await ask(lodge, "checkin", guest={"last": "Souza"}) == "room 1207: checked in"
    assert lodge.guests("1207") == ["Souza"]
    assert lodge.moved == ["1207"]
    assert await ask(lodge, "checkout") == "room 1207: checked out"
    assert lodge.guests("1207") == []


async def test_who_forgets_the_name_at_a_check_in_reads_that_none_is_shown(lodge: Lodge) -> None:
    said = await ask(lodge, "checkin", guest={"reservation": "84311"})
    assert said == "room 1207: checked in; no name was given, so the telephone shows none"
    guest = {"reservation": "84311", "first": "Ana"}
    assert await ask(lodge, "checkin", guest=guest) == "room 1207: checked in"


def test_what_is_noted_without_a_controller_is_there_when_one_starts(lodge: Lodge) -> None:
    assert ask_the_store(lodge, "checkin", guest={"last": "Souza"}) == "room 1207: checked in"
    assert ask_the_store(lodge, "wakeup_add", at=AT).startswith(
        "room 1207: wake-up call on Monday 2026-11-23"
    )
    assert lodge.guests("1207") == ["Souza"]
    assert lodge.status("1207") == "pending"
    ask_the_store(lodge, "move", to="1208")
    assert (lodge.guests("1207"), lodge.guests("1208")) == ([], ["Souza"])
    assert lodge.status("1208") == "pending"


async def test_the_desks_word_on_who_is_in_counts_until_the_pms_speaks_again(lodge: Lodge) -> None:
    await lodge.hear(souza())
    await lodge.settle()
    await ask(lodge, "checkout")
    assert lodge.guests("1207") == []
    await lodge.hear(souza())
    assert lodge.guests("1207") == ["Souza"]


async def test_the_pms_hears_of_wake_up_calls_and_room_states_and_of_nothing_else(lodge: Lodge) -> None:
    await ask(lodge, "checkin", guest={"last": "Souza"})
    await ask(lodge, "dnd", switch="on")
    assert await lodge.owed() == []
    await ask(lodge, "wakeup_add", at=AT)
    await ask(lodge, "wakeup_cancel", at=AT)
    assert (
        await ask(lodge, "roomstatus", state="clean", staff="M17")
        == "room 1207: clean, the PMS will hear of it"
    )
    assert await lodge.owed() == [
        WakeupSetOwed("1207", MORNING),
        WakeupClearedOwed("1207", MORNING),
        RoomStateOwed("1207", "clean", "M17"),
    ]


@pytest.mark.parametrize(
    ("verb", "said", "why"),
    [
        ("move", {"to": "1208"}, "nobody is checked in there"),
        ("checkout", {"reservation": "777"}, "nobody with that reservation number is there"),
        ("wakeup_cancel", {"at": AT}, "there is no such wake-up call"),
    ],
)
async def test_what_cannot_be_done_changes_nothing(
    lodge: Lodge, verb: str, said: dict[str, Any], why: str
) -> None:
    if verb == "checkout":
        await lodge.hear(souza())
    before = dict(lodge.hotel.said)
    with pytest.raises(Declined, match=why) as declined:
        await ask(lodge, verb, **said)
    assert declined.value.remedy == "see `reconcile show 1207`"
    assert lodge.hotel.said == before
    with pytest.raises(Declined, match=why):
        ask_the_store(lodge, verb, **said)


async def test_a_mistyped_number_at_a_check_in_moves_nobody_out_of_another_room(lodge: Lodge) -> None:
    await ask(lodge, "checkin", guest={"first": "Eva", "last": "Lang", "reservation": "500"})
    await ask(lodge, "wakeup_add", at=AT)
    before = dict(lodge.hotel.said)
    tom = {"first": "Tom", "last": "Kurz", "reservation": "500"}
    with pytest.raises(
        Declined, match="room 1208: the guest with reservation 500 is in room 1207"
    ) as declined:
        await ask(lodge, "checkin", "1208", guest=tom)
    assert "`reconcile move 1207 1208 --reservation 500`" in declined.value.remedy
    assert lodge.hotel.said == before
    with pytest.raises(Declined, match="is in room 1207"):
        ask_the_store(lodge, "checkin", "1208", guest=tom)
    assert (lodge.guests("1207"), lodge.guests("1208")) == (["Lang"], [])


async def test_a_mistyped_number_at_a_check_in_overwrites_no_sharer(lodge: Lodge) -> None:
    tim = {"first": "Tim", "last": "Kurz", "reservation": "501"}
    await ask(lodge, "checkin", guest=tim)
    with pytest.raises(Declined, match="room 1207: reservation 501 is another guest's there"):
        await ask(lodge, "checkin", guest=tim | {"first": "Zoe"})
    assert lodge.hotel.wish("1207").get(Field.GUESTS)[0].first == "Tim"

    assert await ask(lodge, "checkin", guest=tim | {"vip": "V2"}) == "room 1207: checked in"
    assert lodge.hotel.wish("1207").get(Field.GUESTS)[0].vip == "V2"


@pytest.mark.parametrize(("room", "to"), [("9999", "1207"), ("1207", "9999")])
async def test_both_rooms_of_a_move_must_be_ours(lodge: Lodge, room: str, to: str) -> None:
    await lodge.hear(souza())
    with pytest.raises(Declined, match="room 9999: there is no such room"):
        await ask(lodge, "move", room, to=to)
    assert lodge.guests("1207") == ["Souza"]


async def test_a_room_that_no_pms_feeds_has_nobody_to_keep_its_state(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path, feeds={"tower": lambda room: room == "1201"})
    with pytest.raises(Declined, match="room 1207: no PMS link feeds it") as declined:
        await ask(lodge, "roomstatus", state="clean")
    assert "pms:" in declined.value.remedy
    await ask(lodge, "roomstatus", "1201", state="clean")
    assert [dispatch.link for dispatch in await lodge.sent("tower")] == ["tower"]
    lodge.store.close()


async def test_where_a_document_decides_the_desk_reads_which(lodge: Lodge) -> None:
    lodge.document("1207", guests=[{"last": "Fileson"}], dnd="off")
    assert await ask(lodge, "dnd", switch="on") == (
        "noted, but rooms/1207.yaml:1:1 decides do-not-disturb of room 1207 while it stands there"
    )
    assert "decides who is in room 1207" in await ask(lodge, "checkin", guest={"last": "Souza"})
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"
    assert lodge.guests("1207") == ["Fileson"]


async def test_a_wake_up_call_of_the_pms_that_the_desk_cancels_does_not_ring(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await ask(lodge, "wakeup_cancel", at=AT)
    assert lodge.status("1207") == "cancelled"
    lodge.clock.advance(seconds=timedelta(hours=12).total_seconds())
    lodge.restart()
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [WakeupClearedOwed("1207", MORNING)]


async def test_the_desk_cancels_a_call_by_its_minute_where_the_pms_has_set_it_to_the_second(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake(), wake(at=MORNING + timedelta(minutes=1)))
    said = await ask(lodge, "wakeup_cancel", at=f"{MORNING:%Y-%m-%dT%H:%M}")
    assert said == "room 1207: no wake-up call on Monday 2026-11-23 at 06:30 any more"
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [WakeupClearedOwed("1207", MORNING)], (
        "in the PMS's own words, seconds and all"
    )
    assert [entry.at.minute for entry in lodge.reception.ledger.open()] == [31]
    with pytest.raises(Declined, match="there is no such wake-up call"):
        await ask(lodge, "wakeup_cancel", at=f"{MORNING:%Y-%m-%dT%H:%M}")


async def test_the_pms_cancels_a_call_by_its_very_second(lodge: Lodge) -> None:
    await lodge.hear(wake(), no_wake(at=MORNING.replace(second=0)))
    assert lodge.status("1207") == "pending"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            "2026-03-08T02:30",
            "Sunday 2026-03-08 at 03:30: the clocks go forward that night, and 02:30 does not come",
        ),
        ("2026-03-08T03:30", "Sunday 2026-03-08 at 03:30"),
        (
            "2026-11-01T01:30",
            "Sunday 2026-11-01 at 01:30, the first time that it comes: the clocks go back that night",
        ),
        ("2026-11-01T02:30", "Sunday 2026-11-01 at 02:30"),
        ("2026-11-02T06:30:15", "Monday 2026-11-02 at 06:30:15"),
    ],
)
async def test_the_desk_reads_at_which_time_a_call_will_ring_and_why_then(
    tmp_path: Path, at: str, said: str
) -> None:
    lodge = Lodge(tmp_path, StillClock(datetime(2026, 3, 1, tzinfo=UTC)))
    assert await ask(lodge, "wakeup_add", at=at) == f"room 1207: wake-up call on {said}"
    lodge.store.close()


@pytest.mark.parametrize("at", ["2028-01-01T00:00", "2099-12-31T23:59"])
async def test_a_mistyped_year_wakes_nobody_and_tells_the_pms_nothing(lodge: Lodge, at: str) -> None:
    with pytest.raises(Declined, match=f"{at[:10]} is more than a year ahead") as declined:
        await ask(lodge, "wakeup_add", at=at)
    assert "correct the year" in declined.value.remedy
    with pytest.raises(Declined, match="more than a year ahead"):
        ask_the_store(lodge, "wakeup_add", at=at)
    assert lodge.reception.ledger.open() == []
    assert await lodge.owed() == []
    await ask(lodge, "wakeup_add", at="2027-11-22T06:30")
    assert [entry.at.year for entry in lodge.reception.ledger.open()] == [2027]


async def test_who_asks_for_more_calls_in_a_minute_than_the_channels_ring_in_time_is_told(
    lodge: Lodge,
) -> None:
    for room in ("1201", "1202"):
        said = await ask(lodge, "wakeup_add", room, at=MORNING.isoformat())
        assert "channel" not in said
    said = await ask(lodge, "wakeup_add", "1203", at=MORNING.isoformat())
    assert said.endswith("(3 wake-up calls in this minute and 1 channel: the last may ring about 80 s late)")
    said = ask_the_store(lodge, "wakeup_add", "1204", at=MORNING.isoformat())
    assert "4 wake-up calls in this minute" in said
