"""The front office as the centre has it: the one that counts is at the property, and tells how it stands.

Register and ledger are filled with what was told, so that page, command line and the controller look at them as at
their own. Nobody rings here, nobody speaks to a PMS, and what the desk asks for is done at the property.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio

from desired.problem import Problem
from drivers.voice.wakeup import Lateness
from reconciler.account.memory import Memory
from reconciler.alarms.finding import Standing
from reconciler.app.office import Moved, Office, alarm_book
from reconciler.app.online import Online
from reconciler.app.registry import around_told, register_of
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.branch.asking import Asking, not_heard
from reconciler.branch.filing import Filing
from reconciler.branch.following import Follower, Touched, alarms_told
from reconciler.branch.heads import Heads, unheard
from reconciler.configuration.settings import Settings
from reconciler.desk.orders import AnyOrder
from reconciler.health import ExchangeHealth, LinkHealth, TelephoneHealth
from reconciler.livelog import LiveLog
from reconciler.stays.frontdesk import Declined
from reconciler.stays.linkstate import LinkStates
from reconciler.stays.notices import Around
from reconciler.stays.reception import NO_NOTES, StoredReception
from reconciler.store.rows import Json
from reconciler.store.store import Store
from reconciler.telephones.lifted import Lifted
from reconciler.telephones.mail import Count
from reconciler.telephones.state import TelephoneState, TelephoneStates, out_of_order
from reconciler.telephones.undisturbed import NOTE as PUT_BACK
from reconciler.telephones.undisturbed import Undisturbed
from reconciler.wakeups import acknowledged
from reconciler.wakeups.acknowledged import Acknowledged
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.ledger import Ledger
from reconciler.wakeups.rounds import WakeupCalls

RINGS_FOR: Final = timedelta(hours=1)
"""So long after its time a call that has not ended keeps do-not-disturb away; then the property must have gone."""

_AT_THE_PROPERTY: Final = "see to it at the property's own page, or by command line on its machine"


@dataclass(slots=True)
class Outpost(Office):
    """What the centre has of a property's office."""

    settings: Settings
    store: Store
    memory: Memory
    follower: Follower
    heads: Heads
    asks: bool
    """Whether the heads are asked for by us; in a group somebody does for all of an account."""
    lifted: Lifted
    filing: Filing
    asking: Asking

    @asynccontextmanager
    async def open(self, stop: anyio.Event) -> AsyncIterator[None]:  # noqa: ARG002 - there is nothing to end in order
        """Follow the property while inside."""
        async with anyio.create_task_group() as tasks:
            if self.asks:
                tasks.start_soon(self.heads.run)
            tasks.start_soon(self.follower.run, self.heads)
            tasks.start_soon(self.lifted.run)
            tasks.start_soon(self.filing.run)
            tasks.start_soon(self.asking.run)
            yield
            tasks.cancel_scope.cancel()

    def hear_of_rooms(self, touched: Touched) -> None:
        """Let somebody hear of rooms that look different from now on."""
        self.follower.touched.append(touched)

    async def documents_changed(self, rooms: Iterable[str]) -> None:
        """The property hears of it by the files themselves."""

    # How it is

    def between(self) -> ExchangeHealth:
        """Whether the property is heard of."""
        silence = self.heads.silence(self.settings.property.name)
        if silence is None:
            message = (
                "no process at the property has told anything yet: start one with `--roles pms,voice` and `centre:` "
                "there"
            )
            return ExchangeHealth("property", message, 0.0)
        since = self.clock.now() - timedelta(seconds=silence)
        return ExchangeHealth("property", unheard(silence, since, self.settings.property.zone), silence)

    def around(self) -> Around:
        """What the property tells of itself."""
        return around_told(self.settings, self.follower.summary)

    def links(self) -> list[LinkHealth]:
        """How the PMS links are at the property."""
        now = self.clock.now()
        return [
            LinkHealth(
                each.link, "at the property", "up" if each.problem is None else "down", each.since or now, each.heard,
                each.problem, {}, {}, 0, None,
            )
            for each in self.around().links
        ]  # fmt: skip

    def telephone_state(self) -> TelephoneState | None:
        """How the channels are at the property; None where there are none."""
        return self.around().telephones

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is at the property; what it counts is counted there."""
        state = self.telephone_state()
        if state is None:
            return None
        problem = out_of_order(state, self.clock.now())
        return TelephoneHealth(problem, state.channels, (), {}, {}, Lateness())

    def messages_told(self) -> Mapping[str, Count]:
        """The rooms with messages for their guests."""
        around = self.around()
        counts = {room: around.messages(room) for room in self.hotel.roster.known_rooms()}
        return {room: count for room, count in counts.items() if count != (0, 0)}

    def problems(self) -> Sequence[Problem]:
        """What a person must see to at the property; whether its telephones may ring only we can see."""
        return (*Office.problems(self), *self.lifted.problems(self.clock.now()), *self.asking.problems())

    def to_alarm(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """What the property sees it tells by itself."""
        theirs = Office.problems(self)
        return [problem for problem in problems if problem not in theirs]

    def standing_alarms(self) -> Sequence[Standing]:
        """What calls for a person here, and at the property."""
        return (*self.alarms.standing, *alarms_told(self.follower.summary))

    # What the desk asks for

    async def take(self, order: AnyOrder, where: str, notes: Mapping[str, Json] = NO_NOTES) -> str:  # noqa: ARG002
        """Let the property do what the desk asks for; the sentence that people read. Raises Declined."""
        exchange = self.between()
        if exchange.problem is not None:
            raise not_heard(exchange.problem)
        return await self.asking.ask(order, where)

    async def acknowledge(self, key: str, who: str) -> str:
        """Somebody sees to what an alarm is about. Declined where it is the property's."""
        if any(each.alarm.key == key for each in alarms_told(self.follower.summary)):
            raise Declined("this alarm is the property's: who sees to it says so there", _AT_THE_PROPERTY)
        return await self.alarms.acknowledge(key, who)

    async def resync(self, names: Iterable[str], where: str, *, release: bool) -> str:  # noqa: ARG002
        """Declined: the links are the property's."""
        raise Declined("the PMS links are held by the process at the property", _AT_THE_PROPERTY)


@dataclass(frozen=True, slots=True)
class Ringing:
    """The calls of a ledger that ring at the property, or will soon, as far as anybody knows."""

    ledger: Ledger
    now: Callable[[], datetime]

    def open(self) -> Sequence[Entry]:
        """Those that have not ended, the one that is due first in front."""
        oldest = self.now() - RINGS_FOR
        return [entry for entry in self.ledger.open() if entry.due > oldest]


async def outpost_of(room: Online, moved: Moved, files: Callable[[], Mapping[str, str] | None]) -> Outpost:
    """The centre's side of a hotel; ``moved`` hears of rooms whose wishes are others, ``files`` what was read."""
    settings, shop, store = room.settings, room.shop, room.store
    hotel, memory, clock, name = shop.hotel, shop.memory, shop.clock, store.property_name
    register = await memory.run(partial(register_of, settings, hotel, store, clock.now()))
    reception = StoredReception(hotel, register, memory, clock, moved)
    seen = Acknowledged(memory, clock, await memory.run_first(store.note, acknowledged.NOTE))
    undisturbed = Undisturbed(hotel, memory, await memory.run_first(store.note, PUT_BACK))
    ringing = Ringing(register.ledger, clock.now)
    shared = room.among.account.heads if room.among is not None else None
    heads = shared if shared is not None and shared.place == store.place else Heads(store, clock)
    return Outpost(
        hotel, register, reception, WakeupCalls(reception, clock, shadow=True), clock, (),
        LinkStates(memory, clock, None), None, TelephoneStates(memory, clock), seen, await alarm_book(room, seen),
        LiveLog(), None, None, (), Uninterrupted(),
        settings, store, memory, Follower(name, store, register, moved), heads, heads is not shared,
        Lifted(hotel, ringing, clock, shop.refresher.silence, undisturbed, moved),
        Filing(settings.desired, files, memory, clock),
        Asking(memory.run_once, store, clock, settings.property.zone),
    )  # fmt: skip
