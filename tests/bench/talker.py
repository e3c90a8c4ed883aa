"""Talks on many calls at once: `python -m tests.bench.talker`, told by a line of JSON, tells by lines of JSON.

A process of its own, so that what the product takes is not mixed with what the far end takes.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio

from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from reconciler.telephones.call import SAMPLE_RATE, Call, CallEnded

SECOND = b"".join(
    (9_000 if (n // 8) % 2 else -9_000).to_bytes(2, "little", signed=True) for n in range(SAMPLE_RATE)
)
"""One second of a tone."""
SETTLE = 2.0
"""Seconds from the last answer until we count."""


async def talk(setup: Setup, extension: str, seconds: int) -> None:
    """Dial over every account, talk and listen on all calls at once, and tell what it took."""
    async with switchboard(setup, lambda: datetime.now(UTC)) as board:
        while not all(channel.registered for channel in board.channels()):  # noqa: ASYNC110 - told by another process
            await anyio.sleep(0.02)
        calls: list[Call] = []

        async def dial() -> None:
            calls.append(await board.dial(extension, ring=30))

        async with anyio.create_task_group() as dialling:
            for _ in setup.accounts:
                dialling.start_soon(dial)
        async with anyio.create_task_group() as talking:
            counts = [0] * len(calls)
            for number, call in enumerate(calls):
                talking.start_soon(call.play, SECOND * (seconds + 5))
                talking.start_soon(listen, call, counts, number)
            await anyio.sleep(SETTLE)
            before, heard, start = taken(board), list(counts), time.time_ns()
            await anyio.sleep(seconds)
            after, end = taken(board), time.time_ns()
            heard = [now - then for now, then in zip(counts, heard, strict=True)]
            talking.cancel_scope.cancel()
        ours, stack = (now - then for now, then in zip(after, before, strict=True))
        say(
            calls=len(calls), start=start, end=end, ours=ours, stack=stack, heard=heard, mebibytes=peak(board)
        )


async def listen(call: Call, counts: list[int], number: int) -> None:
    """Count the bytes that come in."""
    with suppress(CallEnded):
        async for piece in call.heard():
            counts[number] += len(piece)


def worker(board: Switchboard) -> int:
    """The process of the telephone stack."""
    assert board._worker is not None
    assert board._worker.process is not None
    return board._worker.process.pid


def taken(board: Switchboard) -> tuple[float, float]:
    """Seconds of processor that we have taken, and the telephone stack."""
    ours = resource.getrusage(resource.RUSAGE_SELF)
    words = Path(f"/proc/{worker(board)}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return ours.ru_utime + ours.ru_stime, (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def peak(board: Switchboard) -> float:
    """Mebibytes of the telephone stack at its biggest."""
    status = Path(f"/proc/{worker(board)}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def say(**values: Any) -> None:
    """Tell it."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do what the line says."""
    told = json.loads(sys.stdin.readline())
    accounts = tuple(Account(**account) for account in told["setup"].pop("accounts"))
    low, high = told["setup"].pop("media_ports")
    setup = Setup(**told["setup"], accounts=accounts, media_ports=(low, high))
    anyio.run(talk, setup, told["extension"], told["seconds"])


if __name__ == "__main__":
    main()
