"""The script of one language: the words of every phrase, cut where values go in, and the parts that values need.

A part is what has a sound of its own, and its name is the name of that sound's file. "Your wake-up call is set for
{day}, at {at}." is the part ``say-your-wake-up-call-is-set-for``, the day, a short pause, the part ``say-at``, the
time and a long pause. Clauses are parts of their own, so that "Thank you." is spoken once for all phrases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from drivers.voice.phrases import PHRASES, Kind, Phrase, Value

FOLDER: Final = Path(__file__).parent

SHORT: Final = ","
"""A pause as of a comma, among the names of parts."""
LONG: Final = "."
"""A pause as at the end of a sentence."""
PAUSES: Final = frozenset({SHORT, LONG})

OTHER: Final = "other"
"""The text for numbers that have none of their own."""

SLOT: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
CLAUSES: Final = re.compile(r"(?<=[,.])\s+")
SIGNS: Final = re.compile(r"[^a-z0-9]+")

TONE: Final = "♪"
"""The words of a tone."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes in; ``form`` is the language's own word for how (Spanish ``m``: before a masculine noun)."""

    value: str
    form: str = ""


Text = tuple[str | Slot, ...]
"""What is said in turn: names of parts, pauses and values."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a language says: ``texts`` by phrase and number, ``parts`` with the words of each."""

    language: str
    voice: str
    """The voice of espeak-ng that speaks the parts."""
    speed: int
    """Words a minute."""
    texts: Mapping[str, Mapping[Value, Text]]
    parts: Mapping[str, str]

    def text(self, phrase: Phrase) -> Text:
        """What to say in turn for a phrase."""
        texts, kinds = self.texts[phrase.name], PHRASES[phrase.name]
        numbers = [phrase.values[value] for value, kind in kinds.items() if kind == Kind.NUMBER]
        return next((texts[number] for number in numbers if number in texts), texts[OTHER])


def read(path: Path) -> Script:
    """The script in this file. ValueError where a phrase is missing, unknown, or without one of its values."""
    return parse(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def parse(written: Mapping[str, Any]) -> Script:
    """The script that was written as ``en.yaml`` explains. ValueError as in ``read``."""
    phrases: Mapping[str, str | Mapping[Value, str]] = written["phrases"]
    if odd := phrases.keys() ^ PHRASES.keys():
        raise ValueError(
            f"{written['language']}: phrases that are missing or unknown: {', '.join(sorted(odd))}"
        )
    texts: dict[str, dict[Value, Text]] = {}
    parts = dict(written["parts"])
    for name, said in phrases.items():
        numbered = {OTHER: said} if isinstance(said, str) else said
        texts[name] = {}
        for number, sentence in numbered.items():
            _check(name, sentence, number)
            texts[name][number] = tuple(_cut(sentence, parts))
    return Script(written["language"], written["voice"], written["speed"], texts, parts)


def _check(name: str, sentence: str, number: Value) -> None:
    """A text must say all values of its phrase; one for a certain number need not say that number."""
    needed, said = PHRASES[name], {slot[1] for slot in SLOT.finditer(sentence)}
    spared = set() if number == OTHER else {value for value, kind in needed.items() if kind == Kind.NUMBER}
    if not needed.keys() - spared <= said <= needed.keys():
        raise ValueError(f"{name}: the text must hold {sorted(needed)}, it holds {sorted(said)}")


def _cut(sentence: str, parts: dict[str, str]) -> Iterator[str | Slot]:
    """A text in turn. ``parts`` grows by what has not been said before in the same words."""
    end = 0
    for slot in [*SLOT.finditer(sentence), None]:
        for clause in CLAUSES.split(sentence[end : slot.start() if slot else None].strip()):
            if clause not in PAUSES | {""}:
                part = part_name(clause)
                if parts.setdefault(part, clause).lower() != clause.lower():
                    raise ValueError(f"{clause!r} and {parts[part]!r} are spoken alike: write them alike")
                yield part
            if clause[-1:] in PAUSES:
                yield clause[-1]
        if slot:
            yield Slot(slot[1], slot[2] or "")
            end = slot.end()


def part_name(words: str) -> str:
    """The part that says these words; accents, capitals and marks make no other."""
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    return f"say-{SIGNS.sub('-', plain).strip('-')}" if words != TONE else "tone"
