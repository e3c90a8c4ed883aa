"""What is said of one room: how old it is what its telephone is said to show."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from observed.extension import Extension
from reconciler.change import OwnWrite
from reconciler.views.room import room_view
from reconciler.views.text import room_block
from reconciler.wakeups.ledger import Ledger
from tests.reconciler.test_conditions import VACANT, hotel

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def head(written: datetime | None, read: datetime | None) -> str:
    shown = Extension(
        "user", "u1207", 1207, first_name="Room", last_name="1207", display_name="Room 1207", read_at=read
    )
    made = hotel(VACANT, shown)
    made.own["u1207", "display_name"] = OwnWrite("Room 1207", "Ana Souza 1207", written)
    view = room_view(made, made.look("1207", NOON), Ledger(NEW_YORK), {}, NOON)
    return next(line for line in room_block(view, NEW_YORK) if "1207 (user)" in line).strip()


def test_what_was_written_while_zoom_was_read_is_not_said_to_be_as_old_as_that_reading() -> None:
    later = NOON + timedelta(seconds=30)
    assert head(later, NOON) == (
        "1207 (user), read 2026-11-22 12:00:00-05:00, written 2026-11-22 12:00:30-05:00"
    )
    assert head(NOON, NOON) == "1207 (user), written 2026-11-22 12:00:00-05:00"
    assert head(NOON, later) == "1207 (user), read 2026-11-22 12:00:30-05:00"
    assert head(None, NOON) == "1207 (user), read 2026-11-22 12:00:00-05:00"
