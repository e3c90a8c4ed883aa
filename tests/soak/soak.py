"""So many days of a hotel, weighed at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import anyio

from tests.soak.hotel import ZONE, Hotel, hotel_in
from tests.soak.leap import LeapLoop, threads_counted
from tests.soak.life import Life
from tests.soak.weight import Growth, Weight, growths

SETTLING: Final = 4
"""Days after the history's time until everything that is kept for a time has been let go once."""


@dataclass(frozen=True, slots=True)
class Soak:
    """What is lived through."""

    days: int
    rooms: int
    history_days: int
    seed: int

    @property
    def window(self) -> int:
        """Days that are compared with each other: the first and the last so many of those when all is settled."""
        return max(1, (self.days - self.history_days - SETTLING) // 3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How heavy the hotel was each day, and what anybody had to complain of."""

    soak: Soak
    weights: list[Weight]
    complaints: list[str]

    @property
    def growths(self) -> list[Growth]:
        """From the first days on which all was settled to the last ones."""
        settled, days = self.soak.history_days + SETTLING, self.soak.window
        return list(growths(self.weights[settled : settled + days], self.weights[-days:]))

    @property
    def is_well(self) -> bool:
        """True if nothing grows and nobody complains."""
        return not self.complaints and all(growth.flat for growth in self.growths)


def soaked(folder: Path, soak: Soak, tell: Callable[[Weight], object] = lambda _weight: None) -> Outcome:
    """Live so many days, the last of which is yesterday."""

    async def live() -> Outcome:
        today = datetime.now(UTC).date() - timedelta(days=soak.days)
        start = datetime.combine(today, time(3), ZoneInfo(ZONE)).astimezone(UTC)
        weights: list[Weight] = []
        async with hotel_in(folder, soak.rooms, start, history_days=soak.history_days) as hotel:
            life = Life(hotel, Random(soak.seed))  # noqa: S311 - repeatable chance
            await hotel.pms.until(lambda: hotel.pms.alive)
            complaints: list[str] = []
            for number in range(1, soak.days + 1):
                await life.day(number)
                complaints += _complaints(hotel, number)
                hotel.forget()
                weights.append(Weight.now(number, hotel.state))
                tell(weights[-1])
        return Outcome(soak, weights, complaints)

    with threads_counted():
        return anyio.run(live, backend_options={"loop_factory": LeapLoop})


def _complaints(hotel: Hotel, day: int) -> Iterator[str]:
    """What the peers had to say of this day, and what is not as it should be at its end."""
    found = [
        *map(str, hotel.pms.mistakes), *hotel.exchange.mistakes, *map(str, hotel.cloud.violations),
        *_without_result(hotel), *_not_shown(hotel),
    ]  # fmt: skip
    hotel.pms.mistakes.clear()
    hotel.exchange.mistakes.clear()
    hotel.cloud.violations.clear()
    return (f"day {day}: {each}" for each in found)


def _without_result(hotel: Hotel) -> Iterator[str]:
    """Wake-up calls whose time is over and that had no result."""
    now = hotel.pms.local()
    for call in hotel.pms.house.wake_ups:
        if call.waiting and call.at < now - timedelta(hours=2):
            yield f"room {call.room}: the wake-up call of {call.at} had no result"


def _not_shown(hotel: Hotel) -> Iterator[str]:
    """Rooms whose telephones do not show who is in there."""
    here = hotel.pms.in_house()
    for room in hotel.rooms:
        shown = hotel.cloud.extension(int(room)).display_name
        guests = here.get(room, ())
        wanted = f"{guests[0].first} {guests[0].last} {room}" if guests else f"Room {room}"
        if shown != wanted:
            yield f"room {room} shows {shown}, not {wanted}"
