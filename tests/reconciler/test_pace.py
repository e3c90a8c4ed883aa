"""How often something is done that others keep asking for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reconciler.pace import Pace


def done_at(asked: list[float], first: float = 2.0, longest: float = 900.0) -> list[float]:
    """When it is done for somebody who asks at these moments."""
    pace, done = Pace(first, longest), []
    for now in asked:
        if pace.may("it", now):
            pace.done("it", now)
            done.append(now)
    return done


def test_it_is_done_at_once_and_then_less_and_less_often() -> None:
    assert done_at([float(second) for second in range(70)]) == [0, 2, 6, 14, 30, 62]


def test_after_a_quiet_time_it_is_done_at_once_and_soon_again() -> None:
    assert done_at([0, 2, 6, 1000, 1002]) == [0, 2, 6, 1000, 1002]


def test_one_does_not_wait_for_another() -> None:
    pace = Pace(2.0, 900.0)
    pace.done("1001", 0.0)
    assert not pace.may("1001", 1.0)
    assert pace.may("1002", 1.0)


@given(pauses=st.lists(st.floats(0.0, 100.0), max_size=300), longest=st.floats(2.0, 300.0))
def test_nobody_can_have_it_done_much_more_often_than_the_longest_pause_says(
    pauses: list[float], longest: float
) -> None:
    now, asked = 0.0, []
    for pause in pauses:
        now += pause
        asked.append(now)
    done = done_at(asked, 2.0, longest)
    assert done[:1] == asked[:1]
    assert all(later - earlier >= 2.0 for earlier, later in pairwise(done))


@given(seconds=st.integers(0, 20_000))
def test_who_asks_every_second_has_it_done_about_once_in_the_longest_pause(seconds: int) -> None:
    done = done_at([float(second) for second in range(seconds + 1)], 2.0, 900.0)
    assert len(done) <= 10 + seconds / 900
