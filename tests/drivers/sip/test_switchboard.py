"""The switchboard with a worker that only pretends: channels, calls, and a process that dies or talks nonsense."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from drivers.sip.process import Worker
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from drivers.sip.wire import Alive, packed
from reconciler.telephones.call import CallEnded, End, Ended

pytestmark = pytest.mark.anyio

SETUP = Setup(
    "pretended",
    "pbx.example",
    5060,
    accounts=(Account("9001", password="s3cret"), Account("9002", password="s3cret")),
)


def now() -> datetime:
    return datetime.now(UTC)


async def until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not true():  # noqa: ASYNC110 - what comes true is in another process
            await anyio.sleep(0.005)


def pretending(manner: str) -> AbstractAsyncContextManager[Switchboard]:
    return switchboard(SETUP, now, (sys.executable, "-m", "tests.drivers.sip.pretender", manner))


def working(board: Switchboard) -> list[bool]:
    return [channel.registered for channel in board.channels()]


@asynccontextmanager
async def at_work(manner: str = "well") -> AsyncIterator[Switchboard]:
    async with pretending(manner) as board:
        await until(lambda: all(working(board)))
        yield board


async def how_it_ends(board: Switchboard, extension: str, ring: float = 20) -> End:
    with pytest.raises(CallEnded) as ended:
        await board.dial(extension, ring=ring)
    return ended.value.end


async def test_calls_are_made_over_free_channels_and_a_third_waits() -> None:
    async with at_work() as board:
        first, second = await board.dial("1207", ring=5), await board.dial("1208", ring=5)
        assert (first.channel, second.channel) == ("9001", "9002")
        with anyio.move_on_after(0.05) as waited:
            await board.dial("1209", ring=5)
        assert waited.cancelled_caught
        await first.hang_up()
        third = await board.dial("1209", ring=5)
        assert (third.channel, third.id, await third.key()) == ("9001", "5@pretender", "1")
        await third.play(bytes(320))


async def test_a_ring_that_nobody_answers_ends_in_time_and_frees_the_channel() -> None:
    async with at_work() as board:
        assert await how_it_ends(board, "999", ring=0.05) == End(Ended.NO_ANSWER)
        await until(lambda: not any(channel.busy for channel in board.channels()))
        assert await how_it_ends(board, "486") == End(Ended.BUSY, 486)


async def test_a_ring_to_which_the_pbx_has_said_nothing_has_reached_nobody() -> None:
    async with at_work() as board:
        assert await how_it_ends(board, "998", ring=0.05) == End(Ended.UNREACHABLE)
        await until(lambda: not any(channel.busy for channel in board.channels()))


async def test_a_second_call_to_a_busy_channel_is_refused() -> None:
    async with at_work("rings") as board:
        calls = []
        with anyio.move_on_after(0.3):
            async for call in board.incoming():
                calls.append(call.id)  # noqa: PERF401 - as long as any come
        assert calls == ["0@pretender"]


async def test_a_worker_that_dies_is_started_again_and_its_calls_are_lost() -> None:
    async with at_work() as board:
        call = await board.dial("1207", ring=5)
        began = anyio.current_time()
        assert await how_it_ends(board, "666") == End(Ended.DIED)
        assert await call.wait_ended() == End(Ended.DIED)
        assert working(board) == [False, False]
        assert (await how_it_ends(board, "1207")).reason is Ended.UNREACHABLE
        await until(lambda: all(working(board)))
        assert anyio.current_time() - began < 2
        await (await board.dial("1207", ring=5)).hang_up()


async def test_a_worker_that_talks_nonsense_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    async with at_work() as board:
        assert await how_it_ends(board, "667") == End(Ended.DIED)
        await until(lambda: all(working(board)))
    assert "talks nonsense" in caplog.text
    assert "s3cret" not in caplog.text


async def test_what_a_worker_says_while_its_wire_is_given_up_is_no_fault_of_the_event_loop() -> None:
    """Such a fault would be in the log of a hotel that is stopped, and end a test after its last step."""
    worker = Worker(SETUP, lambda _said: None)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    faults: list[object] = []
    usual = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, context: faults.append(context["message"]))
    with ours, theirs:
        async with anyio.create_task_group() as tasks:

            def say_and_give_up() -> None:
                theirs.send(packed(Alive()))
                loop.call_soon(tasks.cancel_scope.cancel)

            tasks.start_soon(worker._read, ours)
            await anyio.sleep(0.05)
            loop.call_soon(say_and_give_up)
        await anyio.sleep(0.05)
    worker._outbox.close()
    worker._out.close()
    loop.set_exception_handler(usual)
    assert faults == []


async def test_why_a_worker_cannot_work_is_shown_and_it_is_not_started_all_the_time() -> None:
    async with pretending("refuses") as board:
        await until(lambda: all(channel.why == "the port is in use" for channel in board.channels()))
        assert working(board) == [False, False]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
async def test_no_password_stands_where_others_can_read_it() -> None:
    async with at_work() as board:
        assert board._worker is not None
        assert board._worker.process is not None
        process = Path("/proc", str(board._worker.process.pid))
        shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        assert b"pretender" in shown
        assert b"s3cret" not in shown
