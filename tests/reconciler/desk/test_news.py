"""Whoever was away hears of everything that changed meanwhile, and of nothing twice."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desk.news import News, Topic

pytestmark = pytest.mark.anyio


def test_who_has_just_looked_has_missed_nothing() -> None:
    news = News("a")
    news.tell(Topic.ROOMS, ["1207"])
    assert news.since(news.mark).topics == ()
    assert news.since(news.mark).rooms == ()


def test_after_a_restart_everything_is_new() -> None:
    before, after = News("before"), News("after")
    before.tell(Topic.ROOMS, ["1207"])
    after.tell(Topic.ROOMS, ["1301"])
    assert set(after.since(before.mark).topics) == set(Topic)
    assert after.since(before.mark).rooms == ("1301",)


@pytest.mark.parametrize("mark", ["", "x", "a.", "a.-1", "a.99", "a.١", ".", "a.b.1", "a." + "9" * 5000])
def test_a_word_that_nobody_gave_means_everything(mark: str) -> None:
    news = News("a")
    news.tell(Topic.ROOMS, ["1207"])
    assert not news.knows(mark)
    assert news.knows(news.mark)
    assert set(news.since(mark).topics) == set(Topic)


@given(st.lists(st.tuples(st.sampled_from(Topic), st.sets(st.sampled_from("1234"))), max_size=20), st.data())
def test_what_is_told_since_a_mark_is_what_changed_after_it(
    told: list[tuple[Topic, set[str]]], data: st.DataObject
) -> None:
    news = News("a")
    away_from = data.draw(st.integers(0, len(told)))
    for topic, rooms in told[:away_from]:
        news.tell(topic, rooms)
    mark = news.mark
    for topic, rooms in told[away_from:]:
        news.tell(topic, rooms)
    missed = news.since(mark)
    assert set(missed.topics) == {topic for topic, _ in told[away_from:]}
    assert set(missed.rooms) == set().union(*(rooms for _, rooms in told[away_from:]))


async def test_who_waits_hears_at_once() -> None:
    news = News("a")
    mark, heard = news.mark, []

    async def wait() -> None:
        heard.append((await news.after(mark)).rooms)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        assert heard == []
        news.tell(Topic.ROOMS, ["1207"])
    assert heard == [("1207",)]


async def test_who_waits_goes_home_when_there_will_be_no_more() -> None:
    news = News("a")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(news.after, news.mark)
        await anyio.wait_all_tasks_blocked()
        news.close()
