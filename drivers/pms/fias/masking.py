"""Records that may be shown to strangers: the same name is always the same mask, and nobody can tell whose.

What matters for finding a fault stays as it is (rooms, reservations, times, statuses), and so does the shape of a
name: its words and commas, its titles, whether a word holds digits, and about how long it is.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from drivers.pms.fias.names import is_title
from drivers.pms.fias.records import SEPARATOR, parse, pieces

_SHOWN: Final = frozenset({
    "RN", "RO", "G#", "GS", "SF", "GL", "GV", "GA", "GD", "CS", "NP", "MR", "VR", "TV", "DA", "TI", "DN", "ML",
    "RS", "VM", "AS", "RI", "FL", "V#", "IF", "RT", "RL",
})  # fmt: skip
"""Fields that neither name anybody nor are secret; all others are masked."""

_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")
_LENGTHS: Final = (1, 2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 200)
_SECRET: Final = frozenset({"CG"})
_MAY_BE_SECRET: Final = re.compile("|".join(re.escape(SEPARATOR + name) for name in _SECRET))


class Mask:
    """Masks with one key; the key must not be kept where the log goes."""

    def __init__(self, key: bytes, further: frozenset[str] = frozenset()) -> None:
        """``further`` are fields of the hotel's own that may be shown."""
        self._key = key
        self._shown = _SHOWN | further
        self._mask = lru_cache(maxsize=4096)(self._word)  # the same names come again and again

    def record(self, text: str) -> str:
        """The record with everything masked that may say who a guest is; a malformed one says only its length."""
        name, *fields = pieces(text)
        if not name:
            return f"?? {len(text)} characters"
        shown = self._shown
        masked = [each if each[:2] in shown else each[:2] + self.words(each[2:]) for each in fields]
        return "|".join([name, *masked, ""])

    def words(self, text: str) -> str:
        """The text with another word for each of its words."""
        if text.isalpha():  # it is one, as most are
            return self._mask(text)
        return _WORDS.sub(lambda match: self._mask(match[0]), text)

    def _word(self, word: str) -> str:
        if is_title(word):
            return word
        length = next((size for size in _LENGTHS if len(word) <= size), _LENGTHS[-1])
        letters = string.digits if word[0].isdigit() else string.ascii_lowercase
        digest = b""
        while len(digest) < length:
            salt = len(digest).to_bytes(2, "big")
            digest += blake2b(
                word.casefold().encode("utf-8", "surrogatepass"), key=self._key, salt=salt
            ).digest()
        masked = "".join(letters[byte % len(letters)] for byte in digest[:length])
        return masked.capitalize() if word[0].isupper() else masked


def hidden(text: str) -> str:
    """The record without what is secret, for a log that shows names."""
    if _MAY_BE_SECRET.search(text) is None:  # as in all but a few: nothing must be taken apart
        return text
    record = parse(text)
    if record is None:
        return text
    return record._replace(
        fields=tuple((name, "*" if name in _SECRET else value) for name, value in record.fields)
    ).text
