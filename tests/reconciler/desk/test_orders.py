"""What the desk may ask for, and what it means."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from desired import events
from desired.said import Field
from reconciler.desk.orders import ORDER, CheckIn, SetRoomState, wakeup_time
from reconciler.stays.owed import RoomStateOwed

ZONE = ZoneInfo("America/New_York")
EVENING = datetime(2026, 11, 22, 21, 15, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("630", "2026-11-23T06:30"),
        ("0630", "2026-11-23T06:30"),
        ("6:30", "2026-11-23T06:30"),
        ("22:00", "2026-11-22T22:00"),
        ("2115", "2026-11-23T21:15"),
        ("0000", "2026-11-23T00:00"),
        ("2026-11-25T06:30", "2026-11-25T06:30"),
        ("2026-11-25 06:30", "2026-11-25T06:30"),
        ("2026-11-25T06:30:30", "2026-11-25T06:30"),
        ("2026-11-25T06:30:00.5", "2026-11-25T06:30"),
    ],
)
def test_a_time_that_is_past_today_means_tomorrow(said: str, meant: str) -> None:
    assert wakeup_time(said, EVENING) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "said", ["2460", "2400", "7", "half past six", "", "2026-11-25", "2026-11-25T06:30Z", "٦:٣٠", "٠٦٣٠"]
)
def test_what_is_no_local_time_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(ValueError, match="expected a time of the 24-hour clock such as 0630, 6:30 or 1830"):
        wakeup_time(said, EVENING)


def test_a_time_with_a_date_that_is_past_is_refused() -> None:
    with pytest.raises(ValueError, match="past"):
        wakeup_time("2026-11-21T06:30", EVENING)


@pytest.mark.parametrize("said", ["2126-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_year_that_no_hotel_means_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="expected a year from 1970 to 2099"):
        wakeup_time(said, EVENING)
    with pytest.raises(ValidationError, match="expected a year from 1970 to 2099"):
        ORDER.validate_python({"verb": "wakeup_add", "room": "1017", "at": said})


@pytest.mark.parametrize(
    "now", ["2026-11-01T05:50Z", "2026-11-01T06:10Z"], ids=["first 01:50", "second 01:10"]
)
@pytest.mark.parametrize("said", ["0130", "2026-11-01T01:30"])
def test_an_hour_that_comes_again_wakes_nobody_so_the_desk_must_say_another(said: str, now: str) -> None:
    with pytest.raises(ValueError, match="comes twice, because the clocks go back"):
        wakeup_time(said, datetime.fromisoformat(now).astimezone(ZONE))


@pytest.mark.parametrize(
    ("now", "said", "meant"),
    [
        ("2026-11-01T05:10Z", "0130", "2026-11-01T01:30"),
        ("2026-11-01T06:40Z", "0130", "2026-11-02T01:30"),
        ("2026-11-01T06:40Z", "0200", "2026-11-01T02:00"),
        ("2026-03-08T06:50Z", "0230", "2026-03-08T02:30"),
        ("2026-03-08T07:10Z", "0230", "2026-03-09T02:30"),
        ("2026-03-08T07:10Z", "0330", "2026-03-08T03:30"),
    ],
)
def test_the_next_time_that_it_is_so_late_is_found_in_nights_in_which_the_clocks_change(
    now: str, said: str, meant: str
) -> None:
    found = wakeup_time(said, datetime.fromisoformat(now).astimezone(ZONE))
    assert (found, found.tzinfo) == (datetime.fromisoformat(meant), None)


@pytest.mark.parametrize(("verb", "field"), [("move", "to"), ("swap", "other")])
def test_nobody_moves_to_the_room_that_he_is_in(verb: str, field: str) -> None:
    with pytest.raises(ValidationError, match="room 1017") as refused:
        ORDER.validate_python({"verb": verb, "room": 1017, field: "1017"})
    assert refused.value.errors()[0]["loc"] == (verb, field)


def test_the_desk_checks_a_guest_in_and_names_only_what_it_knows() -> None:
    order = ORDER.validate_json(
        '{"verb": "checkin", "room": "1207", "guest": {"last": "Souza", "reservation": "84311"}, "private": true}'
    )
    assert order.events() == (
        events.CheckedIn("1207", "84311", {"last": "Souza"}, {Field.PRIVATE: True}, alone=None),
    )


def test_a_move_needs_both_rooms_to_be_known() -> None:
    order = ORDER.validate_python({"verb": "move", "room": "1207", "to": "1301"})
    assert order.rooms() == ("1207", "1301")
    assert order.events() == (events.Moved("1301", "1207", None),)


def test_a_clean_room_is_for_the_pms_to_know() -> None:
    order = SetRoomState(room="1207", state="clean", staff="M17")
    assert order.events() == ()
    assert order.owed() == (RoomStateOwed("1207", "clean", "M17"),)


def test_an_order_with_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ORDER.validate_python({"verb": "checkout", "room": "1207", "guest": "Souza"})


def test_nobody_is_checked_in_without_a_room() -> None:
    with pytest.raises(ValidationError):
        ORDER.validate_python({"verb": CheckIn.model_fields["verb"].default, "guest": {}})
