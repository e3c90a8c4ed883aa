"""Drop-in documents: as bytes, and as files of a folder whose other files must go on counting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from desired.files import Folder
from desired.flaw import NOWHERE, Flaw
from desired.reading import read
from desired.writing import dump
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.target import Take, Target

FULL: Final = b"""\
room: "1207"
extensions: ["1207", "1208"]
occupied: true
guests:
  - {reservation: "84311", first: Ana, last: Souza, title: Ms, vip: "2", language: pt, arrival: 2026-11-22}
  - first: "J\\u00f6rg"
    last: M\xc3\xbcller
name: {display: "Concierge 1207"}
department: "Suites"
dnd: {until: "2026-11-22T22:00"}
calling: national
message_light: off
private: false
mailbox: {cleared: "2026-11-22T11:02:00-05:00", description: Ocean wing, room_id: A-1207}
wakeups: [{at: "2026-11-23T06:30"}]
"""
SAMPLES: Final = (
    FULL,
    b"- {room: '1', guests: null}\n- {room: '2', dnd: on}\n",
    b"room: 3\n---\nroom: 4\nname: &n {first: A, last: B}\n---\nroom: 5\nname: &m {first: A}\nguests: [*m]\n...\n",
    b"%YAML 1.2\n--- !!map\nroom: !!str 6\nname:\n  <<: {display: x}\n  last: |\n    two\n    lines\n",
    b"\xef\xbb\xbfroom: '7'\r\nguests:\r\n  - {first: >-\r\n      folded}\r\n",
)
WORDS: Final = (
    b"&a ",
    b"*a",
    b"<<: *a",
    b"- ",
    b"? ",
    b": ",
    b"| \n",
    b">+2\n",
    b"!!binary ",
    b"!<x> ",
    b"---\n",
    b"...\n",
    b"%TAG ! x\n",
    b"#",
    b"@",
    b"`",
    b"\\U0010ffff",
    b"\\ud800",
    b"\\x00",
    b"0o7",
    b"007",
    b".inf",
    b".nan",
    b"1_000",
    b"2026-11-22",
    b"room: ",
    b"guests: ",
    b"dnd: ",
    b"wakeups: ",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
)
PLAIN: Final = (
    {
        "room": "1207",
        "extensions": ["1207"],
        "occupied": True,
        "dnd": {"until": "2026-11-22T22:00"},
        "calling": "local",
        "guests": [
            {"reservation": "1", "first": "Ana", "last": "Souza", "arrival": "2026-11-22", "language": "pt"}
        ],
        "name": {"first": "a", "last": "b", "display": "c"},
        "department": "x",
        "message_light": "on",
        "private": True,
        "mailbox": {"cleared": "2026-11-22T11:02:00Z", "description": "x", "room_id": "y"},
        "wakeups": [{"at": "2026-11-23T06:30"}],
    },
    [{"room": "1"}, {"room": "2", "guests": [], "wakeups": []}],
)
LONGEST_MESSAGE: Final = 600
MOST_FLAWS: Final = 101
"""Nobody reads more of one file."""

make = either(bytes_of(SAMPLES, WORDS), bytes_of(SAMPLES, WORDS), json_of(PLAIN))


def take(data: bytes) -> None:
    """A file gives documents or flaws, each flaw can be shown to people, and what was read can be written again."""
    reading = read(data)
    assert bool(reading.documents) != bool(reading.flaws)
    is_tellable(reading.flaws, data)
    documents = [document for document, _ in reading.documents]
    again = read(dump(documents).encode()) if documents else reading
    assert [document for document, _ in again.documents] == documents


def is_tellable(flaws: tuple[Flaw, ...], data: bytes) -> None:
    """Flaws are few, short, printable, and at a place that the file has."""
    # Any of YAML's breaks, of which a file may have several kinds.
    lines = sum(data.count(mark) for mark in (b"\n", b"\r", b"\xe2\x80", b"\xc2\x85")) + 2
    assert len(flaws) <= MOST_FLAWS
    for flaw in flaws:
        assert flaw.message.isprintable(), flaw
        assert len(flaw.message) <= LONGEST_MESSAGE
        assert flaw.place == NOWHERE or (1 <= flaw.place[0] <= lines and flaw.place[1] >= 1), flaw


@contextmanager
def open_reading() -> Iterator[Take]:
    """Nothing has to be opened to read bytes."""
    yield take


@contextmanager
def open_folder() -> Iterator[Take]:
    """A folder with a good document in one file, and whatever comes in the other."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as scratch:
        root = Path(scratch)
        broken, whole = root / "broken.yaml", root / "whole.yaml"
        with Folder(root, None) as folder:
            at = 2_000_000_000

            def take_file(data: bytes) -> None:
                nonlocal at
                at += 1000
                for path, content in ((broken, data), (whole, b'room: "999"\nguests: [{last: "%d"}]\n' % at)):
                    path.write_bytes(content)
                    os.utime(path, (at, at))
                loaded = folder.load(at + 100.0)
                named = [placed.document for placed in loaded.documents if placed.document.room == "999"]
                others = [
                    problem
                    for problem in loaded.problems
                    if problem.where is None or "whole" not in problem.where
                ]
                assert (
                    any(document.guests and document.guests[0].last == str(at) for document in named)
                    or not others
                )
                assert not loaded.vanished

            yield take_file


DOCUMENTS: Final = Target("documents", make, open_reading, examples=100_000, few=50)
FOLDER: Final = Target("folder", make, open_folder, examples=20_000, few=50)
