"""Words and events survive being kept as JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from desired import kept
from desired.document import Guest, Until
from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    StatusTold,
    Swapped,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.said import Field, Origin, Said, Source, WakeupCall

NOON = datetime(2026, 11, 22, 17, 0, 0, 250, tzinfo=UTC)
SEVEN = datetime.fromisoformat("2026-11-23T07:00:30")
PMS = Origin(Source.PMS, "pms GI 2026-11-22T12:00:00-05:00", NOON)
PHONE = Origin(Source.PHONE, "phone", NOON + timedelta(minutes=1))

VALUES: list[tuple[Field, Any]] = [
    (Field.GUESTS, ()),
    (Field.GUESTS, (Guest(reservation="84311", first="Ana", arrival=date(2026, 11, 22)), Guest(last="小明"))),
    (Field.OCCUPIED, True),
    (Field.PRIVATE, False),
    (Field.DND, "on"),
    (Field.DND, Until(until=NOON)),
    (Field.CALLING, "local"),
    (Field.CLEARED, NOON),
    (Field.WAKEUPS, (WakeupCall(SEVEN, (PMS, PHONE)), WakeupCall(SEVEN, (PHONE,), wanted=False))),
    (Field.NAME_DISPLAY, "Concierge 1207"),
    (Field.EXTENSIONS, ("1207", "1208")),
]
DETAILS = {"first": "Ana", "language": None, "arrival": date(2026, 11, 22)}
STATUSES = {Field.DND: Until(until=NOON), Field.CALLING: None, Field.PRIVATE: True}
EVENTS: list[Event] = [
    CheckedIn("101", "84311", DETAILS, STATUSES, alone=True),
    CheckedIn("101", None),
    Changed("101", "84311", DETAILS, STATUSES),
    Moved("102", "101", "84311", DETAILS, STATUSES),
    Swapped("101", "102"),
    CheckedOut("101"),
    StatusTold("101", STATUSES),
    WakeupAsked("101", SEVEN),
    WakeupCancelled("101", SEVEN),
    WakeupCancelled("101", None),
    ResyncBegan(),
    ResyncEnded(),
    ResyncBroken(),
]


@pytest.mark.parametrize(("field", "value"), [*VALUES, *((field, None) for field in Field)])
def test_a_word_that_was_kept_is_the_same_word(field: Field, value: Any) -> None:
    word = Said(field, value, PMS, implied=field is Field.OCCUPIED)
    assert kept.word_from_json(json.loads(json.dumps(kept.word_to_json(word)))) == word


def test_words_of_several_records_are_kept_in_their_order_each_with_its_own_origin() -> None:
    words = (
        Said(Field.DND, "on", PHONE), Said(Field.CALLING, "local", PMS), Said(Field.PRIVATE, False, PMS),
        Said(Field.DND, "off", PMS), Said(Field.MESSAGE_LIGHT, None, PHONE),
    )  # fmt: skip
    plain = json.loads(json.dumps(kept.words_to_json(words)))
    assert kept.words_from_json(plain) == words
    assert len(plain) == 3, "what one record said stands together"


def test_words_that_an_older_housephone_kept_one_by_one_are_the_same_words() -> None:
    words = (Said(Field.DND, "on", PMS), Said(Field.PRIVATE, True, PMS))
    assert kept.words_from_json(list(map(kept.word_to_json, words))) == words


@pytest.mark.parametrize("event", EVENTS, ids=str)
@pytest.mark.parametrize(
    "told",
    [
        Told(Source.PMS, PMS.where, NOON, NOON - timedelta(hours=2), "tower", snapshot=True),
        Told(Source.DESK, "desk", NOON),
    ],
    ids=["pms", "desk"],
)
def test_an_event_that_was_kept_is_the_same_event(event: Event, told: Told) -> None:
    assert kept.told_from_json(json.loads(json.dumps(kept.told_to_json(event, told)))) == (event, told)


def test_every_kind_of_event_can_be_kept() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))
