"""A problem that a person should see: what is wrong, where it stands and which room it concerns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that somebody has to put right. The message never quotes a guest's name."""

    code: str
    message: str
    where: str | None = None
    room: str | None = None
