"""Resyncs whole, broken and held, and a link that is new (FIAS 8, D-7 to D-9, D-15b)."""

from datetime import timedelta
from typing import Any

import pytest

from desired.events import CheckedIn
from desired.said import Field, Origin, Said, Source
from tests.desired.house import EIGHT, NINE, NOON, SEVEN, House

MANY = tuple(str(number) for number in range(101, 121))


def full(rooms: tuple[str, ...] = MANY, **rules: Any) -> House:
    """A hotel that is full since yesterday; the guest of room 101 has number 101."""
    house = House(rooms, **rules)
    for room in rooms:
        house.check_in(room, room)
    house.later(86_400)
    return house


def resync(house: House, empty: set[str], rooms: tuple[str, ...] = MANY) -> None:
    """DS, a record of every room, DE."""
    house.resync_begins()
    for room in rooms:
        if room in empty:
            house.check_out(room, snapshot=True)
        else:
            house.check_in(room, room, snapshot=True)
    house.resync_ends()


def test_a_resync_that_tells_what_is_known_changes_nothing() -> None:
    house = full()
    house.wake("101")
    house.status("102", dnd="on")
    house.check_out("120", "120")
    house.later()
    house.touched.clear()
    resync(house, {"120"})
    house.later()
    assert not house.touched
    assert not house.odd


def test_guests_whom_the_resync_does_not_name_have_left_at_its_end() -> None:
    house = full()
    house.wake("101")
    house.resync_begins()
    house.check_out("101", snapshot=True)
    house.check_in("102", "102", snapshot=True)
    assert house.numbers("101") == ["101"]
    house.later(60)
    house.resync_ends()
    assert (house.numbers("101"), house.wakeups("101"), house.cleared("101")) == ([], [], house.now)
    assert house.numbers("102") == ["102"]


def test_a_room_that_the_resync_never_mentions_stays_as_it_is() -> None:
    house = full()
    house.resync_begins()
    house.resync_ends()
    assert all(house.occupied(room) for room in MANY)


def test_a_sharer_whom_the_resync_does_not_name_leaves_the_other_alone() -> None:
    house = full()
    house.check_in("101", "2")
    house.wake("101")
    house.later(60)
    cleared = house.cleared("101")
    resync(house, set())
    assert house.numbers("101") == ["101"]
    assert (house.wakeups("101"), house.cleared("101")) == ([SEVEN], cleared)


def test_a_resync_states_who_is_in_and_opens_the_line_but_deletes_nothing() -> None:
    house = full()
    house.check_out("101", "101")
    house.later(3600)
    cleared = house.cleared("101")
    house.wake("101")
    house.resync_begins()
    house.check_in("101", "7", "Mei", snapshot=True)
    house.resync_ends()
    assert (house.shown("101"), house.calling("101"), house.dnd("101")) == ("Mei", "international", "off")
    assert (house.cleared("101"), house.wakeups("101")) == (cleared, [SEVEN])


def test_a_new_guest_in_place_of_one_who_left_unnoticed_gets_nothing_of_his() -> None:
    house = full()
    house.status("101", dnd="on", calling="local")
    house.wake("101")
    house.later(60)
    house.resync_begins()
    house.check_in("101", "7", "Mei", snapshot=True)
    house.wake("101", EIGHT)
    house.later(60)
    house.resync_ends()
    assert house.numbers("101") == ["7"]
    assert (house.dnd("101"), house.calling("101"), house.wakeups("101")) == ("off", "international", [EIGHT])
    assert house.cleared("101") == house.now


def test_a_guest_whom_the_resync_names_elsewhere_has_moved_with_his_wake_ups() -> None:
    house = full(("101", "102"))
    house.check_out("102", "102")
    house.later()
    house.wake("101")
    house.resync_begins()
    house.check_in("102", "101", snapshot=True)
    house.check_out("101", snapshot=True)
    house.resync_ends()
    house.later()
    assert (house.numbers("101"), house.numbers("102")) == ([], ["101"])
    assert house.wakeups("102") == [SEVEN]
    assert house.odd == {"moved_by_checkin": 1}


def test_a_do_not_disturb_of_the_guest_outlives_what_the_resync_repeats_of_the_pms() -> None:
    house = full()
    house.status("101", dnd="off")
    house.later(60)
    house.status("101", by=Source.PHONE, dnd="on")
    house.later(60)
    house.resync_begins()
    house.check_in("101", "101", snapshot=True)
    house.status("101", dnd="off")
    house.resync_ends()
    assert house.dnd("101") == "on"


# Real-time records between DS and DE.


def test_a_guest_who_checks_in_during_the_resync_is_not_removed_by_it() -> None:
    house = full()
    house.check_out("101", "101")
    house.later()
    house.resync_begins()
    house.check_in("101", "7", alone=True)
    house.check_out("101", snapshot=True)
    house.resync_ends()
    assert house.numbers("101") == ["7"]


def test_a_check_in_after_the_resync_knew_the_room_empty_is_one_to_an_empty_room() -> None:
    house = full()
    house.wake("101")
    house.resync_begins()
    house.check_out("101", snapshot=True)
    house.later(1)
    house.check_in("101", "7", "Mei")
    assert (house.numbers("101"), house.wakeups("101"), house.cleared("101")) == (["7"], [], house.now)
    house.resync_ends()
    assert house.numbers("101") == ["7"]


def test_a_guest_who_checks_out_during_the_resync_is_out() -> None:
    house = full()
    house.resync_begins()
    house.check_in("101", "101", snapshot=True)
    house.check_out("101", "101")
    house.resync_ends()
    assert house.occupied("101") is False


def test_a_guest_of_the_desk_during_the_resync_stays() -> None:
    house = full()
    house.check_out("101", "101")
    house.later()
    house.resync_begins()
    house.check_in("101", None, "Mei", by=Source.DESK)
    house.check_out("101", snapshot=True)
    house.resync_ends()
    assert house.shown("101") == "Mei"


# Broken and held.


@pytest.mark.parametrize("end", ["break", "begin anew", "restart"])
def test_a_resync_that_breaks_off_removes_nobody(end: str) -> None:
    house = full()
    house.resync_begins()
    house.check_out("101", snapshot=True)
    house.check_in("102", "7", snapshot=True)
    if end == "break":
        house.resync_breaks()
    elif end == "begin anew":
        house.resync_begins()
    else:
        house.restart()
    house.resync_ends()
    house.later()
    assert house.numbers("101") == ["101"]
    assert house.numbers("102") == ["102", "7"]
    assert house.odd == {"swap_abandoned": 1}


def test_the_end_of_a_resync_that_never_began_means_nothing() -> None:
    house = full()
    house.resync_ends()
    house.resync_breaks()
    assert all(house.occupied(room) for room in MANY)
    assert not house.odd


def test_a_resync_that_would_empty_more_rooms_than_allowed_is_held() -> None:
    house = full()
    resync(house, set(MANY[:6]))
    assert all(house.occupied(room) for room in MANY)
    assert house.odd == {"resync_held": 1}
    assert house.stays.held("pms") == 6
    house.restart()
    assert house.stays.held("pms") == 6
    house.release()
    assert [room for room in MANY if not house.occupied(room)] == list(MANY[:6])
    assert house.cleared("101") == house.now
    assert house.stays.held("pms") == 0


def test_the_last_number_of_rooms_that_is_allowed_is_not_held() -> None:
    house = full()
    resync(house, set(MANY[:5]))
    assert [room for room in MANY if not house.occupied(room)] == list(MANY[:5])
    assert not house.odd


QUIET = MANY[:3]
"""The occupied rooms of a quiet night: few enough that `max_blanked` would let them go."""


def quiet_night(rooms: tuple[str, ...] = QUIET) -> House:
    """A hotel of twenty rooms in which only these are occupied."""
    house = House(MANY)
    for room in rooms:
        house.check_in(room, room)
    house.later(86_400)
    return house


def test_a_pms_that_has_lost_its_guests_empties_no_house_also_on_a_quiet_night() -> None:
    house = quiet_night()
    resync(house, set(MANY))
    assert [room for room in MANY if house.occupied(room)] == list(QUIET)
    assert house.odd == {"resync_held": 1}
    assert house.stays.held("pms") == 3
    house.release()
    assert not any(house.occupied(room) for room in MANY)


def test_an_empty_resync_of_one_link_is_held_whoever_is_in_the_rooms_of_another() -> None:
    house = quiet_night()
    house.check_in("501", "501", link="garden")
    resync(house, set(MANY))
    assert house.stays.held("pms") == 3


def test_a_resync_that_leaves_one_guest_of_a_quiet_night_where_he_is_is_believed() -> None:
    house = quiet_night()
    resync(house, set(MANY) - {QUIET[0]})
    assert [room for room in MANY if house.occupied(room)] == [QUIET[0]]
    assert not house.odd


def test_a_guest_in_a_room_that_nobody_looks_after_makes_no_lost_house_believable() -> None:
    house = quiet_night()
    house.check_in("PM01", "999")
    resync(house, set(MANY))
    assert house.stays.held("pms") == 3


def test_the_pms_own_rooms_that_nobody_looks_after_may_be_empty_all_at_once() -> None:
    accounts = tuple(f"PM{number}" for number in range(20))
    house = full(MANY + accounts)
    resync(house, set(accounts), MANY + accounts)
    assert not any(house.occupied(room) for room in accounts)
    assert not house.odd


def test_a_guest_who_checks_in_while_a_lost_house_is_told_makes_it_no_more_believable() -> None:
    house = quiet_night()
    house.resync_begins()
    house.check_in("120", "7")
    for room in MANY[:-1]:
        house.check_out(room, snapshot=True)
    house.resync_ends()
    assert house.stays.held("pms") == 3
    house.release()
    assert [room for room in MANY if house.occupied(room)] == ["120"]


def test_a_guest_whom_the_desk_moves_while_a_lost_house_is_told_makes_it_no_more_believable() -> None:
    house = quiet_night(MANY[:4])
    house.resync_begins()
    house.move("104", "120", "104", by=Source.DESK)
    for room in MANY:
        house.check_out(room, snapshot=True)
    house.resync_ends()
    assert house.stays.held("pms") == 3


def test_a_first_resync_that_knows_nobody_of_those_who_checked_in_before_is_held() -> None:
    house = House(MANY, known=False)
    for room in QUIET:
        house.check_in(room, room)
    house.check_in("PM9", "9")
    resync(house, set(MANY))
    assert all(house.occupied(room) for room in QUIET)
    assert house.odd == {"resync_held": 1}


def test_a_resync_in_which_others_came_for_all_who_left_is_believed() -> None:
    house = quiet_night()
    house.resync_begins()
    for room in QUIET:
        house.check_in(room, f"9{room}", snapshot=True)
    house.resync_ends()
    assert [house.numbers(room) for room in QUIET] == [[f"9{room}"] for room in QUIET]
    assert not house.odd


def test_the_last_two_occupied_rooms_of_a_season_may_be_empty_after_a_resync() -> None:
    house = quiet_night(QUIET[:2])
    resync(house, set(MANY))
    assert not any(house.occupied(room) for room in MANY)
    assert not house.odd


def test_one_room_is_always_allowed() -> None:
    house = full(("101", "102"), max_blanked=0.0)
    resync(house, {"101"}, ("101", "102"))
    assert house.occupied("101") is False


def test_a_guest_of_whom_something_was_told_since_is_not_released() -> None:
    house = full()
    resync(house, set(MANY[:6]))
    house.change("101", "101", {"vip": "1"})
    house.check_out("102", "102")
    house.check_in("102", "7")
    house.move("103", "104", "103")
    house.release()
    assert house.numbers("101") == ["101"]
    assert house.numbers("102") == ["7"]
    assert house.numbers("104") == ["103"]
    assert house.occupied("105") is False


def test_rooms_whose_guests_have_left_since_are_left_alone_when_a_resync_is_released() -> None:
    house = full()
    resync(house, set(MANY))
    for room in MANY[1:4]:
        house.check_out(room, room)
    house.check_out("105", by=Source.DESK)
    house.later()
    cleared = [house.cleared(room) for room in MANY[1:5]]
    house.wake("102", by=Source.DESK)
    house.status("103", dnd="on", light="on", calling="international")
    assert house.stays.held("pms") == 16

    house.later(60)
    house.release()
    assert (house.wakeups("102"), house.dnd("103"), house.light("103")) == ([SEVEN], "on", "on")
    assert house.calling("103") == "international"
    assert [house.cleared(room) for room in MANY[1:5]] == cleared
    assert not any(house.occupied(room) for room in MANY)


def test_a_held_resync_is_over_when_everybody_whom_it_no_longer_knew_has_left() -> None:
    house = full()
    resync(house, set(MANY[:6]))
    for room in MANY[:5]:
        house.check_out(room, room)
    assert house.stays.held("pms") == 1
    house.check_out("106", by=Source.DESK)
    assert house.stays.held("pms") == 0
    assert not house.stays.dump()["links"]["held"]
    house.later()
    house.touched.clear()
    house.release()
    assert not house.touched


def test_a_sharer_whom_a_held_resync_no_longer_knew_can_be_released_though_the_other_came_back() -> None:
    house = full()
    house.check_in("101", "2")
    resync(house, set(MANY[:6]))
    house.change("101", "101")
    for room in MANY[1:6]:
        house.check_out(room, room)
    assert house.stays.held("pms") == 1
    house.release()
    assert house.numbers("101") == ["101"]
    assert house.stays.held("pms") == 0


def test_the_next_resync_takes_the_place_of_one_on_hold() -> None:
    house = full()
    resync(house, set(MANY[:6]))
    resync(house, set())
    assert house.stays.held("pms") == 0


# Records of a resync outside of one.


def test_a_guest_stated_outside_a_resync_is_compared_and_nobody_is_removed() -> None:
    house = full()
    house.check_in("101", "7", alone=True, snapshot=True)
    assert house.numbers("101") == ["101", "7"]
    assert house.odd == {"swap_outside": 1}


def test_a_room_stated_to_be_empty_outside_a_resync_is_empty() -> None:
    house = full()
    gone = house.now
    house.check_out("101", snapshot=True)
    assert house.occupied("101") is False
    house.later()
    assert house.cleared("101") == gone
    assert house.odd == {"swap_outside": 1}


# A new link.


def new_house() -> House:
    """A hotel whose telephones are in use, and whose store is empty."""
    house = House(known=False)
    house.status("101", by=Source.PHONE, dnd="on")
    house.wake("101", by=Source.PHONE)
    house.wake("102", EIGHT, by=Source.PHONE)
    house.status("102", by=Source.PHONE, dnd="on")
    house.later(60)
    return house


def test_the_first_resync_of_an_empty_store_is_state_and_not_acts() -> None:
    house = new_house()
    assert house.stays.empty("pms")
    house.resync_begins()
    house.check_in("101", "1", "Ana", snapshot=True)
    house.check_out("102", snapshot=True)
    house.resync_ends()
    assert not house.stays.empty("pms")
    assert (house.shown("101"), house.dnd("101"), house.wakeups("101")) == ("Ana", "on", [SEVEN])
    assert (house.occupied("102"), house.dnd("102"), house.wakeups("102")) == (False, "on", [EIGHT])
    assert (house.cleared("101"), house.cleared("102")) == (None, None)
    assert house.stays.named == {"101": "pms", "102": "pms"}
    house.later(60)
    house.check_out("101", "1")
    gone = house.now
    house.later()
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("off", [], gone)


def first_resync(house: House, *, taken: bool = False) -> None:
    """The first resync, by which room 102 is vacant or taken."""
    house.resync_begins()
    if taken:
        house.check_in("102", "7", snapshot=True)
    else:
        house.check_out("102", snapshot=True)
    house.resync_ends()


def test_who_left_before_the_first_resync_is_not_woken_once_it_knows_the_room_empty() -> None:
    house = new_house()
    house.check_out("102", "2")
    where = f"{Source.PMS} CheckedOut {house.now.isoformat()}"
    house.later(60)
    assert house.wakeups("102") == [EIGHT], "it may be a check-out of long ago that is sent again"
    house.restart()
    first_resync(house)
    assert house.wakeups("102") == []
    assert house.wish("102").fields[Field.WAKEUPS].origin.where == where
    assert (house.dnd("102"), house.cleared("102")) == ("on", None), "all else is state"
    house.restart()
    house.wake("102", EIGHT, by=Source.PHONE)
    house.resync_begins()
    house.check_out("102", snapshot=True)
    house.resync_ends()
    assert house.wakeups("102") == [EIGHT], "what was in doubt is settled"


def test_who_came_and_left_before_the_first_resync_is_not_woken_either() -> None:
    house = new_house()
    house.check_in("103", "3")
    house.wake("103", NINE)
    house.check_out("103", "3")
    house.resync_begins()
    house.check_out("103", snapshot=True)
    house.resync_ends()
    assert house.wakeups("103") == []


def test_a_check_out_that_is_told_again_takes_no_wake_up_from_who_is_in_by_the_first_resync() -> None:
    house = new_house()
    house.check_out("102", "2")
    first_resync(house, taken=True)
    house.later()
    assert (house.numbers("102"), house.wakeups("102")) == (["7"], [EIGHT])


def test_an_old_check_out_amid_the_first_resync_cancels_nothing_for_who_is_in_by_it() -> None:
    house = new_house()
    house.resync_begins()
    house.check_in("102", "7", snapshot=True)
    house.check_out("102", "7", of=NOON - timedelta(days=1))
    house.resync_ends()
    assert house.wakeups("102") == [EIGHT]


def test_a_call_that_was_asked_for_after_the_check_out_is_not_the_leavers() -> None:
    house = new_house()
    house.wake("102", NINE, by=Source.DESK)
    house.later(60)
    house.check_out("102", "2", of=NOON + timedelta(seconds=30))
    first_resync(house)
    assert house.wakeups("102") == [NINE]


def test_without_a_first_resync_that_knows_the_room_the_call_rings() -> None:
    house = new_house()
    house.check_out("102", "2")
    house.later(60)
    house.resync_begins()
    house.check_in("101", "1", snapshot=True)
    house.resync_breaks()
    assert house.wakeups("102") == [EIGHT], "the resync broke off"
    house.resync_begins()
    house.check_in("101", "1", snapshot=True)
    house.resync_ends()
    first_resync(house)
    assert house.wakeups("102") == [EIGHT], "the first one did not mention the room"

    house = new_house()
    house.check_out("102", "2")
    house.later(15 * 60)
    first_resync(house)
    assert house.wakeups("102") == [EIGHT], "none came"


def test_without_a_resync_the_first_15_minutes_are_state() -> None:
    house = new_house()
    house.check_in("101", "1", alone=True)
    house.check_in("102", "2")
    house.check_out("102", "2")
    house.later(15 * 60 - 1)
    house.check_in("103", "3")
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("on", [SEVEN], None)
    assert (house.occupied("102"), house.wakeups("102"), house.cleared("102")) == (False, [EIGHT], None)
    assert house.cleared("103") is None
    house.restart()
    house.later(1)
    house.check_in("104", "4")
    assert house.cleared("104") == house.now


def test_a_first_resync_may_take_longer_than_15_minutes() -> None:
    house = new_house()
    house.check_in("103", "3")
    house.resync_begins()
    house.later(20 * 60)
    house.check_in("101", "1", snapshot=True)
    house.check_out("103", snapshot=True)
    house.resync_ends()
    assert (house.wakeups("101"), house.cleared("101")) == ([SEVEN], None)
    assert (house.occupied("103"), house.cleared("103")) == (False, None)


def test_a_first_resync_that_breaks_leaves_the_rest_of_the_15_minutes() -> None:
    house = new_house()
    house.resync_begins()
    house.resync_breaks()
    house.later(14 * 60)
    house.check_in("101", "1")
    assert house.cleared("101") is None
    house.later(61)
    house.check_in("102", "2")
    assert house.cleared("102") == house.now


def test_in_a_new_house_a_move_still_takes_the_wake_ups_along() -> None:
    house = new_house()
    house.check_in("101", "1")
    house.move("101", "103", "1")
    assert (house.dnd("103"), house.wakeups("103")) == ("on", [SEVEN])
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("off", [], None)


def test_what_the_desk_does_is_an_act_at_any_time() -> None:
    house = new_house()
    house.check_in("101", "1")
    house.check_out("101", by=Source.DESK)
    assert (house.wakeups("101"), house.cleared("101")) == ([], house.now)


def test_a_link_of_which_rooms_are_known_is_not_new_though_its_memory_is_lost() -> None:
    house = House()
    house.check_in("101", "1")
    assert house.cleared("101") == NOON
    assert house.stays.next_due() is None


def test_each_link_is_new_for_itself() -> None:
    house = House()
    house.hear(CheckedIn("201", "1", {"first": "Nils"}), link="tower")
    house.check_in("101", "1")
    assert (house.cleared("201"), house.cleared("101")) == (None, NOON)
    assert house.stays.next_due() == NOON + timedelta(minutes=15)


def test_adopted_names_stay_until_the_check_out() -> None:
    house = House(known=False)
    adopted = Said(Field.NAME_DISPLAY, "Ana Souza 101", Origin(Source.ADOPTED, "adopt", NOON))
    house.stays.learn("101", (adopted,))
    house.check_in("101", "1")
    house.later(3600)
    house.check_out("101", "1")
    house.later()
    assert adopted not in house.stays.said["101"]


def test_an_adopted_name_goes_when_somebody_checks_out_of_whom_only_adoption_knew() -> None:
    house = House(known=False)
    adopted = Said(Field.NAME_DISPLAY, "Ana Souza 101", Origin(Source.ADOPTED, "adopt", NOON))
    house.stays.learn("101", (adopted,))
    house.check_out("101", "1")
    house.later()
    assert adopted not in house.stays.said["101"]
    assert not house.stays.occupied("101")
