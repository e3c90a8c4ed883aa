"""Statuses and wake-up calls that PMS, desk and telephones tell of a room (FIAS 9 and 10, contract 4)."""

from datetime import datetime, timedelta

import pytest

from desired.document import Until
from desired.said import Field, Origin, Said, Source, WakeupCall
from desired.sources import merge
from tests.desired.house import EIGHT, NOON, SEVEN, ZONE, House

HALF_PAST = SEVEN + timedelta(minutes=30)


def test_the_latest_of_pms_desk_and_telephone_decides() -> None:
    house = House()
    house.check_in("101", "1")
    for by, dnd in [(Source.PHONE, "on"), (Source.PMS, "off"), (Source.DESK, "on"), (Source.PHONE, "off")]:
        house.later(1)
        house.status("101", by=by, dnd=dnd)
        assert house.dnd("101") == dnd


def test_a_status_that_the_pms_repeats_counts_after_another_has_spoken() -> None:
    house = House()
    house.check_in("101", "1")
    house.status("101", dnd="off")
    house.later(60)
    house.status("101", by=Source.PHONE, dnd="on")
    house.later(60)
    house.status("101", dnd="off")
    assert house.dnd("101") == "off"


def test_a_status_that_stands_already_touches_nothing() -> None:
    house = House()
    house.check_in("101", "1")
    house.later(60)
    house.touched.clear()
    house.status("101", dnd="off", calling="international")
    assert not house.touched


def test_a_status_told_to_be_empty_is_the_default_of_the_room_as_it_is() -> None:
    house = House()
    house.check_in("101", "1")
    house.status("101", dnd="on", light="on", calling="local", private=True)
    house.status("101", dnd=None, light=None, calling=None, private=None)
    assert (house.dnd("101"), house.light("101")) == ("off", "off")
    assert (house.calling("101"), house.private("101")) == ("international", False)
    house.check_out("101", "1")
    house.status("101", calling=None)
    assert house.calling("101") == "internal"


def test_a_do_not_disturb_may_end_by_itself() -> None:
    house = House()
    house.check_in("101", "1")
    until = Until(until=NOON + timedelta(hours=8))
    house.later(1)
    house.status("101", by=Source.DESK, dnd=until)
    house.move("101", "102", "1")
    house.restart()
    assert house.dnd("102") == until


# Wake-up calls.


def test_a_wake_up_may_be_asked_for_long_before_the_guest_arrives() -> None:
    house = House()
    house.wake("101")
    assert house.wakeups("101") == [SEVEN]


def test_a_wake_up_that_is_asked_for_again_is_the_same_one() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.touched.clear()
    house.later(60)
    house.wake("101")
    assert not house.touched
    assert house.wakeups("101") == [SEVEN]


def test_a_call_that_several_want_names_them_all() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.wake("101", by=Source.PHONE)
    (call,) = house.get("101", Field.WAKEUPS)
    assert {origin.source for origin in call.origins} == {Source.PMS, Source.PHONE}


def test_the_pms_takes_back_only_what_it_asked_for() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.wake("101", EIGHT, by=Source.PHONE)
    house.cancel("101", None)
    assert house.wakeups("101") == [EIGHT]
    house.cancel("101", EIGHT)
    assert house.wakeups("101") == [EIGHT]
    assert house.refused == "no_such_wakeup"


@pytest.mark.parametrize("by", [Source.PHONE, Source.DESK])
def test_telephone_and_desk_take_back_anybodys(by: Source) -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.wake("101", EIGHT, by=Source.DESK)
    house.cancel("101", SEVEN, by=by)
    assert house.wakeups("101") == [EIGHT]
    house.cancel("101", None, by=by)
    assert house.wakeups("101") == []


def test_a_call_of_a_file_is_taken_back_by_the_telephone_and_may_be_asked_for_anew() -> None:
    house = House()
    house.check_in("101", "1")
    who = Origin(Source.FILE, "rooms/101.yaml:3:1")
    file = Said(Field.WAKEUPS, (WakeupCall(SEVEN, (who,)),), who)

    def rings() -> list[datetime]:
        wish = merge("101", [*house.stays.said["101"], file], pms_room=True, zone=ZONE)
        return [call.at for call in wish.get(Field.WAKEUPS)]

    assert rings() == [SEVEN]
    house.cancel("101", SEVEN, by=Source.PHONE)
    assert rings() == []
    house.later(1)
    house.wake("101", SEVEN)
    assert rings() == [SEVEN]


def test_a_wake_up_taken_back_and_asked_for_again_rings() -> None:
    house = House()
    house.check_in("101", "1")
    for by in (Source.PMS, Source.PHONE, Source.PMS):
        house.later(1)
        house.wake("101", by=by)
        assert house.wakeups("101") == [SEVEN]
        house.later(1)
        house.cancel("101", by=Source.PHONE)
        assert house.wakeups("101") == []


def test_a_guest_who_took_back_his_call_takes_away_nobody_elses_when_he_moves_in() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("102", "2")
    house.wake("102")
    house.later(60)
    house.wake("101", by=Source.PHONE)
    house.cancel("101", by=Source.PHONE)
    house.move("101", "102", "1")
    assert house.wakeups("102") == [SEVEN]


def test_a_call_taken_back_in_a_room_does_not_take_back_that_of_a_guest_who_moves_in() -> None:
    house = House()
    house.check_in("101", "1")
    house.check_in("102", "2")
    house.wake("101")
    house.later(60)
    house.cancel("102", by=Source.PHONE)
    house.move("101", "102", "1")
    assert house.wakeups("102") == [SEVEN]


def test_calls_long_past_are_dropped_when_the_next_one_is_asked_for() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.wake("101", EIGHT)
    house.later(43.5 * 3600)  # it is half past seven of the day after the calls
    house.wake("101", HALF_PAST + timedelta(days=2))
    assert house.wakeups("101") == [EIGHT, HALF_PAST + timedelta(days=2)]


def test_the_last_check_out_cancels_everybodys_calls() -> None:
    house = House()
    house.check_in("101", "1")
    house.wake("101")
    house.wake("101", EIGHT, by=Source.PHONE)
    house.check_out("101", "1")
    house.later()
    assert house.wakeups("101") == []
    assert house.wish("101").fields[Field.WAKEUPS].origin.where.startswith("pms CheckedOut")
