"""Holding on to what this process owns in PostgreSQL: renewed in time, or its work ended before anybody else has it.

Whoever stands by takes over as soon as an ownership has run out by the database's clock. So a process that cannot
renew, for whatever reason, must have stopped by then, also where its connection hangs or its database is silent: it
counts from the moment at which it asked for what it was last granted, which is never later than the moment from which
the database counts. First the work is cancelled: links close, calls end, and the store takes nothing more of it.
Whatever still hangs a moment later goes with the process (``reconciler.app.renewal``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from reconciler.app.entry import first_of
from reconciler.app.renewal import Member, renewed_with
from reconciler.logs import logger
from reconciler.store.errors import Lapsed, StaleEpoch, StoreUnavailable
from reconciler.store.store import Store

log = logger("run")


@asynccontextmanager
async def tenure(
    store: Store, names: Collection[str], asked: float, *, keep: Callable[[], bool] = lambda: False
) -> AsyncIterator[None]:
    """Keep these ownerships while inside, and give them back; they were asked for at ``asked`` (``uptime``).

    Whoever will go on with them at once says so with ``keep``. Lapsed where they could not be renewed, StaleEpoch
    where another process has them: the work inside is cancelled.
    """
    member = Member(store, tuple(names), asked)
    try:
        async with renewed_with(member), anyio.create_task_group() as tasks:
            tasks.start_soon(_end_with, member)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        lost = first_of(group, (Lapsed, StaleEpoch))
        if lost is None:
            raise
        raise lost from None
    finally:
        if not keep():
            await give_back(store, names)


async def _end_with(member: Member) -> None:
    """End the work as soon as its ownerships are lost. Lapsed, StaleEpoch."""
    await member.lost.wait()
    assert member.why is not None
    raise member.why


async def give_back(store: Store, names: Collection[str]) -> None:
    """Whoever stands by need not wait; where that cannot be said it runs out."""
    if store.lapsed:
        return
    with anyio.CancelScope(shield=True):
        try:
            await to_thread.run_sync(store.release_all, names)
        except (StoreUnavailable, StaleEpoch) as error:
            log.warning("ownership not given back", reason=str(error))
