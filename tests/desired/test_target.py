"""What each extension of a room should show, and whose wish that is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desired.document import RoomDocument
from desired.names import NameTemplates
from desired.said import Origin, Source, of_document
from desired.sources import merge
from desired.target import DepartmentRule, Dnd, House, RoomFacts, Target, targets

ZONE = ZoneInfo("America/New_York")
HOUSE = House(
    templates=NameTemplates(
        occupied=("${vip} ${first}", "${last} ${extension}", "${vip} ${first} ${last} ${extension}"),
        vacant=("Room", "${extension}", "Room ${extension}"),
    ),
    zone=ZONE,
    tenant="Harbour",
    site="Main",
)
FACTS = RoomFacts(("1207",), description="Sea view", room_id="R-1207", since=date(2026, 11, 22))
DESK = Origin(Source.DESK, "desk", datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
FILE = Origin(Source.FILE, "rooms/1207.yaml:3:1")
ANA = {"first": "Ana", "last": "Souza"}


def wish(given: dict[str, Any], *more: tuple[dict[str, Any], Origin], origin: Origin = DESK) -> Any:
    said = [
        word
        for part, place in ((given, origin), *more)
        for word in of_document(RoomDocument.model_validate({"room": "1207", **part}), place)
    ]
    return merge("1207", said, pms_room=False, zone=ZONE)


def target(given: dict[str, Any], *, house: House = HOUSE, facts: RoomFacts = FACTS) -> Target:
    (made,), _ = targets(wish(given), facts, house)
    return made


def values(made: Target) -> dict[str, object]:
    return {name: wanted.value for name, wanted in made.wanted.items()}


def test_a_guest_is_shown_with_the_extension() -> None:
    made = target({"guests": [ANA]})
    assert values(made) == {
        "first_name": "Ana",
        "last_name": "Souza 1207",
        "display_name": "Ana Souza 1207",
    }
    assert made.occupied is True


def test_a_checked_out_guest_leaves_no_name_behind() -> None:
    made = target({"occupied": False, "guests": [ANA]})
    assert "Ana" not in str(values(made))
    assert values(made)["display_name"] == "Room 1207"


def test_the_first_guest_of_a_room_is_shown() -> None:
    made = target({"guests": [ANA, {"first": "Mia", "last": "Berg"}]})
    assert values(made)["display_name"] == "Ana Souza 1207"


def test_an_incognito_guest_is_shown_as_a_vacant_room() -> None:
    assert values(target({"guests": [ANA], "private": True}))["display_name"] == "Room 1207"


def test_a_room_that_says_nothing_of_guests_keeps_its_name() -> None:
    assert values(target({"dnd": "off", "private": True})) == {"dnd": Dnd(on=False)}


def test_every_extension_of_a_penthouse_gets_its_own_number() -> None:
    made, _ = targets(wish({"guests": [ANA]}), FACTS._replace(extensions=("1901", "1902")), HOUSE)
    assert [each.wanted["display_name"].value for each in made] == ["Ana Souza 1901", "Ana Souza 1902"]


def test_a_room_without_extensions_has_no_targets() -> None:
    assert targets(wish({"guests": [ANA]}), FACTS._replace(extensions=()), HOUSE) == ((), ())


def test_an_extension_counts_as_a_number() -> None:
    assert target({"occupied": True}, facts=FACTS._replace(extensions=("0101",))).number == 101


def test_a_room_of_its_own_name_shows_that_and_the_template_the_rest() -> None:
    made = target({"guests": [ANA], "name": {"display": "Concierge 1207"}})
    assert values(made) == {
        "first_name": "Ana",
        "last_name": "Souza 1207",
        "display_name": "Concierge 1207",
    }


def test_a_name_alone_makes_the_names_ours() -> None:
    assert values(target({"name": {"display": "Concierge 1207"}}))["display_name"] == "Concierge 1207"


def test_an_emptied_first_name_is_empty_and_a_null_one_is_the_templates() -> None:
    assert values(target({"guests": [ANA], "name": {"first": ""}}))["first_name"] == ""
    assert values(target({"guests": [ANA], "name": {"first": None}}))["first_name"] == "Ana"


def test_each_name_says_whose_wish_it_is() -> None:
    both = wish({"guests": [ANA]}, ({"name": {"display": "Concierge 1207"}}, FILE))
    (made,), _ = targets(both, FACTS, HOUSE)
    assert made.wanted["display_name"].source == "file rooms/1207.yaml:3:1"
    assert made.wanted["first_name"].source == "desk"


def test_the_telephones_own_name_follows_where_the_hotel_wants_that() -> None:
    templates = NameTemplates(
        occupied=("", "", "${last} ${extension}"),
        vacant=("", "", "Room ${extension}"),
        device=("${last}", "Room ${room}"),
    )
    house = replace(HOUSE, templates=templates)
    assert values(target({"guests": [ANA]}, house=house))["device_name"] == "Souza"
    assert values(target({"occupied": False}, house=house))["device_name"] == "Room 1207"


def test_a_name_that_zoom_refuses_gives_way_to_the_vacant_one() -> None:
    (made,), problems = targets(
        wish({"guests": [ANA]}), FACTS, HOUSE, refused=lambda _, names: names.first == "Ana"
    )
    assert values(made)["display_name"] == "Room 1207"
    assert [problem.code for problem in problems] == ["name_refused"]
    assert "Ana" not in problems[0].message


def test_digits_in_a_guests_name_are_told_without_the_name() -> None:
    _, problems = targets(wish({"guests": [{"first": "Ana2", "last": "Souza"}]}), FACTS, HOUSE)
    assert [(problem.code, problem.room) for problem in problems] == [("digits_removed", "1207")]
    assert "Ana" not in problems[0].message


def test_one_note_is_told_once_for_all_extensions_of_a_room() -> None:
    _, problems = targets(
        wish({"guests": [{"last": "Souza 2"}]}), FACTS._replace(extensions=("1901", "1902")), HOUSE
    )
    assert len(problems) == 1


# The department


def department(option: Any, given: dict[str, Any], **facts: Any) -> Any:
    house = replace(HOUSE, department=DepartmentRule(option))
    return values(target(given, house=house, facts=FACTS._replace(**facts))).get("department")


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ("disabled", None),
        ("state", "In 2026-11-22"),
        ("description", "Sea view"),
        ("room_id", "R-1207"),
        ("tenant", "Harbour"),
        ("site", "Main"),
    ],
)
def test_the_department_shows_what_the_hotel_chose(option: str, shown: str | None) -> None:
    assert department(option, {"guests": [ANA]}) == shown


def test_the_department_of_a_vacant_room_says_since_when() -> None:
    assert department("state", {"occupied": False}) == "Out 2026-11-22"


def test_the_state_of_a_room_that_nobody_knows_is_not_shown() -> None:
    assert department("state", {"dnd": "off"}) is None
    assert department("state", {"occupied": None}) is None


def test_words_and_date_of_the_state_are_the_hotels() -> None:
    house = replace(HOUSE, department=DepartmentRule("state", "belegt", "frei", "%d.%m."))
    assert values(target({"occupied": True}, house=house))["department"] == "belegt 22.11."


def test_a_rooms_own_department_outranks_the_setting() -> None:
    assert department("state", {"guests": [ANA], "department": "Suites"}) == "Suites"
    assert department("disabled", {"department": "Suites"}) == "Suites"


def test_a_null_department_empties_it() -> None:
    assert department("tenant", {"department": None}) == ""


def test_a_document_describes_the_room_better_than_the_list() -> None:
    assert department("description", {"mailbox": {"description": "Ocean wing"}}) == "Ocean wing"
    assert department("description", {"mailbox": {"description": None}}) == ""
    assert department("room_id", {"mailbox": {"room_id": "A-1207"}}) == "A-1207"


def test_a_room_without_an_id_is_its_own() -> None:
    assert department("room_id", {"occupied": True}, room_id="") == "1207"


# Do-not-disturb, calling, mailbox


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("on", Dnd(on=True)),
        ("off", Dnd(on=False)),
        (None, Dnd(on=False)),
        ({"until": "2026-11-22T22:00"}, Dnd(on=True, until=datetime(2026, 11, 22, 22, 0, tzinfo=ZONE))),
        ({"until": "2026-11-22T22:00Z"}, Dnd(on=True, until=datetime(2026, 11, 22, 22, 0, tzinfo=UTC))),
    ],
)
def test_do_not_disturb_ends_by_the_hotels_clock(given: Any, wanted: Dnd) -> None:
    assert values(target({"dnd": given})) == {"dnd": wanted}


CALLING = replace(HOUSE, calling=("international", "internal"))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"occupied": True}, "international"),
        ({"occupied": False}, "internal"),
        ({"occupied": True, "calling": "national"}, "national"),
        ({"occupied": True, "calling": None}, "international"),
        ({"calling": "national"}, "national"),
        ({"dnd": "off"}, None),
        ({"occupied": None}, None),
    ],
)
def test_where_a_room_may_call_follows_the_stay(given: dict[str, Any], wanted: str | None) -> None:
    assert values(target(given, house=CALLING)).get("calling") == wanted


def test_where_a_room_may_call_is_not_ours_unless_it_is_switched_on() -> None:
    assert "calling" not in values(target({"occupied": True, "calling": "national"}))


CLEARED = {"mailbox": {"cleared": "2026-11-22T11:02"}}


def test_a_mailbox_is_cleared_in_zoom_only_where_zoom_keeps_the_messages() -> None:
    assert "cleared" not in values(target(CLEARED))
    made = target(CLEARED, house=replace(HOUSE, clear_mailboxes=True))
    assert made.wanted["cleared"].value == datetime(2026, 11, 22, 11, 2, tzinfo=ZONE)


def test_a_null_clearing_deletes_nothing() -> None:
    house = replace(HOUSE, clear_mailboxes=True)
    assert values(target({"mailbox": {"cleared": None}}, house=house)) == {}


# Sources as reports show them


@pytest.mark.parametrize(
    ("origin", "source"),
    [
        (DESK, "desk"),
        (Origin(Source.PMS, "pms GI 2026-11-22T14:03:11-05:00"), "pms GI 2026-11-22T14:03:11-05:00"),
        (Origin(Source.PHONE, "*4"), "phone *4"),
        (Origin(Source.ADOPTED, ""), "adopted"),
    ],
)
def test_a_source_is_named_once(origin: Origin, source: str) -> None:
    (made,), _ = targets(wish({"dnd": "on"}, origin=origin), FACTS, HOUSE)
    assert made.wanted["dnd"].source == source
