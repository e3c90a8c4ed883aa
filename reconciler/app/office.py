"""The front office of one hotel: register, reception, PMS links, wake-up calls and telephones, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import anyio

from desired.events import Told
from desired.problem import Problem
from desired.said import Source
from drivers.pms.fias.conversation import House
from drivers.pms.fias.framelog import DailyFrameLog
from drivers.pms.fias.link import Link
from drivers.pms.fias.status import LinkStatus
from reconciler.alarms import book as alarmbook
from reconciler.alarms.book import AlarmBook
from reconciler.alarms.finding import Standing, manners
from reconciler.app.linked import Overheard, frame_log, frame_mask
from reconciler.app.online import Online
from reconciler.app.registry import register_of
from reconciler.app.telephony import Lines, Premises, TelephoneSide, telephone_side
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.branch.following import Touched
from reconciler.configuration.links import PmsLink
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.desk.orders import AnyOrder
from reconciler.health import LinkHealth, TelephoneHealth
from reconciler.hotel import Hotel
from reconciler.livelog import LiveLog
from reconciler.ports import Clock
from reconciler.stays import anew, frontdesk
from reconciler.stays.anew import Anew
from reconciler.stays.linkstate import NOTE, LinkStates, state_of
from reconciler.stays.notices import Around, notices
from reconciler.stays.owed import Dispatch
from reconciler.stays.reception import NO_NOTES, StoredReception
from reconciler.stays.register import Register
from reconciler.store.rows import Json
from reconciler.telephones.mail import Count
from reconciler.telephones.state import TelephoneState, TelephoneStates, out_of_order
from reconciler.timelimit import for_at_most
from reconciler.wakeups import acknowledged, secondbook
from reconciler.wakeups.acknowledged import Acknowledged
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.rounds import WakeupCalls
from reconciler.wakeups.secondbook import SecondBook

Moved = Callable[[Iterable[str]], None]

TOLD_WITHIN: Final = 60.0
"""Seconds for which a reload waits until the PMS has told of all rooms, which it would have to do again."""

LOOK_EVERY: Final = 0.1
"""Seconds between two looks whether it has."""


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
    telephony: TelephoneSide | None
    channel_states: TelephoneStates
    acknowledged: Acknowledged
    alarms: AlarmBook
    live: LiveLog
    second: SecondBook | None
    anew: Anew | None
    _logs: tuple[tuple[PmsLink, DailyFrameLog], ...]
    _kept: Uninterrupted

    @asynccontextmanager
    async def open(self, stop: anyio.Event) -> AsyncIterator[None]:
        """Work while inside; at ``stop``, or afterwards, the links are ended in good order, or left to the next."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stop_at, stop)
            tasks.start_soon(self.reception.run)
            tasks.start_soon(self.wakeups.run)
            tasks.start_soon(self.states.follow, self.links)
            if self.second is not None:
                tasks.start_soon(self.second.run)
            if self.telephony is not None:
                tasks.start_soon(self.telephony.run)
                tasks.start_soon(self._follow_channels, self.telephony)
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
        await self._kept.end(self.wires)
        for _, log in self._logs:
            log.close()

    def log_frames(self, *, asked: bool) -> None:
        """Keep logs of the links' records where that is set, or asked for at present."""
        for link, log in self._logs:
            log.on = link.log.enabled or asked

    def log_packets(self, *, asked: bool) -> None:
        """Log SIP messages while that is asked for."""
        if self.telephony is not None:
            self.telephony.log_packets(asked)

    async def rest(self) -> None:
        """Come back at a moment that is good for a reload: no PMS tells of all rooms, nobody is on the telephone."""
        await for_at_most(self.clock, TOLD_WITHIN, self._settled)
        if self.telephony is not None:
            await self.telephony.rest()

    async def _settled(self) -> None:
        while any(wire.settling for wire in self.wires):
            await self.clock.sleep(LOOK_EVERY)

    async def documents_changed(self, rooms: Iterable[str]) -> None:
        """Files say something else of these rooms."""
        changed = tuple(rooms)
        await self.reception.look(changed)
        if self.telephony is not None:
            self.telephony.look(changed)

    def hear_of_rooms(self, touched: Touched) -> None:
        """Let somebody hear of rooms that look different from now on."""
        self.reception.on_page.append(
            lambda page: touched({*page.words, *(entry.room for entry in page.entries)}, bool(page.entries))
        )

    def to_alarm(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """Those that somebody must be told of by us."""
        return problems

    def standing_alarms(self) -> Sequence[Standing]:
        """What calls for a person, here or where PMS and telephones are."""
        return self.alarms.standing

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
        now = self.clock.now()
        silent = () if self.telephony is None else self.telephony.lifted.problems(now)
        return (*notices(self.register, now, self.around()), *silent)

    def around(self) -> Around:
        """What is known beside the register."""
        mail = self.messages_told()
        links = tuple(map(state_of, self.links()))
        known = self.acknowledged.known
        second = None if self.second is None else self.second.trouble
        return Around(
            links,
            self.telephone_state(),
            known,
            lambda room: mail.get(room, (0, 0)),
            self.anew,
            second,
        )

    def messages_told(self) -> Mapping[str, Count]:
        """The rooms with messages for their guests: how many new and saved ones."""
        side = self.telephony
        return {} if side is None or side.mail is None else side.mail.told()

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is; None where there is none."""
        side, state = self.telephony, self.telephone_state()
        if side is None or state is None:
            return None
        return TelephoneHealth(
            out_of_order(state, self.clock.now()), state.channels, side.alerts.open,
            side.telephones.ended, self.wakeups.counts, side.ringer.lateness,
        )  # fmt: skip

    def telephone_state(self) -> TelephoneState | None:
        """How the channels are; None where there are none."""
        side = self.telephony
        return None if side is None else side.state()

    async def _follow_channels(self, side: TelephoneSide) -> None:
        await self.channel_states.follow(side.state, lambda: self.reception.ledger)

    # What the desk asks for

    async def take(self, order: AnyOrder, where: str, notes: Mapping[str, Json] = NO_NOTES) -> str:
        """Do what the desk asks for, with these notes; the sentence that people read. Raises Declined."""
        told = frontdesk.by_hand(where, self.clock.now())
        tell = partial(self.reception.tell_now, notes=notes)
        return await frontdesk.take(order, self.hotel, self.register, tell, told, self.telephone_state())

    async def acknowledge(self, key: str, who: str) -> str:
        """Somebody sees to what an alarm is about; telephone and page are silent then. Raises Declined."""
        return await self.alarms.acknowledge(key, who)

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
    room: Online,
    moved: Moved,
    lines: Lines | None = None,
    *,
    shadow: bool = False,
    unclean: bool = False,
    kept: Uninterrupted | None = None,
) -> Office:
    """The office of an open hotel; ``moved`` hears of rooms whose wishes have changed, ``lines`` are its telephones.

    ``kept`` is what the last one has left standing, and may be left to the next.
    The office of a ``shadow`` hears what the PMS says, but tells it nothing and wakes nobody.
    """
    settings, shop, kept = room.settings, room.shop, kept or Uninterrupted()
    read = partial(register_of, shadow=shadow)
    register = await shop.memory.run(read, settings, shop.hotel, room.store, shop.clock.now())
    hearers = [moved]
    reception = StoredReception(shop.hotel, register, shop.memory, shop.clock, partial(_tell_all, hearers))
    note = await shop.memory.run_first(room.store.note, acknowledged.NOTE)
    seen = Acknowledged(shop.memory, shop.clock, note)
    telephony = None
    if lines is not None:
        premises = Premises(
            shop.hotel, reception, shop.memory, shop.clock, moved, seen, shop.refresher.silence
        )
        telephony = await telephone_side(settings, premises, lines)
        hearers.append(telephony.look)
    outbox = Silence() if shadow else reception.outbox
    links: list[Link] = []
    logs: list[tuple[PmsLink, DailyFrameLog]] = []
    live = LiveLog()
    for link in settings.pms:
        log = frame_log(settings, link)
        logs.append((link, log))
        house = House(shop.clock, reception, outbox, Overheard(log, live, frame_mask(settings, link)))
        resync = room.missed or (unclean and link.resync_after_crash)
        links.append(kept.link(settings, link, house, resync=resync))
    wakeups = _wakeups(settings, reception, shop.clock, telephony, shadow=shadow)
    note = await shop.memory.run(room.store.note, NOTE)
    states = LinkStates(shop.memory, shop.clock, note)
    return Office(
        shop.hotel, register, reception, wakeups, shop.clock, tuple(links), states, telephony,
        TelephoneStates(shop.memory, shop.clock), seen, await alarm_book(room, seen), live,
        _second_book(settings, reception, seen, shop.clock),
        Anew.of(await shop.memory.run(room.store.note, anew.NOTE)), tuple(logs), kept,
    )  # fmt: skip


def _second_book(
    settings: Settings, reception: StoredReception, seen: Acknowledged, clock: Clock
) -> SecondBook | None:
    """Beside a file; PostgreSQL has its own ways to lose nothing."""
    if settings.database is not None:
        return None

    def calls() -> list[Entry]:
        return secondbook.worth_keeping(reception.ledger, seen.known, clock.now())

    book = SecondBook(settings.state / secondbook.FILE, calls, clock)
    reception.on_page.append(lambda page: book.turn() if page.entries else None)
    seen.told.append(lambda _names: book.turn())
    return book


async def alarm_book(room: Online, seen: Acknowledged) -> AlarmBook:
    """What calls for a person, as it was when the last controller went."""
    memory, clock = room.shop.memory, room.shop.clock
    note = await memory.run_first(room.store.note, alarmbook.NOTE)
    by_kind = manners(timedelta(minutes=room.settings.alerts.link_down))
    return AlarmBook(by_kind, memory, clock, seen, note)


def _tell_all(hearers: Iterable[Moved], rooms: Iterable[str]) -> None:
    changed = tuple(rooms)
    for hear in hearers:
        hear(changed)


def _wakeups(
    settings: Settings,
    reception: StoredReception,
    clock: Clock,
    telephony: TelephoneSide | None,
    *,
    shadow: bool,
) -> WakeupCalls:
    if telephony is None:
        return WakeupCalls(reception, clock, shadow=shadow)
    late = timedelta(seconds=(settings.voice or Voice()).wakeup.late)
    return WakeupCalls(
        reception, clock, telephony.ringer, late=late, alert=telephony.alerts.sound, shadow=shadow
    )
