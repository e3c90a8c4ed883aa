"""Who is in the hotel's front office: `reconcile run`, or its shadow. There is room for one of them.

Each holds the links to the PMS and writes down what it hears. Two would push each other off the PMS's port, and keep
two books in one store. So whoever is in there stands in the store, for half a minute (on PostgreSQL for six seconds)
after the last sign of life; one whose process has died on this host is out at once where the store is a file.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from reconciler.app.online import CONTROLLER, Busy, Online, holder_of, open_store, ownership_name, owning
from reconciler.configuration.settings import Settings
from reconciler.control import Door
from reconciler.errors import Fatal
from reconciler.moments import local
from reconciler.store.rows import Claimant, office_ownership
from reconciler.store.store import Store

SHADOW = "reconcile run --dry-run"
"""Who is in the front office and only watches."""


class Occupied(Busy):
    """The front office is taken, by a shadow or by the controller that a shadow would watch."""

    def __init__(self, owner: Claimant) -> None:
        if owner.holder == SHADOW:
            Fatal.__init__(
                self,
                f"a shadow (`{SHADOW}`) is at work in this hotel: process {owner.pid} on {owner.host}",
                f"stop it first{_there(owner)}: two of them would push each other off the PMS",
            )
        else:
            Fatal.__init__(
                self,
                f"`{owner.holder}` is at work in this hotel already: process {owner.pid} on {owner.host}",
                "leave the work to it: `reconcile --dry-run` lets it tell what it would change",
            )
        self.owner = owner


class OnlyWatching(Fatal):
    """The desk spoke to a shadow: no telephone and no PMS would hear of it, and at the cut-over it would be old."""

    def __init__(self, pid: int, where: str) -> None:
        super().__init__(
            f"a shadow (`{SHADOW}`, process {pid} {where}) is at work in this hotel, and it only watches",
            "tell it to the system that looks after the guests now; after the cut-over `reconcile run` takes it",
        )


class LeftBehind(Fatal):
    """The desk spoke where a shadow was killed: what the PMS would hear of it at the cut-over would be old."""

    def __init__(self, shadow: Claimant) -> None:
        super().__init__(
            f"the last at work in this hotel was a shadow (`{SHADOW}`, process {shadow.pid} on {shadow.host}), "
            "and it was killed",
            "tell it to the system that looks after the guests now; after the cut-over `reconcile run` takes it. "
            "If no other system does any more, start the shadow again and stop it with Ctrl-C",
        )


def in_office(store: Store, now: datetime) -> Claimant | None:
    """Who is in the front office; nobody where a process of this machine has died in there."""
    return holder_of(store, office_ownership(store.property_name), now)


def no_shadow(store: Store, now: datetime) -> None:
    """OnlyWatching if a shadow is in the front office: words behind its back would be lost to it.

    LeftBehind if one was killed in there, so that nobody knows whether the cut-over has come.
    """
    last = store.last_owner(office_ownership(store.property_name))
    if last is None or last.by.holder != SHADOW:
        return
    if in_office(store, now) is None:
        raise LeftBehind(last.by)
    raise OnlyWatching(last.by.pid, f"on {last.by.host}")


def watching(pid: int, since: datetime, settings: Settings) -> OnlyWatching:
    """What a shadow answers to the desk."""
    return OnlyWatching(pid, f"since {local(since, settings.property.zone)}")


def nobody_answers(settings: Settings) -> Fatal:
    """What to tell somebody who asked for what only the holder of the PMS links can do."""
    with open_store(settings, only_look=True) as store:
        there = in_office(store, datetime.now(UTC))
    if there is None:
        return Fatal("no controller runs, and only it holds the PMS links", "start it with `reconcile run`")
    said = f"`{there.holder}` holds the PMS links: process {there.pid} on {there.host}, which does not answer here"
    return Fatal(said, f"run this on {there.host}, or again in a moment")


@asynccontextmanager
async def at_the_desk(room: Online, door: Door) -> AsyncIterator[None]:
    """Be in the front office while inside, with the door open; a controller owns the Zoom account, too.

    A shadow writes nothing to Zoom, so it leaves the account to whoever does. Busy if somebody else is in. Whoever
    stood by until now is in already (``reconciler.app.standby``), and a group has its accounts before its hotels.
    """
    name = office_ownership(room.store.property_name)
    async with AsyncExitStack() as held:
        if not room.store.owns(name):
            if not door.shadow and not room.store.owns(ownership_name(room.settings)):
                await held.enter_async_context(owning(room, holder=CONTROLLER, address=door.url))
            holder = SHADOW if door.shadow else CONTROLLER
            try:
                await held.enter_async_context(owning(room, holder=holder, address=door.url, name=name))
            except Busy as busy:
                raise Occupied(busy.owner) from None
        door.publish(room.settings.state)
        try:
            yield
        finally:
            Door.close(room.settings.state)


def _there(owner: Claimant) -> str:
    return "" if owner.host == socket.gethostname() else f" on {owner.host}"
