"""One hotel's week: lives that end by kill -9 at random instants, nights in which all is compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Timer
from traceback import format_exception
from typing import Final, get_args

from tests.chaos.diary import Difference
from tests.chaos.hotel import Hotel, Kind, opened
from tests.chaos.oracle import Oracle
from tests.chaos.people import People

KINDS: Final = get_args(Kind)
DAYS: Final = 7
ALIVE_WITHIN: Final = 60.0
AT_NIGHT: Final = 45.0
AT_THE_END: Final = 150.0
"""Seconds within which everything must be right; do-not-disturb may change once a minute only."""
EVENTS: Final = ("ring", "key", "alert", "told", "says", "desk", "keyed", "message")
"""What a kill may follow at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in one hotel; ``seconds`` after which no more lives begin."""

    kind: Kind
    seed: int
    kills: int
    seconds: float
    folder: Path
    days: int = DAYS
    pace: float = 0.12
    """The longest pause between two acts of people."""
    brief: bool = False
    """Leave out what takes half a minute to become final, such as departures."""
    slack: float = 1.0
    """How many times as long as on an idle machine anything may take before it must have been noted."""


@dataclass
class Outcome:
    """What was done, compared, and found: each difference with what happened around it."""

    kind: str
    seed: int
    kills: int = 0
    done: dict[str, int] = field(default_factory=dict)
    compared: dict[str, int] = field(default_factory=dict)
    differences: list[tuple[str, list[str]]] = field(default_factory=list)


def lived(plan: Plan) -> Outcome:
    """Live through it."""
    with opened(plan.folder, plan.seed, plan.kind, plan.slack) as hotel:
        return Ordeal(plan, hotel).through()


class Ordeal:
    """What a hotel goes through."""

    def __init__(self, plan: Plan, hotel: Hotel) -> None:
        self.plan = plan
        self.hotel = hotel
        self.chance = Random(plan.seed)  # noqa: S311 - repeatable chance, not cryptography
        self.week = People(hotel, self.chance, brief=plan.brief)
        self.oracle = Oracle(hotel, self.week)
        self.found: list[Difference] = []
        self.end = time.monotonic() + plan.seconds
        self.longest = 3.0 if plan.brief else 9.0
        """Seconds for which a life may last."""

    def through(self) -> Outcome:
        """A week: days with kills, nights without. Whatever breaks it off is a difference, too."""
        try:
            self._live()
        except Exception as error:  # noqa: BLE001 - with all that happened before it
            self.found.append(Difference("".join(format_exception(error)), self.hotel.now()))
        self.hotel.product.stop()
        return self._outcome()

    def _live(self) -> None:
        self.week.settle_in()
        self._start()
        self._compare(self.oracle.at_night, AT_NIGHT)
        for day in range(1, self.plan.days + 1):
            self._day(self.plan.kills * day // self.plan.days)
            self._start()
            last = day == self.plan.days
            if last:
                self._compare(self.oracle.at_the_end, AT_NIGHT if self.plan.brief else AT_THE_END)
                self.found += list(self.oracle.on_record())
            else:
                self._compare(self.oracle.at_night, AT_NIGHT)
            if self.found:
                return

    def _day(self, kills: int) -> None:
        """Until so many kills in all."""
        while len(self.hotel.product.kills) < kills and time.monotonic() < self.end:
            self._one_life()

    def _one_life(self) -> None:
        product, chance = self.hotel.product, self.chance
        if not product.lives:
            self._idle(chance.choice((0.0, chance.uniform(0, 1.0))))
            product.begin()
        if chance.random() < 0.25:
            self._shoot_in(chance.uniform(0.2, 3.0))
        else:
            self._act_until(lambda: self.hotel.pms.alive or not product.lives, ALIVE_WITHIN)
            if chance.random() < 0.35:
                Timer(chance.uniform(0, 2.0), product.kill_stack).start()
            if chance.random() < 0.5:
                self._shoot_in(min(chance.expovariate(0.5), self.longest))
            else:
                self.hotel.trap.set(chance.choice(EVENTS), product.kill)
                self._shoot_in(chance.uniform(self.longest / 3, self.longest))
        self._act_until(lambda: not product.lives, ALIVE_WITHIN)
        self.hotel.trap.kind = ""
        product.bury()
        self.hotel.pms.wait(lambda: not self.hotel.pms.alive, 10)

    def _shoot_in(self, seconds: float) -> None:
        """Kill this life, unless something else has done so before."""
        lives = len(self.hotel.product.kills)

        def shoot() -> None:
            if len(self.hotel.product.kills) == lives:
                self.hotel.product.kill()

        Timer(seconds, shoot).start()

    def _act_until(self, true: Callable[[], object], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the product does not come up, or does not die")
            self.week.act()
            time.sleep(self.chance.uniform(0.01, self.plan.pace))

    def _idle(self, seconds: float) -> None:
        """Nothing runs, and life goes on."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.week.act()
            time.sleep(self.chance.uniform(0.01, self.plan.pace))

    def _start(self) -> None:
        """A life that may last."""
        if not self.hotel.product.lives:
            self.hotel.product.begin()
        self.hotel.pms.wait(lambda: self.hotel.pms.alive and self.hotel.pms.silent, ALIVE_WITHIN)

    def _compare(self, look: Callable[[], Iterator[Difference]], seconds: float) -> None:
        """Wait until nothing is different; what still is then is a finding."""
        end = time.monotonic() + seconds
        while found := list(look()):
            if time.monotonic() > end:
                self.found += found
                return
            self.week.look()
            time.sleep(0.2)

    def _outcome(self) -> Outcome:
        product, week = self.hotel.product, self.week
        done = {
            "kills of the controller": len(product.kills), "kills of the telephone stack": len(product.stack_kills),
            "acts of people": week.acts, "calls to Zoom": len(self.hotel.cloud.calls),
        }  # fmt: skip
        if self.found:
            everything = "\n".join(map(str, self.hotel.diary.facts))
            (self.plan.folder / "diary.txt").write_text(everything, encoding="utf-8")
        told = [(each.what, self.hotel.diary.around(each)) for each in self.found]
        kind, seed = self.plan.kind, self.plan.seed
        return Outcome(kind, seed, len(product.kills), done, dict(self.oracle.compared), told)
