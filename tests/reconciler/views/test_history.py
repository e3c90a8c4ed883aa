"""The moments by which people ask for history and set the end of a pause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconciler.views.history import ahead, moment

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(weeks=1)),
        ("2026-11-20", datetime(2026, 11, 20, 5, 0, tzinfo=UTC)),
        ("2026-11-20T08:30", datetime(2026, 11, 20, 13, 30, tzinfo=UTC)),
        ("2026-07-01T08:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-11-20T08:30:00+00:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_an_age_or_the_hotels_local_time(text: str, expected: datetime) -> None:
    assert moment(text, NOW, NEW_YORK) == expected


@pytest.mark.parametrize("text", ["", "h", "yesterday", "2026-13-01", "-3d", "3 fortnights"])
def test_what_is_no_moment_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date"):
        moment(text, NOW, NEW_YORK)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31", "999999w", "999999d", "99999w"]
)
def test_what_is_on_no_hotels_calendar_is_refused(text: str) -> None:
    for meaning in (moment, ahead):
        with pytest.raises(ValueError, match=rf'^"{text}": expected'):
            meaning(text, NOW, NEW_YORK)


def test_for_a_time_to_come_the_same_words_look_ahead() -> None:
    assert ahead("2h", NOW, NEW_YORK) == NOW + timedelta(hours=2)
    assert ahead("2026-11-22T08:00", NOW, NEW_YORK) == NOW + timedelta(hours=1)
    with pytest.raises(ValueError, match="is past"):
        ahead("2026-11-22T06:00", NOW, NEW_YORK)
    with pytest.raises(ValueError, match="is past"):
        ahead("0h", NOW, NEW_YORK)
    with pytest.raises(
        ValueError, match=r'"yesterday": expected a date, .*, or how long from now, such as 2h or 3d$'
    ):
        ahead("yesterday", NOW, NEW_YORK)
