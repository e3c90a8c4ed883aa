"""Real calls by the thousand, and what is left of them: `python -m tests.conformance.telephones.soak 10000`.

`--tls` makes them over TLS with SRTP; `--idle 300` lets the telephones rest for five minutes afterwards.

The channels of the real telephone stack call rooms that answer, are busy, refuse or hang up, and are called, through
a real PBX. Every tenth of the way all is quiet for a moment, and the memory, threads and open files of both processes
are told.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import anyio

from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from reconciler.telephones.call import Call, CallEnded
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import (
    TONE,
    Real,
    at_work,
    now,
    registered,
    setup_for,
    until,
)
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
    """The telephone stack and ourselves, before, halfway and after so many calls; how many were answered each way."""

    calls: int
    went_out: int
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


class FarEnd(Protocol):
    """Whom we call, and who calls us."""

    @property
    def rooms(self) -> Sequence[str]:
        """Extensions: of one that picks up, one that hangs up, one that is busy, and one that declines."""
        ...

    async def calls(self, channel: str, times: int) -> None:
        """Call one of our channels so often, one call after the other; it may be busy."""
        ...


class Plain:
    """Telephones played by sipp, over UDP."""

    def __init__(self, house: Real) -> None:
        self._house = house
        self.rooms = (house.picks_up("1"), house.hangs_up(), house.is_busy(), house.refuses(603))

    async def calls(self, channel: str, times: int) -> None:
        """Call one of our channels so often."""
        scenario = sipp.calls_or_is_refused(channel, then=sipp.pause(0.1))
        address = f"{HOST}:{self._house.pbx.port}"
        # Over UDP "ringing" may come behind "answered", which is nobody's mistake.
        manner = ("-m", str(times), "-l", "1", "-r", "4", "-default_behaviors", "all,-abortunexp")
        caller = self._house.plug_in(scenario, address, *manner)
        await until(lambda: caller.process.poll() is not None, within=A_PART_TAKES_AT_MOST)
        assert caller.went_well(), caller.mistakes()
        self._house.plugged.remove(caller)


class Encrypted:
    """Two more hotels of ours at the same PBX, over TLS with SRTP: each channel of one is a room, the other calls."""

    def __init__(self, rooms: Switchboard, caller: Switchboard) -> None:
        self._telephones = rooms
        self._caller = caller
        self.rooms = tuple(channel.account for channel in rooms.channels())

    async def live(self) -> None:
        """Answer what rings, for ever."""
        async with anyio.create_task_group() as tasks:
            async for call in self._telephones.incoming():
                tasks.start_soon(self._take, call)

    async def _take(self, call: Call) -> None:
        _, hangs_up, busy, declines = self.rooms
        with suppress(CallEnded):
            if call.channel in {busy, declines}:
                await call.reject(486 if call.channel == busy else 603)
                return
            await call.answer()
            if call.channel == hangs_up:
                await call.play(TONE[:1600])
                await call.hang_up()
            await call.wait_ended()

    async def calls(self, channel: str, times: int) -> None:
        """Call one of our channels so often."""
        for _ in range(times):
            with suppress(CallEnded):
                call = await self._caller.dial(channel, ring=20)
                await call.wait_ended()


class Day:
    """All day long the rooms are called over all channels but the last one, and somebody calls that."""

    def __init__(self, house: Real, far_end: FarEnd) -> None:
        self._house = house
        self._far_end = far_end
        self._channels = house.telephones.channels()
        self.went_out = 0
        """Calls that were answered."""
        self.came_in = 0

    async def call(self, calls: int) -> None:
        """So many calls, out and in; returns when all is quiet again."""
        incoming = max(calls // EVERY, 1)
        outgoing = iter(range(calls - incoming))
        rooms = self._far_end.rooms

        async def keep_dialling() -> None:
            for number in outgoing:
                await self._dial(rooms[number % len(rooms)])

        async with anyio.create_task_group() as answering:
            answering.start_soon(self._answer)
            async with anyio.create_task_group() as talking:
                talking.start_soon(self._far_end.calls, self._channels[-1].account, incoming)
                for _ in self._channels[:-1]:
                    talking.start_soon(keep_dialling)
            answering.cancel_scope.cancel()
        await until(lambda: not any(channel.busy for channel in self._house.telephones.channels()))

    async def _dial(self, room: str) -> None:
        with suppress(CallEnded):
            call = await self._house.telephones.dial(room, ring=20)
            self.went_out += 1
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
    house: Real,
    far_end: FarEnd,
    calls: int,
    *,
    warm_up: int = WARM_UP,
    tell: Callable[[str], object] = lambda _text: None,
) -> Outcome:
    """Make so many calls after those that warm up."""
    day, stack = Day(house, far_end), pid(house.telephones)

    async def weighed(many: int) -> tuple[Weight, Weight]:
        await day.call(many)
        both = Weight.of(stack), Weight.of(os.getpid())
        tell(f"{many} calls more: stack {both[0]}; ours {both[1]}")
        return both

    before = await weighed(warm_up)
    day.came_in = day.went_out = 0
    parts = [await weighed(calls // PARTS) for _ in range(PARTS)]
    assert pid(house.telephones) == stack, "the telephone stack has died"
    weights = zip(before, parts[PARTS // 2 - 1], parts[-1], strict=True)
    return Outcome(calls, day.went_out, day.came_in, *weights)


async def idle(house: Real, seconds: float, *, tell: Callable[[str], object]) -> list[str]:
    """Let the telephones rest, registered, and tell what has grown meanwhile."""
    stack = pid(house.telephones)
    weights = [(Weight.of(stack), Weight.of(os.getpid()))]
    for _ in range(PARTS):
        await anyio.sleep(seconds / PARTS)
        weights.append((Weight.of(stack), Weight.of(os.getpid())))
        tell(f"{seconds / PARTS:g} s more without a call: stack {weights[-1][0]}; ours {weights[-1][1]}")
    assert all(channel.registered for channel in house.telephones.channels())
    assert pid(house.telephones) == stack, "the telephone stack has died"
    stacks, ours = zip(*weights, strict=True)
    half = PARTS // 2
    return Outcome(0, 0, 0, (stacks[0], stacks[half], stacks[-1]), (ours[0], ours[half], ours[-1])).leaks


def say(text: str) -> None:
    """Tell it at once."""
    print(text, flush=True)  # noqa: T201


def accounts(first: int, many: int) -> tuple[Account, ...]:
    """So many at the PBX."""
    return tuple(Account(f"{first + number}", password=PASSWORD) for number in range(many))


@asynccontextmanager
async def encrypted(pbx: Pbx) -> AsyncIterator[Encrypted]:
    """A far end that speaks TLS and SRTP."""

    def setup(numbers: tuple[Account, ...]) -> Setup:
        return setup_for(pbx, accounts=numbers, transport="tls", srtp="required")

    async with (
        switchboard(setup(accounts(9101, 4)), now) as rooms,
        switchboard(setup(accounts(9111, 1)), now) as caller,
        anyio.create_task_group() as tasks,
    ):
        await registered(rooms)
        await registered(caller)
        far_end = Encrypted(rooms, caller)
        tasks.start_soon(far_end.live)
        yield far_end
        tasks.cancel_scope.cancel()


async def main(order: Namespace) -> None:
    """Say how it goes, and fail if something is left."""
    secure = {"transport": "tls", "srtp": "required"} if order.tls else {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_certificates(folder, addresses=[HOST])
        pbx = Pbx(folder)
        pbx.start()
        try:
            async with (
                at_work(folder, pbx, setup_for(pbx, accounts=accounts(9001, CHANNELS), **secure)) as house,
                encrypted(pbx) if order.tls else nullcontext(Plain(house)) as far_end,
            ):
                outcome = await soak(house, far_end, order.calls, warm_up=order.warm_up, tell=say)
                leaks = outcome.leaks + (await idle(house, order.idle, tell=say) if order.idle else [])
        finally:
            pbx.stop()
    say(f"{outcome.calls} calls; answered: {outcome.went_out} of ours, {outcome.came_in} by us")
    sys.exit("; ".join(leaks) or None)


def ordered() -> Namespace:
    """What the command line says."""
    parser = ArgumentParser(description="Real calls by the thousand.")
    parser.add_argument("calls", type=int)
    parser.add_argument("warm_up", type=int, nargs="?", default=WARM_UP)
    parser.add_argument("--tls", action="store_true", help="over TLS with SRTP instead of UDP")
    parser.add_argument("--idle", type=float, default=0, help="seconds of rest afterwards")
    return parser.parse_args()


if __name__ == "__main__":
    anyio.run(main, ordered())
