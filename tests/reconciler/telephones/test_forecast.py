"""How late wake-up calls will ring when many guests want to be woken at the same time."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reconciler.telephones.forecast import TALK, Minute, forecast, warning

SIX = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
RING = 24 - TALK
"""With it a call takes 24 seconds."""


def at(*minutes: float) -> list[datetime]:
    return [SIX + timedelta(minutes=minute) for minute in minutes]


def test_as_many_calls_as_channels_ring_in_time() -> None:
    assert list(forecast(at(0, 0, 0, 0), 4, RING)) == [Minute(SIX, 4, 0.0)]


def test_twenty_calls_over_four_channels_take_five_turns() -> None:
    (minute,) = forecast(at(*[0] * 20), 4, RING)
    assert minute.late == 4 * 24
    assert minute.overbooked
    assert warning(minute, 4) == (
        "20 wake-up calls in this minute and 4 channels: the last may ring about 100 s late"
    )


def test_what_one_minute_leaves_over_is_late_in_the_next() -> None:
    six, next_minute = forecast(at(*[0] * 6, 1), 1, RING)
    assert (six.calls, six.late) == (6, 120)
    assert (next_minute.calls, next_minute.late) == (1, 6 * 24 - 60)


def test_a_pause_lets_the_channels_catch_up() -> None:
    assert [minute.overbooked for minute in forecast(at(*[0] * 6, 5), 1, RING)] == [True, False]


def test_without_a_channel_nobody_is_woken() -> None:
    (minute,) = forecast(at(0), 0, RING)
    assert minute.late == math.inf
    assert warning(minute, 0).endswith("and no channel")


@given(st.lists(st.integers(0, 600), max_size=40), st.integers(1, 6), st.floats(min_value=1, max_value=60))
def test_one_channel_more_never_makes_anybody_later(seconds: list[int], channels: int, ring: float) -> None:
    dues = [SIX + timedelta(seconds=each) for each in seconds]
    few, more = list(forecast(dues, channels, ring)), list(forecast(dues, channels + 1, ring))
    assert sum(minute.calls for minute in few) == len(dues)
    assert all(a.late >= b.late >= 0 for a, b in zip(few, more, strict=True))
