"""Thousands of calls by people who do anything: `python -m tests.drivers.voice.soak 10000 1`.

Guests, maids and callers press what they like and hang up wherever they are; rooms are woken that answer, or do not,
in every way. Afterwards nothing may be left of them: no task, no thread, no file, no channel, no memory.
"""

import asyncio
import gc
import os
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread

from drivers.voice.attempts import Manners
from drivers.voice.wakeup import WakeupRinger
from fixtures.telephones import (
    Guest,
    Line,
    answers_in_silence,
    busy,
    direct,
    forwarded,
    no_answer,
    picks_up,
    refuses,
    vanishes,
    voicemail,
)
from reconciler.telephones.call import KEYS
from tests.drivers.voice.night import Night, at_night, speech, unnoted

ROOMS = [f"12{number:02}" for number in range(1, 41)]
CHANNELS = ("9001", "9002", "9003", "9004")
MANNERS = Manners(attempts=2, retry_busy=5, retry_no_answer=5, retry_no_key=5, snooze=10)
WARM_UP = 60
"""Calls after which everything that is kept for good has been made."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process holds: Python's objects, tasks, threads and open files."""

    objects: int
    tasks: int
    threads: int
    files: int

    @classmethod
    def now(cls) -> "Weight":
        """Weighed, after the garbage was taken away."""
        gc.collect()
        files = len(os.listdir("/dev/fd"))  # noqa: PTH208 - of this process
        return cls(len(gc.get_objects()), len(asyncio.all_tasks()), threading.active_count(), files)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many calls were made after the first ``WARM_UP``, and what was there before and after them."""

    calls: int
    before: Weight
    after: Weight

    @property
    def per_call(self) -> float:
        """Objects that each call has left behind."""
        return (self.after.objects - self.before.objects) / self.calls


def soak(
    calls: int, seed: int, folder: Path, *, tell: Callable[[str], object] = lambda _text: None
) -> Outcome:
    """Let so many calls come and go."""
    chance = random.Random(seed)  # noqa: S311 - repeatable

    async def story(night: Night) -> Outcome:
        night.use(folder)
        async with anyio.create_task_group() as work:
            ringer = night.ringer(MANNERS)
            work.start_soon(ringer.run)
            work.start_soon(night.doorman(ringer.ringing).run)
            anyio.to_thread.current_default_thread_limiter().total_tokens = 1
            people = People(night, ringer, chance)
            await people.call(WARM_UP)
            before = Weight.now()
            for number in range(10):
                await people.call(calls // 10)
                tell(f"{(number + 1) * (calls // 10)} calls: {Weight.now()}")
            after = Weight.now()
            work.cancel_scope.cancel()
        return Outcome(calls // 10 * 10, before, after)

    return at_night(story, *CHANNELS)[0]


class People:
    """Whoever telephones."""

    def __init__(self, night: Night, ringer: WakeupRinger, chance: random.Random) -> None:
        self._night = night
        self._ringer = ringer
        self._chance = chance
        self._left = 0

    async def call(self, calls: int) -> None:
        """So many calls, several at a time; then all is quiet, and what simulated peers remember is forgotten."""
        self._left = calls
        async with anyio.create_task_group() as tasks:
            for _ in range(len(CHANNELS) - 1):
                tasks.start_soon(self._keep_calling)
        night = self._night
        await anyio.sleep(60)
        assert not any(channel.busy for channel in night.exchange.channels())
        for room in ROOMS:
            night.exchange.at(room)
            night.house.change(room)
        night.exchange.dialled.clear()
        night.bell.told.clear()
        night.house.statuses.clear()
        night.house.calls.clear()
        night.index.entries.clear()
        night.voice.forget()

    async def _keep_calling(self) -> None:
        while self._left > 0:
            room = self._chance.choice(ROOMS)
            if self._chance.random() < 0.3:
                dialled = len(self._night.exchange.dialled)
                self._night.exchange.at(room, *(self._woken() for _ in range(4)))
                await self._ringer.ring(self._night.entry(room), unnoted)
                self._left -= max(1, len(self._night.exchange.dialled) - dialled)
            else:
                headers = self._chance.choice(
                    (direct(room), forwarded(room, caller="5551234"), direct("5551234"))
                )
                line = self._night.exchange.call_in(headers, self._caller())
                await line.wait_over()
                self._left -= 1
            await anyio.sleep(1)

    def _woken(self) -> Guest:
        keys = self._chance.choice(("1", "2", "*", ""))
        return self._chance.choice(
            (
                picks_up(keys=keys), picks_up(0.1, keys, pause=0.1), answers_in_silence(), busy(), no_answer(),
                refuses(404), refuses(503), vanishes(), voicemail(speech(5)), self._caller(answers=True),
            )
        )  # fmt: skip

    def _caller(self, *, answers: bool = False) -> Guest:
        """Presses anything, speaks at times, and hangs up anywhere."""
        chance = random.Random(self._chance.random())  # noqa: S311 - one for each, so that order does not matter

        async def script(line: Line) -> None:
            if answers:
                line.answer()
            else:
                await line.answered()
            for _ in range(chance.randrange(12)):
                await line.wait(chance.choice((0.1, 0.5, 2.0, 6.0)))
                if chance.random() < 0.1:
                    line.say(speech(1))
                line.press(chance.choice(sorted(KEYS)))
            await line.wait(chance.uniform(0, 20))
            line.hang_up()

        return script


def main() -> None:
    """Say how it goes, and fail if something is left."""
    calls, seed = int(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory() as folder:
        outcome = soak(calls, seed, Path(folder), tell=lambda text: print(text, flush=True))  # noqa: T201
    print(f"{outcome.calls} calls, {outcome.per_call:.2f} objects left by each")  # noqa: T201
    sys.exit(outcome.per_call > 0.1 or outcome.after.tasks > outcome.before.tasks)


if __name__ == "__main__":
    main()
