"""Languages of guests: what the PMS calls them, and what the rest of the world does (ISO 639-1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CLASSIC: Final = {
    "EA": "en", "GE": "de", "SP": "es", "FR": "fr", "IT": "it", "JA": "ja",
    "CT": "ca", "CR": "hr", "CZ": "cs", "DK": "da", "NR": "no", "FN": "fi", "GR": "el", "PO": "pt",
    "RL": "ru", "RS": "ru", "SC": "sk", "SW": "sv", "RI": "id",
}  # fmt: skip
"""Older than ISO and still in use; they outrank ISO where both use the letters (FIAS, GL language codes)."""

_ISO_639_1: Final = frozenset({
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bi", "bm", "bn",
    "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el",
    "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv",
    "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it",
    "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky",
    "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt",
    "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa",
    "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl",
    "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn",
    "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo",
    "za", "zh", "zu",
})  # fmt: skip

_LETTERS: Final = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")


@lru_cache(256)  # guests speak a dozen languages
def language_of(code: str) -> str | None:
    """The two letters of ISO 639-1 (``EA`` is ``en``, ``pt-BR`` is ``pt``); None if nobody knows the code."""
    match = _LETTERS.fullmatch(code.strip())
    if match is None:
        return None
    letters = match[1].upper()
    if letters in _CLASSIC:
        return _CLASSIC[letters]
    return letters.lower() if letters.lower() in _ISO_639_1 else None
