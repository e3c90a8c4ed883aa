"""Frames become records and back: a record id, and fields in the order in which they came (FIAS, record syntax).

The protocol never announces its code page, so every link is told its own. Bytes are decoded before they are split at
``|``, which is a legal second byte of a character in Big5, GBK and Shift-JIS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

SEPARATOR: Final = "|"

_RECORD_ID: Final = re.compile(r"[A-Z0-9#+$]{2}")
_UNSENDABLE: Final = re.compile(r"[\x00-\x1f\x7f|]")
_ASCII: Final = bytes(range(0x20, 0x7F)) + rb"\u0041" + b"\x1b$B0!"
"""What must be itself in every code page, with the beginnings of escapes that some encodings would take from it."""
_UTF8_THEN: Final = "utf-8-then:"


class Record(NamedTuple):
    """One record. A field may occur more than once, and may be empty.

    ``undecodable``: a byte that the code page does not know was replaced (U+FFFD) in one of the values.
    """

    id: str
    fields: tuple[tuple[str, str], ...] = ()
    undecodable: bool = False

    def get(self, field: str) -> str | None:
        """The value of the first such field, None if there is none."""
        for name, value in self.fields:
            if name == field:
                return value
        return None

    @property
    def text(self) -> str:
        """The record as it is written; what a value cannot hold (``|``, control characters) becomes a blank."""
        fields = (name + _UNSENDABLE.sub(" ", value) for name, value in self.fields)
        return SEPARATOR.join((self.id, *fields, ""))


@dataclass(frozen=True, slots=True)
class Codec:
    """The code page of a link: each encoding is tried in turn, the last one takes whatever comes."""

    encodings: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> Codec:
        """A Python encoding such as ``cp850``, or ``utf-8-then:cp850``: UTF-8 where a record is valid UTF-8.

        ValueError for one that does not exist, or in which ASCII is not itself (UTF-16, EBCDIC, ISO-2022).
        """
        single = name.removeprefix(_UTF8_THEN)
        if not _holds_ascii(single):
            raise ValueError(
                f'unknown encoding "{single}": expected one such as cp1252, cp850, utf-8, gbk or utf-8-then:cp1252'
            )
        return cls((single,) if single == name else ("utf-8", single))

    def decode(self, data: bytes) -> tuple[str, bool]:
        """The text, and whether bytes of it had to be replaced."""
        if data.isascii():
            return data.decode("ascii"), False
        for encoding in self.encodings:
            try:
                return data.decode(encoding), False
            except UnicodeDecodeError:
                continue
        return data.decode(self.encodings[-1], "replace"), True

    def encode(self, text: str) -> bytes:
        """The bytes of a text, in the first encoding; ``?`` stands for what it does not have."""
        return text.encode(self.encodings[0], "replace")


def parse(text: str, *, undecodable: bool = False) -> Record | None:
    """The record that a decoded frame holds; None if it is malformed. Fields without an id are left out."""
    name, *fields = text.split(SEPARATOR)
    if _RECORD_ID.fullmatch(name) is None:
        return None
    return Record(name, tuple([(each[:2], each[2:]) for each in fields if len(each) > 1]), undecodable)


def pieces(text: str) -> list[str]:
    """The record id and the fields of a decoded frame, each as it stands there; one empty id if it is malformed."""
    name, *fields = text.split(SEPARATOR)
    return [name, *[each for each in fields if len(each) > 1]] if _RECORD_ID.fullmatch(name) else [""]


def decode(frame: bytes, codec: Codec) -> Record | None:
    """The record of a frame; None if it is malformed."""
    text, undecodable = codec.decode(frame)
    return parse(text, undecodable=undecodable)


def encode(record: Record, codec: Codec) -> bytes:
    """The bytes of a record, to be framed."""
    return codec.encode(record.text)


def _holds_ascii(encoding: str) -> bool:
    try:
        return _ASCII.decode(encoding).encode(encoding) == _ASCII == _ASCII.decode("ascii").encode(encoding)
    except (LookupError, ValueError):
        return False
