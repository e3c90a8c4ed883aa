"""At the centre: how far each property has told, asked of the database in one question for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import anyio
from anyio import to_thread

from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.moments import local
from reconciler.ports import Clock
from reconciler.store.branchrows import Head

LOOK_EVERY: Final = 0.5
"""Seconds between two questions."""

SILENT_AFTER: Final = 60.0
"""Seconds without a sign of life after which a property is not heard of."""

log = logger("centre")


def unheard(age: float, at: datetime, zone: ZoneInfo) -> str | None:
    """What to say of a property whose last sign of life is so many seconds old, since when; None if it is well."""
    if age <= SILENT_AFTER:
        return None
    return (
        f"the property is not heard of since {local(at, zone)}: guests may have come and gone since; PMS and wake-up "
        "calls may go on there"
    )


class Asked(Protocol):
    """The database."""

    @property
    def place(self) -> str:
        """Where it is."""
        ...

    def heads(self) -> Mapping[str, Head]:
        """How far each property has told."""
        ...


class Heads:
    """The heads of all properties of a database, kept up to date while ``run`` does."""

    def __init__(self, store: Asked, clock: Clock) -> None:
        self.place = store.place
        self._store = store
        self._clock = clock
        self._heads: Mapping[str, Head] = {}
        self._asked = clock.monotonic()
        self._news = anyio.Event()

    def of(self, name: str) -> Head | None:
        """How far a property has told; None if it never has."""
        return self._heads.get(name)

    def silence(self, name: str) -> float | None:
        """Seconds since its last sign of life, as far as we know; None if there never was one."""
        head = self._heads.get(name)
        return None if head is None else head.age + self._clock.monotonic() - self._asked

    async def changed(self) -> None:
        """Wait for the next answer of the database."""
        await self._news.wait()

    async def run(self) -> None:
        """Ask until cancelled."""
        said = False
        while True:
            try:
                heads = await to_thread.run_sync(self._store.heads, abandon_on_cancel=True)
            except HousephoneError as error:
                if not said:
                    log.warning("properties not heard", reason=str(error), remedy=error.remedy)
                said = True
            else:
                said = False
                self._heads, self._asked = heads, self._clock.monotonic()
                self._news.set()
                self._news = anyio.Event()
            await self._clock.sleep(LOOK_EVERY)
