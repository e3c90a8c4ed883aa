"""What validation found wrong → sentences for the hotel, each at the place of the offending key or value.

Room documents and the configuration are complained about in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from desired.document import (
    EXTENSION_PATTERN,
    ROOM_PATTERN,
    Guest,
    LeadingZero,
    Mailbox,
    Name,
    RoomDocument,
    Until,
    Wakeup,
)
from desired.flaw import Flaw, tellable
from desired.placed import Place
from desired.yamltext import Fields, Items, Path


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may stand where: the fields of each part by its path (``*`` is a position in a list), and their noun."""

    noun: str
    parts: Mapping[str, Sequence[str]]

    def at(self, path: Path) -> Sequence[str]:
        """The fields of one part."""
        return self.parts.get(".".join("*" if isinstance(step, int) else step for step in path), ())


_DOCUMENT: Final = Grammar(
    "field",
    {
        "": list(RoomDocument.model_fields),
        "guests.*": list(Guest.model_fields),
        "name": list(Name.model_fields),
        "dnd": list(Until.model_fields),
        "mailbox": list(Mailbox.model_fields),
        "wakeups.*": list(Wakeup.model_fields),
    },
)

_UNQUOTED: Final = frozenset(("guests", "zoom", "database"))
"""Parts whose values are never repeated: they name guests, or are secrets."""

_PATTERNS = {
    ROOM_PATTERN: "expected 1 to 32 characters without blanks around them",
    EXTENSION_PATTERN: "expected 1 to 18 digits",
}
_EXPECTED = {
    "string_type": "expected text; put it in quotes",
    "string_unicode": "expected text",
    "string_too_long": "longer than {max_length} characters",
    "too_long": "longer than {max_length} characters",
    "too_short": "expected at least {min_length}",
    "literal_error": "expected {expected}",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "list_type": "expected a list",
    "dict_type": "expected {{…: …}}",
    "path_type": "expected a file or folder",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected at least {ge:g}",
    "less_than_equal": "expected at most {le:g}",
    "value_error": "{error}",
}
_EXPECTED_BY_START = {
    "date_": "expected a date such as 2026-11-22",
    "datetime_": "expected a date and time such as 2026-11-22T22:00",
    "int_": "expected a whole number",
    "float_": "expected a number",
    "timezone_": "expected a date and time such as 2026-11-22T22:00",
    "model_": "expected {fields}",
}
_INSIDE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
_QUOTABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_QUOTABLE_OF_GUEST = re.compile(r"[a-z_][a-z0-9_]{0,19}")


def explain(
    details: Iterable[Mapping[str, Any]], document: object, place: Place, grammar: Grammar = _DOCUMENT
) -> list[Flaw]:
    """The flaws of one document that pydantic tells in detail, the deepest of each alternative only."""
    found: dict[tuple[Path, bool], list[Flaw]] = {}
    for detail in details:
        path = _path(detail["loc"], document, missing=detail["type"] == "missing")
        flaw = _flaw(detail, path, document, place, grammar)
        same = found.setdefault((path, flaw.code in _ABOUT_PRESENCE), [])
        if flaw not in same:
            same.append(flaw)
    inner = {path[:depth] for path, _ in found for depth in range(len(path))}
    return [_joined(flaws, path) for (path, _), flaws in found.items() if path not in inner]


_ABOUT_PRESENCE = frozenset(("unknown_field", "missing_field"))


def field_path(path: Path) -> str:
    """A field's name for people, ``guests.0.lst``; a key that might itself be a guest's name is left out."""
    quotable = _QUOTABLE_OF_GUEST if path and path[0] == "guests" else _QUOTABLE
    return ".".join(str(step) if isinstance(step, int) or quotable.fullmatch(step) else "?" for step in path)


def _joined(flaws: list[Flaw], path: Path) -> Flaw:
    """One flaw for a value that fits none of several alternatives."""
    first, *others = flaws
    also = [flaw.message.removeprefix(f"{field_path(path)}: expected ") for flaw in others]
    return first._replace(message=" or ".join((first.message, *also)))


def _path(loc: tuple[int | str, ...], document: object, *, missing: bool) -> Path:
    """The way through the document's data; the alternatives that pydantic names in between are no steps."""
    path: list[str | int] = []
    value = document
    for position, step in enumerate(loc):
        if isinstance(value, Fields) and step in value:
            value = value[str(step)]
        elif isinstance(value, Items) and isinstance(step, int):
            value = value[step]
        elif not (missing and position == len(loc) - 1):
            continue
        path.append(step)
    return tuple(path)


def _flaw(detail: Mapping[str, Any], path: Path, document: object, start: Place, grammar: Grammar) -> Flaw:
    if detail["type"] == "missing":
        _, _, place = _find(document, path[:-1], start)
        return Flaw("missing_field", sentence(detail, path, grammar), place)
    value, key_place, place = _find(document, path, start)
    if detail["type"] == "extra_forbidden":
        return Flaw("unknown_field", sentence(detail, path, grammar), key_place)
    if isinstance(value, LeadingZero) and path:
        shown = "" if path[0] in _UNQUOTED else f', {value} as "{value}"'
        message = f"{field_path(path)}: a number with a leading zero must be quoted{shown}"
        return Flaw("leading_zero", message, place)
    message = sentence(detail, path, grammar)
    _, _, place = _find(document, _named(message, path), start)
    return Flaw("bad_value", message, place)


def _named(message: str, path: Path) -> Path:
    """The field inside of a section that a complaint about the section as a whole begins with, else the section."""
    inside = _INSIDE.match(message)
    return tuple(int(step) if step.isdigit() else step for step in inside[0].split(".")) if inside else path


def sentence(detail: Mapping[str, Any], path: Path, grammar: Grammar) -> str:
    """What is wrong with the field at a path, and what was expected there."""
    way = field_path(path)
    if detail["type"] == "missing":
        return f"{way}: missing"
    if detail["type"] == "extra_forbidden":
        return f"{way}: unknown {grammar.noun}, expected one of {', '.join(grammar.at(path[:-1]))}"
    message = _expected(detail, path, grammar)
    return tellable(message if not way or message.startswith(f"{way}.") else f"{way}: {message}")


def _expected(detail: Mapping[str, Any], path: Path, grammar: Grammar) -> str:
    kind: str = detail["type"]
    context = dict(detail.get("ctx", {}))
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], "expected two small letters such as en")
    if kind == "literal_error":
        context["expected"] = context["expected"].replace("'", "")
    for start, words in _EXPECTED_BY_START.items():
        if kind.startswith(start):
            return words.format(fields=_example(path, grammar))
    return _EXPECTED.get(kind, "not acceptable").format(**context)


def _example(path: Path, grammar: Grammar) -> str:
    """What a mapping at this place looks like."""
    return "{" + ", ".join(f"{name}: …" for name in grammar.at(path)[:3]) + "}"


def _find(document: object, path: Path, start: Place) -> tuple[object, Place, Place]:
    """The value at a path, with the places of its key and of itself; of its nearest parent where there is none."""
    value, key_place, place = document, start, start
    for step in path:
        if isinstance(value, Fields) and isinstance(step, str) and step in value:
            key_place, place = value.places[step]
            value = value[step]
        elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
            key_place = place = value.places[step]
            value = value[step]
    return value, key_place, place
