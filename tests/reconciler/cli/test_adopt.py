"""`reconcile adopt`: a hotel that is at work hands its rooms over without a single telephone changing."""

from pathlib import Path
from typing import Any

import pytest

from desired.document import RoomDocument
from desired.reading import read
from fixtures.zoom_cloud import ZoomCloud
from tests.reconciler.house import House

LIVELY: dict[str, Any] = {
    "rooms": [
        "1001-1011",
        {"room": "PH1", "extensions": ["1901", "1902"]},
        {"room": "PH2", "extensions": [1903, 1904]},
    ]
}
PMS = {"kind": "fias", "host": "10.0.0.5", "port": 5010}


@pytest.fixture
def cloud() -> ZoomCloud:
    """Vacant rooms, guests, a concierge, odd blanks, a pending user, suites with two telephones, common areas."""
    cloud = ZoomCloud("business")
    cloud.add_user(1001, "Room", "1001", "Room 1001")
    cloud.add_user(1002, "Ana", "Souza 1002", "Ana Souza 1002", dept="In 2026-11-20")
    cloud.add_user(1003, "Concierge", "Desk", "Concierge")
    cloud.add_user(1004, "Kwame", "Brandvold", "Kwame  Brandvold   1004")
    cloud.add_common_area(1005, "Room 1005")
    cloud.add_common_area(1006, "Luca Hallberg 1006")
    cloud.add_user(1008, "Room", "1008", "Room 1008", dept="Housekeeping")
    cloud.add_user(1901, "Noor", "Farnham 1901", "Noor Farnham 1901")
    cloud.add_user(1902, "Noor", "Farnham 1902", "Noor Farnham 1902")
    cloud.add_user(1903, "Room", "1903", "Room 1903")
    cloud.add_common_area(1904, "Room 1904")
    cloud.add_user(7001, "Ingrid", "Castellan")
    return cloud


def documents(folder: Path) -> dict[str, RoomDocument]:
    return {d.room: d for file in folder.glob("*.yaml") for d, _ in read(file.read_bytes()).documents}


def rooms(house: House) -> dict[str, Any]:
    return {room["room"]: room for room in house("show", "--format", "json").json["rooms"]}


@pytest.mark.parametrize("files", [(), ("--files",)])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"department": "state"},
        {"department": "description"},
        {"names": {"vacant": {"display": "Suite ${extension}"}}},
        {"names": {"device": {"occupied": "${last} ${extension}", "vacant": "Room ${extension}"}}},
        {
            "calling": {
                "enabled": True,
                "emergency_verified": {"date": "2026-11-20", "by": "desk", "users": True},
            }
        },
        {"pms": [PMS]},
    ],
)
def test_nothing_changes_right_after_it(
    house: House, files: tuple[str, ...], settings: dict[str, Any]
) -> None:
    house.configure(**LIVELY, **settings)
    ran = house("adopt", *files)
    assert (ran.code, ran.err) == (0, "")
    audit = house("--dry-run", "--format", "json")
    assert audit.json["changes"] == []
    assert audit.code == 0


def test_what_each_room_shows_becomes_its_wish(house: House) -> None:
    house.configure(**LIVELY)
    ran = house("adopt")
    shown = rooms(house)
    assert {name for name, room in shown.items() if room["occupied"] is False} == {
        "1001",
        "1005",
        "1008",
        "PH2",
    }
    assert shown["1002"]["extensions"][0]["desired"] == {
        "first_name": "Ana", "last_name": "Souza 1002", "display_name": "Ana Souza 1002",
        "department": "In 2026-11-20",
    }  # fmt: skip
    assert shown["1006"]["extensions"][0]["desired"]["display_name"] == "Luca Hallberg 1006"
    assert shown["1008"]["extensions"][0]["desired"]["department"] == "Housekeeping"
    assert shown["PH1"]["extensions"][0]["desired"] == {}
    assert "room PH1: nothing that it shows can be said for the whole room" in ran.out
    assert "room 1007: Zoom does not have its extension" in ran.out
    assert "7001" not in shown


def test_a_room_that_somebody_changes_afterwards_drifts_back(house: House) -> None:
    house.configure(**LIVELY)
    house("adopt")
    assert house("--yes").code == 0
    house.cloud.by_number[1003].display_name = "Somebody"
    (change,) = house("--dry-run", "--format", "json").json["changes"]
    assert (change["room"], change["desired"], change["cause"]) == ("1003", "Concierge", "drift")


def test_every_other_source_stands_above_what_was_adopted(house: House) -> None:
    house.configure(**LIVELY)
    house("adopt")
    house.document("1002", "guests: [{first: Petra, last: Dworkin}]")
    assert rooms(house)["1002"]["extensions"][0]["desired"]["display_name"] == "Petra Dworkin 1002"


def test_explain_says_once_when_a_wish_was_adopted(house: House) -> None:
    house.configure(**LIVELY)
    house("adopt")
    (line, *_) = [line for line in house("explain", "1003").out.splitlines() if "adopted" in line]
    assert line.count(":") == 3  # one time of day, with its offset


def test_adopting_again_replaces_what_was_adopted(house: House) -> None:
    house.configure(**LIVELY)
    house("adopt")
    house.cloud.by_number[1003].display_name = "Night desk"
    house("adopt")
    assert house("--dry-run").code == 0
    assert rooms(house)["1003"]["extensions"][0]["desired"]["display_name"] == "Night desk"


def test_files_say_the_same_and_never_replace_one(house: House) -> None:
    house.configure(**LIVELY)
    mine = house.document("1003", "dnd: off")
    ran = house("adopt", "--files")
    assert f"kept     {mine}" in ran.out
    assert mine.read_text() == 'room: "1003"\ndnd: off\n'
    found = documents(house.folder / "rooms")
    assert found["1001"].occupied is False
    assert found["1002"].name is not None
    assert found["1002"].name.display == "Ana Souza 1002"
    assert not any(document.guests for document in found.values())
    assert list((house.folder / "rooms").glob(".*")) == []


def test_files_leave_out_the_rooms_of_which_other_files_speak(house: House) -> None:
    house.configure(**LIVELY)
    wing = house.document(
        "1001", "occupied: false\n---\nroom: '1002'\nguests: [{first: Petra, last: Dworkin}]"
    )
    wing.rename(house.folder / "rooms" / "wing.yaml")
    house.document("1003", "ocupied: true").rename(house.folder / "rooms" / "desk.yaml")

    ran = house("adopt", "--files")

    assert "not written, because documents speak of them already: the rooms 1001, 1002, 1003\n" in ran.out
    assert {path.stem for path in (house.folder / "rooms").glob("1*.yaml")} == {"1005", "1006", "1008"}
    problems = house("--dry-run", "--format", "json").json["problems"]
    assert [problem["code"] for problem in problems] == ["unknown_field"]


def test_where_a_pms_is_connected_files_leave_guests_names_and_occupancy_to_it(house: House) -> None:
    house.configure(**LIVELY, pms=[PMS])
    ran = house("adopt", "--files")
    found = documents(house.folder / "rooms")
    assert set(found) == {"1002", "1008"}, "only these two show something that is not the PMS's"
    assert all(document.model_fields_set == {"room", "department"} for document in found.values())
    assert "would outrank the PMS" in ran.out


def test_without_a_list_of_rooms_nobody_knows_whom_to_adopt(house: House) -> None:
    house.configure(rooms=None)
    ran = house("adopt")
    assert ran.code == 1
    assert "rooms:" in ran.err
    assert not house.cloud.calls, "Zoom was not even asked"
