"""Words of the sources survive the store."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desired.document import Guest, Until
from desired.said import Field, Origin, Said, Source, WakeupCall
from reconciler.stays.words import rows_of, said_of
from reconciler.store.rows import SaidRow

NOW = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 6, 30, 15)  # noqa: DTZ001 - the hotel's local time
PMS = Origin(Source.PMS, "pms GI 2026-11-22T14:03:11-05:00", NOW)
DESK = Origin(Source.DESK, "desk", NOW + timedelta(minutes=1))
ANA = Guest(
    reservation="84311", first="Ana", last="Souza", language="pt", vip="2",
    arrival=date(2026, 11, 22), departure=date(2026, 11, 25),
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field.GUESTS, (ANA, Guest(first="陈"))),
        (Field.GUESTS, ()),
        (Field.OCCUPIED, True),
        (Field.PRIVATE, False),
        (Field.DND, "on"),
        (Field.DND, Until(until=NOW)),
        (Field.CALLING, "national"),
        (Field.DEPARTMENT, None),
        (Field.CLEARED, NOW),
        (Field.NAME_DISPLAY, "Concierge"),
        (Field.WAKEUPS, (WakeupCall(MORNING, (PMS, DESK)), WakeupCall(MORNING, (DESK,), wanted=False))),
        (Field.WAKEUPS, ()),
    ],
)
def test_a_word_comes_back_from_the_store_as_it_was_said(field: Field, value: Any) -> None:
    word = Said(field, value, PMS)
    (row,) = rows_of("1207", [word])

    assert json.loads(json.dumps(row.value)) == row.value, "plain JSON"
    assert said_of(row) == word


def test_a_wake_up_of_an_older_row_was_asked_for_by_who_said_the_row() -> None:
    row = SaidRow("1207", "desk", "wakeups", [{"at": "2026-11-23T06:30:15"}], "desk", DESK.moment)

    assert said_of(row).value == (WakeupCall(MORNING, (DESK,)),)
