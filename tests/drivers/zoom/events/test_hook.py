"""Zoom's web hook: who is let in, and what they are answered."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom.events.hook import SIGNATURE, TIMESTAMP, Reply, WebHook, signature
from drivers.zoom.events.intake import Fate, Intake
from drivers.zoom.events.meaning import Meaning
from tests.drivers.zoom.conftest import NOON, HandClock

SECRET = "harbour-view-event-secret"
EVENT = b'{"event": "user.signed_in", "event_ts": 1, "payload": {"object": {"id": "u1"}}}'


class House:
    """Hears what events mean."""

    def __init__(self) -> None:
        self.heard: list[Meaning] = []
        self.clock = HandClock()
        self.intake = Intake(self.clock, self.hear)
        self.hook = WebHook(SECRET, self.intake, self.clock)

    def hear(self, meaning: Meaning) -> Fate:
        self.heard.append(meaning)
        return "taken"

    def knock(self, content: bytes, *, secret: str = SECRET, late: int = 0, **headers: str) -> Reply:
        moment = str(int(NOON.timestamp()) - late)
        signed = {SIGNATURE: signature(secret, moment, content), TIMESTAMP: moment}
        return self.hook.answer(signed | headers, content)


@pytest.fixture
def house() -> House:
    return House()


def test_a_request_is_signed_as_zoom_documents_it() -> None:
    message = b"v0:1663710000:" + EVENT
    expected = hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
    assert signature(SECRET, "1663710000", EVENT) == f"v0={expected}"


def test_an_event_of_zooms_is_taken_without_a_word(house: House) -> None:
    assert house.knock(EVENT) == Reply(204)
    assert len(house.heard) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: "v0=", TIMESTAMP: str(int(NOON.timestamp()))},
        {SIGNATURE: "v0=é\udcff", TIMESTAMP: str(int(NOON.timestamp()))},
        {SIGNATURE: signature(SECRET, "", EVENT), TIMESTAMP: ""},
        {SIGNATURE: signature(SECRET, "-1", EVENT), TIMESTAMP: "-1"},
        {SIGNATURE: signature(SECRET, "٣", EVENT), TIMESTAMP: "٣"},
        {SIGNATURE: signature(SECRET, "9" * 13, EVENT), TIMESTAMP: "9" * 13},
        {SIGNATURE: signature(SECRET, "nan", EVENT), TIMESTAMP: "nan"},
    ],
)
def test_who_cannot_sign_is_turned_away_without_detail(house: House, headers: dict[str, str]) -> None:
    assert house.hook.answer(headers, EVENT) == Reply(401)
    assert house.hook.refused == {"signature": 1}
    assert house.heard == []


def test_a_signature_is_about_every_byte_of_the_body(house: House) -> None:
    moment = str(int(NOON.timestamp()))
    headers = {SIGNATURE: signature(SECRET, moment, EVENT), TIMESTAMP: moment}
    assert house.hook.answer(headers, EVENT + b" ") == Reply(401)


@pytest.mark.parametrize(("late", "status"), [(300, 204), (301, 401), (-300, 204), (-301, 401)])
def test_a_request_counts_for_five_minutes(house: House, late: int, status: int) -> None:
    assert house.knock(EVENT, late=late).status == status


def test_an_event_that_zoom_sends_again_within_the_hour_counts_once(house: House) -> None:
    house.knock(EVENT)
    house.clock.seconds += 3600
    assert house.knock(EVENT, late=-3600) == Reply(204)
    assert len(house.heard) == 1
    assert house.intake.counts["user.signed_in", "duplicate"] == 1


def test_what_came_hours_ago_is_forgotten(house: House) -> None:
    house.knock(EVENT)
    house.clock.seconds += 7300
    house.knock(EVENT, late=-7300)
    assert len(house.heard) == 2


def test_the_memory_of_what_came_has_an_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.zoom.events.intake.MOST", 3)
    for number in range(5):
        house.knock(EVENT.replace(b"u1", b"u%d" % number))
    assert len(house.intake._seen) == 3


def test_the_question_who_listens_is_answered_with_a_proof(house: House) -> None:
    asked = {
        "event": "endpoint.url_validation",
        "event_ts": 1,
        "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
    }
    proof = hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    reply = house.knock(json.dumps(asked).encode())
    assert reply == Reply(200, {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": proof})


def test_nobody_but_zoom_is_given_a_proof(house: House) -> None:
    asked = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    assert house.knock(json.dumps(asked).encode(), secret="guessed") == Reply(401)


@pytest.mark.parametrize("plain", ["v0:1663710000:{}", "", "x" * 129, 7, None, ["a"], "a b", "é"])
def test_no_proof_can_serve_as_a_signature(house: House, plain: object) -> None:
    asked = {"event": "endpoint.url_validation", "payload": {"plainToken": plain}}
    assert house.knock(json.dumps(asked).encode()) == Reply(400)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'"text"', b"{", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 200_000, b'{"a": NaN}'],
)
def test_what_is_no_event_is_counted_and_nothing_else(house: House, content: bytes) -> None:
    assert house.knock(content) == Reply(400)
    assert house.intake.counts == {("unreadable", "unfit"): 1}
    assert house.heard == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from([
    "user.updated", "user.presence_status_updated", "user.signed_in", "user.created", "phone.device_registration",
    "phone.voicemail_received", "phone.voicemail_deleted", "phone.emergency_alert", "endpoint.url_validation",
    "phone.callee_ended", "meeting.started",
])  # fmt: skip
fields = st.sampled_from([
    "id", "first_name", "last_name", "display_name", "dept", "presence_status", "device_id", "device_name",
    "callee_number", "callee_number_type", "voice_mails", "caller", "callee", "deliver_to", "call_id", "plainToken",
])  # fmt: skip
objects = json_values | st.dictionaries(fields, json_values, max_size=6)
events = st.fixed_dictionaries(
    {}, optional={
        "event": names | json_values, "event_ts": json_values,
        "payload": json_values | st.fixed_dictionaries({}, optional={"object": objects, "plainToken": json_values}),
    },
)  # fmt: skip


@given(event=events)
def test_whatever_zoom_may_send_is_counted_once_and_never_breaks_anything(event: dict[str, object]) -> None:
    house = House()
    assert house.knock(json.dumps(event).encode()).status in {200, 204, 400}
    assert house.intake.counts.total() == 1


@given(
    content=st.binary(max_size=200),
    headers=st.dictionaries(st.sampled_from([SIGNATURE, TIMESTAMP]), st.text()),
)
def test_whatever_a_stranger_sends_is_turned_away(content: bytes, headers: dict[str, str]) -> None:
    house = House()
    assert house.hook.answer(headers, content) == Reply(401)
    assert house.intake.counts.total() == 0
