"""A large hotel is looked at in two processes; what comes out is what one process would say."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from desired.document import RoomDocument
from desired.placed import Loaded, Placed
from drivers.zoom.operations import writing
from observed.cache import Observed
from observed.extension import Extension
from reconciler.app import halves
from reconciler.app.halves import look_in_two
from reconciler.app.offline import house_of
from reconciler.hotel import Hotel, RoomPlan
from reconciler.settings import Settings

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROOMS = [str(number) for number in range(1001, 1041)]


@pytest.fixture
def hotel(monkeypatch: pytest.MonkeyPatch) -> Hotel:
    """Forty vacant rooms, of which every seventh still shows somebody, and one has no extension in Zoom."""
    monkeypatch.setattr(halves, "WORTH_IT", 2)
    settings = Settings.model_validate({"property": {"timezone": "America/New_York"}})
    hotel = Hotel(house_of(settings), None, writing)
    documents = (RoomDocument(room=room, occupied=False) for room in ROOMS)
    hotel.take_documents(
        Loaded(tuple(Placed(d, f"rooms/{d.room}.yaml", {"": (1, 1)}) for d in documents), ())
    )
    hotel.observed = Observed(
        Extension(
            "user", f"u{room}", int(room), "Ana Souza" if int(room) % 7 == 0 else f"Room {room}", "Room", room
        )
        for room in ROOMS[:-1]
    )
    return hotel


def worth_telling(plans: Iterator[RoomPlan]) -> list[RoomPlan]:
    return [plan for plan in plans if plan.changes or plan.problems]


def test_two_processes_say_what_one_says_in_the_same_order(hotel: Hotel) -> None:
    alone = worth_telling(hotel.look_at(ROOMS, NOON))

    assert list(look_in_two(hotel, ROOMS, NOON)) == alone
    assert [plan.room for plan in alone] == ["1001", "1008", "1015", "1022", "1029", "1036", "1040"]


def test_a_child_that_dies_costs_nothing_but_time(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = worth_telling(hotel.look_at(ROOMS, NOON))
    parent, look_at = os.getpid(), Hotel.look_at

    def dies_in_the_child(self: Hotel, rooms: Sequence[str], now: datetime) -> Iterator[RoomPlan]:
        if os.getpid() != parent:
            raise MemoryError
        return look_at(self, rooms, now)

    monkeypatch.setattr(Hotel, "look_at", dies_in_the_child)

    assert worth_telling(look_in_two(hotel, ROOMS, NOON)) == alone


def test_a_small_hotel_is_looked_at_in_one_process(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "WORTH_IT", 1000)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a second process for a small hotel"))

    assert len(list(look_in_two(hotel, ROOMS, NOON))) == len(ROOMS)
