"""The lists of a Zoom account, read once for all hotels that share it.

Lists show the whole account, so fifty hotels that each read it would spend fifty times as much and learn the same.
Whoever asks while a reading is under way, or has just ended, gets that one; but nobody gets the same twice, since who
asks again wants news. Each hotel keeps of it only what concerns its own numbers. Whatever it has written since the
reading began is newer than what that shows (``observed.cache``), so how each hotel stood then is remembered as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Protocol, Self

import anyio
from anyio.abc import TaskGroup

from observed.cache import Moment, Observed
from observed.extension import Extension
from reconciler.errors import HousephoneError
from reconciler.ports import Clock

FRESH: Final = 30.0
"""Seconds for which a reading is given to hotels that have not had it."""


class Reader(Protocol):
    """Who can read the lists of the account."""

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """Every extension. Raises reconciler.errors."""
        ...


@dataclass(slots=True, eq=False)
class _Reading:
    wanted: frozenset[int]
    devices: bool
    moments: dict[HotelsLists, Moment]
    """How each hotel that has not had it yet stood when it began."""
    done: anyio.Event = field(default_factory=anyio.Event)
    listed: tuple[Extension, ...] = ()
    error: HousephoneError | None = None

    def serves(self, hotel: HotelsLists) -> bool:
        return (
            hotel in self.moments
            and self.error is None
            and hotel.wanted <= self.wanted
            and (self.devices or not hotel.devices)
        )


class Listings:
    """Reads for all hotels of one account; use it as an async context manager."""

    def __init__(
        self, reader: Reader, clock: Clock, expected: Callable[[], frozenset[int]] = frozenset
    ) -> None:
        """Read by ``reader``; ``expected`` are the numbers of hotels that have yet to come, as far as they list them.

        So one reading serves all, also where hundreds of hotels start one after the other.
        """
        self._reader = reader
        self._clock = clock
        self._expected = expected
        self._hotels: list[HotelsLists] = []
        self._latest: _Reading | None = None
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)

    def of(
        self, observed: Callable[[], Observed], sought: Callable[[], frozenset[int]], *, devices: bool
    ) -> HotelsLists:
        """The lists as one more hotel sees them, which knows of Zoom what ``observed`` says, and has these numbers.

        It has written nothing yet, so a reading that is under way is as good for it as a new one.
        """
        hotel = HotelsLists(self, observed, sought, devices=devices)
        self._hotels.append(hotel)
        if self._latest is not None:
            self._latest.moments[hotel] = observed().now()
        return hotel

    def leave(self, hotel: HotelsLists) -> None:
        """A hotel reads no more."""
        self._hotels.remove(hotel)
        if self._latest is not None:
            self._latest.moments.pop(hotel, None)

    async def read(self, hotel: HotelsLists) -> tuple[Extension, ...]:
        """What the lists show of a hotel's numbers. Raises reconciler.errors."""
        reading = self._latest
        if reading is None or not reading.serves(hotel):
            reading = self._begin()
        moment = reading.moments.pop(hotel)
        await reading.done.wait()
        if reading.error is not None:
            raise reading.error
        observed = hotel.observed()
        return tuple(
            observed.with_news(each, moment) for each in reading.listed if each.number in hotel.wanted
        )

    def _begin(self) -> _Reading:
        wanted = self._expected().union(*(hotel.wanted | hotel.sought() for hotel in self._hotels))
        devices = any(hotel.devices for hotel in self._hotels)
        moments = {hotel: hotel.observed().now() for hotel in self._hotels}
        self._latest = reading = _Reading(wanted, devices, moments)
        assert self._tasks is not None
        self._tasks.start_soon(self._carry_out, reading)
        return reading

    async def _carry_out(self, reading: _Reading) -> None:
        try:
            reading.listed = await self._reader.extensions(wanted=reading.wanted, devices=reading.devices)
        except HousephoneError as error:
            reading.error = error
        reading.done.set()
        await self._clock.sleep(FRESH)
        if self._latest is reading:
            self._latest = None


class HotelsLists:
    """The lists as one hotel of the account sees them."""

    def __init__(
        self,
        listings: Listings,
        observed: Callable[[], Observed],
        sought: Callable[[], frozenset[int]],
        *,
        devices: bool,
    ) -> None:
        self._listings = listings
        self.observed = observed
        self.sought = sought
        self.devices = devices
        self.wanted: frozenset[int] = frozenset()

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """What the lists show of these numbers, perhaps read for another hotel. Raises reconciler.errors."""
        self.wanted, self.devices = wanted, devices
        return await self._listings.read(self)
