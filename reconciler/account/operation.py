"""The calls to Zoom as the core counts them: what each costs, and who goes first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Family = Literal["core", "phone"]
Label = Literal["LIGHT", "MEDIUM", "HEAVY", "RESOURCE-INTENSIVE"]


class Priority(IntEnum):
    """Who goes first when the budget is short (lower is sooner; architecture decision 5)."""

    PRIVACY = 0
    CHECK_IN = 1
    DND = 2
    REPAIR = 3
    MAILBOX = 4
    REFRESH = 5


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of call: what it is, and what it costs (Zoom API, Rate limits)."""

    name: str
    method: str
    path: str
    family: Family
    label: Label

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
