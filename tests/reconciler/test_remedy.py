"""A command that Zoom has ended says what became of it, and when to try again."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reconciler import remedy
from reconciler.errors import CallError, Later, Permanent, Throttled

NEW_YORK = ZoneInfo("America/New_York")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            Throttled("the daily limit is used up", scope="day", at=MIDNIGHT),
            "after 2026-11-22 19:00:00-05:00",
        ),
        (
            Throttled("the second is used up", scope="second", at=MIDNIGHT),
            "which other app calls Zoom so often",
        ),
        (Later("no answer"), "whether this machine reaches zoom.url, and run it again in a minute"),
        (Permanent("a site is out of reach"), "`reconcile check`"),
    ],
)
def test_it_says_what_became_of_it_and_what_to_do(error: CallError, advice: str) -> None:
    ended = remedy.fatal(error, NEW_YORK)
    assert ended.message == error.message
    assert ended.remedy.startswith("nothing was changed; ")
    assert advice in ended.remedy
