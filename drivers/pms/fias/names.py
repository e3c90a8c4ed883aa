"""The name of a guest from the fields GN, GF and GT, or from GN alone.

What GN holds is the PMS's configuration: the last name only, or ``Last, First``, ``Mr. Last``, ``Last, First, Ms``.
Where the PMS sends GF and GT they are taken as they are, and GN is the last name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from desired.lettering import clean, cut

_LONGEST_NAME: Final = 200
_LONGEST_TITLE: Final = 64

_TITLES: Final = frozenset({
    "mr", "mrs", "ms", "mx", "miss", "dr", "prof", "herr", "herrn", "frau", "fam", "mme", "mlle", "madame",
    "monsieur", "sr", "sra", "srta", "sig", "sig.ra", "dott", "dott.ssa", "dhr", "mevr", "hr", "fru",
})  # fmt: skip
_JOINERS: Final = frozenset({"&", "+", "and", "und", "et", "y", "e"})
"""Words between two titles: Mr & Mrs."""


def names_of(given: Mapping[str, str]) -> dict[str, str | None]:
    """``last``, ``first`` and ``title`` as far as the fields tell them; an empty field empties its part."""
    first = cut(clean(given.get("GF")), _LONGEST_NAME, len)
    title = cut(clean(given.get("GT")), _LONGEST_NAME, len)
    told: dict[str, str | None] = {}
    if "GT" in given:
        told["title"] = cut(title, _LONGEST_TITLE, len) or None
    if "GF" in given:
        told["first"] = first or None
    if "GN" in given:
        name = clean(given["GN"])
        told |= _beside(name, first, title) if first else _alone(name, title)
    return told


def is_title(word: str) -> bool:
    """True for Mr, Mrs., FRAU, Dr. and their like."""
    return word.casefold().rstrip(".") in _TITLES


def _alone(name: str, title: str) -> dict[str, str | None]:
    """The parts of a name that came in one field; it is split at the first comma only, so Van Dyke stays whole."""
    before, comma, after = name.partition(",")
    titles, last = _leading(before.split())
    if not last:
        titles, last = [], before.split()  # a guest may well be called Herr
    rest: list[str] = after.split()
    if comma:
        more, rest = _leading(rest)
        rest, still_more = _trailing(rest)
        titles += more + still_more
    told: dict[str, str | None] = {"last": _name(last)}
    if rest:
        told["first"] = _name(rest)
    if titles and not title:
        told["title"] = cut(" ".join(titles), _LONGEST_TITLE, len)
    return told


def _beside(name: str, first: str, title: str) -> dict[str, str | None]:
    """The last name from a field that may repeat what the fields for first name and title say."""
    before, comma, after = name.partition(",")
    if comma:
        repeated = {word.casefold().strip(".,") for word in f"{first} {title}".split()}
        if all(is_title(word) or word.casefold().strip(".,") in repeated for word in after.split()):
            name = before
    titles, last = _leading(name.split())
    told: dict[str, str | None] = {"last": _name(last or titles)}
    if titles and last and not title:
        told["title"] = cut(" ".join(titles), _LONGEST_TITLE, len)
    return told


def _leading(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The titles that the words begin with, and the others."""
    end = 0
    while end < len(words):
        joined = words[end] in _JOINERS and end > 0 and end + 1 < len(words) and is_title(words[end + 1])
        if not joined and not is_title(words[end]):
            break
        end += 1
    return list(words[:end]), list(words[end:])


def _trailing(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words without the titles that they end with (``Ana, Ms``, ``John Mr.``), and those titles."""
    end = len(words)
    while end and is_title(words[end - 1]):
        end -= 1
    kept = list(words[:end])
    if kept and end < len(words):
        kept[-1] = kept[-1].rstrip(",")
    return kept, list(words[end:])


def _name(words: Sequence[str]) -> str | None:
    return cut(" ".join(words), _LONGEST_NAME, len) or None
