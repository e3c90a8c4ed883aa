"""Moves, swaps, and guests who are out for a moment (FIAS 7.4, D-14, hospitality "Behaviours")."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from desired.events import CheckedIn, Moved
from desired.said import Field, Source
from tests.desired.house import EIGHT, NINE, NOON, SEVEN, House

Telling = Callable[[House, str, str, str], None]


def as_one_record(house: House, old: str, new: str, number: str) -> None:
    house.move(old, new, number)


def as_two_records(house: House, old: str, new: str, number: str) -> None:
    house.check_out(old, number)
    house.check_in(new, number)


tellings = pytest.mark.parametrize("tell", [as_one_record, as_two_records])


def living(house: House, room: str, number: str, *, dnd: str = "off", calling: str = "national") -> None:
    """A guest who has been here for a while, with his own statuses."""
    house.check_in(room, number)
    house.status(room, dnd=dnd, calling=calling, light="on")
    house.later(3600)


# Into an empty room.


@tellings
def test_everything_goes_along_into_an_empty_room(tell: Telling) -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.status("101", private=True)
    house.wake("101")
    house.wake("101", EIGHT, by=Source.PHONE)
    tell(house, "101", "102", "1")
    assert house.numbers("102") == ["1"]
    assert (house.dnd("102"), house.calling("102"), house.light("102")) == ("on", "national", "on")
    assert (house.private("102"), house.wakeups("102")) == (True, [SEVEN, EIGHT])


@tellings
def test_the_room_that_was_left_is_as_after_a_check_out(tell: Telling) -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    moved = house.now
    tell(house, "101", "102", "1")
    assert (house.occupied("101"), house.dnd("101"), house.calling("101")) == (False, "off", "internal")
    assert (house.light("101"), house.private("101"), house.wakeups("101")) == ("off", False, [])
    assert house.cleared("101") == NOON  # messages are deleted only when he does not come back
    house.later()
    assert house.cleared("101") == moved
    assert not house.odd


@tellings
def test_the_mailbox_of_the_new_room_is_not_cleared_by_a_move(tell: Telling) -> None:
    house = House()
    living(house, "101", "1")
    tell(house, "101", "102", "1")
    house.later()
    assert house.cleared("102") is None


@tellings
def test_a_wake_up_that_the_pms_repeats_for_the_new_room_merges(tell: Telling) -> None:
    house = House()
    living(house, "101", "1")
    house.wake("101")
    house.wake("102")
    house.wake("102", NINE)
    tell(house, "101", "102", "1")
    house.wake("102")
    assert house.wakeups("102") == [SEVEN, NINE]


def test_what_a_move_tells_anew_counts() -> None:
    house = House()
    living(house, "101", "1", dnd="on", calling="national")
    house.move("101", "102", "1", {Field.CALLING: "local"})
    assert (house.dnd("102"), house.calling("102")) == ("on", "local")


# Into an occupied room, and out of a shared one.


@tellings
def test_an_occupied_room_keeps_its_statuses_and_gets_the_wake_ups(tell: Telling) -> None:
    house = House()
    living(house, "101", "1", dnd="on", calling="local")
    living(house, "102", "2")
    house.wake("101")
    house.wake("102", EIGHT)
    tell(house, "101", "102", "1")
    house.later()
    assert house.numbers("102") == ["2", "1"]
    assert (house.dnd("102"), house.calling("102"), house.wakeups("102")) == (
        "off",
        "national",
        [SEVEN, EIGHT],
    )


@tellings
def test_who_leaves_a_shared_room_takes_nothing_and_starts_with_the_defaults(tell: Telling) -> None:
    house = House()
    living(house, "101", "1")
    living(house, "101", "2", dnd="on", calling="local")
    house.wake("101")
    house.later(60)
    cleared = house.cleared("101")
    tell(house, "101", "102", "2")
    house.later()
    assert (house.numbers("101"), house.dnd("101"), house.wakeups("101")) == (["1"], "on", [SEVEN])
    assert house.cleared("101") == cleared
    assert (house.dnd("102"), house.calling("102"), house.wakeups("102")) == ("off", "international", [])
    assert house.cleared("102") is None


@pytest.mark.parametrize("grouping", ["GC GC", "GO GI GO GI", "GO GO GI GI"])
def test_a_couple_moves_with_everything_though_each_is_told_alone(grouping: str) -> None:
    house = House()
    living(house, "101", "1")
    living(house, "101", "2", dnd="on", calling="local")
    house.wake("101")
    for number in "12":
        if grouping == "GC GC":
            house.move("101", "102", number)
        else:
            house.check_out("101", number)
            if grouping == "GO GI GO GI":
                house.check_in("102", number)
        house.later(1)
    if grouping == "GO GO GI GI":
        house.check_in("102", "1")
        house.later(1)
        house.check_in("102", "2")
    house.later()
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1", "2"])
    assert (house.dnd("102"), house.calling("102"), house.wakeups("102")) == ("on", "local", [SEVEN])
    assert house.cleared("101") is not None


def test_of_a_couple_that_left_the_one_who_comes_in_elsewhere_keeps_the_wake_up() -> None:
    house = House()
    living(house, "101", "1")
    house.check_in("101", "2")
    house.wake("101")
    house.check_out("101", "1")
    house.check_out("101", "2")
    house.check_in("102", "1")
    house.later()
    assert (house.wakeups("101"), house.wakeups("102")) == ([], [SEVEN])


def test_of_two_guests_without_a_number_in_one_room_the_last_to_come_is_the_one_who_is_known() -> None:
    house = House()
    house.check_in("101", None, "Ana")
    house.check_in("102", None, "Ben")
    house.move("102", "101", None)
    assert (house.shown("101"), house.occupied("102")) == ("Ben", False)

    house.move("101", "102", None, by=Source.DESK)
    assert (house.occupied("101"), house.shown("102")) == (False, "Ben")


def test_a_whole_room_moves_when_no_number_is_told() -> None:
    house = House()
    living(house, "101", "1")
    house.check_in("101", None, "Nils")
    house.wake("101")
    house.move("101", "102", None)
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1", None])
    assert house.wakeups("102") == [SEVEN]


def test_a_move_at_the_desk_is_final_at_once() -> None:
    house = House()
    living(house, "101", "1")
    house.move("101", "102", None, by=Source.DESK)
    assert house.cleared("101") == house.now


def test_a_move_to_the_same_room_is_a_change() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.move("101", "101", "1", {Field.CALLING: "local"})
    house.move("101", "101", None)
    assert (house.numbers("101"), house.dnd("101"), house.calling("101")) == (["1"], "on", "local")


def test_a_move_that_the_desk_made_already_changes_nothing_when_the_pms_tells_it() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.move("101", "102", "1", by=Source.DESK)
    house.later(5)
    house.touched.clear()
    house.move("101", "102", "1")
    assert not house.touched


def test_a_move_of_somebody_unknown_tells_of_him_and_leaves_the_others_in_their_room() -> None:
    house = House()
    living(house, "101", "1")
    house.move("101", "102", "99")
    assert (house.numbers("101"), house.numbers("102")) == (["1"], ["99"])


# Out for a moment.


def test_a_guest_who_is_out_and_in_again_finds_everything_as_it_was() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.status("101", by=Source.PHONE, dnd="off")
    before = house.wish("101").fields
    house.check_out("101", "1")
    assert house.shown("101") is None
    house.later(19)
    house.check_in("101", "1")
    house.later()
    after = house.wish("101").fields
    for field in (Field.DND, Field.CALLING, Field.MESSAGE_LIGHT, Field.WAKEUPS, Field.CLEARED, Field.PRIVATE):
        assert after[field] == before[field]
    assert house.shown("101") == "Guest 1"


def test_what_the_new_check_in_tells_counts() -> None:
    house = House()
    living(house, "101", "1", dnd="on", calling="national")
    house.check_out("101", "1")
    house.check_in("101", "1", statuses={Field.CALLING: "local"})
    assert (house.dnd("101"), house.calling("101")) == ("on", "local")


def test_a_vacant_rooms_barring_does_not_stay_with_the_guest_who_is_back() -> None:
    house = House()
    living(house, "101", "1", calling="national")
    house.check_out("101", "1")
    house.status("101", calling="internal")
    house.check_in("101", "1")
    assert house.calling("101") == "national"


def test_after_20_seconds_it_is_a_new_stay() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.check_out("101", "1")
    house.later(20)
    house.check_in("101", "1")
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("off", [], house.now)


def test_time_that_passed_unnoticed_counts_too() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.check_out("101", "1")
    house.now += timedelta(seconds=20)
    house.check_in("101", "1")
    assert (house.dnd("101"), house.cleared("101")) == ("off", house.now)


@pytest.mark.parametrize("room", ["101", "102"])
def test_records_delivered_together_hours_after_they_were_made_are_what_they_say(room: str) -> None:
    """The PMS queued a check-out of the morning and a check-in of the afternoon, and the link was down."""
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    morning, afternoon = house.now - timedelta(minutes=50), house.now - timedelta(minutes=5)
    house.check_out("101", "1", of=morning)
    house.check_in(room, "1", of=afternoon)
    assert (house.dnd(room), house.wakeups(room), house.cleared(room)) == ("off", [], afternoon)
    house.later()
    assert house.cleared("101") == (afternoon if room == "101" else morning)
    assert house.wakeups("101") == []


def test_another_guest_in_the_meantime_finds_an_empty_mailbox_and_no_wake_up() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.check_out("101", "1")
    house.later(5)
    house.check_in("101", "2")
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("off", [], house.now)
    house.later(5)
    house.check_in("102", "1")
    assert (house.dnd("102"), house.wakeups("102")) == ("on", [SEVEN])
    house.later()
    assert (house.wakeups("101"), house.wakeups("102")) == ([], [SEVEN])


def test_a_guest_who_comes_back_to_a_room_that_was_given_away_shares_it() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.check_out("101", "1")
    house.check_in("101", "2")
    house.check_in("101", "1")
    assert house.numbers("101") == ["2", "1"]
    assert (house.dnd("101"), house.wakeups("101")) == ("off", [SEVEN])


def test_a_sharer_who_was_out_for_a_moment_is_shown_first_again() -> None:
    house = House()
    living(house, "101", "1")
    house.check_in("101", "2")
    house.check_out("101", "1")
    assert house.numbers("101") == ["2"]
    house.check_in("101", "1")
    assert house.numbers("101") == ["1", "2"]


@pytest.mark.parametrize("back", ["12", "21"])
def test_a_couple_that_was_out_for_a_moment_stands_as_before(back: str) -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.check_in("101", "2")
    house.wake("101")
    house.check_out("101", "1")
    house.check_out("101", "2")
    for number in back:
        house.check_in("101", number)
    house.later()
    assert (house.numbers("101"), house.dnd("101"), house.wakeups("101")) == (["1", "2"], "on", [SEVEN])
    assert house.cleared("101") == NOON


def test_a_wake_up_due_within_the_20_seconds_still_rings() -> None:
    house = House()
    living(house, "101", "1")
    house.wake("101")
    house.check_out("101", "1")
    assert house.wakeups("101") == [SEVEN]


def test_a_wake_up_that_was_asked_for_after_the_departure_stays() -> None:
    house = House()
    living(house, "101", "1")
    house.wake("101")
    house.check_out("101", "1")
    house.later(1)
    house.wake("101", EIGHT)
    house.later()
    assert house.wakeups("101") == [EIGHT]


@pytest.mark.parametrize("room", ["101", "102"])
def test_a_wake_up_that_the_pms_takes_back_after_the_departure_does_not_follow(room: str) -> None:
    house = House()
    living(house, "101", "1")
    house.wake("101")
    house.wake("101", EIGHT)
    house.check_out("101", "1")
    house.cancel("101")
    house.check_in(room, "1")
    assert house.wakeups(room) == [EIGHT]


def test_a_correction_of_a_move_restores_the_old_room() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.move("101", "102", "1")
    house.later(10)
    house.move("102", "101", "1")
    house.later()
    assert (house.numbers("101"), house.dnd("101"), house.wakeups("101")) == (["1"], "on", [SEVEN])
    assert house.wakeups("102") == []


# Swaps.


@pytest.mark.parametrize("grouping", ["GC GC", "GO GI GO GI", "GO GO GI GI", "desk"])
def test_in_a_swap_each_guest_keeps_what_is_his(grouping: str) -> None:
    house = House()
    living(house, "101", "1", dnd="on", calling="local")
    living(house, "102", "2", calling="national")
    house.status("102", light="off")
    house.wake("101")
    house.wake("102", EIGHT)
    swapped = house.now
    if grouping == "desk":
        house.swap("101", "102")
    elif grouping == "GC GC":
        house.move("101", "102", "1")
        assert "1" in house.numbers("102")
        assert "2" in house.numbers("102")
        house.move("102", "101", "2")
    elif grouping == "GO GI GO GI":
        as_two_records(house, "101", "102", "1")
        as_two_records(house, "102", "101", "2")
    else:
        house.check_out("101", "1")
        house.check_out("102", "2")
        house.check_in("102", "1")
        house.check_in("101", "2")
    for _ in range(2):
        assert (house.numbers("101"), house.numbers("102")) == (["2"], ["1"])
        assert (house.dnd("101"), house.calling("101"), house.light("101")) == ("off", "national", "off")
        assert (house.dnd("102"), house.calling("102"), house.light("102")) == ("on", "local", "on")
        assert (house.wakeups("101"), house.wakeups("102")) == ([EIGHT], [SEVEN])
        assert (house.cleared("101"), house.cleared("102")) == (swapped, swapped)
        house.later()
    assert not house.odd


ANA, EVA = ({"first": first, "last": "Souza"} for first in ("Ana", "Eva"))


def without_numbers() -> House:
    """Ana in 101 with do-not-disturb, to be woken at seven; Eva in 102, to be woken at eight."""
    house = House()
    for room, guest, dnd in (("101", ANA, "on"), ("102", EVA, "off")):
        house.hear(CheckedIn(room, None, guest))
        house.status(room, dnd=dnd, calling="national", light="off")
    house.wake("101")
    house.wake("102", EIGHT)
    house.later(3600)
    return house


def firsts(house: House, *rooms: str) -> list[str | None]:
    """Who is shown in each of these rooms."""
    return [house.shown(room) for room in rooms]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("restarts", [True, False])
def test_in_a_swap_told_without_numbers_each_guest_keeps_what_is_his_too(named: bool, restarts: bool) -> None:
    house = without_numbers()
    swapped = house.now
    house.hear(Moved("102", "101", None, ANA if named else {}))
    if restarts:
        house.restart()
    house.hear(Moved("101", "102", None, EVA if named else {}))
    for _ in range(2):
        assert firsts(house, "101", "102") == ["Eva", "Ana"]
        assert (house.dnd("101"), house.dnd("102")) == ("off", "on")
        assert (house.wakeups("101"), house.wakeups("102")) == ([EIGHT], [SEVEN])
        assert (house.cleared("101"), house.cleared("102")) == (swapped, swapped)
        house.later()
    assert not house.odd


def test_three_who_change_rooms_in_a_ring_are_told_apart_by_their_names() -> None:
    house = without_numbers()
    mia = {"first": "Mia", "last": "Souza"}
    house.hear(CheckedIn("103", None, mia))
    house.wake("103", NINE)
    house.later(3600)
    house.hear(Moved("102", "101", None, ANA))
    house.hear(Moved("103", "102", None, EVA))
    house.hear(Moved("101", "103", None, mia))
    house.later()
    assert firsts(house, "101", "102", "103") == ["Mia", "Ana", "Eva"]
    assert [house.wakeups(room) for room in ("101", "102", "103")] == [[NINE], [SEVEN], [EIGHT]]


def test_who_is_told_by_name_to_go_back_goes_back_and_not_the_one_who_gave_way() -> None:
    house = without_numbers()
    house.hear(Moved("102", "101", None, ANA))
    house.hear(Moved("101", "102", None, ANA))
    house.later()
    assert firsts(house, "101") == ["Ana"]


def test_who_moves_on_later_than_in_a_swap_is_the_guest_whom_the_room_shows() -> None:
    house = without_numbers()
    house.hear(Moved("102", "101", None))
    house.later()
    house.hear(Moved("101", "102", None))
    assert firsts(house, "101", "102") == ["Ana", None]


def test_a_swap_told_with_guests_who_are_alone_is_a_swap_too() -> None:
    """The first check-in says that nobody else is in the room, while the other is still there."""
    house = House()
    living(house, "101", "1", dnd="on")
    living(house, "102", "2")
    house.wake("101")
    house.wake("102", EIGHT)
    house.check_out("101", "1")
    house.check_in("102", "1", alone=True)
    house.check_out("102", "2")
    house.check_in("101", "2", alone=True)
    house.later()
    assert (house.numbers("101"), house.numbers("102")) == (["2"], ["1"])
    assert (house.dnd("101"), house.dnd("102")) == ("off", "on")
    assert (house.wakeups("101"), house.wakeups("102")) == ([EIGHT], [SEVEN])


def test_three_rooms_rotate() -> None:
    house = House()
    for number, room in enumerate(("101", "102", "103"), start=1):
        living(
            house, room, str(number), dnd=("on", "off")[number % 2], calling=("local", "national")[number % 2]
        )
        house.wake(room, SEVEN + timedelta(hours=number))
    for number, (old, new) in enumerate([("101", "102"), ("102", "103"), ("103", "101")], start=1):
        house.move(old, new, str(number))
    house.later()
    for number, room in enumerate(("102", "103", "101"), start=1):
        assert house.numbers(room) == [str(number)]
        assert house.dnd(room) == ("on", "off")[number % 2]
        assert house.calling(room) == ("local", "national")[number % 2]
        assert house.wakeups(room) == [SEVEN + timedelta(hours=number)]


def test_what_is_told_of_a_room_amid_a_swap_holds_for_who_stays_in_it() -> None:
    house = House()
    living(house, "101", "1")
    living(house, "102", "2")
    house.move("101", "102", "1")
    house.status("102", dnd="on")
    house.wake("102", NINE)
    assert (house.dnd("102"), house.wakeups("102")) == ("on", [NINE])
    house.move("102", "101", "2")
    assert (house.dnd("102"), house.wakeups("102"), house.wakeups("101")) == ("on", [NINE], [])


def test_a_guest_who_joins_20_seconds_before_the_other_moves_out_gets_the_room_as_it_is() -> None:
    house = House()
    living(house, "101", "1", dnd="off")
    living(house, "102", "2", dnd="on")
    house.wake("102")
    cleared = house.cleared("102")
    house.move("101", "102", "1")
    house.later(20)
    house.move("102", "103", "2")
    assert (house.numbers("102"), house.dnd("102"), house.wakeups("102")) == (["1"], "on", [SEVEN])
    house.later()
    assert house.cleared("102") == cleared


@tellings
@pytest.mark.parametrize("rooms", [("101", "102"), ("102", "101")])
def test_a_swap_and_the_swap_back_in_one_breath_leave_everything_as_it_was(
    tell: Telling, rooms: tuple[str, str]
) -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.check_in("101", "2")
    living(house, "102", "3", calling="local")
    house.wake("101")
    parties = {"101": "12", "102": "3"}
    for _ in range(2):
        for old, new in (rooms, rooms[::-1]):
            for number in parties[old]:
                tell(house, old, new, number)
        parties = {"101": parties["102"], "102": parties["101"]}
        house.restart()
    house.later()
    assert [(house.dnd(room), house.calling(room), house.wakeups(room)) for room in ("101", "102")] == [
        ("on", "national", [SEVEN]), ("off", "local", []),
    ]  # fmt: skip


@tellings
def test_two_who_are_to_be_woken_at_the_same_time_are_both_woken_after_a_swap(tell: Telling) -> None:
    house = House()
    living(house, "101", "1")
    living(house, "102", "2")
    house.wake("101")
    house.wake("102")
    tell(house, "101", "102", "1")
    house.restart()
    tell(house, "102", "101", "2")
    house.later()
    assert (house.wakeups("101"), house.wakeups("102")) == ([SEVEN], [SEVEN])


def test_a_swap_with_an_empty_room_is_a_move() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.swap("102", "101")
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1"])
    assert (house.dnd("102"), house.wakeups("102"), house.cleared("101")) == ("on", [SEVEN], house.now)


def test_parties_that_met_for_a_moment_part_with_what_is_theirs() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    living(house, "102", "2")
    house.wake("101")
    house.wake("102", EIGHT)
    house.move("101", "102", "1")
    house.check_out("102", "2")
    house.check_out("102", "1")
    house.restart()
    house.check_in("103", "1")
    house.check_in("104", "2")
    house.later()
    assert (house.dnd("103"), house.wakeups("103")) == ("on", [SEVEN])
    assert (house.dnd("104"), house.wakeups("104")) == ("off", [EIGHT])
    assert house.wakeups("102") == []


def test_who_was_in_a_room_for_a_moment_takes_along_nothing_of_the_guest_before() -> None:
    house = House()
    living(house, "101", "1")
    living(house, "102", "2")
    house.wake("102")
    house.check_out("102", "2", of=house.now)
    house.check_in("102", "3")
    house.check_out("102", "3")
    house.check_in("103", "3")
    house.later()
    assert (house.numbers("102"), house.wakeups("102"), house.wakeups("103")) == ([], [], [])


def test_a_sharer_who_checks_in_amid_a_swap_lives_with_those_who_were_there() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    living(house, "102", "2")
    house.move("101", "102", "1")
    house.check_in("102", "3", statuses={Field.PRIVATE: True})
    assert (house.numbers("102"), house.dnd("102"), house.private("102")) == (["2", "1", "3"], "off", True)
    house.move("102", "101", "2")
    assert (house.numbers("102"), house.dnd("102"), house.private("102")) == (["1", "3"], "off", True)
    assert house.private("101") is False


def test_a_resident_who_is_out_for_a_moment_amid_a_swap_is_at_home_again() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    living(house, "102", "2")
    house.wake("102")
    house.move("101", "102", "1")
    house.check_out("102", "2")
    house.check_in("102", "2")
    house.later()
    assert (house.numbers("102"), house.dnd("102"), house.wakeups("102")) == (["2", "1"], "off", [SEVEN])


def test_a_restart_between_check_out_and_check_in_loses_nothing() -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.check_in("101", "2")
    house.wake("101")
    for number in "12":
        house.check_out("101", number)
        house.restart()
    for number in "12":
        house.check_in("102", number)
        house.restart()
    house.later()
    assert (house.numbers("102"), house.dnd("102"), house.wakeups("102")) == (["1", "2"], "on", [SEVEN])
    assert house.wakeups("101") == []


@tellings
def test_a_restart_amid_a_move_loses_nothing(tell: Telling) -> None:
    house = House()
    living(house, "101", "1", dnd="on")
    house.wake("101")
    house.wake("101", EIGHT, by=Source.PHONE)
    living(house, "102", "2")
    house.restart()
    tell(house, "101", "102", "1")
    house.restart()
    tell(house, "102", "101", "2")
    house.restart()
    house.later()
    assert (house.dnd("102"), house.wakeups("102"), house.wakeups("101")) == ("on", [SEVEN, EIGHT], [])
    assert house.stays.next_due() is None


def test_whoever_comes_after_a_check_out_at_the_desk_gets_nothing_of_those_who_had_just_met_there() -> None:
    house = House()
    house.check_in("101", "1")
    house.status("101", dnd="on")
    house.wake("101")
    house.check_in("102", "2")
    house.later(60)
    house.move("102", "101", "2")
    house.check_out("101", by=Source.DESK)
    house.check_in("101", "3")
    house.status("101", light="on")
    assert (house.numbers("101"), house.dnd("101"), house.wakeups("101")) == (["3"], "off", [])


def test_whoever_had_left_before_a_check_out_at_the_desk_begins_a_new_stay_when_he_comes_in() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("101", "2", alone=False)
    house.later(60)
    house.check_out("101", "1")
    house.check_out("101", by=Source.DESK)
    house.check_in("102", "1")
    assert house.cleared("102") == house.now


def test_who_swap_rooms_do_so_with_all_who_share_theirs() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("101", "2", alone=False)
    house.check_in("102", "3")
    house.swap("101", "102")
    assert (house.numbers("101"), house.numbers("102")) == (["3"], ["1", "2"])
