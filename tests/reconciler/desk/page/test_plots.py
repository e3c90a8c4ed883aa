"""A plot says in words what it shows, and no box of it leaves the picture."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.desk.page.plots import HIGH, WIDE, Part, short, stacked

COUNTS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=60)


def test_columns_stand_on_each_other_and_say_what_they_are() -> None:
    plot = stacked(
        "calls", "Calls", ["6:00", "7:00"], [Part("awake", "ok", (3, 0)), Part("busy", "busy", (1, 2))]
    )
    assert plot.words == "3 awake, 3 busy; most at 6:00: 4."
    assert [box.words for box in plot.boxes] == ["6:00: 3 awake", "6:00: 1 busy", "7:00: 2 busy"]
    awake, busy, alone = plot.boxes
    assert (awake.y, awake.height) == (25.0, 75.0)
    assert (busy.y, busy.height) == (0.0, 25.0)
    assert (alone.y, alone.height) == (50.0, 50.0)


def test_where_nothing_happened_the_plot_says_so() -> None:
    plot = stacked("calls", "Calls", ["6:00"], [Part("awake", "ok", (0,))])
    assert (plot.words, plot.boxes) == ("Nothing.", ())


def test_a_limit_is_drawn_where_it_would_not_flatten_everything() -> None:
    parts = [Part("calls", "calls-light", (10, 20))]
    near = stacked("calls", "Calls", ["a", "b"], parts, limit=40)
    far = stacked("calls", "Calls", ["a", "b"], parts, limit=2400)
    over = stacked("calls", "Calls", ["a", "b"], parts, limit=10)
    assert (near.top, near.limit_y) == (40, 0.0)
    assert (far.top, far.limit_y, far.limit) == (20, None, 2400)
    assert (over.top, over.limit_y) == (20, 50.0)


@given(COUNTS, st.one_of(st.none(), st.floats(1, 100_000)))
def test_nothing_leaves_the_picture(counts: list[tuple[int, int]], limit: float | None) -> None:
    labels = [str(number) for number in range(len(counts))]
    first, second = zip(*counts, strict=True)
    plot = stacked("p", "P", labels, [Part("a", "a", first), Part("b", "b", second)], limit=limit)
    for box in plot.boxes:
        assert box.y >= -0.02
        assert box.y + box.height <= HIGH + 0.02
        assert box.x >= 0
        assert box.x + box.width <= WIDE * len(labels)
    assert plot.limit_y is None or 0 <= plot.limit_y <= HIGH


def test_days_are_short_below_a_plot() -> None:
    assert short("2026-11-09") == "9 Nov"
