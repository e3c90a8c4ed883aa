"""The times in logs: the hotel's own at a terminal, UTC in files."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reconciler.logs import HotelsTime, UtcFormatter

NEW_YORK = ZoneInfo("America/New_York")


def test_a_person_at_a_terminal_reads_the_hotels_time() -> None:
    event = HotelsTime(NEW_YORK)(None, "info", {"event": "started"})
    stamp = datetime.fromisoformat(event.pop("timestamp"))
    assert stamp.utcoffset() == datetime.now(NEW_YORK).utcoffset()
    assert datetime.now(UTC) - stamp < timedelta(minutes=1)
    assert event == {"event": "started"}


DRIVER = """
import logging, sys
from reconciler.logs import configure_logs
from reconciler.configuration.settings import Settings

hotel = {"name": "Harbour View", "timezone": "America/New_York"}
configure_logs(Settings.model_validate({"property": hotel, "state": sys.argv[1]}), debug=False)
logging.getLogger("housephone.voice").info("it rings", extra={"room": "1207", "caller": "Ana"})
"""


def test_what_a_driver_says_of_a_room_names_it_in_a_field_of_its_own(tmp_path: Path) -> None:
    """Drivers know of Python's own logging only; nothing else of their records is shown."""
    ran = subprocess.run([sys.executable, "-c", DRIVER, tmp_path], capture_output=True, text=True, check=True)
    line = json.loads(ran.stderr)
    assert (line["event"], line["room"]) == ("it rings", "1207")
    assert "caller" not in line


def test_a_file_of_packets_is_in_utc() -> None:
    record = logging.makeLogRecord(
        {"msg": "{}", "created": datetime(2026, 11, 22, 14, 3, 11, tzinfo=NEW_YORK).timestamp()}
    )
    assert UtcFormatter("%(asctime)s %(message)s").format(record) == "2026-11-22T19:03:11.000Z {}"
