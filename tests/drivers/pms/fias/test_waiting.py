"""Waiting for one of several things: what was done in time is never forgotten."""

import anyio
import pytest

from drivers.pms.fias.waiting import unless

pytestmark = pytest.mark.anyio


async def test_what_was_done_is_known_though_everything_ends_at_that_moment() -> None:
    known = []
    with anyio.CancelScope() as conversation:

        async def hand_over() -> str:
            conversation.cancel()  # the listener has just found the line broken
            return "the kernel has it"

        known.append(await unless(hand_over, anyio.sleep_forever))
    assert known == ["the kernel has it"]


async def test_what_does_not_come_in_time_is_cut_off() -> None:
    ended = anyio.Event()
    ended.set()

    async def keep_silent() -> str:
        await anyio.sleep_forever()
        return "never said"

    assert await unless(keep_silent, ended.wait) is None


async def test_who_is_cancelled_before_anything_came_stops_waiting() -> None:
    with anyio.move_on_after(0.01) as conversation:
        await unless(anyio.sleep_forever, anyio.sleep_forever)
    assert conversation.cancelled_caught
