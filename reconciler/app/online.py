"""A hotel with everything it needs to talk to Zoom: store, budget, gate, driver, refresher."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import anyio

from drivers.zoom.admission import Shared
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Wire
from drivers.zoom.packets import PacketLog
from observed.cache import Observed
from reconciler.account.gate import BudgetGate
from reconciler.account.memory import Memory
from reconciler.account.recall import OwnWrites, acts_of, fill, forget_unanswered, recalled
from reconciler.account.refresh import Refresher
from reconciler.account.standing import Standing, Stored
from reconciler.app.accounts import Among, account_of, no_account, spending
from reconciler.app.clock import SystemClock
from reconciler.app.offline import PLANS, hotel_of, state_file, state_folder
from reconciler.app.rebuilt import make_good, sound_store, take_in
from reconciler.app.renewal import SHARED_TTL, uptime
from reconciler.app.tenure import tenure
from reconciler.app.unstored import mark, missed
from reconciler.branch.roles import ALL, Role, Roles
from reconciler.budget import limits
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.passes import Workshop
from reconciler.ports import Clock, Gate
from reconciler.stays.keeper import Keeper
from reconciler.store.hotels import kept_as
from reconciler.store.rows import Claimant, Held, Ownership, account_ownership
from reconciler.store.store import Store

TTL = timedelta(seconds=30)
"""How long an ownership in a file outlives its last renewal; only whoever died on another host is waited for."""

CONTROLLER = "reconcile run"
"""The holder of an account that stays."""


class Busy(Fatal):
    """Another process works on this Zoom account."""

    exit_code = 3

    def __init__(self, owner: Claimant, ttl: timedelta = TTL) -> None:
        super().__init__(
            f"`{owner.holder}` works on this Zoom account already: process {owner.pid} on {owner.host}",
            _how_to_get_in(owner, ttl),
        )
        self.owner = owner


def _how_to_get_in(owner: Claimant, ttl: timedelta) -> str:
    """What somebody can do who is not let in: two spenders of one account would not see each other's calls."""
    if owner.holder != CONTROLLER:
        way = "wait until that is done, then run this again"
    else:
        way = "leave the work to it, or stop it first (Ctrl-C there, or `systemctl stop housephone`)"
    if owner.host == socket.gethostname():
        return way
    return (
        f"run this on {owner.host}, or {way}; if {owner.host} is down, the account is free {ttl.seconds} s after its"
        " last sign of life"
    )


@dataclass(frozen=True, slots=True)
class Online:
    """A workshop with its open peers. ``missed``: what the PMS told last never reached the store.

    ``among``: what it has in common with other hotels of this process.
    """

    settings: Settings
    shop: Workshop
    gate: BudgetGate
    driver: ZoomDriver
    store: Store
    missed: bool = False
    among: Among | None = None
    roles: Roles = ALL


def open_store(settings: Settings, *, only_look: bool = False, stands_by: bool = False) -> Store:
    """Open the store of these settings; who will ``only_look`` may also open one that cannot be written to.

    Who ``stands_by`` changes nothing in it yet.
    """
    database: Path | str
    name, account = settings.property.name, settings.zoom.account_id
    if settings.database is not None:
        database = settings.database.get_secret_value()
    else:
        database = state_file(state_folder(settings.state))
        if os.access(settings.state, os.W_OK):
            make_good(settings)
        name = kept_as(database, name)
    store = Store.open(
        database, property_name=name, account=account, only_look=only_look, stands_by=stands_by
    )
    if isinstance(database, Path) and not only_look:
        take_in(store, settings)
    return store


def ownership_name(settings: Settings) -> str:
    """What a process that writes must own: the Zoom account."""
    return account_ownership(settings.zoom.account_id)


@asynccontextmanager
async def online(  # noqa: PLR0913 - what tests and groups bring along
    settings: Settings,
    *,
    stays: bool = False,
    packets: bool = False,
    clock: Clock | None = None,
    wire: Wire | None = None,
    store: Store | None = None,
    among: Among | None = None,
    roles: Roles = ALL,
) -> AsyncIterator[Online]:
    """Open everything for one hotel; what the budget has counted is kept while it works and at the end.

    Who ``stays`` waits for a store that cannot be used, and builds a damaged one anew; a pass ends then. Whoever
    has opened the ``store`` before closes it afterwards.
    ``packets`` switches the packet log on, which ``zoom.debug`` does as well; ``among`` is what a hotel
    of a group has in common with others. Without the role Zoom its driver is there and never connects.
    """
    packets = packets or settings.zoom.debug
    account = account_of(settings) if Role.ZOOM in roles else no_account(settings)
    clock = clock or SystemClock()
    async with AsyncExitStack() as opened:
        if store is None:
            opening = partial(open_store, settings)
            store = await (sound_store(settings, opening) if stays else anyio.to_thread.run_sync(opening))
            opened.callback(store.close)
        keeper = Keeper(clock, partial(mark, settings.state)) if stays else None
        memory = Memory(store, keeper, None if among is None else among.crowd)
        hotel = hotel_of(settings.grounds)
        devices = settings.names.device is not None
        way: Gate
        shared: Shared | None = None
        if among is None:
            gate = await opened.enter_async_context(spending(settings.zoom, memory, clock))
            way = gate
        else:
            gate, way = among.account.gate, among.account.gate.of(settings.property.name)
            shared = opened.enter_context(among.account.shared_with(hotel, devices=devices))
            if among.account.held is not None and store.shared:
                store.adopt(among.account.held)
        log = PacketLog(on=packets)
        async with ZoomDriver(account, way, clock, wire=wire, packets=log, shared=shared) as driver:
            conditions = await anyio.to_thread.run_sync(_recall, hotel, store)
            refresher = Refresher(
                hotel, driver, memory, clock, devices=devices,
                look_again_after=timedelta(minutes=settings.zoom.refresh_cache),
            )  # fmt: skip
            shop = Workshop(
                settings.property.name, hotel, driver, memory, clock, refresher, settings.grounds.limits,
                limits(settings.zoom.plan, settings.zoom.share), settings.state / PLANS,
                Standing(conditions),
            )  # fmt: skip
            yield Online(settings, shop, gate, driver, store, stays and missed(settings.state), among, roles)


def _recall(hotel: Hotel, store: Store) -> Stored:
    """Fill a hotel with all that the store remembers; how its extensions stood."""
    acts = acts_of(store)
    fill(hotel, recalled(store), OwnWrites(lambda: acts))
    hotel.observed = Observed(store.observed())
    forget_unanswered(hotel, acts.writes)
    return store.conditions()


def at_work(store: Store, settings: Settings, now: datetime) -> Claimant | None:
    """Who works on the account; nobody where a process of this machine has died without giving it back."""
    return holder_of(store, ownership_name(settings), now)


def holder_of(store: Store, name: str, now: datetime) -> Claimant | None:
    """Who has this ownership; nobody where a process of this machine has died without giving it back."""
    return store.holder(name, ourselves(""), now=now)


async def without_controller(room: Online) -> None:
    """Busy if a controller has the account: a second spender would not see its calls."""
    shop = room.shop
    owner = await shop.memory.run(at_work, room.store, room.settings, shop.clock.now())
    if owner is not None and owner.holder == CONTROLLER:
        raise Busy(owner, ttl_of(room.store))


@asynccontextmanager
async def owning(
    room: Online, *, holder: str, address: str = "", name: str | None = None
) -> AsyncIterator[Ownership]:
    """Own the Zoom account, or what is named, while inside (``holding``)."""
    store, shop = room.store, room.shop
    name = name or ownership_name(room.settings)
    async with holding(store, shop.memory, shop.clock, name, holder=holder, address=address) as got:
        yield got


@asynccontextmanager
async def holding(
    store: Store, memory: Memory, clock: Clock, name: str, *, holder: str, address: str = ""
) -> AsyncIterator[Ownership]:
    """Own what is named while inside; renewed in time. Busy if another process does.

    While a file cannot be used nothing is renewed and, since each call is announced there, nothing written. On
    PostgreSQL the work ends in time (``reconciler.app.tenure``).
    """
    claimant, ttl, began = ourselves(holder, address), ttl_of(store), uptime()
    got = await memory.run_once(lambda: store.acquire(name, claimant, now=clock.now(), ttl=ttl))
    if isinstance(got, Held):
        raise Busy(got.ownership.by, ttl)
    if store.shared:
        async with tenure(store, (name,), began):
            yield got
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_renew, lambda: memory.run(lambda: store.renew(name, now=clock.now(), ttl=ttl)))
        try:
            yield got
        finally:
            tasks.cancel_scope.cancel()
            await memory.run_last(store.release, name)


def ttl_of(store: Store) -> timedelta:
    """How long an ownership in this store outlives its last renewal."""
    return SHARED_TTL if store.shared else TTL


def ourselves(holder: str, address: str = "") -> Claimant:
    """This process, as it claims something."""
    return Claimant(holder, socket.gethostname(), os.getpid(), address)


async def _renew(renew: Callable[[], Awaitable[None]]) -> None:
    while True:
        await anyio.sleep(TTL.total_seconds() / 3)
        await renew()
