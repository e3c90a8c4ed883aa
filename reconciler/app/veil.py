"""What is given away for support, with another word for each word of a name: the same one as in the PMS's logs.

Values that are names are masked wherever they stand. In all other texts what the hotel knows of names and secrets is
looked for, so that a message which should hold none does not give one away.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from drivers.pms.fias.masking import Mask
from reconciler.traces import NAME_FIELDS

STAR: Final = "*"

NAMES: Final = NAME_FIELDS | {"first", "last", "title", "vip", "display", "device", "caller"}
"""Keys of views whose values may say who a guest is."""

_REASONS: Final = frozenset({"reason", "by"})
"""Free text of people, where a view has it under ``paused``."""

_HARMLESS: Final = frozenset({"dnd", "calling", "voicemail", "cleared"})
"""Fields of the history whose values name nobody."""

_SHORTEST_SECRET: Final = 4
_SURE: Final = 3
"""Letters from which a name is looked for however it is capitalised; shorter ones are words of any language."""

_WORDS: Final = re.compile(r"[^\W\d_]+")


class Veil:
    """Hides names and secrets. ``plain`` are words that say nothing: rooms, extensions, words of the templates."""

    def __init__(
        self, mask: Mask, names: Iterable[str] = (), secrets: Iterable[str] = (), plain: Collection[str] = ()
    ) -> None:
        self._mask = mask
        self._plain = frozenset(word.casefold() for word in plain)
        words = {word for name in names for word in _WORDS.findall(name)}
        self._names = frozenset(word.casefold() for word in words if len(word) >= _SURE or not word.isascii())
        self._short = frozenset(word for word in words if 1 < len(word) < _SURE)
        self._names -= self._plain
        forms = {form for secret in secrets for form in _forms(secret)}
        self._secrets = sorted(forms, key=len, reverse=True)

    def name(self, text: str) -> str:
        """A name, masked word by word; what says nothing stays."""
        return _PIECES.sub(lambda found: self._piece(found[0]), self.text(text, names=False))

    def text(self, text: str, *, names: bool = True) -> str:
        """Any text, without the names and secrets that the hotel knows."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, STAR)
        return _WORDS.sub(lambda found: self._known(found[0]), text) if names else text

    def view(self, value: Any, *, naming: bool = False) -> Any:
        """Plain data with all names masked, and every other text looked through."""
        if isinstance(value, Mapping):
            if value.get("field") is not None and "before" in value and "after" in value:
                return self._change(value)
            return {str(key): self._entry(str(key), inner, naming=naming) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.view(each, naming=naming) for each in value]
        if isinstance(value, str):
            return self.name(value) if naming else self.text(value)
        return value

    def record(self, line: str) -> str:
        """One line of a log of PMS records; masked now if it was not when it was noted."""
        try:
            noted = json.loads(line)
            if noted.get("masked") is not True:
                noted |= {"record": self._mask.record(noted["record"]), "masked": True}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return f"a line of {len(line)} characters that is no record"
        return self.text(json.dumps(noted, ensure_ascii=False))

    def _entry(self, key: str, value: Any, *, naming: bool) -> Any:
        if key == "paused" and isinstance(value, Mapping):
            return {name: self.view(each, naming=name in _REASONS) for name, each in value.items()}
        return self.view(value, naming=naming or key in NAMES)

    def _change(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        naming = row["field"] not in _HARMLESS
        return {
            str(key): self.view(value, naming=naming and key in {"before", "after"})
            for key, value in row.items()
        }

    def _piece(self, word: str) -> str:
        return word if word.casefold() in self._plain else self._mask.words(word)

    def _known(self, word: str) -> str:
        known = word.casefold() in self._names or word in self._short
        return self._mask.words(word) if known else word


_PIECES: Final = re.compile(r"[^\W\d_]+|\d+")


def _forms(secret: str) -> Iterable[str]:
    """A secret as it may stand in a text."""
    if len(secret) < _SHORTEST_SECRET:
        return
    ways: tuple[Callable[[str], str], ...] = (
        str,
        lambda text: json.dumps(text)[1:-1],
        partial(quote, safe=""),
        lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    )
    for way in ways:
        yield way(secret)
