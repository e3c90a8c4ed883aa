"""Calls to Zoom are counted by the minute, for an hour."""

from datetime import UTC, datetime, timedelta

from reconciler.account.tally import MINUTES, Tally
from reconciler.budget import Bucket

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIGHT: Bucket = ("phone", "LIGHT")
HEAVY: Bucket = ("core", "HEAVY")


def test_calls_stand_in_their_minute_and_quiet_minutes_stand_there_too() -> None:
    tally = Tally()
    for second in (0, 59, 60, 185):
        tally.note(LIGHT, NOON + timedelta(seconds=second))
    tally.note(HEAVY, NOON + timedelta(seconds=185))

    hour = tally.last_hour(NOON + timedelta(minutes=3, seconds=30))

    assert len(hour) == MINUTES
    assert [dict(counted) for _, counted in hour[-5:]] == [
        {},
        {LIGHT: 2},
        {LIGHT: 1},
        {},
        {LIGHT: 1, HEAVY: 1},
    ]
    assert hour[-1][0] == NOON + timedelta(minutes=3)


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    tally = Tally()
    for minute in range(3 * MINUTES):
        tally.note(LIGHT, NOON + timedelta(minutes=minute))
    assert (
        sum(sum(counted.values()) for _, counted in tally.last_hour(NOON + timedelta(minutes=179))) == MINUTES
    )
    assert not any(counted for _, counted in tally.last_hour(NOON + timedelta(hours=9)))


def test_a_clock_that_is_set_back_loses_no_call() -> None:
    tally = Tally()
    tally.note(LIGHT, NOON)
    tally.note(LIGHT, NOON - timedelta(minutes=5))
    assert dict(tally.last_hour(NOON)[-1][1]) == {LIGHT: 2}
