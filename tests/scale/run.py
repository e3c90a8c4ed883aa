"""One run: the hotels are taken up, lie still, live a day, and are told more at once than their budgets allow."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
import anyio.lowlevel
from anyio import to_thread

from reconciler.budget import LIMITS
from tests.postgres import Server
from tests.reconciler.house import free_address
from tests.scale.day import NEW, Told, day, delays, happen, lived
from tests.scale.plan import planned
from tests.scale.process import Central, Kept, Taken, central, kept
from tests.scale.world import Size, World, built, configure, served

LOOK_EVERY: Final = 0.5
QUIET: Final = 10.0
"""Seconds without a call to Zoom after which the start is over."""
NAMES: Final = ("core", "LIGHT")
"""The limit that counts writes of users' names."""


@dataclass(frozen=True, slots=True)
class Course:
    """How long what takes, in seconds, and which parts of all rooms are occupied at first, and change in the day."""

    still: float = 30.0
    day: float = 180.0
    saturated: float = 60.0
    changing: float = 0.006
    occupied: float = 0.75
    patience: float = 120.0
    """For what must come true in the end."""


@dataclass(slots=True)
class Found:
    """What must be so after any run: nothing is wrong, nobody was asked too often, nobody did what he should not."""

    wrong: int = 0
    too_many: int = 0
    mistakes: list[str] = field(default_factory=list)
    late: int = 0
    """Tellings that no write has followed."""

    @property
    def well(self) -> bool:
        """Whether it is so."""
        return not (self.wrong or self.too_many or self.mistakes or self.late)


def say(text: str) -> None:
    """Print at once: a run takes long."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Run:
    """A run over a world with a server of PostgreSQL."""

    def __init__(self, world: World, server: Server, course: Course) -> None:
        self.world = world
        self.server = server
        self.course = course
        self.size = world.size
        self.found = Found()

    async def go(self) -> Found:
        """All of it, told as it comes."""
        async with served(self.world):
            config = configure(self.world, self.server.url("postgres"), free_address())
            with central(config, self.world.folder / "run.log") as process:
                await self._start(process)
                async with self._stretch("still", process):
                    await anyio.sleep(self.course.still)
                async with self._stretch("day", process):
                    told = await lived(day(self.world, self.course.changing), self.course.day)
                    await self._true(process)
                self._told_delays(told)
                async with self._stretch("saturated", process):
                    begun = await self._saturate(process)
                self._told_use(begun)
            await to_thread.run_sync(planned, config, self.size)
        self.found.wrong, self.found.mistakes = self.world.wrong(), self.world.mistakes()
        self.found.too_many = self.world.answers(429)
        say(f"rooms that show something else in the end: {self.found.wrong}; 429s: {self.found.too_many}")
        say(f"mistakes: {len(self.found.mistakes)} {self.found.mistakes[:5]}")
        return self.found

    @asynccontextmanager
    async def _stretch(self, name: str, process: Central) -> AsyncIterator[None]:
        """A part of the run, told with what was taken in it."""
        begun, calls = time.monotonic(), self.world.calls
        before, was = process.taken(), await to_thread.run_sync(kept, self.server)
        yield
        now, after = await to_thread.run_sync(kept, self.server), process.taken()
        seconds = time.monotonic() - begun
        say(f"{name}: {_of_process(seconds, before, after, self.size)}; {_of_database(seconds, was, now)}; "
            f"{(self.world.calls - calls) / seconds:.1f} calls/s to Zoom")  # fmt: skip

    async def _start(self, process: Central) -> None:
        begun = time.monotonic()
        async with self._stretch("start", process):
            await self._until(process, lambda: self.world.alive() == self.size.properties)
            say(f"every PMS link is up after {time.monotonic() - begun:.0f} s")
            calls, since = -1, time.monotonic()
            while time.monotonic() - since < QUIET:
                if calls != self.world.calls:
                    calls, since = self.world.calls, time.monotonic()
                await anyio.sleep(LOOK_EVERY)
            say(f"the last has looked at its rooms after {since - begun:.0f} s")

    async def _true(self, process: Central) -> None:
        end = time.monotonic() + self.course.patience
        await self._until(process, lambda: not self.world.wrong() or time.monotonic() > end)

    async def _until(self, process: Central, true: Callable[[], object]) -> None:
        while not true():
            assert process.lives, process.log.read_text(encoding="utf-8")[-3000:]
            await anyio.sleep(LOOK_EVERY)

    def _told_delays(self, told: list[Told]) -> None:
        for what in ("comes", "leaves"):
            found = sorted(delays([each for each in told if each.what == what]))
            if found:
                say(f"{what} → written: {len(found)} times, median {_quantile(found, 0.5):.2f} s, 99 of 100 within "
                    f"{_quantile(found, 0.99):.2f} s, worst {found[-1]:.2f} s")  # fmt: skip
            self.found.late += sum(map(math.isinf, found))

    @property
    def limit(self) -> int:
        """Writes of names a second that an account's share allows."""
        calls, _ = LIMITS["business"][NAMES]
        return max(1, math.floor(calls * self.size.share))

    async def _saturate(self, process: Central) -> float:
        """Correct so many names at once that the budgets of all accounts are used up for so long."""
        wanted = round(self.limit * self.course.saturated) * self.size.accounts
        rooms = [(p, r) for p, r in self.world.rooms() if not p.pms.house.room(r).vacant][:wanted]
        begun = time.monotonic()
        for number, (place, room) in enumerate(rooms):
            happen("corrected", place, room, NEW * 2 + number)
            if number % 100 == 0:
                await anyio.lowlevel.checkpoint()
        await self._true(process)
        return begun

    def _told_use(self, begun: float) -> None:
        """How much of its share each account has used between its first write and its last."""
        used = []
        for cloud in self.world.clouds:
            written = [call.at_monotonic for call in cloud.calls if call.method == "PATCH"]
            at = [moment for moment in written if moment >= begun]
            if len(at) > 1:
                used.append((len(at) - 1) / (at[-1] - at[0]) / self.limit)
        if used:
            say(f"of its share of {self.limit} a second an account has used {min(used):.1%} to {max(used):.1%}, "
                f"all together {sum(used) * self.limit:.1f} calls a second")  # fmt: skip


def _of_process(seconds: float, before: Taken, after: Taken, size: Size) -> str:
    share = (after.processor - before.processor) / seconds
    room = after.memory * 1024 / size.all_rooms
    return (
        f"{seconds:.0f} s, processor {share:.1%} of a core, memory {after.memory:.0f} MiB (at most {after.most:.0f}; "
        f"{room:.1f} KiB a room), {after.threads} threads"
    )


def _of_database(seconds: float, was: Kept, now: Kept) -> str:
    return (
        f"{(now.commits - was.commits) / seconds:.0f} transactions/s, {now.connections} connections, "
        f"{now.size:.0f} MiB"
    )


def _quantile(values: list[float], part: float) -> float:
    """The value below which so many of the sorted values lie."""
    return values[min(len(values) - 1, int(len(values) * part))]


async def run(size: Size, course: Course, folder: Path, server: Server) -> Found:
    """Build a world and run through it."""
    begun = time.monotonic()
    world = built(size, folder, course.occupied)
    say(f"{size.properties} properties, {size.all_rooms} rooms: built in {time.monotonic() - begun:.1f} s")
    return await Run(world, server, course).go()
