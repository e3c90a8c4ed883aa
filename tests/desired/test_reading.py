"""What a drop-in file says, and where exactly it is wrong."""

import pytest

from desired.document import RoomDocument
from desired.flaw import NOWHERE, Flaw
from desired.reading import SIZE_LIMIT, read


def flaws(text: str | bytes) -> list[Flaw]:
    reading = read(text if isinstance(text, bytes) else text.encode())
    assert not reading.documents, "a file with a flaw gives no documents at all"
    return list(reading.flaws)


def only(text: str | bytes) -> Flaw:
    (flaw,) = flaws(text)
    return flaw


def documents(text: str | bytes) -> list[RoomDocument]:
    reading = read(text if isinstance(text, bytes) else text.encode())
    assert not reading.flaws
    return [document for document, _ in reading.documents]


FULL = """\
# yaml-language-server: $schema=./.schema/room.json
room: "1207"
extensions: ["1207"]
occupied: true
guests:
  - {reservation: "84311", first: Ana, last: Souza, title: Ms, vip: "2", language: pt, arrival: 2026-11-22}
name: {display: "Concierge 1207"}
dnd: on
calling: national
message_light: off
mailbox: {cleared: "2026-11-22T11:02:00-05:00", description: Ocean wing}
wakeups: [{at: "2026-11-23T06:30"}]
"""


def test_a_full_document_is_read_with_only_the_fields_that_it_gives() -> None:
    (document,) = documents(FULL)
    assert document.dnd == "on"
    assert document.message_light == "off"
    assert document.guests is not None
    assert document.guests[0].language == "pt"
    assert "department" not in document.model_fields_set
    assert "private" not in document.model_fields_set


def test_null_empties_a_field_and_is_not_the_same_as_leaving_it_out() -> None:
    (document,) = documents("room: '1'\nguests: null\nname:\ndepartment: ~\n")
    assert document.model_fields_set == {"room", "guests", "name", "department"}
    assert document.guests is None


@pytest.mark.parametrize(
    "text",
    [
        "room: 1\n---\nroom: 2\n",
        "- room: 1\n- room: 2\n",
        "- room: 1\n---\n- room: 2\n",
        "---\nroom: 1\n---\nroom: 2\n---\n",
    ],
)
def test_one_file_holds_several_rooms(text: str) -> None:
    assert [document.room for document in documents(text)] == ["1", "2"]


def test_marks_say_where_each_field_stands() -> None:
    ((_, marks),) = read(FULL.encode()).documents
    assert dict(marks) == {
        "": (2, 1),
        "room": (2, 1),
        "extensions": (3, 1),
        "extensions.0": (3, 14),
        "occupied": (4, 1),
        "guests": (5, 1),
        "guests.0": (6, 5),
        "name": (7, 1),
        "name.display": (7, 8),
        "dnd": (8, 1),
        "calling": (9, 1),
        "message_light": (10, 1),
        "mailbox": (11, 1),
        "mailbox.cleared": (11, 11),
        "mailbox.description": (11, 49),
        "wakeups": (12, 1),
        "wakeups.0": (12, 11),
    }


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        (
            "room: '1'\nguests:\n  - {first: A, lst: B}\n",
            "unknown_field",
            (3, 16),
            "guests.0.lst: unknown field",
        ),
        ("room: '1'\nfloor: 3\n", "unknown_field", (2, 1), "floor: unknown field, expected one of room,"),
        ("room: '1'\ndnd: on\ndnd: off\n", "duplicate_key", (3, 1), "dnd: stands twice"),
        ("- room: '1'\n  name: {last: a, last: b}\n", "duplicate_key", (2, 19), "name.last: stands twice"),
        (
            "room: 0123\n",
            "leading_zero",
            (1, 7),
            'room: a number with a leading zero must be quoted, 0123 as "0123"',
        ),
        (
            "room: 1\nextensions: [1, 00]\n",
            "leading_zero",
            (2, 17),
            "extensions.1: a number with a leading zero",
        ),
        ("room: 0x1F\n", "leading_zero", (1, 7), "room: a number with a leading zero"),
        ("dnd: on\n", "missing_field", (1, 1), "room: missing"),
        ("room: '1'\ndnd: {}\n", "missing_field", (2, 6), "dnd.until: missing"),
        ("room: '1'\ndnd: maybe\n", "bad_value", (2, 6), "dnd: expected on or off or {until: …}"),
        (
            "room: '1'\nwakeups: [{at: '2126-01-01T00:00'}]\n",
            "bad_value",
            (2, 16),
            "wakeups.0.at: expected a year from 1970 to 2099",
        ),
        (
            "room: '1'\nmailbox: {cleared: '9999-12-31T23:59'}\n",
            "bad_value",
            (2, 20),
            "mailbox.cleared: expected a year from 1970 to 2099",
        ),
        (
            "room: '1'\ndnd: {until: soon}\n",
            "bad_value",
            (2, 14),
            "dnd.until: expected a date and time such as",
        ),
        ("room: '1'\ncalling: far\n", "bad_value", (2, 10), "calling: expected internal, local, national or"),
        ("room: '1'\noccupied: maybe\n", "bad_value", (2, 11), "occupied: expected true or false"),
        ("room: '1'\nguests: {}\n", "bad_value", (2, 9), "guests: expected a list"),
        ("room: '1'\nname: Ana\n", "bad_value", (2, 7), "name: expected {first: …, last: …, display: …}"),
        ("room: '1'\nextensions: [a]\n", "bad_value", (2, 14), "extensions.0: expected 1 to 18 digits"),
        ("room: '1'\nextensions: []\n", "bad_value", (2, 13), "extensions: expected at least 1"),
        (
            "room: '1'\nextensions: [1, 1]\n",
            "bad_value",
            (2, 13),
            "extensions: the same extension is listed twice",
        ),
        (
            "room: '1'\nguests: [{arrival: 86400}]\n",
            "bad_value",
            (2, 20),
            "guests.0.arrival: expected a date such as",
        ),
        ("room: ' 1'\n", "bad_value", (1, 7), "room: expected 1 to 32 characters without blanks around them"),
        ("room: 12.5\n", "bad_value", (1, 7), "room: expected text; put it in quotes"),
        ("room: 1e5\n", "bad_value", (1, 7), "room: expected text; put it in quotes"),
        (
            "room: '1'\nwakeups: [{at: 06:30}]\n",
            "bad_value",
            (2, 16),
            "wakeups.0.at: expected a date and time",
        ),
        (
            "room: '1'\nmailbox: {cleared: 2026-11-22}\n",
            "bad_value",
            (2, 20),
            "mailbox.cleared: expected a date and",
        ),
        (
            "room: '1'\nguests: [{arrival: soon}]\n",
            "bad_value",
            (2, 20),
            "guests.0.arrival: expected a date such as",
        ),
        (
            "room: '1'\nguests: [{language: PT}]\n",
            "bad_value",
            (2, 21),
            "guests.0.language: expected two small letters",
        ),
        (
            "room: '1'\nname: {display: " + "x" * 301 + "}\n",
            "bad_value",
            (2, 17),
            "name.display: longer than 300",
        ),
        ("hello\n", "bad_value", (1, 1), "expected {room: …, extensions: …, occupied: …}"),
        (
            "room: [1\n",
            "bad_yaml",
            (1, 7),
            "not valid YAML: expected ',' or ']', but got the end of the file",
        ),
        (
            "room: '1'\n guests: []\n",
            "bad_yaml",
            (2, 2),
            "not valid YAML: expected the same indentation as above, but found further indentation",
        ),
        ('dnd: on\nroom: "12\n', "bad_yaml", (2, 7), "not valid YAML: found unexpected end of stream"),
        ("room: '1'\n\tdnd: on\n", "bad_yaml", (2, 1), "not valid YAML: "),
        (
            "room: '1'\nname: *other\n",
            "bad_yaml",
            (2, 7),
            "not valid YAML: an alias without an earlier anchor",
        ),
        ("room: !!python/name:os.system x\n", "bad_yaml", (1, 7), "this YAML tag is not used here"),
        ("? [a]\n: 1\n", "bad_yaml", (1, 3), "a field's name must be a word"),
        ("room: '1'\nname: a\x00b\n", "bad_yaml", (2, 8), "not valid YAML: a control character"),
        ('room: "\\UFFFFFFFF"\n', "bad_yaml", (1, 1), "not valid YAML: "),
        ("", "empty_file", (1, 1), "no document in it"),
        ("# nothing yet\n---\n", "empty_file", (1, 1), "no document in it"),
        ("[]\n", "empty_file", (1, 1), "no document in it"),
    ],
)
def test_a_flaw_is_named_at_its_very_place(
    text: str, code: str, place: tuple[int, int], message: str
) -> None:
    flaw = only(text)
    assert (flaw.code, flaw.place) == (code, place)
    assert flaw.message.startswith(message)


def test_text_that_is_not_utf_8_is_refused_at_the_first_wrong_character() -> None:
    flaw = only("room: '1'\nname: {last: Müller}\n".encode("cp1252"))
    assert (flaw.code, flaw.place) == ("bad_encoding", (2, 15))


def test_utf_16_is_refused_as_such() -> None:
    assert only("room: '1'\n".encode("utf-16")).code == "bad_encoding"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert documents(b"\xef\xbb\xbfroom: '1207'\n")[0].room == "1207"


def test_a_file_over_the_limit_is_refused_unread() -> None:
    flaw = only(b"#" * (SIZE_LIMIT + 1))
    assert (flaw.code, flaw.place) == ("too_large", NOWHERE)


def test_all_flaws_of_a_file_are_told_at_once_in_their_order() -> None:
    text = "room: '1'\nfloor: 3\n---\nroom: 02\n---\nroom: '3'\ndnd: x\n"
    assert [(flaw.code, flaw.place, flaw.room) for flaw in flaws(text)] == [
        ("unknown_field", (2, 1), "1"),
        ("leading_zero", (4, 7), None),
        ("bad_value", (7, 6), "3"),
    ]


@pytest.mark.parametrize(
    "guest",
    [
        "{first: [Amaryllis]}",
        "{Amaryllis Quimby: 1}",
        "{first: Amaryllis, first: Quimby}",
        "{Quimby: a, Quimby: b}",
        "{language: Quimby}",
        "{arrival: Quimby}",
        "Amaryllis Quimby",
        "{vip: " + "Quimby" * 40 + "}",
        "{first: Amaryllis, reservation: 084311}",
        '{first: "Quimby',
        "{first: *Quimby}",
        "{first: !Quimby x}",
    ],
)
def test_no_message_quotes_a_guest(guest: str) -> None:
    found = flaws(f"room: '1'\nguests:\n  - {guest}\n")
    assert found
    for secret in ("Amaryllis", "Quimby", "84311"):
        assert all(secret not in flaw.message for flaw in found)
