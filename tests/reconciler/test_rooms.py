"""The list of guest rooms: the fence around everything that may be written."""

import pytest

from reconciler.rooms import LARGEST_RANGE, Entry, RoomEntry, RoomTable


def numbers(*entries: Entry) -> list[str]:
    return [room.room for room in RoomTable.of(entries)]


def test_in_a_range_each_room_has_the_extension_of_its_number() -> None:
    table = RoomTable.of(["1001-1003"])
    assert list(table) == [RoomEntry(n, (n,), room_id=n) for n in ("1001", "1002", "1003")]
    assert "1002" in table
    assert "1004" not in table


def test_leading_zeros_of_a_range_stay() -> None:
    assert numbers("0098-0101") == ["0098", "0099", "0100", "0101"]


def test_a_range_may_grow_longer_than_it_begins() -> None:
    assert numbers("98 - 101") == ["98", "99", "100", "101"]


def test_a_single_room_may_be_listed() -> None:
    assert numbers("1305") == ["1305"]


def test_a_penthouse_has_its_own_extensions_and_description() -> None:
    table = RoomTable.of([("PH1", ["1901", "1902"], "Penthouse", "PH-1")])
    assert table.rooms["PH1"] == RoomEntry("PH1", ("1901", "1902"), "Penthouse", "PH-1")


def test_a_rooms_id_is_the_room_unless_it_says_otherwise() -> None:
    assert RoomTable.of([("PH1", ["1901"], "", None)]).rooms["PH1"].room_id == "PH1"


def test_a_described_room_without_extensions_has_that_of_its_number() -> None:
    assert RoomTable.of([("1305", None, "Corner room", None)]).rooms["1305"].extensions == ("1305",)


@pytest.mark.parametrize(
    ("exception", "left"),
    [("!1002", ["1001", "1003", "1004"]), ("! 1002-1003", ["1001", "1004"])],
)
def test_an_exception_takes_rooms_out_of_a_range(exception: str, left: list[str]) -> None:
    assert numbers("1001-1004", exception) == left
    assert numbers(exception, "1001-1004") == left


def test_a_named_room_can_be_an_exception_too() -> None:
    assert numbers("1001", ("PH1", ["1901"], "", None), "!PH1") == ["1001"]


def test_the_extension_of_an_excluded_room_may_be_given_to_another() -> None:
    table = RoomTable.of(["1001-1003", "!1002", ("Spa", ["1002"], "", None)])
    assert table.rooms["Spa"].extensions == ("1002",)


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        (["10O1"], 'rooms.0: "10O1": expected a number, a range'),
        (["1001\n"], None),
        (["٣-٥"], "expected a number"),
        (["1001-1003", "1002"], "rooms.1: room 1002 is listed twice"),
        (["1003-1001"], "the range must rise"),
        ([f"1-{LARGEST_RANGE + 1}"], "hold at most"),
        (["1001-1003", "!1013"], 'rooms.1: "!1013" excludes nothing'),
        (["0001-0003", "!2"], 'rooms.1: "!2" excludes nothing'),
        ([("PH1", None, "", None)], 'rooms.0: room PH1: expected digits as extension, not "PH1"'),
        ([("PH1", ["19o1"], "", None)], 'expected digits as extension, not "19o1"'),
        (["1001-1003", ("PH1", ["1002"], "", None)], "extension 1002 belongs to 1002 and PH1"),
        (["0101", ("PH1", ["101"], "", None)], "extension 101 belongs to 0101 and PH1"),
        ([("PH1", ["1901", "01901"], "", None)], "room PH1 has the same extension twice"),
    ],
)
def test_a_mistake_in_the_list_is_named(entries: list[Entry], complaint: str | None) -> None:
    if complaint is None:
        assert numbers(*entries) == ["1001"]
        return
    with pytest.raises(ValueError, match=complaint.replace("(", r"\(")):
        RoomTable.of(entries)


def test_a_hotel_without_rooms_has_an_empty_fence() -> None:
    assert numbers() == []
