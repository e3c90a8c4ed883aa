"""The budget's state between its own terms and the store's rows."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from reconciler.budget import Bucket, BudgetState
from reconciler.operation import Family, Label
from reconciler.store import rows


def to_rows(state: BudgetState) -> rows.BudgetState:
    """The state as the store keeps it."""
    counts = (
        rows.DayCount(state.day, family, label, calls)
        for (family, label), calls in state.spent.items()
        if state.day is not None
    )
    return rows.BudgetState(
        counts=tuple(counts),
        recent=tuple(rows.RecentCall(family, label, at) for family, label, at in state.recent),
        blocked=tuple(rows.Blocked(f"{f} {label}", until) for (f, label), until in state.blocked.items()),
    )


def of_rows(kept: rows.BudgetState) -> BudgetState:
    """The state as the budget goes on with it: the newest day's counters."""
    day = max((count.day for count in kept.counts), default=None)
    return BudgetState(
        recent=tuple((_family(call.family), _label(call.label), call.answered_at) for call in kept.recent),
        day=day,
        spent={(_family(c.family), _label(c.group)): c.calls for c in kept.counts if c.day == day},
        blocked=dict(_blocked(each) for each in kept.blocked),
    )


def _blocked(each: rows.Blocked) -> tuple[Bucket, datetime]:
    family, _, label = each.scope.partition(" ")
    return (_family(family), _label(label)), each.until


def _family(text: str) -> Family:
    return cast("Family", text)


def _label(text: str) -> Label:
    return cast("Label", text)
