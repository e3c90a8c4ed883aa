"""The front office of one hotel: register, reception, PMS links and wake-up calls, put together from the settings."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import anyio

from desired.events import Told
from desired.problem import Problem
from desired.said import Source
from drivers.pms.fias import auth, masking
from drivers.pms.fias.conversation import House, LinkOptions
from drivers.pms.fias.framelog import DailyFrameLog, mask_key
from drivers.pms.fias.link import Link
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec
from drivers.pms.fias.session import Manners
from drivers.pms.fias.status import LinkStatus
from drivers.pms.fias.translate import PrivateFlag, Voice
from reconciler import frontdesk
from reconciler.app.online import Online
from reconciler.app.registry import name_of, register_of
from reconciler.desk.orders import AnyOrder
from reconciler.errors import Fatal
from reconciler.health import LinkHealth
from reconciler.hotel import Hotel
from reconciler.keeper import Keeper
from reconciler.links import PmsLink
from reconciler.linkstate import NOTE, LinkStates, state_of
from reconciler.notices import notices
from reconciler.owed import Dispatch
from reconciler.ports import Clock
from reconciler.reception import StoredReception
from reconciler.register import Register
from reconciler.settings import Settings, secret
from reconciler.wakeups import WakeupCalls

FRAMES = "pms"
"""The folder of the frame logs, in the state folder."""

MASK_KEY = "secrets/frame-mask"

AT_WORK = "at work"
"""The note that stands in the store while a controller runs; one found at the start tells of an unclean stop."""


@dataclass(slots=True)
class Office:
    """All that a controller does beside looking at Zoom."""

    hotel: Hotel
    register: Register
    reception: StoredReception
    wakeups: WakeupCalls
    clock: Clock
    wires: tuple[Link, ...]
    states: LinkStates
    _logs: tuple[tuple[PmsLink, DailyFrameLog], ...]

    @asynccontextmanager
    async def open(self, stop: anyio.Event) -> AsyncIterator[None]:
        """Work while inside; at ``stop``, or afterwards, the links are ended in good order."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stop_at, stop)
            tasks.start_soon(self.reception.run)
            tasks.start_soon(self.wakeups.run)
            tasks.start_soon(self.states.follow, self.links)
            for link in self.wires:
                tasks.start_soon(link.run)
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True):
                    await self._stop()
                tasks.cancel_scope.cancel()

    async def _stop_at(self, stop: anyio.Event) -> None:
        await stop.wait()
        await self._stop()

    async def _stop(self) -> None:
        async with anyio.create_task_group() as ending:
            for link in self.wires:
                ending.start_soon(link.stop)
        for _, log in self._logs:
            log.close()

    def log_frames(self, *, asked: bool) -> None:
        """Keep logs of the links' records where that is set, or asked for at present."""
        for link, log in self._logs:
            log.on = link.log.enabled or asked

    # How it is (reconciler.health)

    def links(self) -> list[LinkHealth]:
        """How the PMS links are."""
        return [_health(wire.status, self.register, self.states) for wire in self.wires]

    def trouble(self) -> str | None:
        """What keeps the store from taking what the office heard; None if nothing does."""
        return self.reception.trouble

    def anomalies(self) -> Mapping[str, int]:
        """How often what was odd."""
        return self.reception.anomalies()

    def problems(self) -> Sequence[Problem]:
        """What a person at the desk must see to."""
        return notices(self.register, self.clock.now(), map(state_of, self.links()))

    # What the desk asks for

    async def take(self, order: AnyOrder, where: str) -> str:
        """Do what the desk asks for; the sentence that people read. Raises Declined."""
        told = frontdesk.by_hand(where, self.clock.now())
        return await frontdesk.take(order, self.hotel, self.register, self.reception.tell, told)

    async def resync(self, names: Iterable[str], where: str, *, release: bool) -> str:
        """Ask these links' PMS (or all) for every room, or let those go whom a held resync no longer knew."""
        links = _chosen(self.wires, tuple(names))
        if not release:
            for link in links:
                link.resync()
            return "\n".join(_asked(link.status) for link in links)
        held = {link.status.name: self.register.stays.held(link.status.name) for link in links}
        for name in [name for name, rooms in held.items() if rooms]:
            now = self.clock.now()
            await self.reception.release(name, Told(Source.DESK, where, now, now))
        released = sum(held.values())
        if not released:
            return "no resync is held"
        return "1 room is checked out" if released == 1 else f"{released} rooms are checked out"


class Silence:
    """The outbox of a shadow: what was owed before it became one waits until it is none."""

    async def next(self, link: str) -> Dispatch:  # noqa: ARG002
        """Never answers."""
        await anyio.sleep_forever()
        raise AssertionError

    async def sent(self, dispatch: Dispatch) -> None:
        """Nothing is ever sent."""


def _health(status: LinkStatus, register: Register, states: LinkStates) -> LinkHealth:
    return LinkHealth(
        status.name, status.peer, status.state, status.since,
        status.last_record_at or states.heard(status.name), status.problem,
        status.received, status.sent, register.stays.held(status.name), status.clock_ahead,
    )  # fmt: skip


def _asked(link: LinkStatus) -> str:
    if link.problem is None:
        return f"{link.name}: the PMS is asked for every room"
    return f"{link.name}: the PMS will be asked for every room when the link is up; now {link.problem}"


def _chosen(links: tuple[Link, ...], names: tuple[str, ...]) -> tuple[Link, ...]:
    known = {link.status.name: link for link in links}
    if not known:
        raise frontdesk.Declined("there is no PMS link", "set one up under pms: in housephone.yaml")
    for name in names:
        if name not in known:
            raise frontdesk.Declined(f"there is no PMS link {name}", f"the links are: {', '.join(known)}")
    return tuple(known[name] for name in names) or links


async def office_of(
    room: Online, moved: Callable[[Iterable[str]], None], *, shadow: bool = False, unclean: bool = False
) -> Office:
    """The office of an open hotel; ``moved`` hears of rooms whose wishes have changed.

    The office of a ``shadow`` hears what the PMS says, but tells it nothing and wakes nobody.
    """
    settings, shop = room.settings, room.shop
    keeper = Keeper(shop.memory, shop.clock)
    read = partial(register_of, shadow=shadow)
    register = await shop.memory.run(read, settings, shop.hotel, room.store, shop.clock.now())
    reception = StoredReception(shop.hotel, register, keeper, shop.clock, moved)
    outbox = Silence() if shadow else reception.outbox
    links: list[Link] = []
    logs: list[tuple[PmsLink, DailyFrameLog]] = []
    for link in settings.pms:
        log = _frame_log(settings, link)
        logs.append((link, log))
        house = House(shop.clock, reception, outbox, log)
        options = link_options(settings, link, resync=unclean and link.resync_after_crash)
        links.append(Link(options, house, random.random))
    wakeups = WakeupCalls(reception, shop.clock, shadow=shadow)
    note = await shop.memory.run(room.store.note, NOTE)
    states = LinkStates(keeper, shop.clock, note)
    return Office(shop.hotel, register, reception, wakeups, shop.clock, tuple(links), states, tuple(logs))


def link_options(settings: Settings, link: PmsLink, *, resync: bool = False) -> LinkOptions:
    """One link as the driver takes it. Fatal where its key cannot be read."""
    private = link.private
    label = "pms" if len(settings.pms) == 1 else f"pms {link.name}"
    return LinkOptions(
        link.host,
        link.port,
        Voice(
            name_of(link), settings.property.zone, label, link.strip_zeros,
            PrivateFlag(private.field, private.value) if private else None,
        ),
        Codec.of(link.encoding),
        Manners(version("housephone"), link.keepalive, private.field if private else "", _signature(link)),
        Taken(link.message_counts, link.guest_service),
        resync_at_start=resync,
    )  # fmt: skip


def _signature(link: PmsLink) -> Callable[[str], str] | None:
    if link.auth_key is None and link.auth_key_file is None:
        return None
    try:
        key = auth.key_of(secret(link.auth_key, link.auth_key_file, "pms.auth_key"))
    except ValueError as error:
        raise Fatal(str(error), "copy the key that the PMS's interface was given") from error
    return lambda challenge: auth.answer(key, challenge, os.urandom)


def _frame_log(settings: Settings, link: PmsLink) -> DailyFrameLog:
    show = masking.hidden
    if link.log.masked:
        further = frozenset({link.private.field} if link.private else ())
        show = masking.Mask(mask_key(settings.state / MASK_KEY), further).record
    return DailyFrameLog(settings.state / FRAMES, show, settings.retention.pms_log_days, on=link.log.enabled)


@asynccontextmanager
async def opened(
    room: Online, moved: Callable[[Iterable[str]], None], stop: anyio.Event, *, shadow: bool
) -> AsyncIterator[Office]:
    """The office at work while inside; the store then knows whether it was tidied up in the end."""
    memory = room.shop.memory
    unclean = await memory.run(memory.store.note, AT_WORK) is True
    office = await office_of(room, moved, shadow=shadow, unclean=unclean and not shadow)
    if not shadow:
        await memory.run(memory.store.put_note, AT_WORK, True)  # noqa: FBT003 - the note's value
    async with office.open(stop):
        yield office
    if not shadow:
        await memory.run(memory.store.put_note, AT_WORK, False)  # noqa: FBT003 - the note's value
