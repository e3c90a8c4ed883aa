"""A guest whom the desk has checked in without a number, and of whom the PMS tells later."""

from datetime import timedelta

import pytest

from desired.events import CheckedIn
from desired.said import Field, Source
from tests.desired.house import SEVEN, House

ANA = {"first": "Ana", "last": "Souza"}


def at_the_desk(house: House, room: str = "101") -> None:
    """Ana Souza comes at night, while the PMS is down, and wants to be woken."""
    house.hear(CheckedIn(room, None, ANA), by=Source.DESK)
    house.wake(room, by=Source.DESK)
    house.now += timedelta(hours=1)


def in_room(house: House, room: str = "101") -> list[tuple[str | None, str | None]]:
    return [(guest.first, guest.reservation) for guest in house.get(room, Field.GUESTS)]


@pytest.mark.parametrize("name", [ANA, {"first": "ANA", "last": "souza "}])
def test_the_same_name_in_the_same_room_is_the_same_guest_and_keeps_his_call(name: dict[str, str]) -> None:
    house = House()
    at_the_desk(house)
    house.hear(CheckedIn("101", "84311", name, alone=True))
    assert in_room(house) == [(name["first"], "84311")]
    assert house.wakeups("101") == [SEVEN]
    assert not house.odd
    house.check_out("101", "84311")
    house.later()
    assert (in_room(house), house.wakeups("101")) == ([], [])


def test_a_resync_that_tells_of_him_gives_him_his_number_too() -> None:
    house = House()
    at_the_desk(house)
    house.resync_begins()
    house.hear(CheckedIn("101", "84311", ANA), snapshot=True)
    house.resync_ends()
    house.later()
    assert in_room(house) == [("Ana", "84311")]
    assert house.wakeups("101") == [SEVEN]


def test_a_guest_of_another_name_is_another_guest() -> None:
    house = House()
    at_the_desk(house)
    house.hear(CheckedIn("101", "84311", {"first": "Eva", "last": "Souza"}, alone=True))
    house.later()
    assert in_room(house) == [("Eva", "84311")]
    assert house.wakeups("101") == []
    assert house.odd == {"stale_occupant": 1}


def test_nobody_is_known_again_by_having_no_name() -> None:
    house = House()
    house.hear(CheckedIn("101", None), by=Source.DESK)
    house.hear(CheckedIn("101", "84311", alone=True))
    assert house.odd == {"stale_occupant": 1}


def test_who_moved_in_with_others_and_gets_his_number_there_takes_his_call_along_when_he_moves_on() -> None:
    house = House()
    house.check_in("102", "700")
    house.later()
    at_the_desk(house)
    house.move("101", "102", None, by=Source.DESK)
    house.hear(CheckedIn("102", "84311", ANA))
    house.move("102", "103", "84311")
    assert in_room(house, "103") == [("Ana", "84311")]
    assert (house.wakeups("102"), house.wakeups("103")) == ([], [SEVEN])
