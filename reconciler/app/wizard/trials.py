"""What the wizard tries live, each with the product's own code. Nothing is written to any peer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, NoReturn

import anyio
from anyio import to_thread

from drivers.pms.fias.conversation import House
from drivers.pms.fias.link import Link
from drivers.zoom.driver import ZoomDriver
from reconciler.account.gate import BudgetGate
from reconciler.app.accounts import account_of
from reconciler.app.clock import SystemClock
from reconciler.app.doctor.account import ListeningWire, clock, features
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.lines import registrations
from reconciler.app.lines import setup_of
from reconciler.app.linked import link_options
from reconciler.budget import Budget
from reconciler.configuration.links import PmsLink
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.ports import Heard
from reconciler.stays.owed import Dispatch
from reconciler.telephones.state import remedy

SHAKING_HANDS: Final = 15.0
"""Seconds for a PMS to be connected and to describe itself."""
LOOK: Final = 0.05


async def zoom(settings: Settings) -> list[Finding]:
    """The token, its scopes, the clock, and whether Zoom has the rooms' extensions. Raises reconciler.errors."""
    account, wire, now = account_of(settings), ListeningWire(), SystemClock()
    async with (
        BudgetGate(Budget(settings.zoom.plan, settings.zoom.share), now) as gate,
        ZoomDriver(account, gate, now, wire=wire) as driver,
    ):
        capabilities = await driver.connect()
        rooms = await _rooms(settings, driver)
    missing = (each for each in features(settings, capabilities) if each.level == "warn")
    return [Finding("ok", "Zoom", "gives a token to the app"), *clock(wire.heard), *missing, *rooms]


async def _rooms(settings: Settings, driver: ZoomDriver) -> list[Finding]:
    entries = settings.grounds.table or ()
    numbers = {int(extension): entry.room for entry in entries for extension in entry.extensions}
    if not numbers:
        return []
    shown = {each.number for each in await driver.extensions(wanted=frozenset(numbers), devices=False)}
    gone = sorted(room for number, room in numbers.items() if number not in shown)
    if not gone:
        return [Finding("ok", "rooms", f"Zoom has all {len(numbers)} extensions")]
    said = f"Zoom has no extension for {len(gone)} of {len(numbers)}: {some(gone)}"
    return [Finding("warn", "rooms", said, "give them one in Zoom, or take them out of the list")]


async def pms(settings: Settings, link: PmsLink) -> list[Finding]:
    """Connect once, greet, and take leave. What the PMS tells meanwhile is asked for again by the first start.

    Fatal where the key of the link cannot be read.
    """
    house = House(SystemClock(), _Visitor(), _NothingOwed())
    trial = Link(link_options(settings, link), house, random.random)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(trial.run)
        with anyio.move_on_after(SHAKING_HANDS):
            while not trial.status.up and trial.status.error is None:  # noqa: ASYNC110 - told by no event
                await anyio.sleep(LOOK)
        up, problem = trial.status.up, trial.status.problem
        await trial.stop()
    if up:
        return [Finding("ok", "PMS", f"answers at {link.host}:{link.port}, and the link is alive")]
    return [
        Finding("bad", "PMS", str(problem), "see that its interface runs, and that nobody else is connected")
    ]


async def lines(settings: Settings) -> list[Finding]:
    """Register each account for a moment, and give it back. Fatal where a password or a certificate cannot be had."""
    assert settings.sip is not None  # asked for only where there are lines
    setup = await to_thread.run_sync(setup_of, settings.sip, settings.state)
    found = []
    for view in await registrations(setup):
        what, why = f"account {view['channel']}", view["why"] or "not registered"
        if view["registered"]:
            found.append(Finding("ok", what, "is registered"))
        else:
            found.append(Finding("bad", what, why, remedy(why)))
    return found


class _Visitor:
    """A reception that takes nothing in: a visit asks for no rooms."""

    def empty(self, link: str) -> bool:
        """So that no resync is asked for."""
        del link
        return False

    async def lost(self, link: str) -> None:
        """Nothing to do."""

    async def connected(self, link: str) -> None:
        """Nothing to do."""

    async def hear(self, link: str, heard: Sequence[Heard]) -> None:
        """Nothing to do."""

    async def count(self, link: str, anomaly: str, times: int = 1) -> None:
        """Nothing to do."""


class _NothingOwed:
    """An outbox that stays empty."""

    async def next(self, link: str) -> NoReturn:
        """Wait until somebody ends it."""
        del link
        await anyio.sleep_forever()
        raise AssertionError

    async def sent(self, dispatch: Dispatch) -> None:
        """Nothing to do."""
