"""Which rooms a hotel has: the room table and the documents together."""

from __future__ import annotations

from typing import Any

import pytest

from desired.document import RoomDocument
from desired.placed import Loaded, Placed
from reconciler.rooms import RoomTable
from reconciler.roster import Roster


def roster(*documents: dict[str, Any], rooms: list[str] | None) -> Roster:
    made = Roster(None if rooms is None else RoomTable.of(rooms))
    made.take_documents(loaded(*documents))
    return made


def loaded(*documents: dict[str, Any]) -> Loaded:
    read = [RoomDocument.model_validate(each) for each in documents]
    return Loaded(tuple(Placed(d, f"rooms/{d.room}.yaml", {"dnd": (2, 6)}) for d in read), ())


def test_a_room_answers_to_its_own_number_where_nobody_says_otherwise() -> None:
    made = roster({"room": "1207"}, rooms=None)
    assert made.extensions_in("1207") == ("1207",)
    assert made.room_of(1207) == "1207"
    assert made.extensions_in("Spa") == ()


def test_a_number_belongs_to_the_room_whose_document_names_it() -> None:
    made = roster({"room": "PH", "extensions": ["1205", "1206"]}, rooms=None)
    assert (made.room_of(1206), made.room_of(1208)) == ("PH", None)
    assert made.sought() == {1205, 1206}


def test_a_document_takes_no_number_from_the_room_that_the_list_gives_it_to() -> None:
    made = roster({"room": "1207", "extensions": ["1208"]}, rooms=["1207-1208"])
    assert made.room_of(1208) == "1208"
    assert made.numbers(["1207"]) == frozenset()
    assert made.sought() == {1208}


def test_a_pms_may_speak_of_any_listed_room_so_all_of_them_are_sought() -> None:
    assert roster(rooms=["1201-1203"]).sought() == {1201, 1202, 1203}


@pytest.mark.parametrize(("rooms", "gone"), [(["1201-1206"], ("1207",)), (["1201-1207"], ()), (None, ())])
def test_an_occupied_room_is_taken_out_when_the_list_names_it_no_more(
    rooms: list[str] | None, gone: tuple[str, ...]
) -> None:
    assert roster(rooms=rooms).taken_out(["1203", "1207"]) == gone


def test_a_room_taken_out_whose_telephone_another_room_has_by_now_is_that_rooms_matter() -> None:
    made = Roster(RoomTable.of([("PH1", ["1207"], "Penthouse", None)]))
    assert made.taken_out(["1207"]) == ()


def test_it_is_told_where_a_file_says_something() -> None:
    made = roster({"room": "1207", "dnd": "on"}, rooms=None)
    assert made.in_files("1207", "dnd") == "rooms/1207.yaml:2:6"
    assert made.in_files("1207", "wakeups") is None
    assert made.in_files("1208", "dnd") is None


def test_documents_are_forgotten_with_their_files() -> None:
    made = roster({"room": "1207"}, rooms=None)
    assert made.is_ours("1207")
    assert made.take_documents(loaded({"room": "1208"})) == {"1207", "1208"}
    assert not made.is_ours("1207")
    assert made.documents("1207") == ()
