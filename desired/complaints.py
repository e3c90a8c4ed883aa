"""What validation found wrong → sentences for the hotel, each at the place of the offending key or value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

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
from desired.flaw import Flaw
from desired.placed import Place
from desired.yamltext import Fields, Items, Path

_FIELDS: dict[str, list[str]] = {
    "": list(RoomDocument.model_fields),
    "guests.*": list(Guest.model_fields),
    "name": list(Name.model_fields),
    "dnd": list(Until.model_fields),
    "mailbox": list(Mailbox.model_fields),
    "wakeups.*": list(Wakeup.model_fields),
}
"""Fields that each part of a document knows; ``*`` is a position in a list."""

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
    "value_error": "{error}",
}
_EXPECTED_BY_START = {
    "date_": "expected a date such as 2026-11-22",
    "datetime_": "expected a date and time such as 2026-11-22T22:00",
    "timezone_": "expected a date and time such as 2026-11-22T22:00",
    "model_": "expected {fields}",
}
_QUOTABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_QUOTABLE_OF_GUEST = re.compile(r"[a-z_][a-z0-9_]{0,19}")


def explain(error: ValidationError, document: object, place: Place) -> list[Flaw]:
    """The flaws of one document, the deepest of each alternative only."""
    found: dict[tuple[Path, bool], list[Flaw]] = {}
    for detail in error.errors(include_url=False):
        path = _path(detail["loc"], document, missing=detail["type"] == "missing")
        flaw = _flaw(detail, path, document, place)
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


def _flaw(detail: Mapping[str, Any], path: Path, document: object, start: Place) -> Flaw:
    kind = detail["type"]
    if kind == "missing":
        _, _, place = _find(document, path[:-1], start)
        return Flaw("missing_field", f"{field_path(path)}: missing", place)
    value, key_place, place = _find(document, path, start)
    if kind == "extra_forbidden":
        known = ", ".join(_fields_at(path[:-1]))
        return Flaw("unknown_field", f"{field_path(path)}: unknown field, expected one of {known}", key_place)
    prefix = f"{field_path(path)}: " if path else ""
    if isinstance(value, LeadingZero):
        shown = "" if path[0] == "guests" else f', {value} as "{value}"'
        return Flaw("leading_zero", f"{prefix}a number with a leading zero must be quoted{shown}", place)
    return Flaw("bad_value", prefix + _expected(detail, path), place)


def _expected(detail: Mapping[str, Any], path: Path) -> str:
    kind: str = detail["type"]
    context = dict(detail.get("ctx", {}))
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], "expected two small letters such as en")
    if kind == "literal_error":
        context["expected"] = context["expected"].replace("'", "")
    for start, sentence in _EXPECTED_BY_START.items():
        if kind.startswith(start):
            return sentence.format(fields=_example(path))
    return _EXPECTED.get(kind, "not acceptable").format(**context)


def _example(path: Path) -> str:
    """What a mapping at this place looks like."""
    return "{" + ", ".join(f"{name}: …" for name in _fields_at(path)[:3]) + "}"


def _fields_at(path: Path) -> list[str]:
    return _FIELDS.get(".".join("*" if isinstance(step, int) else step for step in path), [])


def _find(document: object, path: Path, start: Place) -> tuple[object, Place, Place]:
    """The value at a path, with the places of its key and of itself."""
    value, key_place, place = document, start, start
    for step in path:
        if isinstance(value, Fields) and isinstance(step, str):
            key_place, place = value.places[step]
            value = value[step]
        elif isinstance(value, Items) and isinstance(step, int):
            key_place = place = value.places[step]
            value = value[step]
    return value, key_place, place
