"""How the PMS links are, for whoever looks at the store and asks no controller."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from reconciler.health import LinkHealth
from reconciler.stays.linkstate import HEARD_EVERY, LOOK_EVERY, NOTE, LinkState, LinkStates, seen_from_outside
from reconciler.store.rows import Happened, HappeningRow
from tests.reconciler.lodge import DUE, EVENING, Lodge

pytestmark = pytest.mark.anyio

REFUSED = "10.0.0.5:5010: connection refused"
ALIVE = LinkHealth("pms", "10.0.0.5:5010", "alive", EVENING, EVENING, None, {}, {}, 0, None)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


class Line:
    """A link as a test wants it, and what is written down of it."""

    def __init__(self, lodge: Lodge) -> None:
        self.now = ALIVE
        self._lodge = lodge

    async def is_looked_at(self) -> list[LinkState]:
        """A look a second later; how the link seems from outside then."""
        states = LinkStates(self._lodge.memory, self._lodge.clock, self._lodge.store.note(NOTE))
        self._lodge.clock.advance(seconds=LOOK_EVERY)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(states.follow, lambda: [self.now])
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        return self.from_outside()

    def from_outside(self, *, at_work: bool = True) -> list[LinkState]:
        return seen_from_outside(self._lodge.store.note(NOTE), ["pms"], at_work=at_work)


async def test_a_lost_link_is_seen_with_its_last_record(lodge: Lodge) -> None:
    line = Line(lodge)
    assert await line.is_looked_at() == [LinkState("pms", None, EVENING, EVENING)]
    heard = EVENING + timedelta(seconds=3)
    line.now = replace(ALIVE, state="down", problem=REFUSED, since=DUE, last_record_at=heard)
    assert await line.is_looked_at() == [LinkState("pms", REFUSED, DUE, heard)]


async def test_a_busy_link_is_not_written_down_with_every_record(lodge: Lodge) -> None:
    line = Line(lodge)
    await line.is_looked_at()
    line.now = replace(ALIVE, last_record_at=EVENING + HEARD_EVERY / 2)
    assert await line.is_looked_at() == [LinkState("pms", None, EVENING, EVENING)]
    line.now = replace(ALIVE, last_record_at=EVENING + HEARD_EVERY)
    assert await line.is_looked_at() == [LinkState("pms", None, EVENING, EVENING + HEARD_EVERY)]


async def test_a_link_whose_controller_is_gone_is_down_whatever_was_written_last(lodge: Lodge) -> None:
    line = Line(lodge)
    await line.is_looked_at()
    assert line.from_outside(at_work=False) == [LinkState("pms", "no controller runs", None, EVENING)]


def test_a_link_of_which_nothing_was_written_was_never_heard(lodge: Lodge) -> None:
    line = Line(lodge)
    assert line.from_outside() == []
    assert line.from_outside(at_work=False) == [LinkState("pms", "no controller runs", None, None)]


def happened(lodge: Lodge) -> list[HappeningRow]:
    return [replace(row, id=None) for row in reversed(lodge.store.happenings())]


async def test_the_book_tells_when_a_link_was_lost_and_why_and_when_it_was_back(lodge: Lodge) -> None:
    line, back = Line(lodge), DUE + timedelta(minutes=4)
    await line.is_looked_at()
    line.now = replace(ALIVE, state="down", problem=REFUSED, since=DUE)
    await line.is_looked_at()
    await line.is_looked_at()
    line.now = replace(ALIVE, since=back)
    await line.is_looked_at()

    assert happened(lodge) == [
        HappeningRow(DUE, Happened.LINK_DOWN, "pms", body=REFUSED),
        HappeningRow(back, Happened.LINK_UP, "pms"),
    ]


async def test_a_link_that_works_from_the_first_moment_is_no_news(lodge: Lodge) -> None:
    await Line(lodge).is_looked_at()
    assert happened(lodge) == []
