"""The addresses in a SIP header: who is named, by number and by display name.

Only as much as it takes to know a room again: names in and without quotes, several values in one header, ``sip:``,
``sips:`` and ``tel:``, escapes, and what follows the address (RFC 3261, 20 and 25.1; RFC 3966; RFC 7044, 5). Headers
come from outside, so nothing here raises: what cannot be read names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from urllib.parse import unquote

LONGEST: Final = 4096
"""Characters of one header that are looked at; more is nobody's address."""
MOST: Final = 32
"""Values of one kind of header that are looked at."""

# A quoted name that never ends reaches to the end of its header, so that reading takes one way through it.
_VALUE: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|<[^<>]*>|[^,"])+')
_NAME_AND_ADDRESS: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^<]*)\s*<([^<>]*)>?(.*)')
_NAME: Final = re.compile(r'\s*"(?:[^"\\]|\\.)*"')
_PARAMETER: Final = re.compile(r';\s*([\w.!%*+`\'~-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*(?:"|\\?$)|[^;]*))?')
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_WRITTEN_OUT: Final = re.compile(r"[-.()\s]")
_BLANK: Final = re.compile(r"\s+")

SHORT: Final[Mapping[str, str]] = {"f": "from"}
"""The short names of the headers that matter here (RFC 3261, 20)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody as one value of a header names them; "" for what it does not say.

    ``parameters`` are those behind the address and, where it has none of that name, those inside it. ``headers`` is
    what the address wants to have sent along (RFC 3261, 19.1.1), unescaped.
    """

    user: str
    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: str = ""


def addresses(headers: Iterable[tuple[str, str]], name: str) -> list[Address]:
    """Everybody whom the headers of this name (in small letters) name, in their order."""
    values = (
        value
        for key, whole in headers
        if SHORT.get(key.strip().lower(), key.strip().lower()) == name
        for value in _values(whole)
    )
    return [_address(value) for value in islice(values, MOST)]


def _values(whole: str) -> Iterator[str]:
    text = _BLANK.sub(" ", whole[:LONGEST])  # a header may be folded over several lines
    return (value for value in _VALUE.findall(text) if value.strip())


def _address(value: str) -> Address:
    match = _NAME_AND_ADDRESS.fullmatch(value)
    if match is not None:
        name, uri, rest = match.groups()
    else:
        name, uri, rest = "", *_without_brackets(value)
    scheme = _SCHEME.match(uri)
    kind = scheme[1].lower() if scheme else "sip"
    body = uri[scheme.end() :] if scheme else uri
    before, _, after = body.partition("@") if kind != "tel" else (body, "", body)
    inner, _, sent_along = after.partition("?")
    return Address(
        user=_user(kind, before if kind == "tel" or "@" in body else ""),
        name=_plain(name),
        parameters=_parameters(inner) | _parameters(rest),
        headers=unquote(sent_along),
    )


def _without_brackets(value: str) -> tuple[str, str]:
    """An address that stands alone; what follows a semicolon is not part of it then (RFC 3261, 20.10)."""
    name = _NAME.match(value)
    uri, mark, rest = value[name.end() if name else 0 :].partition(";")
    return uri.strip(), mark + rest


def _user(kind: str, text: str) -> str:
    """Who is meant, without password and parameters; a number without what makes it easier to read."""
    subscriber = unquote(text.partition(";")[0])
    if kind == "tel":
        return _WRITTEN_OUT.sub("", subscriber)
    return unquote(text.partition(";")[0].partition(":")[0]).strip() if kind in {"sip", "sips"} else ""


def _plain(name: str) -> str:
    name = name.strip()
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def _parameters(text: str) -> dict[str, str]:
    """Parameters in small letters; of a doubled one the first counts."""
    found: dict[str, str] = {}
    for key, value in _PARAMETER.findall(text):
        found.setdefault(key.lower(), _plain(value).lower())
    return found
