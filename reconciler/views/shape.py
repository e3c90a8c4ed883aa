"""What all views share: the version of their shape, moments as programs read them, problems and refusals."""

from __future__ import annotations

from datetime import datetime

from desired.problem import Problem
from reconciler.moments import utc
from reconciler.safety import Refusal
from reconciler.store.rows import Json

VERSION = 1
"""Rises when a reader would break."""


def iso(moment: datetime | None) -> str | None:
    """A moment for programs; None where there is none."""
    return None if moment is None else utc(moment)


def problem_view(problem: Problem) -> dict[str, Json]:
    """One thing that somebody has to put right."""
    return {
        "code": problem.code, "room": problem.room, "where": problem.where, "message": problem.message,
    }  # fmt: skip


def refusal_view(refusal: Refusal) -> dict[str, Json]:
    """A safety rule that holds something back until somebody has looked at it."""
    return {"rule": refusal.rule, "message": refusal.message}
