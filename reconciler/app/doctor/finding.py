"""One thing that was looked at, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "off", "warn", "bad"]
"""``off`` is what is not there and not asked for, or was left untried; only ``bad`` keeps us from our work."""


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
