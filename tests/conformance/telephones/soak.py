"""Real calls by the thousand, and what is left of them: `python -m tests.conformance.telephones.soak 10000`.

The channels of the real telephone stack call rooms that answer, are busy, refuse or hang up, and are called, through
a real PBX. Every tenth of the way all is quiet for a moment, and the memory, threads and open files of both processes
are told.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from drivers.sip.setup import Account
from reconciler.telephone import Call, CallEnded
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import TONE, Real, at_work, setup_for, until
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, write_certificates
from tests.conformance.telephones.test_calls import pid

WARM_UP = 20
"""Calls after which all is there that is kept for good."""
CHANNELS = 5
PARTS = 10
EVERY = 5
"""Of so many calls one comes in."""
MEMORY_AT_MOST = 2.0
"""Mebibytes by which a process may grow in the second half; in the first it comes to hold what it goes on holding."""
A_PART_TAKES_AT_MOST = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process holds: mebibytes of memory, threads, open files (sockets are among them)."""

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

    def __str__(self) -> str:
        return f"{self.mebibytes:.1f} MiB, {self.threads} threads, {self.files} files"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The telephone stack and ourselves, before, halfway and after so many calls; so many of them we answered."""

    calls: int
    came_in: int
    stack: tuple[Weight, Weight, Weight]
    ours: tuple[Weight, Weight, Weight]

    @property
    def leaks(self) -> list[str]:
        """What has grown that should not have."""
        found = []
        for name, (before, halfway, after) in (("stack", self.stack), ("ours", self.ours)):
            if after.threads > before.threads + 1:
                found.append(f"{name}: {after.threads - before.threads} threads")
            if after.files > before.files + 1:
                found.append(f"{name}: {after.files - before.files} open files")
            if after.mebibytes > halfway.mebibytes + MEMORY_AT_MOST:
                found.append(f"{name}: {after.mebibytes - halfway.mebibytes:.1f} MiB")
        return found


class Day:
    """All day long the rooms are called over all channels but the last one, and somebody calls that."""

    def __init__(self, house: Real) -> None:
        self._house = house
        self._channels = house.telephones.channels()
        self._rooms = [house.picks_up("1"), house.hangs_up(), house.is_busy(), house.refuses(603)]
        self.came_in = 0

    async def call(self, calls: int) -> None:
        """So many calls, out and in; returns when all is quiet again."""
        incoming = max(calls // EVERY, 1)
        outgoing = iter(range(calls - incoming))
        last = self._channels[-1].account
        scenario = sipp.calls_or_is_refused(last, then=sipp.pause(0.1))
        address = f"{HOST}:{self._house.pbx.port}"
        # Over UDP "ringing" may come behind "answered", which is nobody's mistake.
        manner = ("-m", str(incoming), "-l", "1", "-r", "4", "-default_behaviors", "all,-abortunexp")
        caller = self._house.plug_in(scenario, address, *manner)

        async def keep_dialling() -> None:
            for number in outgoing:
                await self._dial(self._rooms[number % len(self._rooms)])

        async with anyio.create_task_group() as answering:
            answering.start_soon(self._answer)
            async with anyio.create_task_group() as dialling:
                for _ in self._channels[:-1]:
                    dialling.start_soon(keep_dialling)
            await until(lambda: caller.process.poll() is not None, within=A_PART_TAKES_AT_MOST)
            answering.cancel_scope.cancel()
        assert caller.went_well(), caller.mistakes()
        self._house.plugged.remove(caller)
        await until(lambda: not any(channel.busy for channel in self._house.telephones.channels()))

    async def _dial(self, room: str) -> None:
        with suppress(CallEnded):
            call = await self._house.telephones.dial(room, ring=20)
            await call.play(TONE[:3200])
            await call.hang_up()

    async def _answer(self) -> None:
        async for call in self._house.telephones.incoming():
            await self._talk(call)

    async def _talk(self, call: Call) -> None:
        await call.answer()
        await call.play(TONE[:1600])
        await call.hang_up()
        self.came_in += 1


async def soak(
    house: Real, calls: int, *, warm_up: int = WARM_UP, tell: Callable[[str], object] = lambda _text: None
) -> Outcome:
    """Make so many calls after those that warm up."""
    day, stack = Day(house), pid(house.telephones)

    async def weighed(many: int) -> tuple[Weight, Weight]:
        await day.call(many)
        both = Weight.of(stack), Weight.of(os.getpid())
        tell(f"{many} calls more: stack {both[0]}; ours {both[1]}")
        return both

    before = await weighed(warm_up)
    day.came_in = 0
    parts = [await weighed(calls // PARTS) for _ in range(PARTS)]
    assert pid(house.telephones) == stack, "the telephone stack has died"
    weights = zip(before, parts[PARTS // 2 - 1], parts[-1], strict=True)
    return Outcome(calls, day.came_in, *weights)


def say(text: str) -> None:
    """Tell it at once."""
    print(text, flush=True)  # noqa: T201


async def main(calls: int, warm_up: int) -> None:
    """Say how it goes, and fail if something is left."""
    accounts = tuple(Account(f"{9001 + number}", password=PASSWORD) for number in range(CHANNELS))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_certificates(folder, addresses=[HOST])
        pbx = Pbx(folder)
        pbx.start()
        try:
            async with at_work(folder, pbx, setup_for(pbx, accounts=accounts)) as house:
                outcome = await soak(house, calls, warm_up=warm_up, tell=say)
        finally:
            pbx.stop()
    say(f"{outcome.calls} calls, {outcome.came_in} of them answered by us")
    sys.exit("; ".join(outcome.leaks) or None)


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else WARM_UP)
