"""Text that a telephone can show: cleaned, counted as Zoom counts it, and cut without breaking a character.

What a reader takes for one character may be many code points (an accent, a family emoji). Zoom's limits count code
points, so cutting counts those but only ever cuts between what readers see (Unicode, Text Segmentation).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import regex

_DIGIT: Final = re.compile(r"\d")

_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian and Indic words and composed emoji need them, so they stay."""

_EMOJI_TAGS: Final = range(0xE0020, 0xE0080)
"""Spell the flags of England, Scotland and Wales."""

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Count as letters or symbols but show nothing."""

_FIRST_CHINESE: Final = "\u2e80"

_FIRST_OF_RARE_SCRIPTS: Final = "\U00010000"
"""From here on Unicode still gets new digits, which Python's own tables know years later, if at all."""


class Limit(NamedTuple):
    """How much Zoom takes of one name: characters, and Chinese ones among them (Zoom API, Update a user)."""

    characters: int
    chinese: int | None = None

    def allows(self, text: str) -> bool:
        """True if the text fits."""
        if len(text) > self.characters:
            return False
        return self.chinese is None or text.isascii() or chinese_count(text) <= self.chinese


class Piece(NamedTuple):
    """A part of a name: one that may be cut, or one that stays whole."""

    text: str
    may_shrink: bool


def clean(value: str | None) -> str:
    """One line of composed text (NFC) without control, bidi or invisible characters; "" if nothing would show."""
    if not value:
        return ""
    if value.isascii() and value.isprintable():
        return " ".join(value.split()) if " " in value else value
    text = compose("".join(char for char in value if char.isspace() or _shows(char)))
    while text and unicodedata.category(text[0]).startswith("M"):
        text = text[1:].lstrip()  # an accent without a letter would sit on whatever comes before
    return text if any(_is_visible(char) for char in text) else ""


def compose(text: str) -> str:
    """Runs of blanks become one, ends are trimmed, and letters and their accents become one (NFC)."""
    text = " ".join(text.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def has_digit(text: str) -> bool:
    """True if the text holds a decimal digit, in any script."""
    return _digit(text).search(text) is not None


def shows_pictures(text: str) -> bool:
    """True if the text holds a picture such as an emoji: a sign that is neither letter, number nor punctuation."""
    return not text.isascii() and any(unicodedata.category(char) == "So" for char in text)


def without_digits(text: str) -> str:
    """The text without its decimal digits."""
    return _digit(text).sub("", text)


def _digit(text: str) -> re.Pattern[str] | regex.Pattern[str]:
    """What finds digits, by the same Unicode whatever Python this is (3.11 has that of 2021)."""
    if text.isascii() or max(text) < _FIRST_OF_RARE_SCRIPTS:
        return _DIGIT
    import regex

    return regex.compile(r"\d")


def chinese_count(text: str) -> int:
    """How many Chinese characters (script Han, Japanese kanji included) the text holds."""
    if max(text, default="") < _FIRST_CHINESE:
        return 0
    import regex

    return len(regex.findall(r"\p{Han}", text))


def fit(pieces: Sequence[Piece], limit: Limit, last_resort: str) -> str:
    """Join the pieces; where they do not fit, cut those that may shrink, the longest first.

    ``last_resort`` is shown where even that does not help; it is cut too if it must be.
    """
    pieces = _shrunk(pieces, limit.characters, len)
    if limit.chinese is not None:
        pieces = _shrunk(pieces, limit.chinese, chinese_count)
    text = _join(pieces)
    if limit.allows(text):
        return text
    text = cut(last_resort, limit.characters, len)
    return text if limit.chinese is None else cut(text, limit.chinese, chinese_count)


def cut(text: str, limit: int, count: Callable[[str], int]) -> str:
    """The beginning of the text within the limit: up to a word if there are several, else up to a character."""
    if count(text) <= limit:
        return text
    import regex

    end = counted = 0
    for character in regex.finditer(r"\X", text):
        counted += count(character.group())
        if counted > limit:
            break
        end = character.end()
    if " " in text[:end] and text[end] != " ":
        end = text.rindex(" ", 0, end)
    return text[:end].rstrip()


def _shrunk(pieces: Sequence[Piece], limit: int, count: Callable[[str], int]) -> Sequence[Piece]:
    """Cap the pieces that may shrink at the greatest size with which the whole is within the limit."""
    if count(_join(pieces)) <= limit:
        return pieces
    fits, beyond = 0, limit
    while fits < beyond:
        cap = (fits + beyond + 1) // 2
        if count(_join(_capped(pieces, cap, count))) <= limit:
            fits = cap
        else:
            beyond = cap - 1
    return _capped(pieces, fits, count)


def _capped(pieces: Sequence[Piece], cap: int, count: Callable[[str], int]) -> list[Piece]:
    return [
        Piece(cut(text, cap, count), may_shrink) if may_shrink else Piece(text, may_shrink)
        for text, may_shrink in pieces
    ]


def _join(pieces: Sequence[Piece]) -> str:
    return compose("".join(piece.text for piece in pieces))


def _shows(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":  # bidi controls, zero-width marks, soft hyphens
        return char in _JOINERS or ord(char) in _EMOJI_TAGS
    return category not in {"Cc", "Cs"} and char not in _BLANK_LETTERS


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] not in "MZ" and category != "Cf"
