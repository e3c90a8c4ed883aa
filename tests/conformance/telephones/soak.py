"""Real calls by the hundred, and what is left of them: `python -m tests.conformance.telephones.soak 300`.

The channels of the real telephone stack call rooms that answer, are busy, refuse or hang up, and are called, through
a real PBX. Every tenth of the way the memory, threads and open files of both processes are told.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from reconciler.telephone import CallEnded
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import TONE, Real, at_work, next_call, setup_for, until
from tests.conformance.telephones.peers import HOST, Pbx, write_certificates
from tests.conformance.telephones.test_calls import pid

WARM_UP = 20
"""Calls after which all is there that is kept for good."""


MEMORY_AT_MOST = 5.0
"""Mebibytes by which a process may grow: the last some hundred calls are remembered for a while."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process holds: mebibytes of memory, threads, open files."""

    mebibytes: float
    threads: int
    files: int

    @classmethod
    def of(cls, process: int) -> "Weight":
        """That of a process, as the system has it."""
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        value = {line.partition(":")[0]: line.partition(":")[2].split() for line in status.splitlines()}
        files = len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208 - links that lead nowhere
        return cls(int(value["VmRSS"][0]) / 1024, int(value["Threads"][0]), files)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The telephone stack and ourselves, before and after so many calls."""

    calls: int
    stack: tuple[Weight, Weight]
    ours: tuple[Weight, Weight]

    @property
    def leaks(self) -> list[str]:
        """What has grown that should not have."""
        found = []
        for name, (before, after) in (("stack", self.stack), ("ours", self.ours)):
            if after.threads > before.threads + 1:
                found.append(f"{name}: {after.threads - before.threads} threads")
            if after.files > before.files + 1:
                found.append(f"{name}: {after.files - before.files} open files")
            if after.mebibytes > before.mebibytes + MEMORY_AT_MOST:
                found.append(f"{name}: {after.mebibytes - before.mebibytes:.1f} MiB")
        return found


async def soak(house: Real, calls: int, *, tell: Callable[[str], object] = lambda _text: None) -> Outcome:
    """Make so many calls, one after the other."""
    rooms = [house.picks_up("1"), house.hangs_up(), house.is_busy(), house.refuses(603)]
    stack, ours = pid(house.telephones), os.getpid()
    caller = sipp.calls(house.channel, then=sipp.pause(0.1))

    async def call(number: int) -> None:
        if number % 5 == 4:
            telephone = house.plug_in(caller, f"{HOST}:{house.pbx.port}", "-m", "1")
            incoming = await next_call(house.telephones)
            await incoming.answer()
            await incoming.play(TONE[:1600])
            await incoming.hang_up()
            await anyio.to_thread.run_sync(telephone.went_well)
        else:
            with suppress(CallEnded):
                dialled = await house.telephones.dial(rooms[number % 5], ring=20)
                await dialled.play(TONE[:3200])
                await dialled.hang_up()
        await until(lambda: not any(channel.busy for channel in house.telephones.channels()))

    for number in range(WARM_UP):
        await call(number)
    before = Weight.of(stack), Weight.of(ours)
    for number in range(calls):
        await call(number)
        if (number + 1) % max(calls // 10, 1) == 0:
            tell(f"{number + 1} calls: stack {Weight.of(stack)}, ours {Weight.of(ours)}")
    assert pid(house.telephones) == stack, "the telephone stack has died"
    return Outcome(calls, (before[0], Weight.of(stack)), (before[1], Weight.of(ours)))


async def main(calls: int) -> None:
    """Say how it goes, and fail if something is left."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_certificates(folder, addresses=[HOST])
        pbx = Pbx(folder)
        pbx.start()
        try:
            async with at_work(folder, pbx, setup_for(pbx)) as house:
                outcome = await soak(house, calls, tell=lambda text: print(text, flush=True))  # noqa: T201
        finally:
            pbx.stop()
    sys.exit("; ".join(outcome.leaks) or None)


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]))
