"""A document together with the place it was read from, so that every field can be traced to file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from desired.problem import Problem

if TYPE_CHECKING:
    from desired.document import RoomDocument

Place = tuple[int, int]
"""Line and column, both counted from 1."""


class Marks(Mapping[str, Place]):
    """Where a document's fields stand: ``""`` is the document itself, then ``name.display`` or ``wakeups.0``.

    A hotel of ten thousand rooms has a hundred thousand marks and looks at hardly any of them, so they stay one
    short text per document (``=1:1 room=1:1 name.display=3:9``) until somebody asks.
    """

    __slots__ = ("packed",)

    def __init__(self, packed: str) -> None:
        self.packed = packed

    @classmethod
    def of(cls, places: Mapping[str, Place]) -> Marks:
        """Pack the places; field paths hold neither blanks nor equal signs."""
        if isinstance(places, Marks):
            return places
        return cls(" ".join(f"{field}={line}:{column}" for field, (line, column) in places.items()))

    def _places(self) -> dict[str, Place]:
        places: dict[str, Place] = {}
        for mark in self.packed.split(" ") if self.packed else ():
            field, _, place = mark.partition("=")
            line, _, column = place.partition(":")
            places[field] = (int(line), int(column))
        return places

    def __getitem__(self, field: str) -> Place:
        return self._places()[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._places() == dict(other)

    def __hash__(self) -> int:
        return hash(self.packed)

    def __repr__(self) -> str:
        return f"Marks({self.packed!r})"


class Placed:
    """One valid document and where it was read: ``path`` as shown to people, such as ``rooms/1207.yaml``.

    Never changed. A large hotel remembers ten thousand documents and looks into hardly any of them, so a remembered
    one stays text until somebody asks for more than its room and the extensions that it names.
    """

    __slots__ = ("_digest", "_document", "_text", "extensions", "marks", "path", "room")

    def __init__(self, document: RoomDocument, path: str, marks: Mapping[str, Place]) -> None:
        self.room = document.room
        self.extensions = tuple(document.extensions or ())
        self.path = path
        self.marks = marks
        self._document: RoomDocument | None = document
        self._text = self._digest = ""

    @classmethod
    def remembered(
        cls,
        room: str,
        extensions: tuple[str, ...],
        text: str,
        digest: str,
        path: str,
        marks: Mapping[str, Place],
    ) -> Self:
        """A document that was valid when its ``text`` was taken; room, extensions and digest follow from that."""
        placed = cls.__new__(cls)
        placed.room, placed.extensions, placed.path, placed.marks = room, extensions, path, marks
        placed._document, placed._text, placed._digest = None, text, digest  # noqa: SLF001 - a constructor too
        return placed

    @property
    def document(self) -> RoomDocument:
        """The document. ValueError if it was remembered and this version of the program does not understand it."""
        if self._document is None:
            from desired.document import RoomDocument  # what nobody asks for needs no pydantic

            self._document = RoomDocument.model_validate_json(self._text)
        return self._document

    @property
    def text(self) -> str:
        """The document as JSON that leaves out what it leaves out."""
        if not self._text:
            self._text = self.document.model_dump_json(exclude_unset=True)
        return self._text

    @property
    def digest(self) -> str:
        """A name for what the document says, wherever it stands."""
        if not self._digest:
            self._digest = blake2b(self.text.encode(), digest_size=16).hexdigest()
        return self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Placed) and (self.text, self.path, self.marks) == (
            other.text,
            other.path,
            other.marks,
        )

    def __hash__(self) -> int:
        return hash((self.room, self.path))

    def __repr__(self) -> str:
        return f"Placed({self.room!r}, {self.path!r})"

    def where(self, field: str = "") -> str:
        """Say where a field stands, ``rooms/1207.yaml:4:1``; one that is not given stands where its parent does."""
        places = dict(self.marks)
        while field and field not in places:
            field = field.rpartition(".")[0]
        line, column = places.get(field, (1, 1))
        return f"{self.path}:{line}:{column}"


Documents = tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the drop-in folder says now.

    ``vanished``: the folder is gone, or held documents before and is empty now; ``documents`` are then the last
    good ones and the caller refuses to act on the emptiness (rule ``empty-source``). ``missing``: there is no such
    folder, whether or not there ever was. ``look_again``: seconds after which another load will know more (a file
    was being written, or a broken one is within its grace), else None.
    """

    documents: tuple[Placed, ...]
    problems: tuple[Problem, ...]
    vanished: bool = False
    missing: bool = False
    look_again: float | None = None
