"""What the process of the telephone stack says to ours: nonsense is the end of that process, and of nothing else."""

from __future__ import annotations

import json
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

import anyio

from drivers.sip.process import Worker
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard
from drivers.sip.wire import Incoming, Message, Registered, Sound, packed
from tests.fuzz.answers import NOW
from tests.fuzz.bending import bent, bytes_of, either
from tests.fuzz.portal import waited_for
from tests.fuzz.target import Target

SETUP: Final = Setup("baresip", "pbx.example", 5060, accounts=(Account("9001"),))
SAID: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("Alive", {}),
    ("Registered", {"account": "9001", "ok": True, "why": ""}),
    ("Incoming", {"call": 2, "account": "9001", "call_id": "a@b", "headers": [["From", "<sip:1207@x>"]]}),
    ("Established", {"call": 2, "call_id": "a@b"}),
    ("Key", {"call": 2, "key": "1"}),
    ("Played", {"call": 2, "mark": 1}),
    ("NotTransferred", {"call": 2}),
    ("Over", {"call": 2, "reason": "busy", "code": 486}),
    ("Packet", {"text": "INVITE"}),
    ("Note", {"level": "info", "text": "x"}),
)
CALL: Final = Incoming(4, "9001", "good@b", (("From", "<sip:1207@x>"),))
STREAM: Final = b"".join(
    packed(each) for each in (Registered("9001", ok=True, why=""), CALL, Sound(4, bytes(320)))
)


def messages(chance: random.Random) -> bytes:
    """Whole frames, a call that comes in among them, whose messages are not as they should be."""
    said = [list(SAID[2]), *(list(chance.choice(SAID)) for _ in range(chance.randint(1, 3)))]
    return b"".join(_framed(bent(each, chance) if at else each, chance) for at, each in enumerate(said))


def _framed(message: Any, chance: random.Random) -> bytes:
    body = json.dumps(message).encode()
    length = len(body) if chance.randrange(8) else chance.choice((0, 1, 2**31, 2**32 - 1, len(body) + 1))
    return struct.pack("!cII", chance.choice((b"m", b"m", b"m", b"s")), chance.choice((0, 2)), length) + body


def _say(wire: socket.socket, said: bytes) -> None:
    """Say it all and go, or as much as is listened to."""
    with wire, suppress(BrokenPipeError, ConnectionResetError):
        wire.sendall(said)


@asynccontextmanager
async def opened() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """A switchboard that a process speaks to, one life of it after the other."""
    board = Switchboard(SETUP, lambda: NOW)
    yield partial(take, board)
    board.close()


async def take(board: Switchboard, data: bytes) -> None:
    """Hear it, come to its end, and take the call of the next process."""
    await _one_life(board, data)
    await _one_life(board, packed(Registered("9001", ok=True, why="")) + packed(CALL), rings=True)
    assert not board.channels()[0].registered
    assert not board.channels()[0].busy


async def _one_life(board: Switchboard, said: bytes, *, rings: bool = False) -> None:
    taken: list[Message | Sound] = []

    def hear(what: Message | Sound) -> None:
        taken.append(what)
        board._take(what)

    ours, theirs = socket.socketpair()
    worker = Worker(SETUP, hear)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_thread.run_sync, _say, theirs, said)
        with ours:
            ours.setblocking(False)
            await worker._read(ours)
    worker._outbox.close()
    worker._out.close()
    if rings:
        assert taken[-1] == CALL
        assert board.channels()[0].busy
    board._lose_all()
    while board._rings.statistics().current_buffer_used:
        board._rings.receive_nowait()


FRAMES: Final = Target(
    "sip-frames", either(messages, messages, bytes_of((STREAM,))), partial(waited_for, opened)
)
