"""What guests and staff change from their telephone is changed for the whole house."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from desired.events import CheckedIn, StatusTold
from desired.said import Field, Source
from drivers.voice.housekeeping import Recorded
from reconciler.stays.owed import DoNotDisturbOwed, RoomStateOwed, WakeupClearedOwed, WakeupSetOwed
from reconciler.store.rows import Happened
from reconciler.telephones.guestrooms import STATES, Extensions, Guestrooms, Refused
from tests.reconciler.lodge import MORNING, Lodge, leaves, souza, wake

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lodge(tmp_path: Path) -> AsyncIterator[Lodge]:
    lodge = Lodge(tmp_path)
    await lodge.settle()
    await lodge.hear(souza())
    lodge.clock.advance(seconds=60)
    yield lodge
    lodge.store.close()


@pytest.fixture
def rooms(lodge: Lodge) -> Guestrooms:
    return Guestrooms(lodge.hotel, lodge.reception, lodge.memory, lodge.clock)


async def test_a_guest_hears_nothing_of_a_switch_that_a_document_holds(
    lodge: Lodge, rooms: Guestrooms
) -> None:
    """Else he would hear that his telephone rings again, and the PMS too, while it does not."""
    lodge.document("1207", dnd="on")
    with pytest.raises(Refused, match=r"rooms/1207\.yaml"):
        await rooms.set_do_not_disturb("1207", on=False)
    assert rooms.facts("1207").do_not_disturb
    assert await lodge.owed() == []


async def test_an_occupied_room_is_known_with_its_telephone_and_language(
    lodge: Lodge, rooms: Guestrooms
) -> None:
    await lodge.hear(CheckedIn("1208", "84400", {"last": "Lima", "language": "es", "vip": "2"}))
    facts = rooms.facts("1208")
    assert (facts.extensions, facts.occupied, facts.language, facts.vip) == (("1208",), True, "es", True)
    assert rooms.facts("1207").language == "en"
    assert not rooms.facts("1207").vip


async def test_a_room_is_vacant_when_its_guest_has_left_and_not_before_anybody_said_so(
    lodge: Lodge, rooms: Guestrooms
) -> None:
    assert rooms.facts("1201").occupied
    await lodge.hear(leaves())
    assert not rooms.facts("1207").occupied


async def test_a_guest_switches_do_not_disturb_and_the_pms_hears_it(lodge: Lodge, rooms: Guestrooms) -> None:
    await rooms.set_do_not_disturb("1207", on=True)
    said = lodge.hotel.wish("1207").fields[Field.DND]
    assert (said.value, said.origin.source, said.origin.where) == (
        "on",
        Source.PHONE,
        "telephone of room 1207",
    )
    assert rooms.facts("1207").do_not_disturb
    assert await lodge.owed() == [DoNotDisturbOwed("1207", on=True)]
    await rooms.set_do_not_disturb("1207", on=False)
    assert not rooms.facts("1207").do_not_disturb


async def test_a_telephone_is_known_by_its_extension_with_and_without_zeros(lodge: Lodge) -> None:
    rooms = Extensions(lodge.hotel)
    assert (rooms["1207"], rooms["01207"]) == ("1207", "1207")
    assert (rooms.get("9001"), rooms.get("anonymous")) == (None, None)


async def test_where_documents_declare_the_rooms_they_say_whose_telephone_it_is(lodge: Lodge) -> None:
    lodge.hotel.roster.table = None
    rooms = Extensions(lodge.hotel)
    assert rooms.get("1901") is None
    lodge.document("PH1", extensions=["1901", "1902"])
    assert (rooms["1901"], rooms["1902"], rooms.get("1207")) == ("PH1", "PH1", None)


async def test_a_switch_by_telephone_survives_a_restart(lodge: Lodge, rooms: Guestrooms) -> None:
    await rooms.set_do_not_disturb("1207", on=True)
    lodge.restart()
    assert lodge.hotel.wish("1207").get(Field.DND) == "on"


async def test_a_wake_up_call_by_telephone_stands_in_the_ledger_and_is_told_to_the_pms(
    lodge: Lodge, rooms: Guestrooms
) -> None:
    await rooms.set_wakeup("1207", MORNING)
    await rooms.set_wakeup("1207", MORNING)
    assert rooms.wakeups("1207") == [MORNING]
    assert lodge.status("1207") == "pending"
    assert await lodge.owed() == [WakeupSetOwed("1207", MORNING)]


async def test_a_guest_cancels_a_call_whoever_had_set_it(lodge: Lodge, rooms: Guestrooms) -> None:
    await lodge.hear(wake())
    await rooms.cancel_wakeup("1207", MORNING)
    await rooms.cancel_wakeup("1207", MORNING)
    assert rooms.wakeups("1207") == []
    assert lodge.status("1207") == "cancelled"
    assert await lodge.owed() == [WakeupClearedOwed("1207", MORNING)]


async def test_a_call_whose_time_has_come_is_none_that_is_still_to_come(
    lodge: Lodge, rooms: Guestrooms
) -> None:
    at = datetime(2026, 11, 22, 21, 1)  # noqa: DTZ001 - the hotel's local time
    await rooms.set_wakeup("1207", at)
    lodge.clock.advance(seconds=60 * 60)
    assert rooms.wakeups("1207") == []


async def test_a_maids_code_is_noted_and_told_to_the_pms(lodge: Lodge, rooms: Guestrooms) -> None:
    await rooms.record_status("1207", Recorded("clean", occupied=True), "4711")
    assert await lodge.owed() == [RoomStateOwed("1207", "clean", "4711")]
    note = lodge.store.note(STATES)
    assert isinstance(note, dict)
    assert note["1207"] == ["clean", "4711", lodge.clock.now().isoformat()]


@pytest.mark.parametrize("disagrees", [True, False])
async def test_it_is_written_down_who_keyed_what_and_whether_the_key_was_for_the_other_occupancy(
    lodge: Lodge, rooms: Guestrooms, *, disagrees: bool
) -> None:
    await rooms.record_status("1207", Recorded("clean", occupied=True, disagrees=disagrees), "4711")
    (row,) = lodge.store.happenings(kinds=[Happened.DID])
    assert (row.subject, row.room, row.who) == ("roomstatus", "1207", "4711")
    assert row.body == {"from": "telephone", "status": "clean", "occupied": True, "disagrees": disagrees}


async def test_a_status_for_which_the_pms_has_no_word_is_only_noted(lodge: Lodge, rooms: Guestrooms) -> None:
    await rooms.record_status("1207", Recorded("maintenance", occupied=True), "")
    assert await lodge.owed() == []
    assert isinstance(note := lodge.store.note(STATES), dict)
    assert "1207" in note


async def test_do_not_disturb_of_the_pms_shows_on_the_telephone_too(lodge: Lodge, rooms: Guestrooms) -> None:
    await lodge.hear(StatusTold("1207", {Field.DND: "on"}))
    assert rooms.facts("1207").do_not_disturb
