"""A pass against Zoom itself: by the running controller if there is one, else in this process."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from functools import partial

import anyio

from reconciler.app import entry
from reconciler.app.handing import handed_or_here
from reconciler.app.offline import read_documents
from reconciler.app.online import Online, online, owning, without_controller
from reconciler.cli.asked import Asked
from reconciler.cli.common import agreed, columns
from reconciler.configuration.settings import Settings
from reconciler.logs import configure_logs
from reconciler.outcome import Report
from reconciler.passes import Ask, Options, Progress, run_pass
from reconciler.report import render

LONG = 40
"""Changes from which a progress bar is worth showing."""

BAR = 30
"""Characters of the bar."""


def make_pass(settings: Settings, asked: Asked, *, debug: bool) -> Report:
    """Make one pass; ask first at a terminal."""
    configure_logs(settings, debug=debug)
    options = Options(asked.scope, asked.dry_run, asked.cached, asked.expect, asked.wait)
    ask = _ask if sys.stdin.isatty() and sys.stdout.isatty() and not asked.yes else None
    return entry.ask_zoom(partial(_make, settings, options, ask, debug=debug), settings.property.zone)


async def _make(settings: Settings, options: Options, ask: Ask | None, *, debug: bool) -> Report:
    from reconciler.control import hand_over

    if options.dry_run and options.cached:
        # It needs nobody; and what a controller answers is by its own settings, not by those of a what-if.
        return await _here(settings, options, ask, debug=debug)
    by_the_controller = partial(hand_over, settings, options, ask)
    return await handed_or_here(by_the_controller, partial(_here, settings, options, ask, debug=debug))


async def _here(settings: Settings, options: Options, ask: Ask | None, *, debug: bool) -> Report:
    if options.dry_run and options.cached:
        from reconciler.app.cached import audit_cached

        return await anyio.to_thread.run_sync(audit_cached, settings, options.scope)
    async with online(settings, packets=debug) as room:
        await without_controller(room)
        hotel = room.shop.hotel
        read = partial(read_documents, settings.grounds, hotel, options.scope, dry_run=options.dry_run)
        await anyio.to_thread.run_sync(read)
        hotel.capabilities = await room.driver.connect()
        progress = _progress() if sys.stderr.isatty() else None
        if options.dry_run:
            report = await run_pass(room.shop, options)
        else:
            async with owning(room, holder="reconcile"):
                report = await run_pass(
                    room.shop, options, ask=ask, progress=progress, interruption=_told_to_end
                )
        return await _noted(room, report, options) if settings.pms or settings.sip else report


async def _noted(room: Online, report: Report, options: Options) -> Report:
    """The report with what people must see to beside the rooms, as the store remembers it."""
    from reconciler.app.registry import around_of, noting, register_of

    shop, now = room.shop, room.shop.clock.now()
    register = await shop.memory.run(register_of, room.settings, shop.hotel, room.store, now)
    around = await shop.memory.run(around_of, room.settings, shop.hotel, room.store, now)
    return noting(report, register, around, options.scope, now)


async def _told_to_end() -> None:
    """The first Ctrl-C or SIGTERM ends a pass in good order; the second finds the usual manners again."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as received:
        async for _ in received:
            return


def _ask(report: Report) -> bool:
    sys.stdout.write(render(replace(report, dry_run=True), "text", colour=True, width=columns()))
    return agreed("Apply this plan?")


def _progress() -> Progress:
    """A bar on stderr, for a person who waits."""

    def show(done: int, total: int) -> None:
        if total >= LONG:
            filled = BAR * done // total
            bar = "█" * filled + "·" * (BAR - filled)
            sys.stderr.write(f"\r{bar} {done} of {total} changes applied" + ("\n" if done == total else ""))
            sys.stderr.flush()

    return show
