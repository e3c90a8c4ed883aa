"""Lists are read as programs on Windows write them, and columns found however they are called."""

from pathlib import Path

import pytest

from reconciler.errors import Fatal
from reconciler.takeover.mailboxes import COLUMNS
from reconciler.takeover.sheet import LARGEST, read, sheet_of

CAFE = "Mailbox;Description\r\n1001;Café wing\r\n"


@pytest.mark.parametrize(
    "data",
    [CAFE.encode(), CAFE.encode("utf-8-sig"), CAFE.encode("cp1252"), CAFE.encode("utf-16")],
    ids=["UTF-8", "UTF-8 with a mark", "code page", "UTF-16"],
)
def test_a_list_is_read_in_whichever_encoding_the_machine_writes(data: bytes) -> None:
    (row,) = sheet_of("boxes.csv", data, COLUMNS).rows
    assert row.cells == {"mailbox": "1001", "description": "Café wing"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_whatever_separates_the_cells_is_found(separator: str) -> None:
    data = separator.join(["Ext #", "Room ID"]) + "\n" + separator.join(["1901", "PH1"]) + "\n"
    (row,) = sheet_of("boxes.csv", data.encode(), COLUMNS).rows
    assert row.cells == {"extension": "1901", "room": "PH1"}


def test_a_line_is_told_by_its_number_in_the_file_also_after_one_that_runs_over_two() -> None:
    data = b'\nMailbox,Description\n1001,"Ocean\nwing"\n\n1002,Garden\n'
    assert [row.place for row in sheet_of("boxes.csv", data, COLUMNS).rows] == ["boxes.csv:3", "boxes.csv:6"]


def test_columns_that_nobody_knows_are_left_alone_and_told() -> None:
    sheet = sheet_of("boxes.csv", b"Mailbox,Greeting,Description\n1001,3,Ocean\n", COLUMNS)
    assert sheet.unknown == ("Greeting",)
    assert sheet.rows[0].cells == {"mailbox": "1001", "description": "Ocean"}


def test_a_short_line_lacks_its_last_cells_and_nothing_else() -> None:
    assert sheet_of("b.csv", b"Mailbox,Description\n1001\n", COLUMNS).rows[0].first("description") == ""


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "there is nothing in it"),
        (b"\r\n \r\n", "there is nothing in it"),
        (b"Mailbox,Box\n1,2\n", 'boxes.csv:1: "Mailbox" and "Box" both mean the mailbox'),
    ],
)
def test_what_is_no_list_says_why(data: bytes, complaint: str) -> None:
    with pytest.raises(Fatal, match=complaint):
        sheet_of("boxes.csv", data, COLUMNS)


def test_a_cell_that_never_ends_is_told_by_its_line() -> None:
    with pytest.raises(Fatal, match=r"boxes\.csv:2: "):
        sheet_of("boxes.csv", b"Mailbox\n" + b"1" * 200_000, COLUMNS)


def test_a_file_that_is_not_there_or_far_too_large_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="No such file"):
        read(tmp_path / "boxes.csv", COLUMNS)
    large = tmp_path / "boxes.csv"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(Fatal, match="larger than 16 MiB"):
        read(large, COLUMNS)
