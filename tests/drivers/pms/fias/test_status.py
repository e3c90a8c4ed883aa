"""How a link is, for people: what it heard, and whether the PMS's clock goes right."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drivers.pms.fias.records import Record
from drivers.pms.fias.status import LinkStatus

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def heard(record: str, at: datetime = NOON, **told: str) -> LinkStatus:
    status = LinkStatus("pms", "10.0.0.5:5010", NOON)
    status.heard(Record(record, tuple(told.items())), at, ZONE)
    return status


@pytest.mark.parametrize("record", ["LS", "LA"])
@pytest.mark.parametrize(
    ("time", "ahead"), [("120000", 0), ("120305", 185), ("115700", -180), ("130000", 3600), ("170000", 18000)]
)
def test_the_pms_tells_the_time_when_it_greets(record: str, time: str, ahead: float) -> None:
    assert heard(record, DA="261122", TI=time).clock_ahead == ahead


def test_a_record_of_guests_may_have_waited_for_hours_and_says_nothing_of_the_clock() -> None:
    status = heard("GI", RN="1207", DA="261122", TI="070000")
    assert status.clock_ahead is None
    assert (status.received["GI"], status.last_record_at) == (1, NOON)


@pytest.mark.parametrize(
    "told", [{}, {"DA": "261122"}, {"DA": "", "TI": ""}, {"DA": "261332", "TI": "120000"}]
)
def test_a_greeting_without_a_time_keeps_what_was_known(told: dict[str, str]) -> None:
    status = heard("LS", DA="261122", TI="120100")
    status.heard(Record("LA", tuple(told.items())), NOON, ZONE)
    assert status.clock_ahead == 60


@pytest.mark.parametrize("hour", [0, 1])
def test_in_the_hour_that_comes_twice_a_right_clock_is_right_both_times(hour: int) -> None:
    at = datetime(2026, 11, 1, 5, 30, tzinfo=UTC) + timedelta(hours=hour)
    assert heard("LA", at, DA="261101", TI="013000").clock_ahead == 0
