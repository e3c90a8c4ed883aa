"""`reconcile snapshot`: what Zoom shows now, as one file for audits without credentials."""

from __future__ import annotations

from pathlib import Path

import anyio

from reconciler.app.clock import SystemClock
from reconciler.app.offline import read_documents
from reconciler.app.online import online, open_store, owning
from reconciler.app.survey import survey
from reconciler.audit import Scope
from reconciler.capability import Capabilities
from reconciler.control import hand_over
from reconciler.errors import Fatal
from reconciler.passes import Options
from reconciler.refresh import FEATURES
from reconciler.settings import Settings
from reconciler.snapshot import Snapshot, features_in, save


async def photograph(settings: Settings, target: Path) -> tuple[Snapshot, bool]:
    """Save what Zoom shows; answer it, and whether the messages that mailboxes should not hold are in it.

    A running controller reads Zoom itself, within its own budget, and then its store is asked; that does not
    hold messages. Raises Fatal.
    """
    refreshed = await hand_over(settings, Options(dry_run=True), None)
    if refreshed is not None and refreshed.fatal is not None:
        raise Fatal(refreshed.fatal)
    if refreshed is None:
        snapshot = await _from_zoom(settings)
    else:
        snapshot = await anyio.to_thread.run_sync(_from_store, settings)
    await anyio.to_thread.run_sync(save, snapshot, target)
    return snapshot, refreshed is None


async def _from_zoom(settings: Settings) -> Snapshot:
    async with online(settings) as room, owning(room, holder="reconcile snapshot"):
        shop = room.shop
        await anyio.to_thread.run_sync(read_documents, settings, shop.hotel, Scope())
        await survey(room)
        await shop.refresher.details(shop.hotel.rooms())
        await shop.refresher.messages(shop.hotel.rooms())
        return Snapshot(
            shop.clock.now(), tuple(shop.hotel.observed), shop.hotel.messages, shop.hotel.capabilities
        )


def _from_store(settings: Settings) -> Snapshot:
    with open_store(settings) as store:
        features = store.note(FEATURES)
        can = features_in(features) if isinstance(features, dict) else Capabilities()
        return Snapshot(SystemClock().now(), store.observed(), {}, can)
