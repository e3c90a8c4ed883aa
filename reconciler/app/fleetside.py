"""The group's page, served: what it shows is read from the stores, at most every few seconds whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import anyio
from anyio import to_thread
from prometheus_client.registry import Collector

from reconciler.account.memory import Memory
from reconciler.app.fleet import fleet
from reconciler.app.groupstore import open_group_store
from reconciler.configuration.group import Group
from reconciler.desk.access import StoreBooks
from reconciler.desk.fleet import fleet_app
from reconciler.desk.serve import bind, serve
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.stays.keeper import Keeper
from reconciler.views.fleet import View

FRESH = 5.0
"""Seconds for which a look at all stores is good for whoever asks."""

log = logger("run")


class Lookout:
    """Looks at the fleet, one look at a time."""

    def __init__(self, group: Callable[[], Group], clock: Clock) -> None:
        self._group = group
        self._clock = clock
        self._one_at_a_time = anyio.Lock()
        self._seen: tuple[float, View] | None = None

    async def look(self) -> View:
        """How the fleet stands."""
        async with self._one_at_a_time:
            now = self._clock.monotonic()
            if self._seen is None or now - self._seen[0] > FRESH:
                self._seen = now, await to_thread.run_sync(fleet, self._group())
            return self._seen[1]


async def serve_fleet(group: Callable[[], Group], clock: Clock, figures: Collector) -> None:
    """Answer on the group's ``desk.listen`` until cancelled; where that cannot be, the hotels work without."""
    common = group().common
    try:
        listener = bind(*common.desk.address)
        store = await to_thread.run_sync(open_group_store, common)
    except HousephoneError as error:
        log.error("no page of the fleet", reason=str(error), remedy=error.remedy or None)  # noqa: TRY400
        return
    with listener, store:
        log.info("fleet", page="http://{}:{}/fleet".format(*common.desk.address))
        books = StoreBooks(Memory(store, Keeper(clock)))
        await serve(fleet_app(Lookout(group, clock).look, common.desk, books, clock, figures), listener)
