"""A language: a phrase in, the names of the parts that say it out. Pure; sounds are not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Final

from drivers.voice.phrases import PHRASES, Kind, Phrase, Value
from drivers.voice.prompts import english, script, spanish
from drivers.voice.prompts.numerals import spelt
from drivers.voice.prompts.script import FOLDER, PAUSES, Script, Slot


@dataclass(frozen=True, slots=True)
class Language:
    """The script of a language and its rules for what no script can list."""

    script: Script
    number: Callable[[int, str], list[str]]
    """The parts of a number in a form."""
    clock: Callable[[time, int], list[str]]
    """The parts of a time on a clock of 12 or 24 hours."""

    def parts(self, phrase: Phrase, hours: int) -> list[str]:
        """Names of the parts that say a phrase in turn, pauses among them; ``hours`` is the clock, 12 or 24."""
        return list(self._parts(phrase, hours))

    def sentence(self, phrase: Phrase, hours: int) -> str:
        """The same for the eye: what a listener will hear, in the words of the script."""
        said = ""
        for part in self.parts(phrase, hours):
            if part not in PAUSES:
                said += f" {self.script.parts[part]}"
            elif said[-1:] not in {*PAUSES, "?", "!"}:
                said += part
        return said.strip()

    def _parts(self, phrase: Phrase, hours: int) -> Iterator[str]:
        for piece in self.script.text(phrase):
            if isinstance(piece, Slot):
                kind = PHRASES[phrase.name][piece.value]
                yield from self._value(kind, phrase.values[piece.value], piece.form, hours)
            else:
                yield piece

    def _value(self, kind: Kind, value: Value, form: str, hours: int) -> list[str]:
        match value:
            case time():
                return self.clock(value, hours)
            case int():
                return self.number(value, form)
            case _:
                return spelt(value) if kind == Kind.SPELT else [f"{kind}-{value}"]


RULES: Final = {"en": english, "es": spanish}
"""The languages that are there."""


@cache
def language(code: str) -> Language:
    """The language of an ISO 639-1 code out of ``RULES``."""
    rules = RULES[code]
    return Language(script.read(FOLDER / f"{code}.yaml"), rules.number, rules.clock)
