"""The window at the peer is never crossed and hardly wasted, whatever the calls take and whoever asks."""

import heapq
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.account.operation import Priority
from reconciler.budget import DAILY, Bucket, Budget

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES: Bucket = ("core", "LIGHT")
SWEEPS: Bucket = ("phone", "HEAVY")
LIMIT = 15

CALLS = st.lists(
    st.tuples(
        st.sampled_from([Priority.PRIVACY, Priority.CHECK_IN, Priority.REPAIR, Priority.REFRESH]),
        st.floats(0.001, 3.0),  # seconds until the answer
        st.floats(0.0, 1.0),  # which part of them the call needs to arrive
        st.floats(0.0, 0.4),  # seconds after the call before in which nobody asked
    ),
    min_size=1,
    max_size=120,
)


class Run:
    """One run against a peer that counts arrivals; time passes only here."""

    def __init__(self, budget: Budget, start: float, bucket: Bucket = NAMES) -> None:
        self.budget, self.now, self.start, self.bucket = budget, start, start, bucket
        self.on_their_way: list[float] = []
        self.arrived: list[float] = []

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.now)

    def wait(self, until: float) -> None:
        while self.on_their_way and self.on_their_way[0] <= until:
            self.now = heapq.heappop(self.on_their_way)
            self.budget.answered(self.bucket, self.now)
        self.now = max(self.now, until)

    def call(self, priority: Priority, latency: float, part: float) -> None:
        while (ready := self.budget.ready_at(self.bucket, priority, self.now)) > self.now:
            if self.on_their_way and self.on_their_way[0] <= ready:
                self.wait(self.on_their_way[0])
            else:
                self.wait(ready)
        self.budget.leave(self.bucket, self.now, self.wall())
        self.arrived.append(self.now + latency * part)
        heapq.heappush(self.on_their_way, self.now + latency)


def fullest_second(arrivals: Iterable[float]) -> int:
    times = sorted(arrivals)
    return max(sum(1 for each in times if start <= each < start + 0.999_999) for start in times)


@given(CALLS)
@settings(max_examples=60)
def test_no_second_at_zoom_sees_more_calls_than_the_limit(
    calls: list[tuple[Priority, float, float, float]],
) -> None:
    run = Run(Budget("pro", 0.5), 0.0)
    for priority, latency, part, idle in calls:
        run.wait(run.now + idle)
        run.call(priority, latency, part)
    assert fullest_second(run.arrived) <= LIMIT


@given(CALLS, st.integers(1, 100), st.floats(0.0, 1.5), st.floats(0.0, 10_000.0))
@settings(max_examples=60)
def test_not_even_when_one_run_ends_and_the_next_begins_within_the_second(
    calls: list[tuple[Priority, float, float, float]], cut: int, gap: float, other_clock: float
) -> None:
    first = Run(Budget("pro", 0.5), 0.0)
    for priority, latency, part, _ in calls[:cut]:
        first.call(priority, latency, part)
    first.wait(max(first.on_their_way, default=first.now))  # a run ends when its calls are answered
    state = first.budget.state(first.now, first.wall())
    second = Run(Budget("pro", 0.5), other_clock)
    begins = first.now + gap
    second.budget.restore(state, second.now, NOON + timedelta(seconds=begins))
    for priority, latency, part, _ in calls[cut:]:
        second.call(priority, latency, part)
    shifted = [at - other_clock + begins for at in second.arrived]
    assert fullest_second([*first.arrived, *shifted]) <= LIMIT


@given(st.sampled_from([Priority.CHECK_IN, Priority.REPAIR]), st.integers(1, 10))
@settings(max_examples=10)
def test_with_quick_answers_a_backlog_uses_nearly_all_of_the_share(priority: Priority, seconds: int) -> None:
    run = Run(Budget("pro", 0.5), 0.0)
    for _ in range(LIMIT * seconds):
        run.call(priority, 0.02, 0.5)
    assert run.now <= seconds * 1.08


@given(st.lists(st.sampled_from(list(Priority)), min_size=1, max_size=50))
@settings(max_examples=30)
def test_an_urgent_call_in_a_steady_backlog_waits_for_one_beat_at_most(priorities: list[Priority]) -> None:
    run = Run(Budget("pro", 0.5), 0.0)
    for _ in range(40):
        run.call(Priority.REPAIR, 0.02, 0.5)
    asked = run.now
    run.call(Priority.PRIVACY, 0.02, 0.5)
    assert run.now - asked <= 1 / LIMIT + 0.021
    for priority in priorities:
        run.call(priority, 0.02, 0.5)
    assert fullest_second(run.arrived) <= LIMIT


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["HEAVY", "RESOURCE-INTENSIVE"]),
            st.sampled_from(list(Priority)),
            st.booleans(),
            st.floats(0.0, 3_000.0),
        ),
        max_size=400,
    )
)
@settings(max_examples=40)
def test_no_utc_day_sees_more_than_the_daily_share_whatever_restarts(
    asked: list[tuple[str, Priority, bool, float]],
) -> None:
    share = 0.005
    limit = int(DAILY["pro"]["phone"] * share)
    budget, wall, now = Budget("pro", share), NOON, 0.0
    days: dict[str, list[Priority]] = {}
    for label, priority, restart, later in itertools.chain(asked, asked):
        wall, now = wall + timedelta(seconds=later / 50), now + later / 50
        if restart:
            state = budget.state(now, wall)
            budget = Budget("pro", share)
            budget.restore(state, now, wall)
        bucket: Bucket = ("phone", label)  # type: ignore[assignment]
        if budget.spent_until(bucket, priority, wall) is None:
            budget.leave(bucket, now, wall)
            budget.answered(bucket, now)
            days.setdefault(f"{wall:%Y-%m-%d}", []).append(priority)
    for left in days.values():
        assert len(left) <= limit
        reserve = left[limit - 4 :]  # the last 5 % of 75
        assert all(priority <= Priority.CHECK_IN for priority in reserve)
