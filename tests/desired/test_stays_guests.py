"""Who is in a room: check-in, change, check-out and sharers as a PMS tells them (FIAS 7, D-1 to D-6, D-15)."""

from datetime import timedelta

import pytest

from desired.document import Guest
from desired.events import CheckedIn, CheckedOut, StatusTold
from desired.said import Field, Source
from tests.desired.house import EIGHT, LINK, NOON, SEVEN, House

MORNING = NOON + timedelta(hours=20)


def test_a_check_in_to_an_empty_room_puts_up_the_name_and_opens_the_line() -> None:
    house = House()
    house.check_in("101", "84311", "Ana", alone=True)
    assert house.shown("101") == "Ana"
    assert house.occupied("101") is True
    assert (house.dnd("101"), house.light("101"), house.private("101")) == ("off", "off", False)
    assert house.calling("101") == "international"
    assert house.cleared("101") == NOON
    assert house.wakeups("101") == []


def test_what_is_left_of_the_last_guest_is_gone_at_the_next_check_in() -> None:
    house = House()
    house.status("101", dnd="on", light="on", private=True)
    house.status("101", by=Source.PHONE, dnd="on")
    house.wake("101")
    house.wake("101", EIGHT, by=Source.PHONE)
    house.check_in("101", "84311", alone=True)
    assert (house.dnd("101"), house.light("101"), house.private("101")) == ("off", "off", False)
    assert house.wakeups("101") == []


def test_a_check_in_tells_statuses_too_and_an_empty_one_means_the_default() -> None:
    house = House()
    house.check_in("101", "84311", statuses={Field.CALLING: "local", Field.PRIVATE: True})
    house.check_in("102", "84312", statuses={Field.CALLING: None})
    assert house.calling("101") == "local"
    assert house.private("101") is True
    assert house.calling("102") == "international"


def test_the_class_of_service_of_occupied_and_vacant_rooms_is_the_hotels_choice() -> None:
    house = House(occupied_calling="national", vacant_calling="local")
    house.check_in("101", "84311")
    assert house.calling("101") == "national"
    house.check_out("101", "84311")
    assert house.calling("101") == "local"


def test_the_origin_of_a_name_is_the_record_that_told_it() -> None:
    house = House()
    house.check_in("101", "84311")
    house.later(60)
    house.change("101", "84311", {"vip": "2"})
    assert house.wish("101").fields[Field.GUESTS].origin.where == "pms Changed 2026-11-22T17:01:00+00:00"
    assert house.wish("101").fields[Field.CALLING].origin.where == "pms CheckedIn 2026-11-22T17:00:00+00:00"


# D-1: occupancy is the reservations held.


def test_a_room_is_vacant_only_when_the_last_of_its_guests_has_left() -> None:
    house = House()
    house.check_in("101", "1", "Ana", alone=True)
    house.check_in("101", "2", "Nils", alone=False)
    house.status("101", dnd="on")
    house.wake("101")
    house.later(3600)
    house.check_out("101", "1")
    house.later()
    assert house.occupied("101") is True
    assert (house.shown("101"), house.dnd("101"), house.wakeups("101")) == ("Nils", "on", [SEVEN])
    assert house.cleared("101") == NOON
    house.check_out("101", "2")
    gone = house.now
    assert (house.occupied("101"), house.shown("101"), house.dnd("101")) == (False, None, "off")
    house.later()
    assert (house.wakeups("101"), house.cleared("101")) == ([], gone)


# D-2: a guest told to be alone.


def test_a_guest_told_to_be_alone_replaces_one_who_left_unnoticed() -> None:
    house = House()
    house.check_in("101", "1", "Ana", alone=True)
    house.wake("101")
    house.status("101", dnd="on")
    house.later(3600)
    house.check_in("101", "2", "Nils", alone=True)
    assert house.numbers("101") == ["2"]
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("off", [], house.now)
    assert house.odd == {"stale_occupant": 1}


def test_without_trust_in_gs_a_guest_told_to_be_alone_is_added() -> None:
    house = House(link={"trust_gs": False})
    house.check_in("101", "1", "Ana", alone=True)
    house.later(3600)
    house.check_in("101", "2", "Nils", alone=True)
    assert house.numbers("101") == ["1", "2"]
    assert house.cleared("101") == NOON
    assert not house.odd


@pytest.mark.parametrize("alone", [None, False])
def test_a_sharer_is_added_and_touches_nothing_of_the_room(alone: bool | None) -> None:
    house = House()
    house.check_in("101", "1", "Ana", alone=True, statuses={Field.CALLING: "local"})
    house.later(60)
    house.status("101", by=Source.PHONE, dnd="on")
    house.wake("101")
    house.later(3600)
    house.check_in("101", "2", "Nils", alone=alone, statuses={Field.CALLING: "national"})
    assert house.numbers("101") == ["1", "2"]
    assert (house.dnd("101"), house.calling("101"), house.wakeups("101")) == ("on", "local", [SEVEN])
    assert house.cleared("101") == NOON


def test_an_incognito_sharer_hides_the_room_and_the_other_one_does_not_show_it_again() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("101", "2", statuses={Field.PRIVATE: True})
    assert house.private("101") is True
    house.change("101", "1", statuses={Field.PRIVATE: False})
    house.check_in("101", "3", statuses={Field.PRIVATE: False})
    assert house.private("101") is True
    house.check_out("101", "2")
    house.check_out("101", "3")
    house.change("101", "1", statuses={Field.PRIVATE: False})
    assert house.private("101") is False


# D-3: a check-in of a guest who is in the room already.


def test_a_repeated_check_in_updates_what_it_lists_and_is_no_new_stay() -> None:
    house = House()
    house.check_in("101", "1", "Ana", alone=True)
    house.change("101", "1", {"title": "Dr"})
    house.status("101", dnd="on")
    house.wake("101")
    house.later(3600)
    house.hear(CheckedIn("101", "1", {"first": "Anna"}, {}, alone=True))
    assert house.get("101", Field.GUESTS)[0].first == "Anna"
    assert house.get("101", Field.GUESTS)[0].title == "Dr"
    assert (house.dnd("101"), house.wakeups("101"), house.cleared("101")) == ("on", [SEVEN], NOON)
    assert not house.odd


def test_a_check_in_told_again_word_for_word_touches_nothing() -> None:
    house = House()
    house.check_in("101", "1", statuses={Field.CALLING: "local"})
    house.later(3600)
    house.touched.clear()
    house.check_in("101", "1", statuses={Field.CALLING: "local"})
    assert not house.touched


def test_a_sharer_stays_when_the_other_is_told_again_to_be_alone() -> None:
    """Some systems state all guests after every reconnect, with the GS of their check-in (FIAS 8)."""
    house = House()
    house.check_in("101", "1", alone=True)
    house.check_in("101", "2", alone=False)
    house.later(3600)
    house.check_in("101", "1", alone=True)
    assert house.numbers("101") == ["1", "2"]


# D-4: a reservation is in one room at most.


def test_a_check_in_of_a_guest_who_is_elsewhere_moves_him() -> None:
    house = House()
    house.check_in("101", "1", "Ana")
    house.wake("101")
    house.later(3600)
    house.check_in("102", "1", "Ana")
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1"])
    assert house.wakeups("102") == [SEVEN]
    assert house.odd == {"moved_by_checkin": 1}


@pytest.mark.parametrize("number", ["1", "2", "3"])
def test_a_change_of_one_sharer_touches_no_other(number: str) -> None:
    house = House()
    for each in ("1", "2", "3"):
        house.check_in("101", each, alone=False)
    house.change("101", number, {"vip": "1"})
    assert house.numbers("101") == ["1", "2", "3"]
    assert [guest.vip for guest in house.get("101", Field.GUESTS) if guest.reservation != number] == [
        None,
        None,
    ]


def test_a_change_that_names_a_guest_who_is_elsewhere_moves_him_too() -> None:
    house = House()
    house.check_in("101", "1", "Ana")
    house.change("102", "1", {"vip": "1"})
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1"])
    assert not house.odd


def test_a_change_of_a_guest_whom_nobody_knows_tells_of_him() -> None:
    house = House()
    house.change("101", "1", {"first": "Ana"})
    assert house.shown("101") == "Ana"
    assert house.calling("101") == "international"


def test_two_systems_may_use_the_same_reservation_number() -> None:
    house = House(rooms=["101"])
    house.hear(CheckedIn("201", "1", {"first": "Nils"}), link="tower")
    house.check_in("101", "1", "Ana")
    assert (house.shown("101"), house.shown("201")) == ("Ana", "Nils")
    house.hear(CheckedOut("201", "1"), link="tower")
    assert (house.shown("101"), house.shown("201")) == ("Ana", None)


# D-5: check-outs that do not fit.


def test_a_check_out_from_the_wrong_room_takes_the_guest_out_of_his_own() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("102", "2")
    house.check_out("102", "1")
    assert (house.numbers("101"), house.numbers("102")) == ([], ["2"])
    assert house.odd == {"checkout_elsewhere": 1}


def came_on(house: House, how: str) -> None:
    """Guest 1 goes from room 101 to 102, as PMSs tell it."""
    if how == "GC":
        house.move("101", "102", "1")
    elif how == "GO GI":
        house.check_out("101", "1")
        house.later(1)
        house.check_in("102", "1")
    else:
        house.check_in("102", "1")


@pytest.mark.parametrize("how", ["GC", "GO GI", "GI"])
def test_a_check_out_from_before_a_guest_moved_does_not_follow_him(how: str) -> None:
    house = House()
    house.check_in("101", "1")
    house.later(3600)
    before = house.now - timedelta(seconds=1)
    came_on(house, how)
    house.later(3600)
    house.restart()
    house.odd.clear()
    house.check_out("101", "1", of=before)
    house.later()
    assert house.numbers("102") == ["1"]
    assert house.odd == {"checkout_elsewhere": 1}
    house.check_out("101", "1")
    assert house.numbers("102") == [], "one from after the move is believed, whatever room it names (D-5)"


def test_what_is_remembered_of_moves_ends_with_the_stay() -> None:
    house = House()
    house.check_in("101", "1")
    house.move("101", "102", "1")
    assert any(name.startswith("moved ") for name in house.stays.dump())
    house.check_out("102", "1")
    house.later()
    assert not any(name.startswith("moved ") for name in house.stays.dump())


def test_a_check_out_of_somebody_unknown_leaves_the_others_alone() -> None:
    house = House()
    house.check_in("101", "1")
    house.touched.clear()
    house.check_out("101", "99")
    assert house.numbers("101") == ["1"]
    assert house.odd == {"unknown_reservation": 1}
    assert not house.touched


@pytest.mark.parametrize("number", ["99", None])
def test_a_check_out_from_an_empty_room_changes_nothing(number: str | None) -> None:
    house = House()
    house.check_in("101", "1")
    house.check_out("101", "1")
    house.later()
    house.touched.clear()
    house.check_out("101", number)
    assert not house.touched
    assert not house.odd


def test_a_check_out_told_twice_counts_once() -> None:
    house = House()
    house.check_in("101", "1")
    house.later(3600)
    gone = house.now
    house.check_out("101", "1")
    house.later(5)
    house.check_out("101", "1")
    house.later()
    assert house.cleared("101") == gone
    assert not house.odd


def test_a_check_out_without_a_number_empties_the_room_whoever_was_there() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("101", "2")
    house.check_in("101", None, "Nils")
    house.check_out("101")
    assert (house.numbers("101"), house.occupied("101")) == ([], False)


def test_a_check_out_without_a_number_of_a_room_never_heard_of_makes_it_vacant() -> None:
    house = House()
    house.check_out("101")
    assert (house.occupied("101"), house.calling("101"), house.cleared("101")) == (False, "internal", NOON)


# D-6: who is shown.


def test_the_telephone_shows_who_came_first_and_then_the_next() -> None:
    house = House()
    for number, first in [("1", "Ana"), ("2", "Nils"), ("3", "Mei")]:
        house.check_in("101", number, first)
    assert house.shown("101") == "Ana"
    house.check_out("101", "1")
    assert house.shown("101") == "Nils"
    house.move("101", "102", "2")
    assert house.shown("101") == "Mei"


def test_the_telephone_may_show_who_came_last() -> None:
    house = House(link={"guest_shown": "last"})
    house.check_in("101", "1", "Ana")
    house.check_in("101", "2", "Nils")
    assert house.shown("101") == "Nils"
    house.check_out("101", "2")
    assert house.shown("101") == "Ana"


# Guests without a reservation number.


def test_a_room_has_one_guest_without_a_number_and_a_new_name_is_all_that_is_known_of_him() -> None:
    house = House()
    house.hear(CheckedIn("101", None, {"first": "Ana", "title": "Dr"}))
    house.hear(CheckedIn("101", None, {"last": "Lind"}))
    assert house.get("101", Field.GUESTS) == (Guest(last="Lind"),)


def test_a_change_without_a_number_is_that_of_the_only_guest() -> None:
    house = House()
    house.check_in("101", "1", "Ana")
    house.change("101", None, {"vip": "2"})
    assert [(guest.first, guest.vip) for guest in house.get("101", Field.GUESTS)] == [("Ana", "2")]


def test_a_change_without_a_number_among_several_guests_is_nobodys() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("101", "2")
    house.change("101", None, {"vip": "2"})
    assert [guest.vip for guest in house.get("101", Field.GUESTS)] == [None, None]
    assert house.odd == {"unknown_reservation": 1}


# The desk.


def test_the_desk_checks_in_and_out_and_the_latest_record_wins() -> None:
    house = House()
    house.check_in("101", None, "Ana", by=Source.DESK)
    house.later(60)
    house.check_in("101", "1", "Nils", alone=True)
    assert house.shown("101") == "Nils"
    assert {word.origin.source for word in house.stays.said["101"]} == {Source.PMS}
    house.later(60)
    house.check_out("101", by=Source.DESK)
    assert house.occupied("101") is False
    assert {word.origin.source for word in house.stays.said["101"]} == {Source.DESK}


def test_a_check_out_at_the_desk_is_final_at_once() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.later(60)
    house.check_out("101", "1", by=Source.DESK)
    assert (house.wakeups("101"), house.cleared("101")) == ([], house.now)
    assert house.stays.next_due() is None


def test_the_desk_is_told_what_makes_no_sense() -> None:
    house = House()
    house.check_out("101", by=Source.DESK)
    house.check_out("101", by=Source.DESK)
    assert house.refused == "nobody_there"
    house.check_out("101", "99", by=Source.DESK)
    assert house.refused == "unknown_reservation"
    house.move("101", "102", None, by=Source.DESK)
    assert house.refused == "nobody_there"
    house.move("101", "102", "99", by=Source.DESK)
    assert house.refused == "unknown_reservation"
    house.swap("101", "102")
    assert house.refused == "nobody_there"
    house.cancel("101", by=Source.PMS)
    assert house.refused == "no_such_wakeup"
    assert house.occupied("102") is None


def test_a_mistake_at_the_desk_is_no_oddity_of_the_pms() -> None:
    house = House()
    house.check_in("101", "1", "Ana")
    house.check_out("101", "99", by=Source.DESK)
    assert house.refused == "unknown_reservation"
    house.check_in("102", "1", by=Source.DESK)
    assert house.refused == "in_another_room"
    assert (house.numbers("101"), house.numbers("102")) == (["1"], [])
    assert house.odd == {}


def test_the_desk_means_the_guest_whom_it_sees_in_the_room_that_it_names() -> None:
    house = House()
    house.check_in("101", "1", "Ana")
    house.check_in("102", "2", "Nils")
    house.check_out("102", "1", by=Source.DESK)
    assert house.refused == "unknown_reservation"
    house.move("102", "103", "1", by=Source.DESK)
    assert house.refused == "unknown_reservation"
    assert (house.numbers("101"), house.numbers("102"), house.numbers("103")) == (["1"], ["2"], [])


def test_the_desk_knows_the_guests_of_the_pms_by_their_numbers() -> None:
    house = House(rooms=["101"])
    house.check_in("101", "1", "Ana")
    house.move("101", "205", "1", by=Source.DESK)
    assert (house.numbers("101"), house.numbers("205")) == ([], ["1"])
    assert house.stays.named["205"] == LINK
    house.check_out("205", "1")
    assert house.occupied("205") is False


def test_a_guest_whom_the_desk_checked_in_is_known_to_the_pms_that_names_the_room() -> None:
    house = House(known=False)
    house.check_in("101", "1", "Ana", by=Source.DESK)
    house.check_in("102", "1", "Ana")
    assert (house.numbers("101"), house.numbers("102")) == ([], ["1"])


def test_a_guest_of_the_desk_has_the_number_of_the_pms_once_it_names_the_room() -> None:
    house = House(known=False)
    house.check_in("101", "1", "Ana", by=Source.DESK)
    house.status("101", dnd="on")
    assert house.stays.named == {"101": LINK}
    house.check_out("102", "1")
    assert house.occupied("101") is False


def test_a_room_that_another_pms_names_loses_a_guest_whom_that_one_has_elsewhere() -> None:
    house = House()
    house.hear(CheckedIn("201", "1", {"first": "Nils"}), link="tower")
    house.check_in("101", "1", "Ana")
    house.check_in("101", "2", "Mei")
    house.hear(StatusTold("101", {}), link="tower")
    assert (house.numbers("101"), house.numbers("201")) == (["2"], ["1"])


# What guests are called.


def test_values_longer_than_a_document_takes_are_cut_and_impossible_ones_left_out() -> None:
    house = House()
    details = {"first": "A" * 300, "last": "", "title": "T" * 70, "vip": "V" * 40, "language": "portuguese"}
    house.hear(CheckedIn("101", "9" * 70, {**details, "arrival": NOON}))
    (guest,) = house.get("101", Field.GUESTS)
    assert guest == Guest.model_validate(guest.model_dump())
    assert (len(guest.first), guest.last, len(guest.title), len(guest.vip)) == (200, None, 64, 32)
    assert (guest.language, guest.arrival, len(guest.reservation)) == (None, NOON.date(), 64)
    house.check_out("101", "9" * 70)
    assert house.occupied("101") is False


def test_a_field_that_is_told_to_be_empty_is_emptied() -> None:
    house = House()
    house.hear(CheckedIn("101", "1", {"first": "Ana", "language": "pt"}))
    house.hear(CheckedIn("101", "1", {"language": None}))
    assert house.get("101", Field.GUESTS) == (Guest(reservation="1", first="Ana"),)


# Whose clock counts.


@pytest.mark.parametrize(
    ("hours_before", "counts"),
    [(0, True), (5, True), (24, True), (24.1, False), (-0.1, False)],
)
def test_the_mailbox_is_cleared_by_the_records_own_time_within_a_day(
    hours_before: float, counts: bool
) -> None:
    house = House()
    own = NOON - timedelta(hours=hours_before)
    house.check_in("101", "1", of=own)
    assert house.cleared("101") == (own if counts else NOON)


def test_a_late_check_out_leaves_the_messages_of_the_hours_since() -> None:
    house = House()
    house.check_in("101", "1", of=NOON - timedelta(hours=6))
    house.check_out("101", "1", of=NOON - timedelta(hours=2))
    house.later()
    assert house.cleared("101") == NOON - timedelta(hours=2)


def test_words_that_somebody_else_has_stored_are_taken_over() -> None:
    before, house = House(), House()
    before.check_in("101", "1", "Ana")
    house.stays.learn("101", before.stays.said["101"])
    house.check_out("102", "1")
    assert house.numbers("101") == []
    assert house.odd == {"checkout_elsewhere": 1}
