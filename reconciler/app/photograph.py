"""`reconcile snapshot`: what Zoom shows now, as one file for audits without credentials."""

from __future__ import annotations

from pathlib import Path

import anyio

from reconciler.app.offline import read_documents
from reconciler.app.online import online, owning
from reconciler.app.survey import survey
from reconciler.audit import Scope
from reconciler.settings import Settings
from reconciler.snapshot import Snapshot, save


async def photograph(settings: Settings, target: Path) -> Snapshot:
    """Read Zoom and save what it shows. Busy while a controller spends the account's limits."""
    async with online(settings) as room, owning(room, holder="reconcile snapshot"):
        shop = room.shop
        await anyio.to_thread.run_sync(read_documents, settings, shop.hotel, Scope())
        await survey(room)
        await shop.refresher.details(shop.hotel.rooms())
        await shop.refresher.messages(shop.hotel.rooms())
        snapshot = Snapshot(
            shop.clock.now(), tuple(shop.hotel.observed), shop.hotel.messages, shop.hotel.capabilities
        )
    await anyio.to_thread.run_sync(save, snapshot, target)
    return snapshot
