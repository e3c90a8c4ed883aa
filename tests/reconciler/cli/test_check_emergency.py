"""`reconcile check`: whether somebody who calls for help from a room is found, and can be called back."""

from typing import Any

import pytest

from fixtures.zoom_cloud import Fault
from tests.reconciler.house import House


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass."""
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)


def about(house: House, what: str) -> list[str]:
    lines = house("check").out.splitlines()
    return [line for line in lines if line.partition(" ")[2].lstrip().startswith(f"{what}: ")]


def named(occupied: str, vacant: str) -> dict[str, Any]:
    return {"occupied": {"display": occupied}, "vacant": {"display": vacant}}


def test_names_that_tell_the_room_are_good(house: House) -> None:
    assert about(house, "emergency names") == ["ok   emergency names: every name tells the room"]
    house.configure(names=named("${last} in ${room}", "Room $mailbox"))
    assert about(house, "emergency names") == ["ok   emergency names: every name tells the room"]


@pytest.mark.parametrize(
    ("names", "setting"),
    [
        (named("${first} ${last}", "Room ${extension}"), "names.occupied.display"),
        (named("${last} ${extension}", "Vacant"), "names.vacant.display"),
        (named("${first} $${room}", "Room ${extension}"), "names.occupied.display"),
        (
            named("${last} ${extension}", "Room ${room}")
            | {"device": {"occupied": "Guest", "vacant": "Room ${room}"}},
            "names.device.occupied",
        ),
    ],
)
def test_a_template_that_hides_the_room_is_told(house: House, names: dict[str, Any], setting: str) -> None:
    house.configure(names=names)
    (line,) = about(house, "emergency names")
    assert line.startswith(f"warn emergency names: {setting} would not tell who helps")
    assert line.endswith("put ${extension} or ${room} into the template")


def test_a_document_s_own_name_without_the_room_is_noted(house: House) -> None:
    house.document("1001", "name: {display: Concierge 1001}")
    house.document("1002", "name: {display: Honeymoon suite}")
    house.document("1003", "name: {display: Suite 11003}")
    (line,) = about(house, "emergency names")
    assert line.startswith("warn emergency names: documents give a name without the room's number")
    assert "in the rooms 1002, 1003 →" in line


def test_a_common_area_that_could_not_be_called_back_is_told_until_zoom_s_events_are_on(
    house: House,
) -> None:
    (line,) = about(house, "emergency call-back")
    assert line.startswith(
        "warn emergency call-back: do-not-disturb of a common area keeps its telephone from"
    )
    assert "the rooms 1005, 1006 → set zoom.events" in line

    house.configure(zoom={"events": "webhook", "event_secret": "harbour-view-event-secret"})
    (line,) = about(house, "emergency call-back")
    assert line.startswith("ok   emergency call-back: phone.emergency_alert lets a room ring")


def test_where_the_ring_switch_is_not_ours_there_is_nothing_to_tell(house: House) -> None:
    house.cloud.scopes.discard("phone:update:common_area_call_handling_setting:admin")
    assert about(house, "emergency call-back") == []


def test_rooms_that_help_would_not_find_are_named(house: House) -> None:
    assert about(house, "emergency address") == ["ok   emergency address: 6 rooms have one"]
    house.cloud.extension(1001).emergency_address = None
    house.cloud.extension(1005).emergency_address = None
    refused = house.cloud.extension(1006)
    refused.emergency_address = {**(refused.emergency_address or {}), "status": 5}

    missing, doubtful, good = about(house, "emergency address")
    assert missing.startswith("warn emergency address: Zoom has none for the rooms 1001, 1005: ")
    assert "give them one in Zoom" in missing
    assert doubtful.startswith("warn emergency address: Zoom has not verified that of the rooms 1006")
    assert good == "ok   emergency address: 3 rooms have one"
    assert {call.method for call in house.cloud.calls if call.path != "/oauth/token"} == {"GET"}


def test_without_the_scope_the_addresses_of_users_are_not_verified(house: House) -> None:
    house.cloud.scopes.discard("phone:read:user:admin")
    unread, good = about(house, "emergency address")
    assert unread.startswith("off  emergency address: not verified in the rooms 1001, 1002, 1003, 1004: ")
    assert "phone:read:user:admin" in unread
    assert good == "ok   emergency address: 2 rooms have one"


def test_on_a_plan_that_does_not_show_them_the_addresses_of_users_are_not_verified(house: House) -> None:
    house.cloud.limits.plan, house.cloud.plan_gaps = "pro", True
    unread, good = about(house, "emergency address")
    assert unread.startswith("off  emergency address: not verified in the rooms 1001, 1002, 1003, 1004: ")
    assert good == "ok   emergency address: 2 rooms have one"


def test_an_address_that_zoom_does_not_answer_for_is_not_verified(house: House) -> None:
    house.cloud.faults.add(Fault("answer", status=500, path="/phone/users/{userId}", times=None))
    lines = about(house, "emergency address")
    assert lines[0].startswith("off  emergency address: not verified in the rooms ")


def test_where_zoom_cannot_be_asked_nothing_is_claimed(house: House) -> None:
    house.configure(zoom={"client_secret": "wrong"})
    (line,) = about(house, "emergency address")
    assert line.startswith("off  emergency address: not verified: Zoom could not be asked")
