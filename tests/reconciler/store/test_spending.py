"""Two runs in a row share the account's limits."""

from datetime import datetime, timedelta
from typing import Any

from reconciler.store.rows import Blocked, BudgetState, DayCount, RecentCall

Open = Any


def test_the_next_run_knows_what_this_one_has_spent(open_store: Open, now: datetime) -> None:
    call = RecentCall("phone", "LIGHT", now)
    state = BudgetState(
        counts=(DayCount(now.date(), "phone", "heavy", 14_000),),
        recent=(call, call, RecentCall("core", "MEDIUM", now - timedelta(microseconds=1))),
        blocked=(Blocked("phone/heavy", now + timedelta(hours=4)),),
    )
    before = open_store()
    assert before.budget_state() == BudgetState()
    before.save_budget_state(state)
    before.close()

    assert open_store().budget_state() == state


def test_a_later_state_replaces_the_earlier_one_but_never_a_day_that_it_does_not_name(
    open_store: Open, now: datetime
) -> None:
    store = open_store()
    yesterday = DayCount(now.date() - timedelta(days=1), "phone", "heavy", 9)
    today = DayCount(now.date(), "phone", "heavy", 1)
    store.save_budget_state(
        BudgetState((yesterday,), (RecentCall("core", "LIGHT", now),), (Blocked("phone", now),))
    )
    store.save_budget_state(BudgetState((today,)))

    assert store.budget_state() == BudgetState((yesterday, today))
