"""Drop-in files that the program writes: read back, they say exactly the same."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desired.document import Guest, Mailbox, Name, RoomDocument, Until, Wakeup
from desired.files import Folder
from desired.reading import read
from desired.writing import dump

ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def text(size: int) -> st.SearchStrategy[str | None]:
    return st.none() | st.text(ANY, max_size=size)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
LOCAL = st.datetimes(datetime.fromisoformat("1970-01-03"), datetime.fromisoformat("2099-12-31"))
MOMENTS = st.builds(lambda at, zone: at.replace(tzinfo=zone), LOCAL, st.none() | st.just(UTC) | OFFSETS)
DATES = st.none() | st.dates(min_value=date(1970, 1, 2), max_value=date(2999, 1, 1))
GUESTS = some(
    reservation=text(64),
    first=text(200),
    last=text(200),
    title=text(64),
    vip=text(32),
    language=st.none() | st.from_regex(r"[a-z]{2}", fullmatch=True),
    arrival=DATES,
    departure=DATES,
).map(lambda fields: Guest(**fields))
ROOMS = st.from_regex(r"[^\s\x00](?:.{0,30}[^\s\x00])?", fullmatch=True, alphabet=ANY).filter(
    lambda room: "\n" not in room
)
DOCUMENTS = st.builds(
    lambda room, rest: RoomDocument(room=room, **rest),
    ROOMS,
    some(
        extensions=st.none()
        | st.lists(st.from_regex(r"[0-9]{1,18}", fullmatch=True), min_size=1, max_size=3, unique=True),
        occupied=st.none() | st.booleans(),
        guests=st.none() | st.lists(GUESTS, max_size=3),
        name=st.none()
        | some(first=text(200), last=text(200), display=text(300)).map(lambda parts: Name(**parts)),
        department=text(255),
        dnd=st.none() | st.sampled_from(["on", "off"]) | MOMENTS.map(lambda until: Until(until=until)),
        calling=st.sampled_from([None, "internal", "local", "national", "international"]),
        message_light=st.sampled_from([None, "on", "off"]),
        mailbox=st.none()
        | some(cleared=st.none() | MOMENTS, description=text(300), room_id=text(64)).map(
            lambda parts: Mailbox(**parts)
        ),
        wakeups=st.none() | st.lists(LOCAL.map(lambda at: Wakeup(at=at)), max_size=3),
        private=st.none() | st.booleans(),
    ),
)


def as_written(document: RoomDocument) -> str:
    """Everything that a document gives and nothing that it leaves out."""
    return document.model_dump_json(exclude_unset=True)


@given(st.lists(DOCUMENTS, min_size=1, max_size=3))
def test_any_document_comes_back_as_it_was_with_what_it_leaves_out(documents: list[RoomDocument]) -> None:
    reading = read(dump(documents).encode())
    assert reading.flaws == ()
    assert [as_written(document) for document, _ in reading.documents] == [
        as_written(document) for document in documents
    ]
    assert [document for document, _ in reading.documents] == documents


def test_a_written_file_is_a_drop_in_file_that_an_editor_can_check(tmp_path: Path) -> None:
    document = RoomDocument(
        room="0123",
        occupied=True,
        guests=[Guest(reservation="84311", first="Ana", last="Souza", arrival=date(2026, 11, 22))],
        name=Name(display="Concierge: #1"),
        dnd="on",
        message_light=None,
        wakeups=[Wakeup(at=datetime.fromisoformat("2026-11-23T06:30"))],
    )
    written = dump([document])
    assert written == (
        "# yaml-language-server: $schema=./.schema/room.json\n"
        'room: "0123"\n'
        "occupied: true\n"
        "guests:\n"
        '  - {reservation: "84311", first: "Ana", last: "Souza", arrival: "2026-11-22"}\n'
        "name:\n"
        '  display: "Concierge: #1"\n'
        "dnd: on\n"
        "message_light: null\n"
        "wakeups:\n"
        '  - {at: "2026-11-23T06:30:00"}\n'
    )
    (tmp_path / "0123.yaml").write_text(written)
    with Folder(tmp_path, None) as folder:
        (placed,) = folder.load((tmp_path / "0123.yaml").stat().st_mtime + 10).documents
    assert placed.document == document
