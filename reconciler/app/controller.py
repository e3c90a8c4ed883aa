"""``reconcile run``: the controller with its doors, from start to SIGTERM, again after each reload.

A reload (SIGHUP, or a changed configuration file) ends the work in good order and starts it anew with the new
settings, so there is only one way in which a setting takes effect. It waits until nobody is on the telephone, and
lines and links that are to be the same stay up (``reconciler.app.uninterrupted``). An invalid configuration keeps the
old one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import anyio

from drivers.sip.process import COMMAND
from reconciler.app.entry import unwrapped
from reconciler.app.inforce import InForce
from reconciler.app.rebuilt import Mending
from reconciler.app.standby import Standby
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.app.work import Manner, Signals, work
from reconciler.branch.roles import ALL, Roles, make_sure
from reconciler.configuration.settings import Settings
from reconciler.logs import logger
from reconciler.store.errors import Lapsed, StaleEpoch, StoreDamaged
from reconciler.systemd import notify, watchdog_seconds

WATCH_ENDS_WITHIN = 300
"""Milliseconds."""

log = logger("run")


async def run_controller(
    path: Path, *, shadow: bool, debug: bool = False, stack: Sequence[str] = COMMAND, roles: Roles = ALL
) -> None:
    """Run until SIGTERM or SIGINT. Fatal where it cannot start, Busy where another process has the account.

    On PostgreSQL it stands by while another one is at work, and whenever another may have taken over.
    ``stack`` starts the telephone stack. Misconfigured where these roles do not fit the configuration.
    """
    manner = Manner(shadow, debug, stack, roles)
    in_force = InForce.of(path, partial(fits, manner))
    mending = Mending()
    signals = Signals()
    standby = Standby(lambda: signals.reload)
    kept = Uninterrupted(lambda: (in_force.look() or in_force.settings) if signals.reload else None)
    with unwrapped():
        async with kept.open():
            while True:
                signals = Signals()
                work_once = partial(_in_turn, in_force, signals, standby, manner, kept)
                await _until_told(in_force, signals, mending, work_once)
                if signals.reload:
                    in_force.reload()
                elif signals.stop.is_set():
                    return


def fits(manner: Manner, settings: Settings, *, group: bool = False) -> None:
    """Misconfigured where what a process shall do does not fit its configuration."""
    centre, database = settings.centre is not None, settings.database is not None
    make_sure(manner.roles, centre=centre, database=database, group=group, shadow=manner.shadow)


async def _until_told(
    in_force: InForce, signals: Signals, mending: Mending, work_once: Callable[[], Awaitable[None]]
) -> None:
    """Work until told to end, or until another beginning may help."""
    try:
        with unwrapped():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(listen, in_force, signals)
                tasks.start_soon(_watch_configuration, in_force, signals)
                tasks.start_soon(feed_watchdog)
                await work_once()
                tasks.cancel_scope.cancel()
    except StoreDamaged as damage:
        log.warning("store damaged", reason=damage.message, remedy="the controller starts anew")
        await mending.see_to(in_force.settings, damage)
    except (Lapsed, StaleEpoch) as lost:
        if in_force.settings.database is None:
            raise
        log.warning("another may be at work by now", reason=str(lost), remedy="this one stands by")


async def _in_turn(
    in_force: InForce, signals: Signals, standby: Standby, manner: Manner, kept: Uninterrupted
) -> None:
    """Work as soon as it is our turn: where the store is a file at once, or never."""
    if in_force.settings.database is None or manner.shadow:
        await work(in_force, signals, manner, kept=kept)
        return
    async with standby.turn(in_force.settings, signals.stop) as store:
        if store is not None:
            await work(in_force, signals, manner, store=store, kept=kept)


class Changing(Protocol):
    """A configuration in force, which may be looked at anew."""

    def look(self) -> object | None:
        """What its files say now; None where that cannot be used."""
        ...


async def listen(in_force: Changing, signals: Signals) -> None:
    """SIGTERM and SIGINT stop in good order, a second one at once; SIGHUP reloads what can be used."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as received:
        async for number in received:
            if number == signal.SIGHUP:
                if in_force.look() is not None:
                    signals.ask(reload=True)
                continue
            if signals.stop.is_set() and not signals.reload:
                log.warning("stopped at once by a second signal")
                os._exit(1)
            signals.ask(reload=False)


async def _watch_configuration(in_force: InForce, signals: Signals) -> None:
    """A changed file that is valid means a reload; an invalid one is reported and changes nothing."""
    from watchfiles import awatch  # its import is not needed before the controller runs

    # The short time-out is how soon watching ends when it is told to.
    path = in_force.path
    watch = awatch(
        path.parent,
        recursive=False,
        watch_filter=lambda _change, name: Path(name).name == path.name,
        rust_timeout=WATCH_ENDS_WITHIN,
    )
    async for _ in watch:
        new = in_force.look()
        if new is not None and new != in_force.settings:
            signals.ask(reload=True)


async def feed_watchdog() -> None:
    """Tell the service manager now and then that this process lives."""
    every = watchdog_seconds()
    while every is not None:
        notify("WATCHDOG=1")
        await anyio.sleep(every)
