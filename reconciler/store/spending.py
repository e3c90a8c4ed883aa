"""What the calls of this run have spent of the account's limits, so that the next run knows."""

from __future__ import annotations

from sqlalchemy import select

from reconciler.store import codec, tables
from reconciler.store.rows import Blocked, BudgetState, DayCount, RecentCall
from reconciler.store.session import Session, columns_of, upsert


class Spending(Session):
    """Daily counters, the last minute's calls, and what Zoom asked us to keep away from. By account."""

    def budget_state(self) -> BudgetState:
        """The state as last saved."""
        counts = self._all(tables.day_counts, DayCount)
        blocked = self._all(tables.blocked, Blocked)
        query = select(tables.recent_calls.c.calls).where(self._ours(tables.recent_calls))
        with self._reading() as connection:
            calls = connection.scalar(query) or []
        recent = tuple(RecentCall(family, label, codec.moment(at)) for family, label, at in calls)
        return BudgetState(tuple(counts), recent, tuple(blocked))

    def save_budget_state(self, state: BudgetState) -> None:
        """Save the state in one small transaction; days that it does not name keep their counters."""
        calls = [[call.family, call.label, codec.micros(call.answered_at)] for call in state.recent]
        whose = self._account_values()
        with self._writing() as connection:
            self._put(tables.day_counts, state.counts)
            upsert(connection, tables.recent_calls, [{**whose, "calls": calls}])
            self._drop(tables.blocked)
            if state.blocked:
                rows = [whose | columns_of(row) for row in state.blocked]
                connection.execute(tables.blocked.insert(), rows)
