"""Moments as people and as programs read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reconciler.moments import local, utc, with_moments
from reconciler.views.history import moment

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def test_people_read_the_hotels_time_whatever_the_clock_was_that_said_it() -> None:
    assert (
        local(datetime(2026, 11, 22, 19, 3, 11, 900_000, tzinfo=UTC), NEW_YORK) == "2026-11-22 14:03:11-05:00"
    )
    assert local(datetime(2026, 11, 23, 5, 33, tzinfo=LORD_HOWE), NEW_YORK) == "2026-11-22 13:33:00-05:00"


def test_a_time_without_an_offset_is_the_hotels_already() -> None:
    assert local(datetime(2026, 7, 1, 6, 30), NEW_YORK) == "2026-07-01 06:30:00-04:00"  # noqa: DTZ001 - that is the point


def test_the_hour_that_a_night_has_twice_can_be_told_apart() -> None:
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert local(first, NEW_YORK) == "2026-11-01 01:30:00-04:00"
    assert local(second, NEW_YORK) == "2026-11-01 01:30:00-05:00"


@pytest.mark.parametrize("zone", [NEW_YORK, LORD_HOWE])
def test_what_is_printed_can_be_asked_for_again(zone: ZoneInfo) -> None:
    at = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)
    assert moment(local(at, zone), at, zone) == at


def test_programs_read_utc() -> None:
    assert utc(datetime(2026, 11, 22, 14, 3, 11, tzinfo=NEW_YORK)) == "2026-11-22T19:03:11.000Z"


def test_moments_in_a_sentence_are_written_for_people_and_what_only_looks_like_one_stays() -> None:
    said = "pms GI 2026-11-22T14:03:11-05:00, rooms/2026-99-99T99:99Z.yaml:3:1"
    assert with_moments(said, lambda at: f"{at:%H.%M}") == "pms GI 14.03, rooms/2026-99-99T99:99Z.yaml:3:1"
