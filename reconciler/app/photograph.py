"""`reconcile snapshot`: what Zoom shows now, as one file for audits without credentials."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import anyio

from reconciler.app.handing import handed_or_here
from reconciler.app.offline import read_documents
from reconciler.app.online import Online, online, owning
from reconciler.app.survey import survey
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings
from reconciler.control import photographed
from reconciler.snapshot import Snapshot, save


async def photograph(settings: Settings, target: Path) -> Snapshot:
    """Save what Zoom shows, read by the running controller if there is one. Fatal, or reconciler.errors."""
    snapshot = await handed_or_here(partial(photographed, settings), partial(_here, settings))
    await anyio.to_thread.run_sync(save, snapshot, target)
    return snapshot


async def take(room: Online) -> Snapshot:
    """Read every list, and the details and messages that the documents ask for. Raises reconciler.errors."""
    hotel, refresher = room.shop.hotel, room.shop.refresher
    await survey(room, whole=True)
    await refresher.details(hotel.rooms())
    await refresher.messages(hotel.rooms())
    return Snapshot(room.shop.clock.now(), tuple(hotel.observed), dict(hotel.messages), hotel.capabilities)


async def _here(settings: Settings) -> Snapshot:
    async with online(settings) as room, owning(room, holder="reconcile snapshot"):
        await anyio.to_thread.run_sync(read_documents, settings.grounds, room.shop.hotel, Scope())
        room.shop.hotel.capabilities = await room.driver.connect()
        return await take(room)
