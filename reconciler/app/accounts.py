"""One Zoom account as the hotels in it use it: its limits and, where they are several, its token and lists.

A hotel alone spends its account alone. Hotels of a group that share one spend it together, by one gate that serves
them in turn; one process has the account for all of them, and what it has spent is kept once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import anyio

from drivers.zoom.admission import Admission, Shared
from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Wire
from reconciler.account.gate import BudgetGate
from reconciler.account.listings import Listings
from reconciler.account.memory import Crowd, Memory
from reconciler.app.events import Events, Hearers, events_of
from reconciler.branch.heads import Heads
from reconciler.budget import Budget
from reconciler.configuration.settings import Settings, Zoom, secret
from reconciler.desk.groupmetrics import AtWork
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.store.rows import Ownership

SAVE_BUDGET_EVERY = 1.0

_COPY_IT = (
    "copy it from the server-to-server app in Zoom's marketplace into the file that zoom.client_secret_file names "
    "(chmod 600)"
)


def account_of(settings: Settings) -> Account:
    """The credentials. Fatal, naming the setting, where one is missing."""
    has_zoom(settings)
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


def has_zoom(settings: Settings) -> None:
    """Fatal where the centre looks after Zoom, so that whatever is about it is asked for in vain here."""
    if settings.centre is not None:
        raise Fatal("Zoom is looked after by the centre, not from here", "ask for it there")


def no_account(settings: Settings) -> Account:
    """What stands in its place in a process that never speaks to Zoom."""
    return Account(settings.zoom.account_id, "", "", settings.zoom.url, (), settings.zoom.home_country)


@asynccontextmanager
async def spending(zoom: Zoom, memory: Memory, clock: Clock) -> AsyncIterator[BudgetGate]:
    """The gate of an account; what was spent before counts, and what is spent is kept while inside and at the end."""
    budget = Budget(zoom.plan, zoom.share)
    budget.restore(memory.store.budget_state(), clock.monotonic(), clock.now())
    async with BudgetGate(budget, clock) as gate, anyio.create_task_group() as tasks:
        tasks.start_soon(_keep_budget, budget, memory, clock)
        try:
            yield gate
        finally:
            tasks.cancel_scope.cancel()
            spent = budget.state(clock.monotonic(), clock.now())
            await memory.run_last(memory.store.save_budget_state, spent)


async def _keep_budget(budget: Budget, memory: Memory, clock: Clock) -> None:
    """Keep the counters in the store, so that a run after a crash knows them."""
    saved = budget.spent()
    while True:
        await clock.sleep(SAVE_BUDGET_EVERY)
        if budget.spent() != saved:
            saved = budget.spent()
            state = budget.state(clock.monotonic(), clock.now())
            await memory.run(memory.store.save_budget_state, state)


@dataclass(frozen=True, slots=True)
class SharedAccount:
    """An account that several hotels of this process use. ``held``: as this process owns it, in their database."""

    gate: BudgetGate
    admission: Admission
    listings: Listings
    hearers: Hearers
    events: Events | None
    held: Ownership | None = None
    heads: Heads | None = None
    """How far the properties have told that have a process of their own; None where this one does it all."""

    @contextmanager
    def shared_with(self, hotel: Hotel, *, devices: bool) -> Iterator[Shared]:
        """What one more hotel has in common with the others while inside; ``devices``: it renames telephones."""
        lists = self.listings.of(lambda: hotel.observed, hotel.to_read, devices=devices)
        try:
            yield Shared(self.admission, lists)
        finally:
            self.listings.leave(lists)


@dataclass(frozen=True, slots=True)
class Among:
    """What a hotel of a group has in common with others; ``page``: whether it has a desk of its own."""

    account: SharedAccount
    page: bool
    crowd: Crowd
    at_work: dict[str, AtWork] = field(default_factory=dict)
    """Where a hotel that is at work enters itself, by name."""


@asynccontextmanager
async def shared_account(  # noqa: PLR0913 - what tests and groups bring along
    settings: Settings,
    memory: Memory,
    clock: Clock,
    held: Ownership | None = None,
    *,
    wire: Wire | None = None,
    heads: Heads | None = None,
    expected: Callable[[], frozenset[int]] = frozenset,
) -> AsyncIterator[SharedAccount]:
    """Open an account for several hotels, by the settings of any of them; ``memory`` keeps what they spend.

    ``expected`` are the numbers that their configurations list.
    """
    credentials = account_of(settings)
    async with (
        spending(settings.zoom, memory, clock) as gate,
        Admission(credentials, clock, wire) as admission,
        ZoomDriver(credentials, gate.of(""), clock, shared=Shared(admission)) as reader,
        Listings(reader, clock, expected) as listings,
    ):
        hearers = Hearers()
        events = events_of(settings.zoom, admission.event_tokens, hearers, clock)
        async with anyio.create_task_group() as tasks:
            if events is not None:
                tasks.start_soon(events.run)
            if heads is not None:
                tasks.start_soon(heads.run)
            yield SharedAccount(gate, admission, listings, hearers, events, held, heads)
            tasks.cancel_scope.cancel()
