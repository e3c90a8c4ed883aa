"""What the calls of this run have spent of the account's limits, so that the next run knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final, cast

from sqlalchemy import Table, or_, select

from reconciler.budget import Bucket, BudgetState
from reconciler.store import codec, tables
from reconciler.store.session import Session, upsert

KEPT: Final = timedelta(days=31)
"""How long it is known what was spent on a day."""


class Spending(Session):
    """The day's counters, the last minute's calls, and what Zoom asked us to keep away from. By account."""

    def budget_state(self) -> BudgetState:
        """The state as last saved."""
        counts, calls, blocked = tables.day_counts, tables.recent_calls, tables.blocked
        days = select(counts.c.day, counts.c.family, counts.c.group, counts.c.calls)
        blocks = select(blocked.c.scope, blocked.c.until)
        with self._reading() as connection:
            spent = connection.execute(days.where(self._ours(counts))).all()
            recent = connection.scalar(select(calls.c.calls).where(self._ours(calls))) or []
            until = connection.execute(blocks.where(self._ours(blocked))).all()
        latest = max((day for day, *_ in spent), default=None)
        return BudgetState(
            recent=tuple((*_bucket(family, label), codec.moment(at)) for family, label, at in recent),
            day=latest,
            spent={_bucket(family, label): count for day, family, label, count in spent if day == latest},
            blocked={_bucket(*scope.split(" ", 1)): at for scope, at in until},
        )

    def save_budget_state(self, state: BudgetState) -> None:
        """Save the state in place of the one before, in one small transaction."""
        calls = [[family, label, codec.micros(at)] for family, label, at in state.recent]
        counts = [
            {"day": state.day, "family": family, "group": label, "calls": count}
            for (family, label), count in sorted(state.spent.items())
        ]
        blocked = [
            {"scope": " ".join(bucket), "until": until} for bucket, until in sorted(state.blocked.items())
        ]
        with self._writing():
            self._drop_other_days(state.day)
            self._drop(tables.blocked, tables.blocked.c.scope.not_in([row["scope"] for row in blocked]))
            for table, rows in (
                (tables.day_counts, counts),
                (tables.blocked, blocked),
                (tables.recent_calls, [{"calls": calls}]),
            ):
                self._write(table, rows)

    def spent_since(self, day: date) -> dict[tuple[date, Bucket], int]:
        """Calls by UTC day, family and label, from a day on."""
        counts = tables.day_counts
        query = select(counts.c.day, counts.c.family, counts.c.group, counts.c.calls)
        with self._reading() as connection:
            rows = connection.execute(query.where(self._ours(counts), counts.c.day >= day)).all()
        return {(each, _bucket(family, label)): calls for each, family, label, calls in rows}

    def _drop_other_days(self, day: date | None) -> None:
        """Days long ago, and those that a clock which was wrong has counted: the latest is the present one."""
        counts = tables.day_counts.c
        if day is None:
            self._drop(tables.day_counts)
        else:
            self._drop(tables.day_counts, or_(counts.day > day, counts.day < day - KEPT))

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Rows over those of the same key, in order: another process may write its own at the same moment."""
        if rows:
            with self._writing() as connection:
                upsert(connection, table, [self._account_values() | row for row in rows])


def _bucket(family: str, label: str) -> Bucket:
    return cast("Bucket", (family, label))
