"""Two runs in a row share the account's limits."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.budget import BudgetState

Open = Any


def spent(now: datetime, calls: int) -> BudgetState:
    return BudgetState(
        recent=(
            ("phone", "LIGHT", now),
            ("phone", "LIGHT", now),
            ("core", "MEDIUM", now - timedelta(microseconds=1)),
        ),
        day=now.date(),
        spent={("phone", "HEAVY"): calls, ("core", "RESOURCE-INTENSIVE"): 3},
        blocked={("phone", "RESOURCE-INTENSIVE"): now + timedelta(hours=4)},
    )


def test_the_next_run_knows_what_this_one_has_spent(open_store: Open, now: datetime) -> None:
    before = open_store()
    assert before.budget_state() == BudgetState()
    before.save_budget_state(spent(now, 14_000))
    before.close()

    assert open_store().budget_state() == spent(now, 14_000)


def test_a_later_state_replaces_the_earlier_one(open_store: Open, now: datetime) -> None:
    store = open_store()
    store.save_budget_state(spent(now, 9))
    after = replace(spent(now + timedelta(days=1), 1), blocked={})
    store.save_budget_state(after)

    assert store.budget_state() == after


def test_a_clock_that_was_years_ahead_for_a_while_costs_no_later_restart_its_count(
    open_store: Open, now: datetime
) -> None:
    store = open_store()
    store.save_budget_state(spent(now + timedelta(days=3650), 7))
    store.save_budget_state(spent(now, 9))

    assert store.budget_state().day == now.date()


def test_processes_that_save_at_the_same_moment_do_not_stop_each_other(
    open_store: Open, now: datetime
) -> None:
    stores = [open_store() for _ in range(4)]
    together = threading.Barrier(len(stores))
    saved: list[int] = []

    def save(number: int) -> None:
        state = spent(now, number)
        if number % 2:
            state = replace(state, spent=dict(reversed(list(state.spent.items()))))
        together.wait()
        for _ in range(5):
            stores[number].save_budget_state(state)
        saved.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(saved) == [0, 1, 2, 3]


def test_what_one_account_has_spent_is_not_anothers(open_store: Open, now: datetime) -> None:
    open_store().save_budget_state(spent(now, 9))

    assert open_store(account="account-2").budget_state() == BudgetState()
