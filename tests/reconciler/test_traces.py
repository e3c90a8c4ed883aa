"""Whose a value of the past is: names as people mean them, and who was in a room when."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from reconciler.sought import Sought
from reconciler.traces import ERASED, Shown, Stay, Traces, veiled

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
_KEYS = count()


def change(
    at: datetime, before: str, after: str, field: str = "display_name", *, applied: bool = True
) -> Shown:
    return Shown(next(_KEYS), at, "1207", "1207", field, before, after, applied)


def without(rows: list[Shown], traces: Traces, *needed: str) -> list[tuple[str, str]]:
    """What the changes say afterwards."""
    gone = {each.row.key: (each.before, each.after) for each in veiled(rows, traces, lambda *_: needed)}
    return [gone.get(row.key, (row.before, row.after)) for row in rows]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Souza", "Ana Souza 1207"),
        ("ana souza", "SOUZA, ANA"),
        ("O'Brien", "Ms O’Brien 1207"),
        ("Nguyễn", "Nguyễn Văn 1207"),
        ("陳大文", "陳大文 1207"),
        ("R2D2", "RD 1207"),
        ("☃", "☃ 1207"),
        ("Wolfeschlegelsteinhausenbergerdorff", "Wolfeschlegelstein 1207"),
    ],
)
def test_a_name_is_found_as_people_would_find_it(name: str, shown: str) -> None:
    assert Traces(names=(name,)).names_him([shown])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Souza", "Ana Sousa 1207"),
        ("Ana Souza", "Ana Lima 1207"),
        ("Room", "1207"),
        ("", "Ana Souza"),
        ("An", "Ana"),
    ],
)
def test_another_name_is_not(name: str, shown: str) -> None:
    assert not Traces(names=(name,)).names_him([shown])


def test_the_first_name_goes_with_the_last_that_stood_beside_it() -> None:
    rows = [
        change(NOON, "Room", "Ana", "first_name"),
        change(NOON, "1207", "Souza 1207", "last_name"),
        change(NOON + HOUR, "Ana", "Anna", "first_name"),
        change(NOON + 9 * HOUR, "Anna", "Room", "first_name"),
        change(NOON + 9 * HOUR, "Souza 1207", "1207", "last_name"),
    ]
    assert without(rows, Traces(names=("Souza",))) == [
        ("Room", ERASED),
        ("1207", ERASED),
        (ERASED, ERASED),
        (ERASED, "Room"),
        (ERASED, "1207"),
    ]


def test_who_came_before_and_after_stays() -> None:
    rows = [
        change(NOON, "Room 1207", "Kwame Mensah"),
        change(NOON + HOUR, "Kwame Mensah", "Ana Souza"),
        change(NOON + 2 * HOUR, "Ana Souza", "Li Wu"),
    ]
    assert without(rows, Traces(names=("Souza",))) == [
        ("Room 1207", "Kwame Mensah"),
        ("Kwame Mensah", ERASED),
        (ERASED, "Li Wu"),
    ]


def test_a_guest_of_whom_only_the_time_is_known_is_followed_until_his_name_is_gone() -> None:
    rows = [
        change(NOON - HOUR, "Room 1207", "Kwame Mensah"),
        change(NOON, "Kwame Mensah", "Ana Souza"),
        change(NOON + 5 * HOUR, "Ana Souza", "Li Wu"),
    ]
    stay = Stay("1207", NOON, NOON + 2 * HOUR)
    assert without(rows, Traces(stays=(stay,))) == [
        ("Room 1207", "Kwame Mensah"),
        ("Kwame Mensah", ERASED),
        (ERASED, "Li Wu"),
    ]


def test_a_write_that_failed_names_him_too_but_tells_nothing_of_what_was_shown() -> None:
    rows = [
        change(NOON, "Room 1207", "Ana Souza", applied=False),
        change(NOON + HOUR, "Room 1207", "Li Wu"),
    ]
    assert without(rows, Traces(names=("Souza",))) == [("Room 1207", ERASED), ("Room 1207", "Li Wu")]


def test_what_a_telephone_shows_today_stays() -> None:
    rows = [change(NOON, "Room 1207", "Ana Souza")]
    assert without(rows, Sought(room="1207").traces(NOON + HOUR), "Room 1207") == [("Room 1207", ERASED)]
    assert without(rows, Traces(names=("Souza",)), "Ana Souza") == [("Room 1207", "Ana Souza")]


def test_a_room_is_forgotten_up_to_a_day() -> None:
    rows = [change(NOON, "Room", "Ana Souza"), change(NOON + 9 * HOUR, "Ana Souza", "Li Wu")]
    sought = Sought(room="1207", before=NOON + HOUR)
    assert without(rows, sought.traces(NOON + 99 * HOUR)) == [(ERASED, ERASED), (ERASED, "Li Wu")]
    assert sought.way == "room"


def test_other_fields_say_nothing_of_a_guest() -> None:
    rows = [change(NOON, "In 2026-11-20", "Souza", "department")]
    assert without(rows, Traces(names=("Souza",))) == [("In 2026-11-20", "Souza")]
