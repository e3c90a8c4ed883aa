"""``reconcile run``: the controller with its doors, from start to SIGTERM, again after each reload.

A reload (SIGHUP, or a changed configuration file) ends the work in good order and starts it anew with the new
settings, so there is only one way in which a setting takes effect. An invalid configuration keeps the old one.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socket import socket

import anyio
from anyio import to_thread

from drivers.sip.process import COMMAND
from reconciler.account.patience import Patience
from reconciler.account.readings import Rhythm
from reconciler.app.callout import follow_alarms
from reconciler.app.deskside import DeskSide
from reconciler.app.doors import Doors
from reconciler.app.entry import unwrapped
from reconciler.app.events import events_of
from reconciler.app.inforce import InForce
from reconciler.app.lines import lines_of
from reconciler.app.office import opened
from reconciler.app.offline import open_folder
from reconciler.app.online import Online, online
from reconciler.app.presence import at_the_desk
from reconciler.app.rebuilt import Mending, watch
from reconciler.app.reporting import Reporter
from reconciler.app.retention import keep_what_may_be_kept
from reconciler.app.standby import Standby
from reconciler.configuration.settings import Settings
from reconciler.control import Door
from reconciler.desk.access import StoreBooks
from reconciler.desk.app import desk_app
from reconciler.desk.hooks import hook_routes
from reconciler.desk.passes import passes_app
from reconciler.desk.serve import bind, serve
from reconciler.errors import CallError
from reconciler.interruption import unless
from reconciler.logs import logger
from reconciler.loop import Controller
from reconciler.store.errors import Lapsed, StaleEpoch, StoreDamaged
from reconciler.store.store import Store
from reconciler.systemd import notify, watchdog_seconds

INLINE = 5.0
"""Seconds for which a call is tried again at once before it is left to its next time."""

MINUTE = 60.0

CONNECT_AGAIN = 5.0
"""Seconds between tries to get in while Zoom's token service is away."""

WATCH_ENDS_WITHIN = 300
"""Milliseconds."""

log = logger("run")


@dataclass(slots=True)
class _Signals:
    """What the outside asked for: to stop, or to start again with other settings."""

    stop: anyio.Event = field(default_factory=anyio.Event)
    reload: bool = False

    def ask(self, *, reload: bool) -> None:
        self.reload = reload and not self.stop.is_set()
        self.stop.set()


async def run_controller(
    path: Path, *, shadow: bool, debug: bool = False, stack: Sequence[str] = COMMAND
) -> None:
    """Run until SIGTERM or SIGINT. Fatal where it cannot start, Busy where another process has the account.

    On PostgreSQL it stands by while another one is at work, and whenever another may have taken over.
    ``stack`` starts the telephone stack.
    """
    in_force = InForce.of(path)
    mending = Mending(time.monotonic)
    signals = _Signals()
    standby = Standby(lambda: signals.reload)
    while True:
        signals = _Signals()
        try:
            with unwrapped():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_listen, in_force, signals)
                    tasks.start_soon(_watch_configuration, in_force, signals)
                    tasks.start_soon(_feed_watchdog)
                    await _in_turn(in_force, signals, standby, stack, shadow=shadow, debug=debug)
                    tasks.cancel_scope.cancel()
        except StoreDamaged as damage:
            log.warning("store damaged", reason=damage.message, remedy="the controller starts anew")
            await mending.see_to(in_force.settings, damage)
            if not signals.stop.is_set():
                continue
        except (Lapsed, StaleEpoch) as lost:
            if in_force.settings.database is None:
                raise
            log.warning("another may be at work by now", reason=str(lost), remedy="this one stands by")
            if not signals.stop.is_set():
                continue
        if not signals.reload:
            return
        in_force.reload()


async def _in_turn(
    in_force: InForce,
    signals: _Signals,
    standby: Standby,
    stack: Sequence[str],
    *,
    shadow: bool,
    debug: bool,
) -> None:
    """Work as soon as it is our turn: where the store is a file at once, or never."""
    if in_force.settings.database is None or shadow:
        await _run_once(in_force, signals, stack, shadow=shadow, debug=debug)
        return
    async with standby.turn(in_force.settings, signals.stop) as store:
        if store is not None:
            await _run_once(in_force, signals, stack, shadow=shadow, debug=debug, store=store)


async def _run_once(
    in_force: InForce,
    signals: _Signals,
    stack: Sequence[str],
    *,
    shadow: bool,
    debug: bool,
    store: Store | None = None,
) -> None:
    """Work until told to end, with everything open that the hotel has; in a ``store`` that is ours already."""
    settings = in_force.settings
    private = bind("127.0.0.1", 0)
    door = Door(f"http://127.0.0.1:{private.getsockname()[1]}", secrets.token_urlsafe(32), shadow)
    folder = await to_thread.run_sync(partial(open_folder, settings.grounds, grace=2.0))
    try:
        # The account before the address: a second controller hears who works here, not just that somebody listens.
        async with (
            online(settings, stays=True, store=store) as room,
            at_the_desk(room, door),
            lines_of(settings, room.shop.clock, shadow=shadow, command=stack) as lines,
        ):
            controller = Controller(room.shop, folder, _rhythm(settings), settings.desired, shadow=shadow)
            async with opened(room, controller.wishes_moved, signals.stop, lines, shadow=shadow) as office:
                controller.on_documents = office.documents_changed
                controller.health.office, controller.health.configuration = office, in_force
                doors = Doors(room, controller, office, room.shop.clock.now(), debug=debug)
                await doors.poke(())  # whoever spoke before the door was there found nobody to tell
                await _behind_doors(doors, door.token, private, signals)
    finally:
        folder.close()
        private.close()


async def _behind_doors(doors: Doors, token: str, private: socket, signals: _Signals) -> None:
    """Work, and answer people and programs meanwhile."""
    room, controller = doors.room, doors.controller
    desk, clock = DeskSide(doors), room.shop.clock
    books = StoreBooks(room.shop.memory)
    with bind(*room.settings.desk.address) as listener:
        app = desk_app(desk, controller, room.gate, room.settings.desk, books, clock)
        events = controller.health.zoom_events = events_of(room, controller)
        if events is not None and events.hook is not None:
            app.include_router(hook_routes(events.hook))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            tasks.start_soon(serve, passes_app(token, doors), private)
            tasks.start_soon(desk.run)
            tasks.start_soon(doors.watch_logs)
            tasks.start_soon(watch, room.store)
            tasks.start_soon(keep_what_may_be_kept, room)
            tasks.start_soon(follow_alarms, room, controller, doors.office)
            if not controller.shadow:
                tasks.start_soon(Reporter(room.settings, room.shop.memory, clock, doors.office.around).run)
            if events is not None:
                tasks.start_soon(events.run)
            await _work(room, controller, signals)
            tasks.cancel_scope.cancel()


async def _work(room: Online, controller: Controller, signals: _Signals) -> None:
    """Run the controller as soon as Zoom lets us in; the desk answers for its health all the while."""
    notify("READY=1")
    host, port = room.settings.desk.address
    log.info(
        "started",
        property=room.settings.property.name,
        desk=f"http://{host}:{port}",
        shadow=controller.shadow,
    )
    await _connect(room, controller, signals)
    await controller.run(signals.stop)
    notify("STOPPING=1" if not signals.reload else "RELOADING=1")
    log.info("stopping" if not signals.reload else "reloading")


async def _connect(room: Online, controller: Controller, signals: _Signals) -> None:
    """The first token. What a person must mend is fatal; a Zoom that does not answer is waited for, until a stop."""
    async with unless(signals.stop, room.shop.traffic):
        while True:
            try:
                room.shop.hotel.capabilities = await room.driver.connect()
            except CallError as error:
                controller.health.zoom_error = error.message
                log.warning("zoom not reached", code=error.code, reason=error.message)
                await anyio.sleep(CONNECT_AGAIN)
            else:
                return


def _rhythm(settings: Settings) -> Rhythm:
    zoom = settings.zoom
    return Rhythm(
        refresh=zoom.refresh_cache * MINUTE,
        sweep=zoom.drift_check * MINUTE,
        patience=Patience(zoom.retries, zoom.interval, INLINE),
    )


async def _listen(in_force: InForce, signals: _Signals) -> None:
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


async def _watch_configuration(in_force: InForce, signals: _Signals) -> None:
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


async def _feed_watchdog() -> None:
    every = watchdog_seconds()
    while every is not None:
        notify("WATCHDOG=1")
        await anyio.sleep(every)
