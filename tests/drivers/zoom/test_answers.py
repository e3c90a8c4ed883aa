"""When to come back, in the three forms that Zoom and the standard use."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom.answers import FARTHEST, code, named_scopes, next_day, retry_after
from tests.drivers.zoom.conftest import NOON


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-22T12:00:30Z", 30),
        ("2026-11-22T14:00:30+02:00", 30),
        ("2026-11-22T12:00:30", 30),
        ("2026-11-23T00:00:00Z", 12 * 3600),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("30", 30),
        (" 1.5 ", 1.5),
        ("0", 0),
        ("2020-05-31T00:00:00Z", 0),
        ("2099-05-31T00:00:00Z", 24 * 3600),
        ("999999999", 24 * 3600),
    ],
)
def test_the_moment_to_come_back_is_read_in_three_forms(text: str, seconds: float) -> None:
    assert retry_after({"retry-after": text}, NOON) == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "2026-13-45T00:00:00Z", "٣"])
def test_what_is_no_moment_is_like_no_header(text: str) -> None:
    assert retry_after({"retry-after": text}, NOON) is None
    assert retry_after({}, NOON) is None


@given(st.text())
def test_no_header_breaks_anything_or_parks_the_work_for_longer_than_a_day(text: str) -> None:
    at = retry_after({"retry-after": text}, NOON)
    assert at is None or NOON <= at <= NOON + FARTHEST


def test_daily_counters_restart_at_midnight_utc() -> None:
    assert next_day(NOON) == datetime.fromisoformat("2026-11-23T00:00:00Z")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"code": 300}, 300),
        ({"code": "124"}, 124),
        ({"status": False, "errorCode": 401}, 401),
        ({"code": True}, None),
        ({"code": "x"}, None),
        ({"code": [300]}, None),
        ([], None),
        (None, None),
    ],
)
def test_zoom_s_own_code_is_found_or_missing(body: object, number: int | None) -> None:
    assert code(body) == number


def test_the_scopes_that_a_refusal_names_are_found() -> None:
    body = {
        "message": "Invalid access token, does not contain scopes:"
        "[user:read:list_users:admin, user:read:admin]."
    }
    assert named_scopes(body) == ("user:read:list_users:admin", "user:read:admin")
    assert named_scopes({"message": "nothing"}) == ()
