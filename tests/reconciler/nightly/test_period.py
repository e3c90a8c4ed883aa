"""Which time a report is about."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.nightly.period import since_the_last, the_night

NEW_YORK = ZoneInfo("America/New_York")
MORNING = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""06:00 in the hotel."""


def test_the_night_begins_at_noon_of_the_day_before() -> None:
    night = the_night(MORNING, NEW_YORK)
    assert night.since == datetime(2026, 11, 22, 12, 0, tzinfo=NEW_YORK)
    assert night.until == MORNING


def test_the_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    night = the_night(datetime(2026, 11, 1, 6, 0, tzinfo=NEW_YORK).astimezone(UTC), NEW_YORK)
    assert night.until - night.since == timedelta(hours=19)


def test_a_report_begins_where_the_last_one_ended() -> None:
    last = MORNING - timedelta(hours=30)
    assert since_the_last(last, MORNING).since == last
    assert since_the_last(None, MORNING).since == MORNING - timedelta(days=1)
    assert since_the_last(MORNING + timedelta(hours=1), MORNING).since == MORNING - timedelta(days=1)
