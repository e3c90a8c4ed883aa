"""A front desk at random, and whatever becomes of its line: `python -m tests.reconciler.walk 100 160 0.16`.

(From which seed to which; the last word lets the machine stand still for so many seconds now and then, which is
twenty times as much for the hotel.) The same seed is the same walk; what differs is how the records fall into
packets and pauses, so a walk that failed says all that was told in it.
"""

import random
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import structlog

from tests.reconciler.conftest import FastClock, Inn, inn_at, until, usual_cloud
from tests.reconciler.front import ROOMS, Front, front
from tests.reconciler.guestlist import guests

STEPS = 40
OUT_AND_IN = 21
"""Seconds after which it is clear who has moved where: a guest who moves on at once may be half of a swap."""
UNREAD = 64
"""What a PMS must say again when the line breaks: it cannot know what was read of it."""
BREATHER = 8
"""Steps after which documents and telephones are compared with the truth."""

AT_ALL_TIMES = frozenset({"no_le"})
"""On a machine that has no time for it a link is given up in the midst of a sentence."""
OF_HASTY = frozenset({"wa_unknown", "wa_time"})
"""Of hasty guests a PMS hears results of calls in rooms where it does not look for them any more."""


class Walk:
    """A front desk that does whatever comes to mind. In the hotel of a hasty one guests move on at once."""

    def __init__(self, hotel: Front, chance: random.Random) -> None:
        self.hotel = hotel
        self.pms = hotel.pms
        self.chance = chance
        self.guests = guests(chance)
        self.done: list[str] = []
        self.pause = 0
        """Seconds that pass before anything else is done; what was told so far has been heard by then."""
        verbs: dict[Callable[[], object], int] = {
            self.check_in: 6, self.check_out: 4, self.move: 3, self.swap: 2, self.change: 1, self.equip: 3,
            self.wake: 3, self.sleep_in: 1, self.resync: 1, self.lose: 2, self.restart: 1, self.describe: 1,
            self.audit: 1, self.turn: 1,
        }  # fmt: skip
        self._verbs, self._weights = list(verbs), list(verbs.values())

    def step(self) -> None:
        """Do something, if it can be done."""
        (verb,) = self.chance.choices(self._verbs, self._weights)
        self.done.append(verb.__name__)
        self.pause = OUT_AND_IN if verb in (self.move, self.swap) and not self.hotel.hasty else 0
        try:
            verb()
        except (ValueError, RuntimeError) as error:
            self.done[-1] += f" ({error})"

    def room(self) -> str:
        return self.chance.choice(ROOMS)

    def occupied(self) -> str:
        if not (rooms := [*self.pms.in_house()]):
            raise ValueError("nobody is in the house")
        return self.chance.choice(rooms)

    def check_in(self) -> None:
        self.pms.check_in(self.room(), next(self.guests))

    def check_out(self) -> None:
        room = self.occupied()
        guest = self.chance.choice(self.pms.in_house()[room])
        self.pms.check_out(room, self.chance.choice([None, guest.reservation]))

    def move(self) -> None:
        room = self.occupied()
        guest = self.chance.choice(self.pms.in_house()[room])
        new = self.room()
        if new != room:
            self.pms.move(room, new, self.chance.choice([None, guest.reservation]))

    def swap(self) -> None:
        one, other = self.occupied(), self.occupied()
        if one != other:
            self.pms.swap(one, other)

    def change(self) -> None:
        self.pms.change(self.occupied(), first=self.chance.choice(("Lin", "Uwe", "Eva")))

    def equip(self) -> None:
        """Only what an occupied room is told may follow its guest."""
        self.chance.choice((self._dnd, self._lamp, self._calling))(self.occupied())

    def _dnd(self, room: str) -> None:
        self.pms.do_not_disturb(room, on=self.chance.random() < 0.5)

    def _lamp(self, room: str) -> None:
        self.pms.message_lamp(room, on=self.chance.random() < 0.5)

    def _calling(self, room: str) -> None:
        self.pms.class_of_service(room, self.chance.randrange(4))

    def wake(self) -> None:
        room = self.occupied()
        minutes = self.chance.choice((1, 5, 600, 630))
        at = self.pms.local().replace(microsecond=0) + timedelta(minutes=minutes)
        self.pms.wake_up(room, at)
        self.hotel.asked(at, room)

    def sleep_in(self) -> None:
        room = self.occupied()
        calls = self.pms.wake_ups(room)
        self.pms.cancel_wake_up(
            room, self.chance.choice(calls) if calls and self.chance.random() < 0.7 else None
        )

    def resync(self) -> None:
        self.pms.resync()

    def lose(self) -> None:
        self.hotel.breaks.append(self.hotel.inn.clock.now())
        self.pms.drop()

    def restart(self) -> None:
        self.hotel.breaks.append(self.hotel.inn.clock.now())
        self.pms.restart()

    def describe(self) -> None:
        self.pms.describe_again()

    def audit(self) -> None:
        self.pms.night_audit()

    def turn(self) -> None:
        self.pause = self.chance.choice((2, 25, 70, 400))


ODD: list[dict[str, Any]] = [
    {"chunk": 4096},
    {"moves": "GO GI", "chunk": 300},
    {"moves": "GO GO GI GI", "gs_of_old_room": "N", "chunk": 4096},
    {"gs_of_old_room": "Y", "gs_in_resync": "N", "junk": True, "chunk": 1000},
    {"shuffle": True, "names": "Title Last", "encoding": "cp850", "chunk": 4096},
    {"unknown": True, "names": "Last, First", "encoding": "utf-8", "wakeups": "due"},
    {"stream_guests": True, "chunk": 2000},
]


async def walk(inn: Inn, seed: int, steps: int) -> None:
    """Walk; AssertionError with all that was done and told if something was not as it should be."""
    chance = random.Random(seed)  # noqa: S311 - the same walk for the same seed
    habits, hasty = ODD[seed % len(ODD)], seed // len(ODD) % 2 == 1
    async with front(inn, **habits, repeat_last=UNREAD) as hotel:
        hotel.hasty, hotel.forgiven = hasty, AT_ALL_TIMES | (OF_HASTY if hasty else frozenset())
        desk = Walk(hotel, chance)
        try:
            desk.check_in()
            await hotel.in_step()
            # Where no resync comes, the first quarter of an hour is state (D-15b).
            inn.clock.advance(minutes=16)
            for number in range(1, steps + 1):
                desk.step()
                if desk.pause or number % BREATHER == 0:
                    await hotel.in_step()
                    await hotel.pass_time(desk.pause)
                elif habits.get("stream_guests"):
                    # Or it would have to say more again than anybody can know again.
                    await until(lambda: hotel.pms.silent and hotel.pms.alive)
                elif chance.random() < 0.3:
                    await until(lambda: hotel.pms.silent or not hotel.pms.alive)
            await hotel.in_step()
            await hotel.nobody_lingers()
            await hotel.calls_have_ended()
        except BaseException as failure:
            failure.add_note(f"seed {seed}: {', '.join(desk.done)}")
            failure.add_note("\n".join(hotel.told))
            raise


async def sweep(first: int, last: int, stall: float) -> list[int]:
    """Walk from seed to seed; those that failed, of each of which it is printed why."""
    failed = []
    for seed in range(first, last):
        try:
            await _walk_alone(seed, stall)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the next walk goes on
            failed.append(seed)
            print(f"seed {seed} failed", flush=True)  # noqa: T201 - for people
            for each in _leaves(failure):
                print("".join(traceback.format_exception(each)), flush=True)  # noqa: T201 - for people
    return failed


async def _walk_alone(seed: int, stall: float) -> None:
    clock = FastClock()
    with TemporaryDirectory() as folder:
        async with inn_at(Path(folder), usual_cloud(clock), clock) as inn, anyio.create_task_group() as tasks:
            tasks.start_soon(_stand_still, stall)
            await walk(inn, seed, STEPS)
            tasks.cancel_scope.cancel()


async def _stand_still(seconds: float) -> None:
    """Hold everything up now and then."""
    while seconds:
        await anyio.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - any time will do
        time.sleep(seconds)  # noqa: ASYNC251 - that is the point


def _leaves(failure: BaseException) -> list[BaseException]:
    if isinstance(failure, BaseExceptionGroup):
        return [leaf for each in failure.exceptions for leaf in _leaves(each)]
    return [failure]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print("failed:", anyio.run(sweep, int(sys.argv[1]), int(sys.argv[2]), float([*sys.argv, "0"][3])))  # noqa: T201
