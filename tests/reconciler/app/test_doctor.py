"""The doctor's ear for the clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from drivers.zoom.http import Answer
from reconciler.app.doctor.account import Heard, clock

NOW = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)


def level(difference: timedelta) -> str:
    heard = Heard()
    heard.listen(
        "https://zoom.us/v2/users", Answer(200, {"date": format_datetime(NOW + difference, usegmt=True)}), NOW
    )
    (finding,) = clock(heard)
    return finding.level


@pytest.mark.parametrize(("minutes", "expected"), [(0, "ok"), (5, "bad"), (-5, "bad")])
def test_a_clock_that_is_wrong_is_found(minutes: int, expected: str) -> None:
    assert level(timedelta(minutes=minutes)) == expected


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_where_zoom_does_not_say_the_time_nothing_is_claimed(headers: dict[str, str]) -> None:
    heard = Heard()
    heard.listen("https://zoom.us/v2/users", Answer(200, headers), NOW)
    assert list(clock(heard)) == []
