"""The library of prompts: hands out the sound of a phrase in a guest's language.

All sounds are read at the start, so that whatever is missing is known then and not while somebody listens. A hotel's
own recordings replace built-in ones by name; one that cannot be used is named, and the built-in sound stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from drivers.voice.phrases import PHRASES, Phrase
from drivers.voice.prompts import sounds
from drivers.voice.prompts.language import RULES, Language, language
from drivers.voice.prompts.script import FOLDER, LONG, SHORT
from drivers.voice.prompts.sounds import UnusableSound, silence

SOUNDS: Final = FOLDER / "sounds"
"""The built-in sounds, a folder for each language, made by ``drivers.voice.prompts.render``."""

GAP: Final = silence(0.03)
"""Between parts that were not spoken in one breath."""
PAUSES: Final = {SHORT: silence(0.12), LONG: silence(0.3)}


class PromptsMissing(Exception):
    """There are no prompts for the hotel's language, or the installation lacks some; nothing may start without."""


class Prompts:
    """The sounds of every phrase in every language that is there.

    ``default`` is the language of whoever has none that is there (ISO 639-1), ``hours`` the clock (12 or 24), ``own``
    the folder of the hotel's recordings. PromptsMissing as said there.
    """

    def __init__(self, default: str, hours: int, own: Path | None = None) -> None:
        if default not in RULES:
            raise PromptsMissing(f"there are no prompts in {default!r}, only in {', '.join(RULES)}")
        self._default = default
        self._hours = hours
        self._shelves = {code: _Shelf(language(code), SOUNDS / code) for code in RULES}
        self.problems = tuple(self._replace(own)) if own else ()
        """What is amiss with the hotel's own recordings, one sentence a file."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that are there."""
        return tuple(self._shelves)

    def say(self, phrase: Phrase, language: str = "") -> bytes:
        """The PCM of a phrase, in this language or else the default one."""
        return self._shelf(language).say(phrase, self._hours)

    def sentence(self, phrase: Phrase, language: str = "") -> str:
        """The words that are said, for the eye."""
        return self._shelf(language).language.sentence(phrase, self._hours)

    def _shelf(self, language: str) -> _Shelf:
        return self._shelves.get(language.partition("-")[0].lower()) or self._shelves[self._default]

    def _replace(self, own: Path) -> Iterator[str]:
        """Take the hotel's recordings instead of ours, as far as they can be used."""
        if not own.is_dir():
            yield f"{own}: there is no such folder"
            return
        for path in sorted(own.rglob("*")):
            if path.suffix.lower() != ".wav" or not path.is_file():
                continue
            shelf = self._shelves.get(path.parent.name)
            if shelf is None or path.parent.parent != own:
                yield f"{path}: recordings belong into a folder of their language, {' or '.join(self._shelves)}"
            elif why := shelf.replace(path):
                yield f"{path}: {why}, so it is not used"


class _Shelf:
    """The sounds of one language. PromptsMissing where one that a phrase needs is not there."""

    def __init__(self, language: Language, folder: Path) -> None:
        self.language = language
        self._whole: dict[str, bytes] = {}
        self._parts: dict[str, bytes] = {}
        for part in language.script.parts:
            path = folder / f"{part}.wav"
            try:
                self._parts[part] = sounds.read(path)
            except UnusableSound as error:
                raise PromptsMissing(f"{path}: {error}; install housephone again") from error

    def replace(self, path: Path) -> str:
        """Take this recording for the part or the whole phrase of its name; returns why that cannot be, else ""."""
        if path.stem not in self._parts and path.stem not in PHRASES:
            return "there is no prompt of that name"
        try:
            recording = sounds.read(path)
        except UnusableSound as error:
            return str(error)
        (self._whole if path.stem in PHRASES else self._parts)[path.stem] = recording
        return ""

    def say(self, phrase: Phrase, hours: int) -> bytes:
        """The PCM of a phrase. A recording of the whole phrase leaves its values out."""
        if phrase.name in self._whole:
            return self._whole[phrase.name]
        return GAP.join(PAUSES.get(part) or self._parts[part] for part in self.language.parts(phrase, hours))
