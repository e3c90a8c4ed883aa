"""What a configuration is made of: one file, or a group's file with that of one of its properties laid over it.

Part is laid over part; a list or a single value replaces what was said before. Every setting is still known by the
file in which it stands, for mistakes are told there, and relative paths start at its folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desired.placed import Place
from desired.yamltext import Fields, Items

Loc = tuple[int | str, ...]
"""The way to a setting; alternatives that pydantic names in between are no steps."""


@dataclass(frozen=True, slots=True)
class Said:
    """One file as it was read, and where its text begins."""

    path: Path
    root: Fields
    start: Place

    @property
    def folder(self) -> Path:
        """Where its relative paths start."""
        return self.path.resolve().parent

    def says(self, *way: str) -> bool:
        """Tell whether this setting stands in the file."""
        return self.depth(way) == len(way)

    def depth(self, loc: Loc) -> int:
        """How many steps of the way to a setting stand in the file."""
        value: object = self.root
        found = 0
        for step in loc:
            if isinstance(value, Fields):
                present = step in value
            else:
                present = isinstance(value, Items) and isinstance(step, int) and step < len(value)
            if present:
                value = value[step]  # type: ignore[index]
                found += 1
        return found


@dataclass(frozen=True, slots=True)
class Layers:
    """Files laid over each other, the weakest first."""

    files: Sequence[Said]

    def merged(self) -> dict[str, Any]:
        """What they say together."""
        found: dict[str, Any] = {}
        for each in self.files:
            found = laid_over(found, each.root)
        return found

    def teller(self, loc: Loc) -> Said:
        """The file in which a setting stands; of one that stands nowhere the file that comes nearest to it."""
        best = max(each.depth(loc) for each in self.files)
        return next(each for each in reversed(self.files) if each.depth(loc) == best)

    def folder(self, *way: str) -> Path:
        """Where the relative path that this setting holds starts."""
        return self.teller(way).folder if self.teller(way).says(*way) else self.files[0].folder


def laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of ``under`` with those of ``over`` in their place, part by part."""
    both = dict(under)
    for key, value in over.items():
        before = both.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[key] = laid_over(before, value)
        else:
            both[key] = value
    return both
