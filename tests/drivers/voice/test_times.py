"""Times as guests key them, and the day on which they come."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.times import Hours, keyed_times, next_time
from reconciler.wakeups.entries import moment_of

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("digits", "hours", "times"),
    [
        ("0630", 24, (time(6, 30),)),
        ("0000", 24, (time(0, 0),)),
        ("2359", 24, (time(23, 59),)),
        ("2400", 24, ()),
        ("0660", 24, ()),
        ("063", 24, ()),
        ("06*0", 24, ()),
        ("06300", 24, ()),
        ("0630", 12, (time(6, 30), time(18, 30))),
        ("1200", 12, (time(0, 0), time(12, 0))),
        ("1830", 12, (time(18, 30),)),
        ("0015", 12, (time(0, 15),)),
    ],
)
def test_four_digits_are_the_times_that_they_can_mean(
    digits: str, hours: Hours, times: tuple[time, ...]
) -> None:
    assert keyed_times(digits, hours) == times


def local(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - the hotel's local time


@pytest.mark.parametrize(
    ("now", "at", "comes"),
    [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), time(6, 30), local(11, 23, 6, 30)),
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), time(21, 1), local(11, 22, 21, 1)),
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), time(21, 0), local(11, 23, 21, 0)),
        # The clocks go back at 2:00 on 1 November: 1:30 comes twice, and rings the first time.
        (datetime(2026, 11, 1, 5, 29, tzinfo=UTC), time(1, 30), local(11, 1, 1, 30)),
        (datetime(2026, 11, 1, 6, 29, tzinfo=UTC), time(1, 30), local(11, 2, 1, 30)),
        # They go forward at 2:00 on 8 March: 2:30 never comes, and rings at 3:30.
        (datetime(2026, 3, 8, 6, 59, tzinfo=UTC), time(2, 30), local(3, 8, 2, 30)),
    ],
)
def test_a_time_that_is_past_means_tomorrow(now: datetime, at: time, comes: datetime) -> None:
    assert next_time(at, now, ZONE) == comes


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), st.times())  # noqa: DTZ001
def test_the_next_time_is_always_to_come_and_never_far(now: datetime, at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    ahead = (moment_of(next_time(at, now, ZONE), ZONE) - now).total_seconds()
    assert 0 < ahead <= 26 * 3600
