"""The times in logs: the hotel's own at a terminal, UTC in files."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.logs import HotelsTime, UtcFormatter

NEW_YORK = ZoneInfo("America/New_York")


def test_a_person_at_a_terminal_reads_the_hotels_time() -> None:
    event = HotelsTime(NEW_YORK)(None, "info", {"event": "started"})
    stamp = datetime.fromisoformat(event.pop("timestamp"))
    assert stamp.utcoffset() == datetime.now(NEW_YORK).utcoffset()
    assert datetime.now(UTC) - stamp < timedelta(minutes=1)
    assert event == {"event": "started"}


def test_a_file_of_packets_is_in_utc() -> None:
    record = logging.makeLogRecord(
        {"msg": "{}", "created": datetime(2026, 11, 22, 14, 3, 11, tzinfo=NEW_YORK).timestamp()}
    )
    assert UtcFormatter("%(asctime)s %(message)s").format(record) == "2026-11-22T19:03:11.000Z {}"
