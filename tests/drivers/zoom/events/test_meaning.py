"""What Zoom's events mean to a hotel."""

from typing import Any

import pytest

from drivers.zoom.convert import Unfit
from drivers.zoom.events.meaning import (
    OTHER,
    CameOrWent,
    EmergencyCall,
    Event,
    Meaning,
    MessageLeft,
    MessagesGone,
    NamesChanged,
    PresenceChanged,
    TelephoneSeen,
    understood,
)
from fixtures.zoom_cloud import ZoomCloud
from observed.extension import UNKNOWN

GONE = MessagesGone(frozenset({"m1", "m2"}))
HELP = {"caller": {"extension_number": "1009"}, "callee": {"phone_number": "911"}, "deliver_to": "PSAP"}


def of(name: str, about: object) -> Event:
    return understood({"event": name, "event_ts": 1, "payload": {"account_id": "a", "object": about}})


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"display_name": "Ana"}, {"display_name": "Ana"}),
        ({"dept": "", "first_name": "Ana"}, {"department": "", "first_name": "Ana"}),
        ({"display_name": ""}, {}),
        ({"email": "ana@hotel.example", "timezone": "Asia/Tokyo"}, {}),
    ],
)
def test_an_edited_user_is_told_by_what_an_extension_shows(
    told: dict[str, Any], known: dict[str, str]
) -> None:
    assert of("user.updated", {"id": "u1"} | told).meaning == NamesChanged("u1", known)


@pytest.mark.parametrize(
    ("status", "dnd"),
    [
        ("Do_Not_Disturb", True), ("Do_No_Disturb", True), ("Available", False), ("Offline", False),
        ("On_Phone_Call", UNKNOWN), ("In_Meeting", UNKNOWN), ("Presenting", UNKNOWN), ("", UNKNOWN),
    ],
)  # fmt: skip
def test_behind_a_call_or_a_meeting_do_not_disturb_may_stand(status: str, dnd: object) -> None:
    meaning = of("user.presence_status_updated", {"id": "u1", "presence_status": status}).meaning
    assert meaning == PresenceChanged("u1", dnd)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "about", "meaning"),
    [
        ("user.deleted", {"id": "u1"}, CameOrWent("u1")),
        ("phone.device_registration", {"device_id": "d1", "device_name": "Desk"}, TelephoneSeen("d1", "Desk")),
        ("phone.voicemail_received", {"callee_number_type": 1, "callee_number": "1207"}, MessageLeft(1207)),
        ("phone.voicemail_received", {"callee_number_type": 2, "callee_number": "+1212"}, MessageLeft(None)),
        ("phone.voicemail_deleted", {"voice_mails": [{"id": "m1"}, {"id": "m2"}]}, GONE),
    ],
)  # fmt: skip
def test_each_event_has_its_meaning(name: str, about: dict[str, Any], meaning: Meaning) -> None:
    assert of(name, about) == Event(name, meaning)


@pytest.mark.parametrize("name", ["phone.caller_ended", "user.settings_updated", "endpoint.url_validation"])
def test_what_is_of_no_use_is_known_by_name(name: str) -> None:
    assert of(name, {"id": 7}) == Event(name, None)


def test_what_nobody_knows_is_counted_together() -> None:
    assert of("meeting.started", {}) == Event(OTHER, None)


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("user.updated", None),
        ("user.updated", []),
        ("user.updated", {"id": ""}),
        ("user.updated", {"id": "u" * 129}),
        ("user.updated", {"id": "u1", "display_name": 7}),
        ("phone.voicemail_deleted", {"voice_mails": "m1"}),
        ("phone.device_registration", {"device_id": "d1", "device_name": {}}),
    ],
)
def test_an_event_of_other_types_than_documented_is_unfit(name: str, about: object) -> None:
    with pytest.raises(Unfit):
        of(name, about)


@pytest.mark.parametrize(
    ("about", "call"),
    [
        ({"call_id": "69"} | HELP, EmergencyCall("69", 1009, "911", "PSAP")),
        ({}, EmergencyCall("", None, "", "")),
        (None, EmergencyCall("", None, "", "")),
        ({"call_id": 7, "caller": [], "callee": "x", "deliver_to": {}}, EmergencyCall("", None, "", "")),
        ({"caller": {"extension_number": {}}, "callee": {"phone_number": "9" * 99}}, EmergencyCall("", None, "", "")),
        ({"caller": {"display_name": "Ana Souza"}, "deliver_to": "Ana Souza"}, EmergencyCall("", None, "", "")),
    ],
)  # fmt: skip
def test_a_call_for_help_is_told_whatever_is_odd_about_it(about: object, call: EmergencyCall) -> None:
    assert of("phone.emergency_alert", about).meaning == call


def test_guests_names_stay_out_of_what_is_printed() -> None:
    shown = repr(of("user.updated", {"id": "u1", "display_name": "Ana Souza"}))
    assert "u1" in shown
    assert "Souza" not in shown


def test_every_event_of_the_simulated_zoom_is_understood() -> None:
    cloud = ZoomCloud()
    told: list[dict[str, Any]] = []
    cloud.news.listeners.append(told.append)
    cloud.add_user(1207)
    device = cloud.add_device("Room 1207", [1207])
    message = cloud.add_voicemail(1207, cloud.clock.now())
    cloud.edit_user(1207, last_name="Typed by hand")
    cloud.choose_presence(1207, "Away")
    cloud.sign_in(1207)
    cloud.news.registered(device)
    cloud.news.message_deleted(message)
    cloud.news.emergency(1207)
    cloud.remove(cloud.extension(1207))

    assert len(told) == 9
    assert all(understood(event).meaning is not None for event in told)
