"""``reconcile run`` on a group: the hotels of many, each with its own controller, in one process.

Hotels of one Zoom account share what belongs to it (``reconciler.app.accounts``). Whatever befalls one of them costs
no other anything: it is told, and started again after a pause. A changed file restarts the hotel that it is about.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus

from reconciler.account.gate import BudgetGate
from reconciler.account.memory import Crowd, Memory
from reconciler.app.accounts import Among, SharedAccount, shared_account
from reconciler.app.clock import SystemClock
from reconciler.app.controller import feed_watchdog, fits, listen
from reconciler.app.entry import unwrapped
from reconciler.app.fleetside import serve_fleet
from reconciler.app.groupstore import note_failing, open_group_store
from reconciler.app.houses import House, Houses
from reconciler.app.online import CONTROLLER, Busy, holding
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.app.work import Manner, Signals, work
from reconciler.branch.heads import Heads
from reconciler.configuration.group import ONE_ACCOUNT
from reconciler.configuration.settings import Settings
from reconciler.desk.groupmetrics import AtWork, GroupCollector, Known
from reconciler.errors import HousephoneError
from reconciler.faults import told
from reconciler.logs import logger
from reconciler.stays.keeper import Keeper
from reconciler.store.engine import together
from reconciler.store.errors import StoreDamaged
from reconciler.store.rows import account_ownership
from reconciler.store.store import Store

AGAIN_IN: Final = 5.0
"""Seconds before a hotel that has failed is started again; twice as long after each further failure …"""
AT_MOST: Final = 300.0
"""… up to this, and from the first again once it has worked for so long."""
STANDS_BY: Final = 0.5
"""Seconds between looks whether an account is free that another process has."""

HANDS_OVER: Final = 0.0005
"""Seconds for which a thread keeps the interpreter while others wait. A step in PostgreSQL waits for its turn after
every answer of the server, so that Python's own 5 ms would make a tenth of a second of it in a busy process."""

START_TOGETHER: Final = 4
"""Hotels that start at a time, so that those at work already keep their pace …"""
START_WITHIN: Final = 5.0
"""… and seconds after which the next one need not wait for one that does not come in, since Zoom is away."""

ENDING: Final = 0.05
"""Seconds between looks whether all hotels have ended."""

log = logger("run")


class _GroupSignals(Signals):
    """What the outside asks of all: to stop, or to take what the files say now."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._town = town

    def ask(self, *, reload: bool) -> None:
        if reload:
            self._town.houses.take()
        else:
            self.stop.set()


class Town:
    """The hotels of a group at work. ``only``: the one that is meant, where somebody named it."""

    def __init__(self, path: Path, manner: Manner, only: str | None = None) -> None:
        self._manner = manner
        self._only = only
        self._clock = SystemClock()
        self.signals = _GroupSignals(self)
        self.houses = Houses(path, only)
        for member in self.houses.group.members.values():
            fits(manner, member.settings, group=True)
        self.failing: dict[str, str] = {}
        """Why hotels have failed last, by name."""
        self.standing_by: set[str] = set()
        """The accounts that another process has."""
        self._tasks: TaskGroup | None = None
        self._kept: set[str] = set()
        """The hotels that are kept at work: one that comes into another account has to end in its own before."""
        self._accounts: set[str] = set()
        self._gates: dict[str, BudgetGate] = {}
        self._at_work: dict[str, AtWork] = {}
        self._crowd = Crowd()
        self._starting = anyio.CapacityLimiter(START_TOGETHER)

    async def run(self) -> None:
        """Work until told to end. Busy where another process has an account of this group, on files."""
        sys.setswitchinterval(HANDS_OVER)
        with together():
            await self._run()

    async def _run(self) -> None:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            tasks.start_soon(listen, self.houses, self.signals)
            tasks.start_soon(self.houses.watch)
            tasks.start_soon(feed_watchdog)
            if self._only is None:
                figures = GroupCollector(self._known, self._clock)
                tasks.start_soon(serve_fleet, lambda: self.houses.group, self._clock, figures)
            self.houses.adopt(self.houses.group)
            await self._look_after_accounts(tasks)
            while self._accounts:  # noqa: ASYNC110 - hotels end one by one, within seconds
                await anyio.sleep(ENDING)
            tasks.cancel_scope.cancel()

    # One account

    async def _look_after_accounts(self, tasks: TaskGroup) -> None:
        """Look after each account for which there are hotels, those that come too, until told to stop."""
        while not self.signals.stop.is_set():
            changed = self.houses.changed
            for account in self.houses.accounts - self._accounts:
                self._accounts.add(account)
                tasks.start_soon(self._look_after, account)
            await self._either(changed, self.signals.stop)

    async def _look_after(self, account: str) -> None:
        """Keep the hotels of an account at work as long as there are any."""
        pause = AGAIN_IN
        while not self.signals.stop.is_set() and (houses := self.houses.of(account)):
            settings = next(iter(houses.values())).settings
            try:
                with unwrapped():
                    async with self._account(settings) as shared:
                        if shared is not None:
                            pause, self._gates[account] = AGAIN_IN, shared.gate
                            await self._work_together(account, settings, shared)
            except Busy:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, other accounts go on
                for name in houses:
                    self._failed(name, error, pause)
                await self._wait(pause)
                pause = min(2 * pause, AT_MOST)
            finally:
                self._gates.pop(account, None)
        self._accounts.discard(account)

    def _known(self) -> Known:
        return Known(self.houses, self._at_work, self._gates)

    @asynccontextmanager
    async def _account(self, settings: Settings) -> AsyncIterator[SharedAccount | None]:
        """The account of these settings, ours while inside; None where we were told to stop before it was free."""
        common, clock = self.houses.group.common, self._clock
        store = await to_thread.run_sync(open_group_store, common, settings.zoom.account_id)
        try:
            memory = Memory(store, Keeper(clock))
            expected = partial(self.houses.numbers, settings.zoom.account_id)
            if self._manner.shadow:
                async with shared_account(settings, memory, clock, expected=expected) as shared:
                    yield shared
                return
            if not await self._is_free(store, settings):
                yield None
                return
            name = account_ownership(settings.zoom.account_id)
            async with (
                holding(store, memory, clock, name, holder=CONTROLLER) as held,
                shared_account(
                    settings, memory, clock, held, heads=self._heads(store), expected=expected
                ) as shared,
            ):
                yield shared
        finally:
            store.close()

    def _heads(self, store: Store) -> Heads | None:
        """Who asks how far the properties have told, where they have processes of their own."""
        return Heads(store, self._clock) if self._manner.roles.at_centre else None

    async def _is_free(self, store: Store, settings: Settings) -> bool:
        """Wait until nobody else of this database has the account; False if we were told to stop before."""
        name = account_ownership(settings.zoom.account_id)
        while not self.signals.stop.is_set():
            owner = await to_thread.run_sync(lambda: store.owner(name, now=self._clock.now()))
            if owner is None or not store.shared:
                self.standing_by.discard(settings.zoom.account_id)
                return True
            if settings.zoom.account_id not in self.standing_by:
                log.info("standing by", active=owner.by.holder, process=owner.by.pid, host=owner.by.host)
            self.standing_by.add(settings.zoom.account_id)
            await self._wait(STANDS_BY)
        return False

    async def _work_together(self, account: str, settings: Settings, shared: SharedAccount) -> None:
        """Keep the hotels at work, those that come too, until all are gone or the account is to be used otherwise."""
        at_work: set[str] = set()
        async with anyio.create_task_group() as tasks:
            while not self.signals.stop.is_set():
                changed, houses = self.houses.changed, self.houses.of(account)
                if any(_uses_otherwise(house.settings, settings) for house in houses.values()):
                    break
                for name in houses.keys() - self._kept:
                    at_work.add(name)
                    self._kept.add(name)
                    tasks.start_soon(self._keep, name, account, shared, at_work)
                if not houses and not at_work:
                    break
                await self._either(changed, self.signals.stop)
            for name in at_work:
                if name in self.houses:
                    self.houses[name].signals.ask(reload=False)

    # One hotel

    async def _keep(self, name: str, account: str, shared: SharedAccount, at_work: set[str]) -> None:
        """Keep one hotel at work until it is told to end."""
        structlog.contextvars.bind_contextvars(property=name)
        kept = Uninterrupted(lambda: self._comes_next(name, account))
        try:
            async with kept.open():
                await self._keep_at_work(name, account, shared, kept)
        finally:
            at_work.discard(name)
            self._kept.discard(name)
            self.houses.tell()

    def _comes_next(self, name: str, account: str) -> Settings | None:
        """What a hotel goes on with that ends now; None if it does not go on, or goes on in another account."""
        house = self.houses.of(account).get(name)
        return house.settings if house is not None and house.signals.reload else None

    async def _keep_at_work(
        self, name: str, account: str, shared: SharedAccount, kept: Uninterrupted
    ) -> None:
        pause = AGAIN_IN
        while (house := self.houses.of(account).get(name)) is not None:
            house.signals = signals = Signals()
            began = time.monotonic()
            try:
                with unwrapped():
                    await self._work(house, signals, shared, kept)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                await kept.drop()
                if signals.stop.is_set() and not signals.reload:
                    break
                if time.monotonic() - began > AT_MOST:
                    pause = AGAIN_IN
                self._failed(name, error, pause)
                if isinstance(error, StoreDamaged):
                    await self._mend(house, error)
                await self._either(signals.stop, self.signals.stop, within=pause)
                pause = min(2 * pause, AT_MOST)
                if signals.stop.is_set() and not signals.reload:
                    break
            else:
                if not signals.reload:
                    break
            if self.signals.stop.is_set():
                break

    async def _work(self, house: House, signals: Signals, shared: SharedAccount, kept: Uninterrupted) -> None:
        """Start a hotel when it is its turn, and keep it at work."""
        async with anyio.create_task_group() as tasks:
            await tasks.start(self._while_it_starts, signals)
            if not signals.stop.is_set():
                among = Among(shared, house.page, self._crowd, self._at_work)
                await work(house, signals, self._manner, among=among, kept=kept)
            tasks.cancel_scope.cancel()

    async def _while_it_starts(
        self, signals: Signals, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """Wait for a turn to start, and keep it until the hotel is at work."""
        async with self._starting:
            task_status.started()
            await self._either(signals.started, within=START_WITHIN)

    async def _mend(self, house: House, damage: StoreDamaged) -> None:
        try:
            await house.mending.see_to(house.settings, damage)
        except HousephoneError as error:
            log.error("store not mended", reason=str(error))  # noqa: TRY400 - told by its words

    def _failed(self, name: str, error: Exception, pause: float) -> None:
        """Tell that a hotel is not looked after, loudly; the fleet's page and `show --fleet` show it as well."""
        why = str(error) if isinstance(error, HousephoneError) else f"a fault of housephone: {told(error)}"
        remedy = getattr(error, "remedy", "") or "it is started again by itself; the other properties go on"
        log.error("property failed", property=name, reason=why, remedy=remedy, again_in=pause)
        self.failing[name] = why
        assert self._tasks is not None
        self._tasks.start_soon(note_failing, self.houses.group.common, name, why)

    # Waiting

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until we are told to stop."""
        with anyio.move_on_after(seconds):
            await self.signals.stop.wait()

    @staticmethod
    async def _either(*events: anyio.Event, within: float = float("inf")) -> None:
        """Wait for the first of these."""
        with anyio.move_on_after(within):
            async with anyio.create_task_group() as tasks:

                async def hear(event: anyio.Event) -> None:
                    await event.wait()
                    tasks.cancel_scope.cancel()

                for event in events:
                    tasks.start_soon(hear, event)


async def run_group(path: Path, manner: Manner, only: str | None = None) -> None:
    """Run a group's hotels, or the one that is meant, until SIGTERM or SIGINT. Fatal where it cannot start."""
    with unwrapped():
        await Town(path, manner, only).run()


def _uses_otherwise(settings: Settings, before: Settings) -> bool:
    """Whether an account is to be used with another app, or another part of its limits."""
    return any(getattr(settings.zoom, name) != getattr(before.zoom, name) for name in ONE_ACCOUNT)
