"""What the calls of this run have spent of the account's limits, so that the next run knows."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, select

from reconciler.budget import Bucket, BudgetState
from reconciler.store import codec, tables
from reconciler.store.session import Session, upsert


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
        return BudgetState(
            recent=tuple((*_bucket(family, label), codec.moment(at)) for family, label, at in recent),
            day=next((day for day, *_ in spent), None),
            spent={_bucket(family, label): count for _, family, label, count in spent},
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
            self._drop(tables.day_counts, tables.day_counts.c.day != state.day)
            self._drop(tables.blocked, tables.blocked.c.scope.not_in([row["scope"] for row in blocked]))
            for table, rows in (
                (tables.day_counts, counts),
                (tables.blocked, blocked),
                (tables.recent_calls, [{"calls": calls}]),
            ):
                self._write(table, rows)

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Rows over those of the same key, in order: another process may write its own at the same moment."""
        if rows:
            with self._writing() as connection:
                upsert(connection, table, [self._account_values() | row for row in rows])


def _bucket(family: str, label: str) -> Bucket:
    return cast("Bucket", (family, label))
