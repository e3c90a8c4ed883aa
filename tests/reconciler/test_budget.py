"""The account's limits: what may leave when, and what a restart or a strange clock does to the counts."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.account.operation import Operation, Priority
from reconciler.budget import LIMITS, Bucket, Budget, BudgetState, eta, limits

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES: Bucket = ("core", "LIGHT")
SWEEPS: Bucket = ("phone", "HEAVY")


def leave_all(budget: Budget, bucket: Bucket, count: int, *, now: float, wall: datetime = NOON) -> None:
    for _ in range(count):
        budget.leave(bucket, now, wall)


def spend_the_day(budget: Budget, bucket: Bucket, count: int, wall: datetime = NOON) -> None:
    for n in range(count):
        budget.leave(bucket, float(n), wall)
        budget.answered(bucket, float(n))


def test_the_pro_plan_takes_what_zoom_documents() -> None:
    assert LIMITS["pro"]["core", "LIGHT"] == (30, 1.0)
    assert LIMITS["pro"]["phone", "HEAVY"] == (5, 1.0)
    assert LIMITS["business"]["phone", "RESOURCE-INTENSIVE"] == (10, 60.0)


def test_only_the_hotels_share_of_the_account_is_used() -> None:
    assert limits("pro", 0.5)[NAMES] == (15, 1.0)
    assert Budget("pro", 0.5).limit(Operation("", "PATCH", "/users/{userId}", "core", "LIGHT")) == (15, 1.0)


def test_the_smallest_share_still_lets_one_call_leave() -> None:
    assert all(count >= 1 for count, _ in limits("pro", 0.01).values())


def test_a_check_in_takes_the_last_place_of_the_window_at_once() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 14, now=10.0)
    assert budget.ready_at(NAMES, Priority.CHECK_IN, 10.0) == 10.0


def test_a_full_window_waits_for_answers_however_urgent_the_call() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 15, now=10.0)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 10.0) == math.inf


def test_a_place_is_free_one_period_after_its_answer_and_not_after_its_departure() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 15, now=10.0)
    budget.answered(NAMES, 10.7)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 10.8) == pytest.approx(11.7)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 12.0) == 12.0


def test_a_backlog_leaves_on_a_steady_beat_so_that_a_check_in_finds_a_place() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 2, now=10.0)
    assert budget.ready_at(NAMES, Priority.REPAIR, 10.0) == pytest.approx(10.0 + 1 / 15)
    assert budget.ready_at(NAMES, Priority.CHECK_IN, 10.0) == 10.0


def test_labels_do_not_take_each_others_places() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 15, now=10.0)
    assert budget.ready_at(("phone", "LIGHT"), Priority.REPAIR, 10.0) == 10.0


def test_a_call_that_did_not_leave_gives_back_its_place_its_beat_and_its_count() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, SWEEPS, 1, now=9.0)
    ready = budget.ready_at(SWEEPS, Priority.REPAIR, 10.0)
    budget.leave(SWEEPS, 10.0, NOON)
    budget.unused(SWEEPS)
    assert budget.ready_at(SWEEPS, Priority.REPAIR, 10.0) == pytest.approx(ready)
    assert budget.spent()[SWEEPS] == 1


def test_a_call_granted_before_midnight_may_be_given_back_after_it() -> None:
    budget = Budget("pro", 0.5)
    night = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    budget.leave(SWEEPS, 0.0, night)
    budget.leave(NAMES, 2.0, night + timedelta(seconds=2))
    budget.unused(SWEEPS)
    assert budget.spent().get(SWEEPS, 0) == 0


def test_a_refusal_for_the_second_stops_that_label_alone() -> None:
    budget = Budget("pro", 0.5)
    budget.throttled(NAMES, 10.0, 3.0)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 10.0) == 13.0
    assert budget.ready_at(SWEEPS, Priority.REPAIR, 10.0) == 10.0


def test_a_second_used_up_by_other_apps_is_waited_out() -> None:
    budget = Budget("pro", 0.5)
    leave_all(budget, NAMES, 1, now=10.0)
    budget.remaining(NAMES, 0, 10.0)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 10.0) == 11.0


def test_what_is_left_of_the_second_is_no_reason_to_wait() -> None:
    budget = Budget("pro", 0.5)
    budget.remaining(NAMES, 3, 10.0)
    assert budget.ready_at(NAMES, Priority.PRIVACY, 10.0) == 10.0


def test_the_last_of_the_day_is_kept_for_check_outs_and_check_ins() -> None:
    budget = Budget("pro", 0.02)  # 300 sweeps a day, 15 of them in reserve
    spend_the_day(budget, SWEEPS, 285)
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert budget.spent_until(SWEEPS, Priority.REFRESH, NOON) == midnight
    assert budget.spent_until(SWEEPS, Priority.DND, NOON) == midnight
    assert budget.spent_until(SWEEPS, Priority.CHECK_IN, NOON) is None
    spend_the_day(budget, SWEEPS, 15)
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, NOON) == midnight


def test_heavy_and_resource_intensive_calls_share_the_days_limit() -> None:
    budget = Budget("pro", 0.02)
    spend_the_day(budget, ("phone", "RESOURCE-INTENSIVE"), 300)
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, NOON) is not None
    assert budget.spent_until(("core", "HEAVY"), Priority.PRIVACY, NOON) is None


def test_light_calls_have_no_daily_limit() -> None:
    budget = Budget("pro", 0.02)
    spend_the_day(budget, NAMES, 2_000)
    assert budget.spent_until(NAMES, Priority.REFRESH, NOON) is None


def test_the_day_starts_anew_at_midnight_utc() -> None:
    budget = Budget("pro", 0.02)
    spend_the_day(budget, SWEEPS, 300)
    assert budget.spent_until(SWEEPS, Priority.REFRESH, datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_a_clock_set_back_over_midnight_brings_no_second_days_worth() -> None:
    budget = Budget("pro", 0.02)
    spend_the_day(budget, SWEEPS, 300, wall=datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC))
    assert (
        budget.spent_until(SWEEPS, Priority.REFRESH, datetime(2026, 11, 22, 23, 59, tzinfo=UTC)) is not None
    )


def test_a_clock_that_was_years_ahead_does_not_close_the_day_for_years() -> None:
    budget = Budget("pro", 0.02)
    spend_the_day(budget, SWEEPS, 300, wall=datetime(2036, 1, 1, tzinfo=UTC))
    assert budget.spent_until(SWEEPS, Priority.REFRESH, NOON) is None


def test_what_zoom_said_while_the_clock_was_hours_ahead_is_asked_again_once_it_is_put_right() -> None:
    budget = Budget("pro", 0.5)
    budget.day_spent(SWEEPS, None, NOON + timedelta(hours=3))
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, NOON + timedelta(hours=4)) is not None
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, NOON) is None


def test_zooms_own_word_that_the_day_is_spent_counts_until_the_moment_it_names() -> None:
    budget = Budget("pro", 0.5)
    until = NOON + timedelta(hours=2)
    budget.day_spent(SWEEPS, until, NOON)
    assert budget.spent_until(("phone", "RESOURCE-INTENSIVE"), Priority.PRIVACY, NOON) == until
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, until) is None


@pytest.mark.parametrize("named", [None, NOON - timedelta(days=1)])
def test_without_a_sensible_moment_the_day_is_spent_until_midnight(named: datetime | None) -> None:
    budget = Budget("pro", 0.5)
    budget.day_spent(SWEEPS, named, NOON)
    assert budget.spent_until(SWEEPS, Priority.PRIVACY, NOON) == datetime(2026, 11, 23, tzinfo=UTC)


def test_two_runs_in_a_row_share_the_last_seconds_calls() -> None:
    first = Budget("pro", 0.5)
    leave_all(first, NAMES, 15, now=10.0)
    for _ in range(15):
        first.answered(NAMES, 10.2)
    second = Budget("pro", 0.5)
    second.restore(first.state(10.3, NOON), 500.0, NOON + timedelta(seconds=0.4))
    assert second.ready_at(NAMES, Priority.PRIVACY, 500.0) == pytest.approx(500.5)


def test_a_run_killed_with_calls_on_their_way_has_them_counted() -> None:
    first = Budget("pro", 0.5)
    leave_all(first, NAMES, 15, now=10.0)
    second = Budget("pro", 0.5)
    second.restore(first.state(10.0, NOON), 0.0, NOON)
    assert second.ready_at(NAMES, Priority.PRIVACY, 0.0) == pytest.approx(1.0)


def test_a_restart_goes_on_counting_the_day() -> None:
    first = Budget("pro", 0.02)
    spend_the_day(first, SWEEPS, 300)
    first.day_spent(("core", "HEAVY"), None, NOON)
    second = Budget("pro", 0.02)
    second.restore(first.state(400.0, NOON), 0.0, NOON)
    assert second.spent() == {SWEEPS: 300}
    assert second.spent_until(SWEEPS, Priority.PRIVACY, NOON) is not None
    assert second.spent_until(("core", "HEAVY"), Priority.PRIVACY, NOON) is not None


def test_a_restart_on_another_day_starts_at_nothing() -> None:
    first = Budget("pro", 0.02)
    spend_the_day(first, SWEEPS, 300)
    second = Budget("pro", 0.02)
    second.restore(first.state(400.0, NOON), 0.0, NOON + timedelta(days=1))
    assert second.spent() == {}
    assert second.spent_until(SWEEPS, Priority.REFRESH, NOON + timedelta(days=1)) is None


def test_a_clock_set_back_between_two_runs_blocks_for_one_period_at_most() -> None:
    recent = tuple(("core", "LIGHT", NOON) for _ in range(15))
    budget = Budget("pro", 0.5)
    budget.restore(BudgetState(recent=recent), 0.0, NOON - timedelta(hours=3))  # type: ignore[arg-type]
    assert budget.ready_at(NAMES, Priority.PRIVACY, 0.0) == pytest.approx(1.0)


def test_an_empty_store_restores_to_an_unused_budget() -> None:
    budget = Budget("pro", 0.5)
    budget.restore(BudgetState(), 0.0, NOON)
    assert budget.ready_at(NAMES, Priority.REPAIR, 0.0) == 0.0
    assert budget.spent_until(SWEEPS, Priority.REPAIR, NOON) is None


def test_the_estimate_is_that_of_the_slowest_label() -> None:
    assert eta({NAMES: 30, SWEEPS: 10}, limits("pro", 0.5)) == pytest.approx(5.0)
    assert eta({}, limits("pro", 0.5)) == 0.0
