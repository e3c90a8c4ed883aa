"""A group of hotels at the command line: all of them in one go, or one that is named."""

import json
import os
from pathlib import Path

import pytest

from tests.reconciler.house import LONG_AGO, House


@pytest.fixture
def group(house: House) -> House:
    """Two properties in one Zoom account, each with three rooms."""
    house.configure(property=None, rooms=None, properties="hotels")
    for name, zone, rooms in (
        ("Harbour View", "America/New_York", "1001-1003"),
        ("Hill House", "Europe/Lisbon", "1004-1006"),
    ):
        hotel(house, name.split()[0].lower(), property={"name": name, "timezone": zone}, rooms=[rooms])
    document(house, "harbour", 1001, "guests: [{first: Ana, last: Souza}]")
    document(house, "hill", 1004, "occupied: false")
    return house


def hotel(house: House, file: str, **settings: object) -> Path:
    path = house.folder / "hotels" / f"{file}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


def document(house: House, file: str, room: int, text: str) -> None:
    path = house.folder / "rooms" / file / f"{room}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'room: "{room}"\n{text}\n', encoding="utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))


def test_a_dry_run_audits_every_property_and_tells_the_sum(group: House) -> None:
    ran = group("--dry-run", "--format", "json")
    assert [each["property"] for each in ran.json["properties"]] == ["Harbour View", "Hill House"]
    assert [each["summary"]["changes"] for each in ran.json["properties"]] == [3, 0]
    assert ran.json["summary"]["properties"] == 2
    assert ran.json["summary"]["changes"] == 3
    assert ran.code == 2
    assert group.shown(1001) == ["Room 1001"]


def test_a_pass_makes_all_of_them_true(group: House) -> None:
    ran = group("--yes")
    assert ran.code == 0
    assert group.shown(1001) == ["Ana Souza 1001"]
    assert ran.out.splitlines()[-1].startswith("2 properties: 2 rooms, ")


def test_another_groups_file_is_what_would_be_if(group: House) -> None:
    assert group("--yes").code == 0
    whatif = group.folder / "whatif.yaml"
    names = {"vacant": {"first": "Zimmer", "last": "${extension}", "display": "Zimmer ${extension}"}}
    whatif.write_text(json.dumps(json.loads(group.config.read_text()) | {"names": names}), encoding="utf-8")
    whatif.chmod(0o600)
    ran = group.run(["--config", str(whatif), "--dry-run", "--cached", "--format", "json"])
    assert "Zimmer 1004" in [change["desired"] for change in ran.json["properties"][1]["changes"]]
    assert ran.json["summary"]["calls"] == 1
    assert group("--dry-run", "--cached").code == 0


def test_a_property_that_cannot_be_used_is_told_and_the_others_are_looked_at(group: House) -> None:
    hotel(group, "hill", property={"name": "Hill House", "timezone": "Europe/Atlantis"})
    ran = group("--dry-run", "--format", "json")
    assert ran.code == 4
    assert [each["property"] for each in ran.json["properties"]] == ["Harbour View", "hill"]
    assert "hill.yaml:1:" in ran.err
    assert "expected an IANA time zone" in ran.err


@pytest.mark.parametrize("words", [("show",), ("explain", "1001"), ("wakeup", "list"), ("history",)])
def test_what_is_about_one_hotel_asks_which(group: House, words: tuple[str, ...]) -> None:
    ran = group(*words)
    assert ran.code == 1
    assert '--property "Harbour View" or "Hill House"' in ran.err


def test_a_named_property_is_a_hotel_like_any_other(group: House) -> None:
    assert group("--property", "hill", "--yes").code == 0
    ran = group("--property", "Hill House", "show")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["1004", "1005", "1006"]


def test_a_backup_of_a_property_brings_its_own_file_back_and_leaves_the_groups(group: House) -> None:
    assert group("--property", "hill", "--yes").code == 0
    saved = group.folder / "hill.tar.gz"
    assert group("--property", "hill", "backup", saved).code == 0
    before = (group.folder / "hotels" / "hill.yaml").read_text(encoding="utf-8")
    hotel(group, "hill", property={"name": "Hill House", "timezone": "Europe/Paris"}, rooms=["1004-1006"])
    group.config.write_text(group.config.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")

    assert group("--property", "hill", "restore", saved).code == 0

    assert (group.folder / "hotels" / "hill.yaml").read_text(encoding="utf-8") == before
    assert "0.8" in group.config.read_text(encoding="utf-8")


def test_a_single_hotel_has_no_other_name(house: House) -> None:
    assert house("--property", "Hill House", "show").code == 64
    assert house("--property", "Harbour View", "show").code == 0


def test_the_fleet_names_those_first_that_nobody_looks_after(group: House) -> None:
    assert group("--property", "hill", "--yes").code == 0
    hotel(group, "quay", property={"name": "Quay", "timezone": "Nowhere"})
    view = group("show", "--fleet", "--format", "json").json
    assert [(each["property"], each["lights"][0]["kind"]) for each in view["properties"]] == [
        ("Harbour View", "not_running"),
        ("Hill House", "not_running"),
        ("quay", "configuration_broken"),
    ]
    assert view["properties"][0]["lights"][0]["message"] == "nobody looks after it: it has never run"
    assert view["summary"] == {"properties": 3, "red": 3, "rooms": 6}
    assert not (group.folder / "state" / "harbour" / "housephone.sqlite").exists()
    assert "RED Harbour View" in group("show", "--fleet").out


def test_a_hotel_alone_is_a_fleet_of_one(house: House) -> None:
    assert house("show", "--fleet", "--format", "json").json["summary"]["properties"] == 1
    assert house("show", "1001", "--fleet").code == 64
