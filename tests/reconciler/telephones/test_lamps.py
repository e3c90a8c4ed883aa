"""The lamp at the room's telephone burns while a message waits, also after the telephone was started anew."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from reconciler.stays.owed import MessagesOwed
from reconciler.store.rows import Json
from reconciler.telephones.lamps import AFTER_A_START, AGAIN_EVERY, Lamps
from tests.reconciler.conftest import FastClock, until
from tests.reconciler.lodge import EVENING, Lodge

pytestmark = pytest.mark.anyio

Lit = list[tuple[str, int, int]]


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path, clock=FastClock(EVENING))
    yield lodge
    lodge.store.close()


def lamps(lodge: Lodge, told: Json = None) -> tuple[Lamps, Lit]:
    lit: Lit = []
    return Lamps(lodge.hotel, lambda *lamp: lit.append(lamp), lodge.clock, told), lit


def test_a_message_lights_the_lamp_and_its_deletion_puts_it_out(lodge: Lodge) -> None:
    made, lit = lamps(lodge)
    made.show([MessagesOwed("1207", 1, 0)])
    made.show([MessagesOwed("1207", 0, 0)])
    assert lit == [("1207", 1, 0), ("1207", 0, 0)]


async def test_lamps_are_told_after_a_start_and_again_until_they_are_out(lodge: Lodge) -> None:
    made, lit = lamps(lodge, {"1207": [2, 1], "1208": [0, 1]})
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(made.run)
        await anyio.sleep(0.05)
        assert lit == []
        lodge.clock.advance(seconds=AFTER_A_START)
        await until(lambda: lit == [("1207", 2, 1), ("1208", 0, 1)])
        made.show([MessagesOwed("1207", 0, 0)])
        lit.clear()
        lodge.clock.advance(seconds=AGAIN_EVERY)
        await until(lambda: lit == [("1207", 0, 0), ("1208", 0, 1)])
        lit.clear()
        lodge.clock.advance(seconds=AGAIN_EVERY)
        await until(lambda: lit == [("1208", 0, 1)])
        tasks.cancel_scope.cancel()
