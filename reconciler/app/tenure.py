"""Holding on to what this process owns in PostgreSQL: renewed in time, or its work ended before anybody else has it.

Whoever stands by takes over as soon as an ownership has run out by the database's clock. So a process that cannot
renew, for whatever reason, must have stopped by then, also where its connection hangs or its database is silent: it
counts from the moment at which it asked for what it was last granted, which is never later than the moment from which
the database counts. First the work is cancelled: links close, calls end, and the store takes nothing more of it.
Whatever still hangs a moment later goes with the process.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import anyio
from anyio import to_thread

from reconciler.app.entry import first_of
from reconciler.logs import logger
from reconciler.store.errors import Lapsed, StaleEpoch, StoreUnavailable
from reconciler.store.store import Store

SHARED_TTL: Final = timedelta(seconds=6)
"""How long an ownership in PostgreSQL outlives its last renewal. With half a second until whoever stands by has
noticed, and one or two until he is at work, ten seconds hold with a margin."""

RENEW_EVERY: Final = 1.0
AGAIN_IN: Final = 0.25
STOPS_AFTER: Final = 4.0
"""Seconds after the last renewal that was granted until the work is cancelled …"""

GONE_AFTER: Final = 5.5
"""… and until the process ends where that hangs; who has noticed later than that gets ``A_MOMENT``."""

A_MOMENT: Final = 0.5

log = logger("run")


def uptime() -> float:
    """Seconds by a clock that nobody sets; where the system has such a one, it goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@asynccontextmanager
async def tenure(
    store: Store, names: Collection[str], asked: float, *, keep: Callable[[], bool] = lambda: False
) -> AsyncIterator[None]:
    """Keep these ownerships while inside, and give them back; they were asked for at ``asked`` (``uptime``).

    Whoever will go on with them at once says so with ``keep``. Lapsed where they could not be renewed, StaleEpoch
    where another process has them: the work inside is cancelled.
    """
    end = _End()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_keep, store, names, asked, end)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()
                if not keep():
                    await give_back(store, names)
    except BaseExceptionGroup as group:
        lost = first_of(group, (Lapsed, StaleEpoch))
        if lost is None:
            raise
        raise lost from None
    finally:
        end.called_off()


async def _keep(store: Store, names: Collection[str], granted: float, end: _End) -> None:
    """Renew until cancelled. Lapsed, StaleEpoch: it is over."""
    one_at_a_time = anyio.CapacityLimiter(1)
    while True:
        await anyio.sleep(RENEW_EVERY)
        try:
            granted = await _renewed(store, names, granted + STOPS_AFTER, one_at_a_time)
        except (Lapsed, StaleEpoch):
            store.lapsed = True
            end.in_any_case(granted + GONE_AFTER)
            raise


async def _renewed(
    store: Store, names: Collection[str], until: float, one_at_a_time: anyio.CapacityLimiter
) -> float:
    """Renew, trying ``until`` then; when that was asked for. Lapsed if it was not granted."""
    renew = partial(store.renew_all, names, now=datetime.now(UTC), ttl=SHARED_TTL)
    said = False
    while (asked := uptime()) < until:
        with anyio.move_on_after(until - asked):
            try:
                await to_thread.run_sync(renew, abandon_on_cancel=True, limiter=one_at_a_time)
            except StoreUnavailable as error:
                if not said:
                    log.warning("ownership not renewed", reason=error.message, remedy=error.remedy)
                said = True
                await anyio.sleep(AGAIN_IN)
            else:
                return asked
    raise Lapsed


async def give_back(store: Store, names: Collection[str]) -> None:
    """Whoever stands by need not wait; where that cannot be said it runs out."""
    if store.lapsed:
        return
    with anyio.CancelScope(shield=True):
        try:
            await to_thread.run_sync(store.release_all, names)
        except (StoreUnavailable, StaleEpoch) as error:
            log.warning("ownership not given back", reason=str(error))


class _End:
    """The end of the process, whatever hangs in it."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def in_any_case(self, at: float) -> None:
        """End the process at that time (``uptime``)."""
        self._timer = threading.Timer(max(A_MOMENT, at - uptime()), _end)
        self._timer.daemon = True
        self._timer.start()

    def called_off(self) -> None:
        """Nothing hangs."""
        if self._timer is not None:
            self._timer.cancel()


def _end() -> None:
    log.error(
        "ended at once", reason="what this process owned is another's by now, and its work does not end"
    )
    os._exit(1)
