"""A table in CSV as programs export it, with columns found by what they are called.

Exports differ in encoding, in what separates their cells, and in the names of columns from version to version. So a
column is known by any of its usual names, however it is capitalised and spaced, and what nobody knows is left alone.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import Fatal

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a list; one of ten thousand mailboxes has about a megabyte."""

_SEPARATORS: Final = ",;\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Row(NamedTuple):
    """One line of a table: where it stands (``mailboxes.csv:7``) and its cells by our names of the columns."""

    place: str
    cells: Mapping[str, str]

    def first(self, *columns: str) -> str:
        """The first of these cells that holds anything; "" if none does."""
        return next((cell for column in columns if (cell := self.cells.get(column, ""))), "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. ``columns`` are those that were known, by our names, and ``unknown`` the rest as they are called."""

    name: str
    columns: Collection[str]
    unknown: tuple[str, ...]
    rows: tuple[Row, ...]


def read(path: Path, names: Mapping[str, Collection[str]]) -> Sheet:
    """Read a file; ``names`` has the usual names of each column. Fatal says why it cannot be read."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise Fatal(f"{path}: {error.strerror}", "name the exported file") from error
    if size > LARGEST:
        raise Fatal(f"{path}: larger than {LARGEST // 2**20} MiB", "export the list alone, as CSV")
    return sheet_of(path.name, data, names)


def sheet_of(name: str, data: bytes, names: Mapping[str, Collection[str]]) -> Sheet:
    """The table in these bytes. Fatal if it is none."""
    lines = list(_lines(name, _text(data)))
    if not lines:
        raise Fatal(f"{name}: there is nothing in it", "export the list again, as CSV")
    first, header = lines[0]
    known = {word: column for column, words in names.items() for word in words}
    columns = [known.get(plain(title)) for title in header]
    twice = next((each for each in columns if each is not None and columns.count(each) > 1), None)
    if twice is not None:
        both = " and ".join(
            f'"{title}"' for title, each in zip(header, columns, strict=True) if each == twice
        )
        raise Fatal(f"{name}:{first}: {both} both mean the {twice}", "take one of these columns out")
    rows = tuple(
        Row(
            f"{name}:{number}",
            {
                column: cell.strip()
                for column, cell in zip(columns, cells, strict=False)
                if column is not None
            },
        )
        for number, cells in lines[1:]
    )
    unknown = tuple(title for title, each in zip(header, columns, strict=True) if each is None and title)
    return Sheet(name, frozenset(each for each in columns if each is not None), unknown, rows)


def plain(title: str) -> str:
    """A column's title without what makes no difference: capitals, spaces, marks."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _text(data: bytes) -> str:
    """Windows programs write what their machine is set to: Unicode where it says so, else its code page."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _lines(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number in the file."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    began = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield began, cells
            began = reader.line_num + 1
    except csv.Error as error:
        raise Fatal(f"{name}:{began}: {error}", "export the list again, as CSV") from error
