"""One thing that was looked at, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["ok", "off", "warn", "bad"]
"""``off`` is what is not there and not asked for, or was left untried; only ``bad`` keeps us from our work."""

MANY: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """``said`` is what was found, ``fix`` what puts it right."""

    level: Level
    what: str
    said: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f" → {self.fix}" if self.fix else ""
        return f"{self.level:<4} {self.what}: {self.said}{fix}"


def some(things: Iterable[str]) -> str:
    """A list for people: the first few, and how many more."""
    listed = list(things)
    more = f" and {len(listed) - MANY} more" if len(listed) > MANY else ""
    return ", ".join(listed[:MANY]) + more
