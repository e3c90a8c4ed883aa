"""``reconcile run`` on PostgreSQL: whoever comes second stands by, and takes over when the first is gone.

Nothing is opened meanwhile but the database: no line to the PMS, which would drop the first one's, no telephone, no
connection to Zoom. A look twice a second is all the news that is needed. Nobody is notified, because a pooler would
swallow it, and because it could save a quarter of a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Final

import anyio
from anyio import to_thread

from reconciler.app.online import CONTROLLER, open_store, ourselves, ownership_name
from reconciler.app.presence import SHADOW, Occupied
from reconciler.app.renewal import RENEW_EVERY, SHARED_TTL, STOPS_AFTER, uptime
from reconciler.app.tenure import give_back, tenure
from reconciler.app.unstored import mark, missed
from reconciler.configuration.settings import Settings
from reconciler.desk.serve import bind, serve
from reconciler.desk.standby import Standing, standby_app
from reconciler.errors import Fatal
from reconciler.logs import logger
from reconciler.store.errors import LOOK_AT_THE_STORE, StoreSilent, StoreUnavailable
from reconciler.store.rows import Claimant, Held, Ownership, office_ownership
from reconciler.store.store import Store
from reconciler.systemd import notify

LOOK_EVERY: Final = 0.5

ANSWERS_WITHIN: Final = 2.0
"""Seconds for the database to answer a look: an ownership that was granted no sooner would have half run out."""

ENDS_WORK: Final = STOPS_AFTER - RENEW_EVERY
"""Seconds without a database that may end the work of whoever is active."""

log = logger("run")


@dataclass(slots=True)
class Kept:
    """What a controller that reloads its configuration holds on to, so that nobody takes over meanwhile."""

    settings: Settings
    store: Store

    def serves(self, settings: Settings) -> bool:
        """Whether other settings mean the same hotel, account and database."""
        return _names(self.settings) == _names(settings) and self.settings.database == settings.database


class Standby:
    """Where ``reconcile run`` waits for its turn; ``reloads`` says that it will be here again at once."""

    def __init__(self, reloads: Callable[[], bool]) -> None:
        self._reloads = reloads
        self._kept: Kept | None = None

    @asynccontextmanager
    async def turn(self, settings: Settings, stop: anyio.Event) -> AsyncIterator[Store | None]:
        """The store, once Zoom account and front office are ours, and they stay ours while inside.

        None if ``stop`` came first. Occupied if a shadow is in the front office: it would be waited for in vain.
        Lapsed or StaleEpoch as soon as they are not ours any more.
        """
        watch = _Watch(settings, ourselves(CONTROLLER), await self._left(settings))
        try:
            asked = await _taken_over(watch, settings, stop)
            if asked is None:
                yield None
                return
            async with tenure(watch.opened, _names(settings), asked, keep=self._reloads):
                await to_thread.run_sync(watch.opened.bring_up_to_date)
                yield watch.opened
            if self._reloads():
                self._kept = Kept(settings, watch.opened)
        finally:
            if self._kept is None:
                watch.close()

    async def _left(self, settings: Settings) -> Store | None:
        """The store of the time before a reload; given back where the new settings mean another."""
        kept, self._kept = self._kept, None
        if kept is None or kept.serves(settings):
            return None if kept is None else kept.store
        await give_back(kept.store, _names(kept.settings))
        kept.store.close()
        return None


def _names(settings: Settings) -> tuple[str, str]:
    return ownership_name(settings), office_ownership(settings.property.name)


async def _taken_over(watch: _Watch, settings: Settings, stop: anyio.Event) -> float | None:
    """When what is ours now was asked for; None if ``stop`` came first. Answers for us only where it must wait."""
    if (asked := await watch.look()) is not None:
        return asked
    async with _answering(settings, watch.standing):
        notify("READY=1\nSTATUS=standing by")
        while not stop.is_set():
            with anyio.move_on_after(LOOK_EVERY):
                await stop.wait()
            if (asked := await watch.look()) is not None:
                return asked
    return None


@asynccontextmanager
async def _answering(settings: Settings, standing: Standing) -> AsyncIterator[None]:
    """Answer on the desk's address while inside; on a machine with the active one that has it already."""
    try:
        listener = bind(*settings.desk.address)
    except Fatal as error:
        log.info("nobody answers while this one stands by", reason=error.message)
        yield
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve, standby_app(standing), listener)
        yield
        tasks.cancel_scope.cancel()


class _Watch:
    """Looks whether somebody is at work, and takes over where nobody is."""

    def __init__(self, settings: Settings, claimant: Claimant, store: Store | None) -> None:
        self.standing = Standing(settings.property.name)
        self._settings = settings
        self._names = _names(settings)
        self._claimant = claimant
        self._store = store
        self._trouble_since: float | None = None
        self._outage = False
        self._one_at_a_time = Lock()

    @property
    def opened(self) -> Store:
        """The store, which was opened by the first look that reached it."""
        assert self._store is not None
        return self._store

    async def look(self) -> float | None:
        """When what is ours now was asked for; None where somebody is at work, or the store cannot be reached."""
        asked = uptime()
        with anyio.move_on_after(ANSWERS_WITHIN):
            try:
                owner = await to_thread.run_sync(self._take_alone, abandon_on_cancel=True)
            except StoreUnavailable as error:
                self._no_store(error.message)
                return None
            self.standing.problem = self._trouble_since = None
            if owner is None:
                return asked
            self._somebody(owner)
            return None
        self._no_store(StoreSilent().message)  # should it answer yet that all is ours, the next look hears so
        return None

    def _take_alone(self) -> Ownership | None:
        """The same as ``_take``, unless a look before this one has not come back yet."""
        if not self._one_at_a_time.acquire(blocking=False):
            raise StoreSilent
        try:
            return self._take()
        finally:
            self._one_at_a_time.release()

    def _take(self) -> Ownership | None:
        """Take over; who is at work if that cannot be."""
        if self._store is None:
            self._store = open_store(self._settings, stands_by=True)
        store, now = self._store, datetime.now(UTC)
        ours = all(map(store.owns, self._names))
        if not ours and (owner := store.first_owner(self._names, now=now)) is not None:
            return owner
        before = store.last_owner(office_ownership(store.property_name))
        got = store.acquire_all(self._names, self._claimant, now=now, ttl=SHARED_TTL)
        if isinstance(got, Held):
            return got.ownership
        if before is not None and not ours:
            log.warning("taken over", before=before.by.holder, process=before.by.pid, host=before.by.host)
            self._ask_again()
        return None

    def _ask_again(self) -> None:
        """Where the database was away, the one before may have heard what it could not write down any more."""
        if self._outage:
            missed(self._settings.state)
            mark(self._settings.state, unstored=True)

    def _somebody(self, owner: Ownership) -> None:
        if owner.by.holder == SHADOW:
            raise Occupied(owner.by)
        if self.standing.active != owner.by:
            by = owner.by
            log.info("standing by", active=by.holder, process=by.pid, host=by.host, has=owner.name)
        self.standing.active = owner.by

    def _no_store(self, problem: str) -> None:
        if self._trouble_since is None:
            log.warning("standing by: store not reached", reason=problem, remedy=LOOK_AT_THE_STORE)
            self._trouble_since = uptime()
        self.standing.problem = problem
        self._outage |= uptime() - self._trouble_since >= ENDS_WORK

    def close(self) -> None:
        """Let go of the database."""
        if self._store is not None:
            self._store.close()
