"""Under which licences the libraries stand that housephone brings along: ``python -m tests.security.licences``.

Prints docs/licences.md, from what is installed. Versions are left out: a licence hardly ever changes with one, and
packaging/runtime.lock has them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT: Final = "housephone"

ALLOWED: Final = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Unlicense",
})  # fmt: skip
"""Licences that may be given along with a program under Apache-2.0."""

OF_EXTRAS: Final = {"postgres": ALLOWED | {"LGPL-3.0-only"}, "pyvoip": ALLOWED | {"GPL-3.0-only"}}
"""Extras may bring others, each its own: who installs it agrees to that."""

_CLASSIFIED: Final = {
    "Apache Software License": "Apache-2.0", "BSD License": "BSD-3-Clause", "ISC License (ISCL)": "ISC",
    "MIT License": "MIT", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
}  # fmt: skip
"""What older packages say, by the name that is in use today (SPDX)."""


class Library(NamedTuple):
    """What it is called, under which licence it stands (SPDX), and with which extra it comes ("": always)."""

    name: str
    licence: str
    extra: str


def libraries() -> Iterator[Library]:
    """All that come along, by name; what an extra brings below the rest. What is not installed is left out."""
    always = _closure(PROJECT, ())
    yield from (Library(name, licence_of(found), "") for name, found in sorted(always.items()))
    for extra in OF_EXTRAS:
        more = _closure(PROJECT, (extra,))
        yield from (
            Library(name, licence_of(found), extra)
            for name, found in sorted(more.items())
            if name not in always
        )


def licence_of(found: Distribution) -> str:
    """Its licence (SPDX), from whichever way it says so; what it says itself where that is no way we know."""
    given = found.metadata
    if "License-Expression" in given:
        return given["License-Expression"]
    classes = [
        line.rpartition(" :: ")[2] for line in given.get_all("Classifier", []) if line.startswith("License")
    ]
    known = [_CLASSIFIED.get(each, each) for each in classes if each != "OSI Approved"]
    return " OR ".join(known) or (given["License"].strip() if "License" in given else "unknown")


def is_within(licence: str, allowed: frozenset[str]) -> bool:
    """Tell whether an expression (SPDX, without brackets) can be met with these licences."""
    return any(
        all(each.strip() in allowed for each in re.split(r"\s+AND\s+", choice))
        for choice in re.split(r"\s+OR\s+", licence)
    )


def page(found: Sequence[Library]) -> str:
    """docs/licences.md."""
    lines = [
        "# Licences", "",
        "housephone itself is under the Apache Licence 2.0 (`LICENSE`). These libraries come along with it;",
        "each brings its licence's text in its own package. The test suite refuses any whose licence is not among",
        "those that may be given along. `make licences` writes this page anew.", "",
        *_table(each for each in found if not each.extra),
    ]  # fmt: skip
    for extra, why in _EXTRAS.items():
        lines += [
            "",
            f"## With the extra `{extra}`",
            "",
            why,
            "",
            *_table(e for e in found if e.extra == extra),
        ]
    return "\n".join([*lines, ""])


_EXTRAS: Final = {
    "postgres": "For a store in PostgreSQL; part of the container image, as a library of its own, unchanged.",
    "pyvoip": (
        "A second telephone stack. Whoever installs it has a whole that is under the GPL, so neither the container\n"
        "image nor any package of ours holds it."
    ),
}


def _table(some: Iterator[Library]) -> Iterator[str]:
    yield from ("| library | licence |", "|---|---|")
    yield from (f"| {each.name} | {each.licence} |" for each in some)


def _closure(name: str, extras: tuple[str, ...]) -> dict[str, Distribution]:
    """Everything that a distribution needs, and all that this needs, without itself."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(name, extras)]
    while waiting:
        asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        try:
            here = found[canonicalize_name(asked[0])] = distribution(asked[0])
        except PackageNotFoundError:
            continue
        waiting += [(need.name, tuple(sorted(need.extras))) for need in _needs(here, asked[1])]
    found.pop(canonicalize_name(name), None)
    return found


def _needs(here: Distribution, extras: tuple[str, ...]) -> Iterator[Requirement]:
    for text in here.requires or ():
        need = Requirement(text)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield need


if __name__ == "__main__":
    sys.stdout.write(page([*libraries()]))
