"""How an extension stands, in words: what holds it up, and since when."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desired.document import RoomDocument
from desired.names import NameTemplates
from desired.placed import Loaded, Placed
from desired.target import House
from observed.cache import Observed
from observed.extension import UNKNOWN, Extension
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.account.operation import Operation
from reconciler.account.past import Failure, Paused, failure_key
from reconciler.account.standing import Stored, changed_rows
from reconciler.change import OwnWrite
from reconciler.conditions import TYPES, Condition, conditions
from reconciler.contested import Contest
from reconciler.hotel import Hotel
from reconciler.rooms import RoomTable
from reconciler.roster import Roster
from reconciler.store.rows import ConditionRow

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOUSE = House(
    templates=NameTemplates(
        occupied=("${first}", "${last} ${extension}", "${first} ${last} ${extension}"),
        vacant=("Room", "${extension}", "Room ${extension}"),
    ),
    zone=ZoneInfo("America/New_York"),
)
VACANT = {"occupied": False}
GUEST = {"guests": [{"first": "Ana", "last": "Souza"}]}


def user(number: int = 1207, **facts: Any) -> Extension:
    names = {"first_name": "Room", "last_name": str(number), "display_name": f"Room {number}"}
    return Extension("user", f"u{number}", number, **{**names, **facts}, read_at=NOON)


def hotel(document: Mapping[str, Any], *shown: Extension, listed: str = "1201-1210") -> Hotel:
    made = Hotel(
        HOUSE, Roster(RoomTable.of([listed])), lambda *_: Operation("x", "PATCH", "/", "core", "LIGHT")
    )
    made.roster.take_documents(
        Loaded(
            (Placed(RoomDocument.model_validate({"room": "1207", **document}), "rooms/1207.yaml", {}),), ()
        )
    )
    made.observed = Observed(shown)
    return made


def standing(of: Hotel, now: datetime = NOON) -> dict[str, Condition]:
    (found,) = conditions(of, of.look("1207", now), now).values()
    assert {condition.type for condition in found} <= set(TYPES)
    return {condition.type: condition for condition in found}


def test_an_extension_that_shows_what_is_wished_is_in_sync_and_nothing_else() -> None:
    found = standing(hotel(VACANT, user()))
    assert found == {"Synced": Condition("Synced", "True", "AsWished")}


def test_a_room_without_a_wish_is_in_sync_with_nothing() -> None:
    assert standing(hotel({}, user()))["Synced"].reason == "NothingWished"


def test_a_change_to_come_names_its_fields_but_never_the_guest() -> None:
    synced = standing(hotel(GUEST, user()))["Synced"]
    assert (synced.status, synced.reason) == ("False", "Planned")
    assert synced.message == "to change: first_name, last_name, display_name"


@pytest.mark.parametrize(
    ("shown", "listed", "type_"),
    [
        ((), "1201-1210", "NoExtension"),
        ((user(), Extension("common_area", "a", 1207, "Room 1207")), "1201-1210", "Ambiguous"),
        ((user(pending=True),), "1201-1210", "PendingUser"),
        ((user(),), "1300-1310", "NotListed"),
    ],
)
def test_an_extension_that_cannot_be_written_says_why(
    shown: tuple[Extension, ...], listed: str, type_: str
) -> None:
    found = standing(hotel(VACANT, *shown, listed=listed))
    assert found[type_].status == "True"
    assert (found["Synced"].status, found["Synced"].reason) == ("False", type_)


def test_what_was_never_read_is_unknown() -> None:
    synced = standing(hotel(VACANT, user(display_name=UNKNOWN)))["Synced"]
    assert (synced.status, synced.reason) == ("Unknown", "NotRead")


def test_what_the_account_cannot_do_does_not_keep_it_from_being_in_sync() -> None:
    of = hotel({"dnd": "on"}, user())
    of.capabilities = Capabilities({Feature.DND: FeatureState(on=False, reason="the app lacks a scope")})
    found = standing(of)
    assert found["DndUnsupported"].message == "the app lacks a scope"
    assert found["Synced"].status == "True"


@pytest.mark.parametrize(("permanent", "reason"), [(False, "Retrying"), (True, "Failed")])
def test_a_failed_change_shows_zooms_answer_and_the_next_try(permanent: bool, reason: str) -> None:
    of = hotel({"dnd": "on"}, user())
    (change,) = of.look("1207", NOON).changes
    failure = Failure(3, NOON + HOUR, "503", "Zoom is not available", permanent)
    of.setbacks.failures[change.id, failure_key(change)] = failure
    found = standing(of)
    assert found["Synced"].reason == reason
    assert found["Failing"].reason == "503"
    assert "next try at 2026-11-22 08:00:00-05:00" in found["Failing"].message


def test_a_pause_holds_until_its_end() -> None:
    of = hotel(GUEST, user())
    of.paused["1207"] = Paused("engineer at work", NOON + HOUR, "desk")
    found = standing(of)
    assert found["Paused"].message == "engineer at work (until 2026-11-22 08:00:00-05:00)"
    assert found["Synced"].reason == "Paused"
    assert "Paused" not in standing(of, NOON + HOUR)


def kept(of: Hotel, stored: Stored, now: datetime) -> dict[tuple[str, str], ConditionRow]:
    rows = changed_rows(of, of.look("1207", now), stored, now)
    return {**stored, **{(row.extension, row.type): row for row in rows}}


def test_a_condition_keeps_the_time_since_which_it_holds() -> None:
    of = hotel(GUEST, user())
    first = kept(of, {}, NOON)
    later = kept(of, first, NOON + HOUR)
    assert later == first
    assert first["1207", "Synced"].since == NOON


def test_a_condition_that_ended_is_kept_as_ended() -> None:
    of = hotel(VACANT, user(pending=True))
    before = kept(of, {}, NOON)
    of.observed.put(user())
    after = kept(of, before, NOON + HOUR)
    assert (after["1207", "PendingUser"].status, after["1207", "PendingUser"].since) == ("False", NOON + HOUR)
    assert (after["1207", "Synced"].status, after["1207", "Synced"].since) == ("True", NOON + HOUR)


def test_nothing_is_written_while_nothing_changes() -> None:
    of = hotel(VACANT, user())
    before = kept(of, {}, NOON)
    assert list(changed_rows(of, of.look("1207", NOON), before, NOON + HOUR)) == []


def left_alone(of: Hotel, field: str) -> Hotel:
    """A hotel in which this field was put right once too often."""
    (change,) = (change for change in of.look("1207", NOON).changes if change.field == field)
    of.own["u1207", field] = OwnWrite(change.desired)
    of.contests["u1207", field] = Contest(failure_key(change), (NOON,), 1, NOON + HOUR)
    return of


@pytest.mark.parametrize(
    ("document", "shown", "field", "sides"),
    [
        (GUEST, {"display_name": "Bo Li"}, "display_name", "the guest's name, theirs another name"),
        (GUEST, {"last_name": "1207"}, "last_name", "the guest's name, theirs the vacant room's name"),
        (VACANT, {"display_name": "Bo Li"}, "display_name", "the vacant room's name, theirs another name"),
        (VACANT, {"display_name": ""}, "display_name", "the vacant room's name, theirs empty"),
        (
            {"department": "Suites"},
            {"department": "Bo Li's"},
            "department",
            "the hotel's text, theirs another text",
        ),
    ],
)
def test_what_somebody_else_keeps_changing_is_told_without_anybodys_name(
    document: Mapping[str, Any], shown: Mapping[str, Any], field: str, sides: str
) -> None:
    found = standing(left_alone(hotel(document, user(**shown)), field))

    assert f"{field}: ours is {sides}" in found["Contested"].message
    assert "2026-11-22 08:00:00-05:00" in found["Contested"].message
    assert "reconcile --room 1207" in found["Contested"].message
    assert "Bo" not in found["Contested"].message


def test_a_contested_field_is_planned_again_when_its_rest_is_over() -> None:
    contested = left_alone(hotel(VACANT, user(display_name="Bo Li")), "display_name")
    assert standing(contested)["Synced"].reason == "Contested"

    assert standing(contested, NOON + HOUR)["Synced"].reason == "Planned"
