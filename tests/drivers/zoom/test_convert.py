"""Zoom's JSON: new fields and missing ones are fine, other types are not."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom import convert
from drivers.zoom.convert import Unfit
from observed.extension import UNKNOWN
from tests.drivers.zoom.conftest import NOON


@pytest.mark.parametrize(
    ("given", "number"), [(1207, 1207), ("1208", 1208), ("0207", 207), (None, None), ("", None)]
)
def test_an_extension_number_is_an_integer_or_digits(given: object, number: int | None) -> None:
    assert convert.number({"extension_number": given}) == number


@pytest.mark.parametrize("given", [True, 12.0, "12a", "١٢", -1, [12], 10**20, "9" * 30])
def test_what_is_no_extension_number_is_not_guessed_at(given: object) -> None:
    with pytest.raises(Unfit):
        convert.number({"extension_number": given})


@pytest.mark.parametrize(
    ("status", "dnd"),
    [
        ("Do_Not_Disturb", True),
        ("Do_No_Disturb", True),
        ("Available", False),
        ("Offline", False),
        ("On_A_Call", UNKNOWN),
        ("In_A_Zoom_Meeting", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_do_not_disturb_is_read_in_both_spellings(status: str, dnd: Any) -> None:
    assert convert.presence({"status": status}) is dnd


def test_a_user_without_a_display_name_shows_first_and_last_name() -> None:
    assert convert.user_names({"first_name": "Ana", "last_name": "Souza"})["display_name"] == "Ana Souza"


def test_half_a_character_in_a_name_cannot_break_what_comes_after() -> None:
    assert convert.text({"name": "Ana\ud83d"}, "name").encode() == "Ana\N{REPLACEMENT CHARACTER}".encode()


def test_a_phone_user_without_an_extension_is_no_extension() -> None:
    assert convert.user_extension({"id": "u"}, None, NOON) is None


def test_a_phone_user_whose_user_is_not_active_has_unknown_names() -> None:
    found = convert.user_extension({"id": "u", "extension_number": 1207}, None, NOON)
    assert found is not None
    assert found.display_name is UNKNOWN
    assert not found.pending


def test_a_message_without_a_date_is_left_alone() -> None:
    assert convert.voicemail({"id": "m"}, 1207) is None
    assert convert.voicemail({"id": "m", "date_time": "2026-11-22T12:00:00Z"}, 1207) is not None


def test_a_device_of_the_older_shape_serves_its_one_assignee() -> None:
    device = convert.device({"id": "d", "assignee": {"extension_number": 1207}})
    assert device is not None
    assert device.extensions == (1207,)


@pytest.mark.parametrize("ring", ["false", 0, {"value": False}])
def test_a_ring_switch_of_another_type_is_not_guessed_at(ring: object) -> None:
    with pytest.raises(Unfit):
        convert.silent({"call_distribution_setting": {"ring_device": ring}})


def test_a_ring_switch_that_is_not_shown_is_unknown() -> None:
    assert convert.silent({}) is UNKNOWN
    assert convert.silent({"call_distribution_setting": {}}) is UNKNOWN


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("id", "extension_number", "first_name", "display_name", "dept", "site", "status", "date_time",
          "assignees", "assignee", "call_distribution_setting", "users", "total_records")  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_whatever_zoom_sends_is_read_or_refused_and_never_a_crash(item: dict[str, Any]) -> None:
    for reading in (
        lambda: convert.user_extension(item, item, NOON),
        lambda: convert.common_area(item, NOON),
        lambda: convert.device(item),
        lambda: convert.voicemail(item, 1207),
        lambda: convert.presence(item),
        lambda: convert.silent(item),
        lambda: convert.items(item, "users"),
    ):
        with suppress(Unfit):
            reading()


def test_a_date_before_time_began_is_no_date() -> None:
    with pytest.raises(Unfit):
        convert.moment({"date_time": "0001-01-01T00:00:00+14:00"}, "date_time")
