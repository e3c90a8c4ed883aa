"""The phrases of the cards: one file a language, named by its two letters (ISO 639-1).

A file holds tables of texts, in which ``$pilot`` and the like stand for what the hotel has configured. A further
language is a further file with the same names in it; a test compares them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Final

from reconciler.errors import Fatal

_ENDING: Final = ".toml"


def languages() -> list[str]:
    """The languages that there are."""
    names = (file.name for file in files(__name__).iterdir())
    return sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING))


class Words:
    """The phrases of one language."""

    def __init__(self, language: str, phrases: dict[str, Any]) -> None:
        self.language = language
        self.phrases = phrases

    def say(self, part: str, name: str, **values: str) -> str:
        """One phrase, with the values that it speaks of."""
        return Template(self.phrases[part][name]).substitute(values)


@cache
def words_of(language: str) -> Words:
    """The phrases of a language. Fatal if there are none."""
    if language not in languages():
        raise Fatal(f"there are no cards in the language {language!r}", f"choose of {', '.join(languages())}")
    text = files(__name__).joinpath(language + _ENDING).read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))
