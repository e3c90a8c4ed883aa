"""What earlier runs worked out is what this run would work out, or it is not believed."""

import stat
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desired import aims as module
from desired.aims import Aim, Aims
from desired.document import RoomDocument
from desired.names import NameTemplates
from desired.placed import Placed
from desired.said import of_file
from desired.sources import merge
from desired.target import DepartmentRule, House, RoomFacts, Target, targets

TEMPLATES = NameTemplates(
    occupied=("${vip} ${first}", "${last} ${extension}", "${vip} ${first} ${last} ${extension}"),
    vacant=("Room", "${extension}", "Room ${extension}"),
)
HOUSE = House(TEMPLATES, ZoneInfo("Europe/Lisbon"))
FACTS = RoomFacts(("1207",), "Ocean wing", "A-1207")
ANA = {"guests": [{"first": "Ana", "last": "Souza"}], "dnd": "on", "department": "Suites"}

OTHER_HOUSES: dict[str, list[Any]] = {
    "templates": [
        NameTemplates(("${first}", "", "${first} ${last}"), ("Room", "", "Room ${extension}")),
        NameTemplates(("${first}", "", "${first}"), ("Room", "", "Room ${extension}"), ("${last}", "Room")),
        NameTemplates(("${first}", "", "${first}"), ("Room", "", "Room ${extension}"), vip={"2": "Gold"}),
    ],
    "zone": [ZoneInfo("Asia/Tokyo")],
    "department": [
        DepartmentRule("state"),
        DepartmentRule("state", occupied="Here"),
        DepartmentRule("state", vacant="Free"),
        DepartmentRule("state", date_format="%d.%m."),
    ],
    "tenant": ["Harbour"],
    "site": ["Main"],
    "calling": [("national", "internal"), ("national", "local")],
    "clear_mailboxes": [True],
    "language": ["pt"],
}
OTHER_FACTS: dict[str, Any] = {
    "extensions": ("1207", "1208"),
    "description": "Garden wing",
    "room_id": "B-1207",
    "since": date(2026, 11, 22),
}


def placed(**fields: Any) -> Placed:
    return Placed(RoomDocument.model_validate({"room": "1207", **fields}), "rooms/1207.yaml", {})


def worked_out(documents: Iterable[Placed], facts: RoomFacts, house: House) -> tuple[Target, ...]:
    said = [word for each in documents for word in of_file(each)]
    return targets(merge("1207", said, pms_room=False, zone=house.zone), facts, house)[0]


def aimed_at(aim: Aim) -> list[Target]:
    return [aim.target("1207", extension) for extension in aim.values]


def without_places(made: Iterable[Target]) -> list[tuple[Any, ...]]:
    """Targets as far as they are kept."""
    return [
        (t.room, t.extension, t.occupied, {n: w.value for n, w in t.wanted.items() if n != "cleared"})
        for t in made
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, after a run that has worked out Ana's room."""
    path = tmp_path / "aims.json"
    aims = Aims(path, HOUSE)
    aims.keep("1207", [placed(**ANA)], FACTS, worked_out([placed(**ANA)], FACTS, HOUSE))
    aims.save({"1207"})
    return path


def test_what_was_worked_out_is_known_to_the_next_run(path: Path) -> None:
    known = Aims(path, HOUSE).aim("1207", [placed(**ANA)], FACTS)

    assert known is not None
    assert without_places(aimed_at(known)) == without_places(worked_out([placed(**ANA)], FACTS, HOUSE))


def test_a_document_that_says_the_same_in_another_place_is_the_same(path: Path) -> None:
    moved = Placed(placed(**ANA).document, "rooms/new/1207.yaml", {"": (7, 1)})

    assert Aims(path, HOUSE).aim("1207", [moved], FACTS) is not None


@pytest.mark.parametrize("change", [
    {"dnd": "off"}, {"guests": [{"first": "Ana", "last": "Sousa"}]}, {"guests": []}, {"department": None},
    {"private": True}, {"calling": "local"}, {"name": {"first": "Concierge"}}, {"extensions": ["1207"]},
])  # fmt: skip
def test_another_document_is_worked_out_anew(path: Path, change: dict[str, Any]) -> None:
    assert Aims(path, HOUSE).aim("1207", [placed(**{**ANA, **change})], FACTS) is None


def test_a_document_more_or_less_is_worked_out_anew(path: Path) -> None:
    aims = Aims(path, HOUSE)

    assert aims.aim("1207", [placed(**ANA), placed(calling="local")], FACTS) is None
    assert aims.aim("1207", [], FACTS) is None
    assert aims.aim("1208", [placed(**ANA)], FACTS) is None


@pytest.mark.parametrize("field", RoomFacts._fields)
def test_other_facts_of_the_room_are_worked_out_anew(path: Path, field: str) -> None:
    facts = FACTS._replace(**{field: OTHER_FACTS[field]})

    assert Aims(path, HOUSE).aim("1207", [placed(**ANA)], facts) is None


@pytest.mark.parametrize("field", [field.name for field in fields(House)])
def test_no_target_outlives_a_change_of_the_house(path: Path, field: str) -> None:
    for other in OTHER_HOUSES[field]:
        assert Aims(path, replace(HOUSE, **{field: other})).aim("1207", [placed(**ANA)], FACTS) is None


def test_no_target_outlives_the_code_that_worked_it_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "edition", lambda: "another")

    assert Aims(path, HOUSE).aim("1207", [placed(**ANA)], FACTS) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"made_by": "', "\xff", '{"made_by": 1, "rooms": []}'])
def test_a_damaged_file_costs_only_time(path: Path, text: str) -> None:
    path.write_text(text, encoding="latin-1")

    aims = Aims(path, HOUSE)

    assert aims.aim("1207", [placed(**ANA)], FACTS) is None
    assert aims.occupied("1207") is None


def test_only_its_owner_may_read_the_guests_names(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_room_that_is_gone_leaves_no_name_behind(path: Path) -> None:
    aims = Aims(path, HOUSE)
    aims.keep("1208", [placed()], FACTS, [Target("1208", "1208", None, {})])
    aims.save({"1208"})

    assert "Ana" not in path.read_text(encoding="utf-8")
    assert Aims(path, HOUSE).aim("1208", [placed()], FACTS) is not None


def test_where_nothing_can_be_written_the_audit_goes_on(tmp_path: Path) -> None:
    aims = Aims(tmp_path / "missing" / "aims.json", HOUSE)
    aims.keep("1207", [placed(**ANA)], FACTS, worked_out([placed(**ANA)], FACTS, HOUSE))
    aims.save({"1207"})

    assert aims.aim("1207", [placed(**ANA)], FACTS) is not None


def test_what_has_a_moment_in_it_is_not_kept(tmp_path: Path) -> None:
    """The zone's rules may change, and with them the moment."""
    house = replace(HOUSE, clear_mailboxes=True)
    aims = Aims(tmp_path / "aims.json", house)
    resting = [placed(dnd={"until": "2026-11-22T22:00"})]
    cleared = [placed(mailbox={"cleared": "2026-11-22T11:02"}, calling="local", occupied=False)]

    aims.keep("1207", resting, FACTS, worked_out(resting, FACTS, house))
    aims.keep("1208", cleared, FACTS, worked_out(cleared, FACTS, house))

    assert aims.aim("1207", resting, FACTS) is None
    known = aims.aim("1208", cleared, FACTS)
    assert known is not None
    assert set(known.values["1207"]) == {"first_name", "last_name", "display_name"}


NAMES = (
    st.none() | st.text(max_size=12) | st.sampled_from(["Ana", "小明", "Jürgen", "R2 D2", "O'Hara", "👨‍👩‍👧"])
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "guests": st.none()
        | st.lists(st.fixed_dictionaries({"first": NAMES, "last": NAMES, "vip": NAMES}), max_size=2),
        "occupied": st.none() | st.booleans(),
        "private": st.booleans(),
        "name": st.none() | st.fixed_dictionaries({}, optional={"first": NAMES, "display": NAMES}),
        "department": NAMES,
        "dnd": st.sampled_from(["on", "off", None, {"until": "2026-11-22T22:00"}]),
        "calling": st.sampled_from(["local", "international", None]),
        "mailbox": st.none() | st.fixed_dictionaries({}, optional={"description": NAMES, "room_id": NAMES}),
    },
)
HOUSES = st.builds(
    House,
    st.sampled_from([TEMPLATES, *OTHER_HOUSES["templates"]]),
    st.just(ZoneInfo("Europe/Lisbon")),
    st.sampled_from(
        [
            DepartmentRule(),
            DepartmentRule("state"),
            DepartmentRule("description"),
            DepartmentRule("site"),
        ]
    ),
    site=st.sampled_from(["", "Main"]),
    calling=st.sampled_from([None, ("national", "internal")]),
)
FACT_SHEETS = st.builds(
    RoomFacts,
    st.lists(st.sampled_from(["1207", "01208", "1209"]), min_size=1, unique=True).map(tuple),
    st.sampled_from(["", "Ocean wing"]),
    st.sampled_from(["", "A-1207"]),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)


@given(content=DOCUMENTS, other=DOCUMENTS, facts=FACT_SHEETS, house=HOUSES)
def test_what_is_known_is_what_would_be_worked_out(
    content: dict[str, Any], other: dict[str, Any], facts: RoomFacts, house: House
) -> None:
    with TemporaryDirectory() as folder:
        first = Aims(Path(folder) / "aims.json", house)
        first.keep("1207", [placed(**content)], facts, worked_out([placed(**content)], facts, house))
        first.save({"1207"})
        later = Aims(Path(folder) / "aims.json", house)

    for asked in (content, other):
        known = later.aim("1207", [placed(**asked)], facts)
        made = worked_out([placed(**asked)], facts, house)
        if known is not None:
            assert without_places(aimed_at(known)) == without_places(made)
            assert all(later.occupied("1207") == target.occupied for target in made)
    if not isinstance(content.get("dnd"), dict):
        assert later.aim("1207", [placed(**content)], facts) is not None
