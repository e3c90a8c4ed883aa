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

from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Wire
from drivers.zoom.packets import PacketLog
from observed.cache import Observed
from reconciler.account.gate import BudgetGate
from reconciler.account.memory import Memory
from reconciler.account.recall import OwnWrites, acts_of, fill, forget_unanswered, recalled
from reconciler.account.refresh import Refresher
from reconciler.account.standing import Standing
from reconciler.app.clock import SystemClock
from reconciler.app.offline import PLANS, hotel_of, state_file, state_folder
from reconciler.app.rebuilt import make_good, sound_store
from reconciler.app.tenure import SHARED_TTL, tenure, uptime
from reconciler.app.unstored import mark, missed
from reconciler.budget import Budget, limits
from reconciler.configuration.settings import Settings, secret
from reconciler.errors import Fatal
from reconciler.passes import Workshop
from reconciler.ports import Clock
from reconciler.stays.keeper import Keeper
from reconciler.store.hotels import kept_as
from reconciler.store.rows import Claimant, Held, Ownership, account_ownership
from reconciler.store.store import Store

TTL = timedelta(seconds=30)
"""How long an ownership in a file outlives its last renewal; only whoever died on another host is waited for."""

CONTROLLER = "reconcile run"
"""The holder of an account that stays."""

SAVE_BUDGET_EVERY = 1.0


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
    """A workshop with its open peers. ``missed``: what the PMS told last never reached the store."""

    settings: Settings
    shop: Workshop
    gate: BudgetGate
    driver: ZoomDriver
    store: Store
    missed: bool = False


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
    return Store.open(database, property_name=name, account=account, only_look=only_look, stands_by=stands_by)


def account_of(settings: Settings) -> Account:
    """The credentials. Fatal, naming the setting, where one is missing."""
    zoom = settings.zoom
    for name in ("account_id", "client_id"):
        if not getattr(zoom, name):
            raise Fatal(
                f"zoom.{name} is missing", "copy it from the server-to-server app in Zoom's marketplace"
            )
    try:
        client_secret = secret(zoom.client_secret, zoom.client_secret_file, "zoom.client_secret")
    except ValueError as error:
        raise Fatal(str(error), _COPY_IT) from error
    return Account(
        zoom.account_id, zoom.client_id, client_secret, zoom.url, tuple(zoom.allowed_hosts), zoom.home_country
    )


_COPY_IT = (
    "copy it from the server-to-server app in Zoom's marketplace into the file that zoom.client_secret_file names "
    "(chmod 600)"
)


def ownership_name(settings: Settings) -> str:
    """What a process that writes must own: the Zoom account."""
    return account_ownership(settings.zoom.account_id)


@asynccontextmanager
async def online(
    settings: Settings,
    *,
    stays: bool = False,
    packets: bool = False,
    clock: Clock | None = None,
    wire: Wire | None = None,
    store: Store | None = None,
) -> AsyncIterator[Online]:
    """Open everything for one hotel; what the budget has counted is kept while it works and at the end.

    Who ``stays`` waits for a store that cannot be used, and builds a damaged one anew; a pass ends then. Whoever
    has opened the ``store`` before closes it afterwards.
    ``packets`` switches the packet log on, which ``zoom.debug`` does as well.
    """
    packets = packets or settings.zoom.debug
    account, clock = account_of(settings), clock or SystemClock()
    async with AsyncExitStack() as opened:
        if store is None:
            opening = partial(open_store, settings)
            store = await (sound_store(settings, opening) if stays else anyio.to_thread.run_sync(opening))
            opened.callback(store.close)
        budget = Budget(settings.zoom.plan, settings.zoom.share)
        budget.restore(store.budget_state(), clock.monotonic(), clock.now())
        async with (
            BudgetGate(budget, clock) as gate,
            ZoomDriver(account, gate, clock, wire=wire, packets=PacketLog(on=packets)) as driver,
        ):
            memory = Memory(store, Keeper(clock, partial(mark, settings.state)) if stays else None)
            hotel = hotel_of(settings.grounds)
            acts = acts_of(store)
            fill(hotel, recalled(store), OwnWrites(lambda: acts))
            hotel.observed = Observed(store.observed())
            forget_unanswered(hotel, acts.writes)
            refresher = Refresher(
                hotel, driver, memory, clock, devices=settings.names.device is not None,
                look_again_after=timedelta(minutes=settings.zoom.refresh_cache),
            )  # fmt: skip
            shop = Workshop(
                settings.property.name, hotel, driver, memory, clock, refresher, settings.grounds.limits,
                limits(settings.zoom.plan, settings.zoom.share), settings.state / PLANS,
                Standing(store.conditions()),
            )  # fmt: skip
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_keep_budget, budget, memory, clock)
                try:
                    yield Online(settings, shop, gate, driver, store, stays and missed(settings.state))
                finally:
                    tasks.cancel_scope.cancel()
                    spent = budget.state(clock.monotonic(), clock.now())
                    await memory.run_last(store.save_budget_state, spent)


async def _keep_budget(budget: Budget, memory: Memory, clock: Clock) -> None:
    """Keep the counters in the store, so that a run after a crash knows them."""
    saved = budget.spent()
    while True:
        await clock.sleep(SAVE_BUDGET_EVERY)
        if budget.spent() != saved:
            saved = budget.spent()
            state = budget.state(clock.monotonic(), clock.now())
            await memory.run(memory.store.save_budget_state, state)


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
    """Own the Zoom account, or what is named, while inside; renewed in time. Busy if another process does.

    While a file cannot be used nothing is renewed and, since each call is announced there, nothing written. On
    PostgreSQL the work ends in time (``reconciler.app.tenure``).
    """
    store, memory, clock = room.store, room.shop.memory, room.shop.clock
    name = name or ownership_name(room.settings)
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


async def _renew(renew: Callable[[], Awaitable[Ownership]]) -> None:
    while True:
        await anyio.sleep(TTL.total_seconds() / 3)
        await renew()
