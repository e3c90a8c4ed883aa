"""What holds for the backlog whatever arrives, and whenever."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.backlog import AGEING, Backlog

PRIORITIES = st.integers(0, 5)
ARRIVALS = st.lists(st.tuples(PRIORITIES, st.floats(0, 10_000)), min_size=1, max_size=40)


def taken(arrivals: list[tuple[int, float]]) -> list[tuple[int, float]]:
    backlog: Backlog[tuple[int, float]] = Backlog()
    for priority, at in arrivals:
        backlog.push((priority, at), priority, at)
    return [backlog.pop() for _ in range(len(backlog))]


@given(ARRIVALS)
def test_everything_that_arrived_leaves_once(arrivals: list[tuple[int, float]]) -> None:
    assert sorted(taken(arrivals)) == sorted(arrivals)


@given(st.lists(PRIORITIES, min_size=1, max_size=40))
def test_of_those_that_arrive_together_the_most_urgent_leave_first(priorities: list[int]) -> None:
    assert [priority for priority, _ in taken([(each, 7.0) for each in priorities])] == sorted(priorities)


@given(ARRIVALS)
def test_nobody_is_overtaken_by_one_that_is_less_urgent_and_later(arrivals: list[tuple[int, float]]) -> None:
    order = taken(arrivals)
    for place, (priority, at) in enumerate(order):
        assert not any(p < priority and t < at for p, t in order[place + 1 :])


@given(st.integers(1, 5), st.integers(0, 4))
def test_nothing_starves_behind_an_endless_stream_of_check_outs(waiting: int, stream: int) -> None:
    backlog: Backlog[str] = Backlog()
    backlog.push("waiting", waiting, 0.0)
    now = 0.0
    backlog.push("urgent", min(stream, waiting), now)
    while backlog.pop() != "waiting":
        now += 60.0
        backlog.push("urgent", min(stream, waiting), now)
        assert now <= waiting * AGEING + 60.0
