"""Who said something is told as people say it, and not in the letters of a protocol."""

import pytest

from reconciler.views.whose import whose


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("pms GI 2026-11-23T10:39:11-05:00", "checked in by the PMS, Mon 10:39"),
        ("pms tower GO 2026-11-23T10:39:11-05:00", "checked out by the PMS tower, Mon 10:39"),
        ("pms pms WR 2026-11-23T10:39:11-05:00", "asked for by the PMS, Mon 10:39"),
        ("desk page, Alice", "Alice at the desk"),
        ("desk page", "the desk"),
        ("desk command line", "the command line"),
        ("phone telephone of room 1207", "the telephone of room 1207"),
        ("phone wake-up call", "wake-up call"),
        ("file rooms/1207.yaml:9:25", "rooms/1207.yaml:9:25"),
        ("adopt adopted from Zoom 2026-11-22 14:03:11-05:00", "taken over from Zoom"),
        ("file setting department: state", "setting department: state"),
    ],
)
def test_who_said_something_is_told_as_people_say_it(source: str, said: str) -> None:
    assert whose(source, lambda at: f"{at:%a %H:%M}") == said
