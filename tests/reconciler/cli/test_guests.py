"""`checkin`, `checkout`, `move`, `swap`, `wakeup` and `roomstatus` where no controller runs: noted in the store."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desired.events import CheckedIn, WakeupAsked
from reconciler.stays.owed import Owed, RoomStateOwed, WakeupClearedOwed, WakeupSetOwed
from tests.reconciler.hearsay import PMS, register_in, tell
from tests.reconciler.house import House

ANA = ("--first", "Ana", "--last", "Souza", "--reservation", "84311")
TOMORROW = datetime.now(ZoneInfo("America/New_York")).replace(tzinfo=None) + timedelta(days=1)
AT_SEVEN = TOMORROW.replace(hour=7, minute=0, second=0, microsecond=0)


def room(house: House, number: int) -> Any:
    (view,) = house("show", number, "--format", "json").json["rooms"]
    return view


def names(house: House, number: int) -> list[str]:
    return [guest["last"] for guest in room(house, number)["guests"]]


def owed(house: House) -> list[Owed]:
    """All that waits for the PMS; a link would mark each as sent."""
    waiting = []
    with register_in(house) as (store, _):
        while (row := store.oldest_owed("pms")) is not None:
            waiting.append(row.owed)
            store.mark_sent(row.number, datetime.now(UTC))
    return waiting


def test_a_guest_checked_in_at_the_desk_is_shown_by_the_next_pass(house: House) -> None:
    ran = house("checkin", 1001, *ANA, "--language", "pt")
    assert (ran.code, ran.out) == (0, "room 1001: checked in; the next `reconcile` acts on it\n")
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Ana Souza 1001"]
    assert room(house, 1001)["language"] == "pt"
    assert "from desk command line" in house("explain", 1001).out


def test_a_guest_who_is_checked_out_leaves_no_name_behind(house: House) -> None:
    house("checkin", 1001, *ANA)
    assert house("--yes").code == 0
    ran = house("checkout", 1001)
    assert (ran.code, ran.out) == (0, "room 1001: checked out; the next `reconcile` acts on it\n")
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Room 1001"]
    assert "Souza" not in house("show", 1001).out


def test_a_check_out_is_not_held_back_by_a_folder_that_is_suddenly_empty(house: House) -> None:
    card = house.guest(1002, "Rui", "Lima")
    house("checkin", 1001, *ANA)
    assert house("--yes").code == 0
    card.unlink()
    house.cloud.extension(1002).display_name = "Typed by hand"
    house("checkout", 1001)
    ran = house("--yes")
    assert (ran.code, house.shown(1001, 1002)) == (4, ["Room 1001", "Typed by hand"])
    assert "REFUSED by empty-source: " in ran.out


def test_a_sharer_stays_when_the_other_leaves(house: House) -> None:
    house("checkin", 1001, *ANA)
    house("checkin", 1001, "--last", "Brandvold", "--reservation", "84312")
    assert names(house, 1001) == ["Souza", "Brandvold"]
    assert house("checkout", 1001, "--reservation", "84311").code == 0
    assert names(house, 1001) == ["Brandvold"]


def test_guests_move_and_change_places_with_their_wake_up_calls(house: House) -> None:
    house("checkin", 1001, *ANA)
    house("checkin", 1002, "--last", "Brandvold", "--reservation", "84312")
    house("wakeup", "add", 1001, f"{AT_SEVEN:%Y-%m-%dT%H:%M}")
    assert house("move", 1001, 1003).out.startswith("moved from room 1001 to room 1003")
    assert (names(house, 1001), names(house, 1003)) == ([], ["Souza"])
    assert house("swap", 1002, 1003).out.startswith("rooms 1002 and 1003 have changed guests")
    assert (names(house, 1002), names(house, 1003)) == (["Souza"], ["Brandvold"])
    pending = [r for r in (1001, 1002, 1003) for c in room(house, r)["wakeups"] if c["status"] == "pending"]
    assert pending == [1002]


def test_an_incognito_guest_shows_the_vacant_name(house: House) -> None:
    assert house("checkin", 1001, *ANA, "--private").code == 0
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Room 1001"]


def test_a_wake_up_call_is_read_back_listed_and_cancelled(house: House) -> None:
    time = f"{AT_SEVEN:%Y-%m-%dT%H:%M}"
    ran = house("wakeup", "add", 1001, time)
    assert (
        ran.out
        == f"room 1001: wake-up call on {AT_SEVEN:%A %Y-%m-%d} at 07:00; it waits until `reconcile run` is on\n"
    )
    (line,) = house("wakeup", "list").out.splitlines()
    assert line.split()[2:] == ["1001", "pending"]
    assert house("wakeup", "cancel", 1001, time).code == 0
    (call,) = house("wakeup", "list", 1001, "--format", "json").json["wakeups"]
    assert call["status"] == "cancelled"
    assert house("wakeup", "list", 1002).out == "no wake-up calls\n"


def test_the_call_of_a_room_that_is_listed_no_more_can_be_cancelled_and_no_other_set_there(
    house: House,
) -> None:
    time = f"{AT_SEVEN:%Y-%m-%dT%H:%M}"
    house("wakeup", "add", 1001, time)
    house.configure(rooms=["1002-1006"])
    assert house("wakeup", "add", 1001, time).code == 1
    assert house("wakeup", "cancel", 1001, time).code == 0
    (line,) = house("wakeup", "list").out.splitlines()
    assert line.split()[-1] == "cancelled"
    refused = house("wakeup", "cancel", 1001, time)
    assert (refused.code, "there is no such room" in refused.err) == (1, True)


def test_a_documents_wake_up_call_is_listed_before_any_controller_has_read_it(house: House) -> None:
    house.document(1001, f"guests: [{{first: Ana}}]\nwakeups: [{{at: '{AT_SEVEN:%Y-%m-%dT%H:%M}'}}]")
    (call,) = house("wakeup", "list", "--format", "json").json["wakeups"]
    assert (call["room"], call["at"][:16], call["status"]) == (
        "1001",
        f"{AT_SEVEN:%Y-%m-%dT%H:%M}",
        "pending",
    )


def test_the_pms_hears_what_the_desk_said_as_soon_as_there_is_a_link(house: House) -> None:
    house.configure(pms=[PMS])
    time = f"{AT_SEVEN:%Y-%m-%dT%H:%M}"
    assert house("wakeup", "add", 1001, time).code == 0
    assert house("roomstatus", 1002, "inspected", "--id", "M17").code == 0
    assert house("wakeup", "cancel", 1001, time).code == 0
    assert owed(house) == [
        WakeupSetOwed("1001", AT_SEVEN),
        RoomStateOwed("1002", "inspected", "M17"),
        WakeupClearedOwed("1001", AT_SEVEN),
    ]


def test_the_desk_cancels_what_the_pms_asked_for_and_the_pms_hears_of_it(house: House) -> None:
    house.configure(pms=[PMS])
    tell(house, CheckedIn("1001", "84311", {"last": "Souza"}), WakeupAsked("1001", AT_SEVEN))
    assert house("wakeup", "cancel", 1001, f"{AT_SEVEN:%Y-%m-%dT%H:%M}").code == 0
    assert owed(house) == [WakeupClearedOwed("1001", AT_SEVEN)]


def test_in_a_room_of_the_pms_the_desk_has_its_say_and_a_document_has_none(house: House) -> None:
    house.configure(pms=[PMS])
    house.document(1001, "guests: [{last: Fileson}]")
    tell(house, CheckedIn("1001", "84311", {"last": "Souza"}))
    assert names(house, 1001) == ["Souza"]
    ran = house("checkin", 1001, "--last", "Brandvold", "--reservation", "84312")
    assert "decides" not in ran.out
    assert names(house, 1001) == ["Souza", "Brandvold"]


def test_where_a_document_decides_the_desk_is_told_so(house: House) -> None:
    house.document(1001, "guests: [{last: Souza}]")
    for words in (("checkout", "1001"), ("checkin", "1001", "--last", "Brandvold")):
        ran = house(*words)
        assert ran.code == 0
        assert "noted, but rooms/1001.yaml:2:1 decides who is in room 1001 while it stands there" in ran.out
    assert names(house, 1001) == ["Souza"]


def test_a_room_of_which_nobody_has_spoken_is_vacant_once_it_is_checked_out(house: House) -> None:
    assert room(house, 1001)["occupied"] is None
    assert house("checkout", 1001).code == 0
    assert room(house, 1001)["occupied"] is False
    assert house("checkout", 1001).code == 1


@pytest.mark.parametrize(
    ("words", "said", "remedy"),
    [
        (("move", "1001", "1002"), "room 1001: nobody is checked in there", "reconcile show 1001"),
        (("checkin", "999", "--last", "Souza"), "room 999: there is no such room in `rooms:`", "reconcile show"),
        (("swap", "1001", "999"), "room 999: there is no such room in `rooms:`", "reconcile show"),
        (("wakeup", "cancel", "1001", "0630"), "room 1001: there is no such wake-up call", "show 1001"),
        (("wakeup", "list", "999"), "room 999: there is no such room in `rooms:`", "reconcile show"),
        (("roomstatus", "1001", "clean"), "room 1001: no PMS link feeds it", "set up the link under `pms:`"),
        (("pms", "resync"), "no controller runs", "reconcile run"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_declined_with_what_helps(
    house: House, words: tuple[str, ...], said: str, remedy: str
) -> None:
    ran = house(*words)
    assert (ran.code, ran.out) == (1, "")
    first, second = ran.err.splitlines()
    assert first.startswith(f"reconcile: {said}")
    assert second.startswith("  remedy: ")
    assert remedy in second


def test_a_reservation_that_is_not_there_is_not_checked_out(house: House) -> None:
    house("checkin", 1001, *ANA)
    ran = house("checkout", 1001, "--reservation", "777")
    assert ran.code == 1
    assert "room 1001: nobody with that reservation number is there" in ran.err
    assert names(house, 1001) == ["Souza"]


@pytest.mark.parametrize(
    "words",
    [
        ("checkin",),
        ("checkin", "1001", "--arrival", "tomorrow"),
        ("checkin", "1001", "--language", "Portuguese"),
        ("checkin", "1001", "--guest", "Souza"),
        ("move", "1001"),
        ("move", "1001", "1001"),
        ("swap", "1001"),
        ("swap", "1001", "1001"),
        ("roomstatus", "1001", "shiny"),
        ("roomstatus", "1001", "clean", "--id", "M|17"),
        ("wakeup", "add", "1001", "2560"),
        ("wakeup", "add", "1001", "2020-01-01T06:30"),
        ("wakeup", "shift", "1001"),
        ("pms", "resync", "now"),
        ("pms", "replay"),
    ],
)
def test_wrong_use_is_told_from_what_cannot_be_done(house: House, words: tuple[str, ...]) -> None:
    ran = house(*words)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err


def test_a_number_of_staff_that_is_none_is_told_with_what_was_expected(house: House) -> None:
    ran = house("roomstatus", 1001, "clean", "--id", "M|17")
    assert "staff: expected 1 to 16 letters and digits" in ran.err


SIP = {"pbx": {"address": "pbx.example"}, "accounts": [{"user": "9001"}]}


def test_a_minute_with_too_many_wake_up_calls_is_told_when_one_is_set_and_in_the_list(house: House) -> None:
    house.configure(sip=SIP)
    for room_ in (1001, 1002, 1003):
        ran = house("wakeup", "add", room_, f"{AT_SEVEN:%Y-%m-%dT%H:%M}")
    assert "(3 wake-up calls in this minute and 1 channel: the last may ring about 80 s late)" in ran.out
    assert (
        house("wakeup", "list")
        .out.splitlines()[-1]
        .endswith("  3 wake-up calls in this minute and 1 channel: the last may ring about 80 s late")
    )
    (minute,) = house("wakeup", "list", "--format", "json").json["overbooked"]
    assert (minute["calls"], minute["channels"], minute["late_seconds"]) == (3, 1, 78)
    codes = [problem["code"] for problem in house("show", "--format", "json").json["problems"]]
    assert codes == ["no_channel", "wakeups_overbooked"]


def test_a_hotel_that_changes_its_name_forgets_neither_guests_nor_wake_up_calls(house: House) -> None:
    house("checkin", 1001, *ANA)
    house("wakeup", "add", 1001, "0700")
    assert house("--yes").code == 0

    house.configure(property={"name": "Harbour View Resort", "timezone": "America/New_York"})
    assert names(house, 1001) == ["Souza"]
    assert "1001" in house("wakeup", "list").out
    assert house("checkout", 1001).code == 0
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Room 1001"]
