"""One hotel at work: from opening its store to its end, with its desk, its PMS links and its telephones."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from socket import socket
from typing import Protocol

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from drivers.sip.process import COMMAND
from drivers.sip.switchboard import switchboard
from reconciler.account.patience import Patience
from reconciler.account.readings import Rhythm
from reconciler.app.accounts import Among
from reconciler.app.atproperty import AtProperty
from reconciler.app.atwork import opened
from reconciler.app.callout import follow_alarms
from reconciler.app.deskside import DeskSide
from reconciler.app.doors import Doors
from reconciler.app.events import Events, events_of
from reconciler.app.lines import lines_of
from reconciler.app.offline import open_folder
from reconciler.app.online import Online, online
from reconciler.app.outpost import Outpost
from reconciler.app.presence import at_the_desk
from reconciler.app.rebuilt import watch
from reconciler.app.reporting import Reporter
from reconciler.app.retention import keep_what_may_be_kept
from reconciler.app.telephony import Lines
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.branch.roles import ALL, Role, Roles
from reconciler.configuration.settings import Settings
from reconciler.control import Door
from reconciler.desk.access import StoreBooks
from reconciler.desk.app import desk_app, probes_app
from reconciler.desk.groupmetrics import AtWork
from reconciler.desk.hooks import hook_routes
from reconciler.desk.passes import passes_app
from reconciler.desk.serve import Later, bind, serve
from reconciler.errors import CallError, Fatal
from reconciler.interruption import unless
from reconciler.logs import logger
from reconciler.loop import Controller
from reconciler.store.store import Store
from reconciler.systemd import notify

INLINE = 5.0
"""Seconds for which a call is tried again at once before it is left to its next time."""

MINUTE = 60.0

CONNECT_AGAIN = 5.0
"""Seconds between tries to get in while Zoom's token service is away."""

log = logger("run")


@dataclass(slots=True)
class Signals:
    """What the outside asked for: to stop, or to start again with other settings. ``stop`` ends the work for both.

    ``started``: it is at work.
    """

    stop: anyio.Event = field(default_factory=anyio.Event)
    started: anyio.Event = field(default_factory=anyio.Event)
    reload: bool = False
    _asked: anyio.Event = field(default_factory=anyio.Event)
    _waits: bool = False

    def ask(self, *, reload: bool) -> None:
        """Ask for the one or the other; a stop is not taken back, and a second reload makes no stop of the first."""
        self.reload = reload and (self.reload or not self.stop.is_set())
        self._asked.set()
        if not (self.reload and self._waits):
            self.stop.set()

    async def reload_after(self, rest: Callable[[], Awaitable[None]]) -> None:
        """From now on, until cancelled, a reload waits for ``rest``; a stop waits for nothing."""
        self._waits = True
        try:
            await self._asked.wait()
            await rest()
            self.stop.set()
        finally:
            self._waits = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a controller works: whether it only watches, logs every call, and what starts the telephone stack."""

    shadow: bool = False
    debug: bool = False
    stack: Sequence[str] = COMMAND
    roles: Roles = ALL


class Configured(Protocol):
    """The settings in force, and why those that stand in the file now are not (None: they could be)."""

    settings: Settings
    unusable: str | None


async def work(
    in_force: Configured,
    signals: Signals,
    manner: Manner,
    *,
    store: Store | None = None,
    among: Among | None = None,
    kept: Uninterrupted | None = None,
) -> None:
    """Work until told to end, with everything open that the hotel has; in a ``store`` that is ours already.

    ``among`` is what it has in common with the other hotels of a group, ``kept`` what stays up over a reload. Fatal
    where it cannot start, Busy where another process has the account.
    """
    shadow, roles = manner.shadow, manner.roles
    settings = in_force.settings
    with bind("127.0.0.1", 0) as private:
        port = private.getsockname()[1]
        door = Door(f"http://127.0.0.1:{port}", secrets.token_urlsafe(32), shadow)
        with await to_thread.run_sync(partial(open_folder, settings.grounds, grace=2.0)) as folder:
            # The account before the address: a second controller hears who works here, not just that somebody
            # listens.
            async with (
                online(settings, stays=True, store=store, among=among, roles=roles) as room,
                at_the_desk(room, door),
                _lines(room, manner, kept) as lines,
            ):
                await to_thread.run_sync(_nobody_at_the_property, room)
                controller = Controller(
                    room.shop, folder, _rhythm(settings), settings.desired, shadow, zoom=Role.ZOOM in roles
                )
                health = controller.health
                async with opened(
                    room,
                    controller.wishes_moved,
                    signals.stop,
                    lines,
                    shadow=shadow,
                    files=folder.digests,
                    kept=kept,
                ) as office:
                    controller.on_documents = office.documents_changed
                    health.office, health.configuration, health.roles = office, in_force, roles
                    if isinstance(office, Outpost):
                        health.between = office.between
                    doors = Doors(room, controller, office, room.shop.clock.now(), debug=manner.debug)
                    await doors.poke(())  # whoever spoke before the door was there found nobody to tell
                    await _behind_doors(doors, door.token, private, signals)


def _lines(
    room: Online, manner: Manner, kept: Uninterrupted | None
) -> AbstractAsyncContextManager[Lines | None]:
    """The telephones, where they are this process's."""
    if Role.VOICE not in manner.roles:
        return nullcontext()
    opening = switchboard if kept is None else kept.telephones
    return lines_of(
        room.settings, room.shop.clock, shadow=manner.shadow, command=manner.stack, opening=opening
    )


def _nobody_at_the_property(room: Online) -> None:
    """Fatal where PMS and telephones would be here as well as with a process at the property."""
    if room.roles.whole and room.store.branch() is not None:
        raise Fatal(
            f"PMS and telephones of {room.settings.property.name} are with a process at the property",
            "start this one with `--roles zoom,desk`; to have all of it in one process, take `centre:` out of the "
            "property's configuration, add `zoom:` there, and start that one without `--roles`",
        )


async def _behind_doors(doors: Doors, token: str, private: socket, signals: Signals) -> None:
    """Work, and answer people and programs meanwhile."""
    room, controller = doors.room, doors.controller
    has_page = room.among is None or room.among.page
    with bind(*room.settings.desk.address) if has_page else nullcontext() as listener:
        async with anyio.create_task_group() as tasks:
            with _events(room, controller) as events, _entered(doors):
                if listener is not None:
                    _open_desk(doors, listener, events, tasks)
                tasks.start_soon(serve, Later(partial(passes_app, token, doors)), private)
                tasks.start_soon(doors.watch_logs)
                tasks.start_soon(signals.reload_after, doors.office.rest)
                if room.roles.at_property:
                    tasks.start_soon(AtProperty(doors).run)
                tasks.start_soon(watch, room.store)
                tasks.start_soon(keep_what_may_be_kept, room)
                tasks.start_soon(follow_alarms, room, controller, doors.office)
                if not controller.shadow:
                    around = doors.office.around
                    tasks.start_soon(Reporter(room.settings, room.shop.memory, room.shop.clock, around).run)
                if events is not None and room.among is None:  # else the account's own are at work
                    tasks.start_soon(events.run)
                await _until_told(room, controller, signals)
                tasks.cancel_scope.cancel()


def _open_desk(doors: Doors, listener: socket, events: Events | None, tasks: TaskGroup) -> None:
    """Let people and programs in."""
    room, desk = doors.room, DeskSide(doors)
    books, clock = StoreBooks(room.shop.memory), room.shop.clock
    if Role.DESK not in room.roles:
        tasks.start_soon(serve, probes_app(doors.controller, room.gate), listener)
        return
    app = desk_app(desk, doors.controller, room.gate, room.settings.desk, books, clock)
    if events is not None and events.hook is not None:
        app.include_router(hook_routes(events.hook))
    tasks.start_soon(serve, app, listener)
    tasks.start_soon(desk.run)


@contextmanager
def _entered(doors: Doors) -> Iterator[None]:
    """Be seen by who looks at all hotels of the process while inside."""
    among, name = doors.room.among, doors.room.settings.property.name
    if among is None:
        yield
        return
    among.at_work[name] = AtWork(doors.controller, doors.office.standing_alarms)
    try:
        yield
    finally:
        among.at_work.pop(name, None)


@contextmanager
def _events(room: Online, controller: Controller) -> Iterator[Events | None]:
    """What brings Zoom's events to this hotel, while inside; those of one account hear them together."""
    if Role.ZOOM not in room.roles:
        yield None
        return
    if room.among is None:
        events = events_of(room.settings.zoom, room.driver.event_tokens, controller.hints, room.shop.clock)
        controller.health.zoom_events = events
        yield events
        return
    controller.health.zoom_events = room.among.account.events
    with room.among.account.hearers.joined_by(controller.hints):
        yield room.among.account.events


async def _until_told(room: Online, controller: Controller, signals: Signals) -> None:
    """Run the controller as soon as Zoom lets us in; the desk answers for its health all the while."""
    notify("READY=1")
    host, port = room.settings.desk.address
    log.info(
        "started",
        property=room.settings.property.name,
        desk=f"http://{host}:{port}" if room.among is None or room.among.page else None,
        shadow=controller.shadow,
        roles=None if room.roles == ALL else str(room.roles),
    )
    if controller.zoom:
        await _connect(room, controller, signals)
    signals.started.set()
    await controller.run(signals.stop)
    if room.among is None:
        notify("STOPPING=1" if not signals.reload else "RELOADING=1")
    log.info("stopping" if not signals.reload else "reloading")


async def _connect(room: Online, controller: Controller, signals: Signals) -> None:
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
