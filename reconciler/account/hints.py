"""What Zoom tells by itself makes us look again, and nothing else: the truth is what it shows then.

Most events are echoes of our own writes: what an event tells that is known already costs nothing. For the others an
extension is read once for all events of a moment, at the lowest priority, and one that events keep naming less and
less often, at last no more often than the sweeps would. Many at a time are left to the next sweep, which comes
earlier then: a few lists cost less than many single reads. A lost event costs time until the sweep after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import anyio

from desired.problem import Problem
from drivers.zoom.events.intake import Fate
from drivers.zoom.events.meaning import (
    CameOrWent,
    EmergencyCall,
    Meaning,
    MessageLeft,
    MessagesGone,
    NamesChanged,
    PresenceChanged,
    SignedIn,
    TelephoneSeen,
)
from observed.extension import UNKNOWN, Extension
from reconciler.account.readings import Readings
from reconciler.hotel import Hotel
from reconciler.logs import logger
from reconciler.pace import Pace
from reconciler.passes import Workshop
from reconciler.store.rows import Happened, HappeningRow, Json
from reconciler.telephones.callback import Callback, held_off

GATHER: Final = 0.25
"""Seconds in which events about one extension count as one."""
AGAIN: Final = 2.0
"""Seconds until an extension is read a second time; then twice as many, and so on."""
TRIES: Final = 3
"""How often it is read again while it does not show yet what an event has told: reads may lag behind events."""
MANY: Final = 20
"""So many extensions at a time are not read one by one."""

SHOWN: Final = timedelta(hours=1)
"""How long an emergency call is shown."""

LISTS: Final = "lists"
"""Stands among Zoom's ids for what only the lists show."""

log = logger("events")


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be read of an extension, and what events have told of it."""

    kinds: frozenset[str] = frozenset()
    told: Mapping[str, Any] = field(default_factory=dict)
    tries: int = 0

    def also(self, kind: str, told: Mapping[str, Any]) -> _Due:
        return _Due(self.kinds | {kind}, {**self.told, **told})


class Hints:
    """Hears what events mean, and looks again at whom they are about. ``poke`` hears of rooms to look at."""

    def __init__(
        self,
        shop: Workshop,
        readings: Readings,
        poke: Callable[[Iterable[str]], None],
        callback: Callback,
    ) -> None:
        self._shop = shop
        self._callback = callback
        self._readings = readings
        self._poke = poke
        self._pace = Pace(AGAIN, max(AGAIN, readings.rhythm.sweep))
        self._due: dict[str, _Due] = {}
        self._heard = anyio.Event()
        self._unbooked: list[HappeningRow] = []
        self._called = anyio.Event()
        self._help: list[tuple[datetime, Problem]] = []

    @property
    def _hotel(self) -> Hotel:
        return self._shop.hotel

    async def run(self) -> None:
        """Look again at what was heard of, until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._look_again)
            tasks.start_soon(self._note_emergencies)
            tasks.start_soon(self._callback.run)

    def calls_for_help(self) -> tuple[Problem, ...]:
        """The emergency calls of the last hour, as the desk must see them."""
        now = self._shop.clock.now()
        self._help = [(at, problem) for at, problem in self._help if at > now - SHOWN]
        return tuple(self._with_what_holds_off(problem, now) for _, problem in self._help)

    def _with_what_holds_off(self, problem: Problem, now: datetime) -> Problem:
        why = "" if problem.room is None else held_off(self._hotel, problem.room, now)
        return replace(problem, message=f"{problem.message}; {why}") if why else problem

    def gap(self) -> None:
        """Events may have been lost: the next sweep comes earlier."""
        self._readings.doubt()

    def hear(self, meaning: Meaning) -> Fate:  # noqa: PLR0911 - one line for each kind of event
        """Take what an event means; what became of it."""
        match meaning:
            case NamesChanged():
                return self._changed(meaning.id, "names", meaning.told)
            case PresenceChanged():
                return self._presence(meaning)
            case SignedIn():
                return self._signed_in(meaning)
            case CameOrWent():
                stranger = self._is_elsewhere(self._hotel.observed.user(meaning.id))
                return "elsewhere" if stranger else self._wait_for(LISTS, "lists")
            case TelephoneSeen():
                return self._telephone(meaning)
            case MessageLeft():
                return self._message(meaning)
            case MessagesGone():
                return self._messages_gone(meaning)
            case EmergencyCall():
                return self._emergency(meaning)

    def _room(self, extension: Extension | None) -> str | None:
        return None if extension is None else self._hotel.roster.room_of(extension.number)

    def _rooms(self, numbers: Iterable[int]) -> set[str]:
        return {room for number in numbers if (room := self._hotel.roster.room_of(number)) is not None}

    def _is_elsewhere(self, extension: Extension | None) -> bool:
        """True for one that is known, and of no room."""
        return extension is not None and self._room(extension) is None

    def _wait_for(self, id_: str, kind: str, told: Mapping[str, Any] | None = None) -> Fate:
        self._due[id_] = self._due.get(id_, _Due()).also(kind, told or {})
        self._heard.set()
        return "taken"

    def _changed(self, id_: str, kind: str, told: Mapping[str, Any]) -> Fate:
        extension = self._hotel.observed.user(id_)
        if extension is None or self._room(extension) is None:
            return "elsewhere"
        if told and _shows(extension, told):
            return "known"
        return self._wait_for(id_, kind, told)

    def _presence(self, changed: PresenceChanged) -> Fate:
        """Where presence was not read, our lease says what it should be."""
        extension, lease = self._hotel.observed.user(changed.id), self._hotel.leases.get(changed.id)
        held = lease is not None and lease.until is not None
        believed = held if extension is None or extension.dnd is UNKNOWN else extension.dnd
        if not self._is_elsewhere(extension) and changed.dnd in {believed, UNKNOWN}:
            return "known"
        return self._changed(changed.id, "dnd", {"dnd": changed.dnd})

    def _signed_in(self, user: SignedIn) -> Fate:
        """Do-not-disturb that Zoom could not set while nobody was signed in is tried at once."""
        room = self._room(self._hotel.observed.user(user.id))
        if room is None:
            return "elsewhere"
        failures, now = self._hotel.setbacks.failures, self._shop.clock.now()
        waiting = [key for key in failures if key[0] == user.id and key[1].startswith("dnd:")]
        for key in waiting:
            failures[key] = replace(failures[key], next_at=now)
        if not waiting:
            return "known"
        self._poke({room})
        return "taken"

    def _telephone(self, seen: TelephoneSeen) -> Fate:
        if not self._shop.refresher.devices:
            return "unused"
        known = [each for each in self._hotel.observed if each.device and each.device.id == seen.id]
        if known and all(map(self._is_elsewhere, known)):
            return "elsewhere"
        if any(each.device and each.device.display_name == seen.name for each in known):
            return "known"
        return self._wait_for(LISTS, "lists")

    def _message(self, left: MessageLeft) -> Fate:
        """A mailbox that should be clear is looked into; whether a message is old enough to go, its time says."""
        room = None if left.number is None else self._hotel.roster.room_of(left.number)
        if room is None:
            return "elsewhere"
        self._readings.wish({room})
        return "taken"

    def _messages_gone(self, gone: MessagesGone) -> Fate:
        """What somebody has deleted need not be deleted any more."""
        held = self._hotel.messages
        fewer = [number for number, each in held.items() if not gone.ids.isdisjoint(m.id for m in each)]
        for number in fewer:
            held[number] = tuple(each for each in held[number] if each.id not in gone.ids)
        if not fewer:
            return "known"
        self._poke(self._rooms(fewer))
        return "taken"

    async def _look_again(self) -> None:
        while True:
            await self._heard.wait()
            self._heard = anyio.Event()
            while self._due:
                await self._shop.clock.sleep(GATHER)
                await self._read(self._ready())

    def _ready(self) -> dict[str, _Due]:
        """What may be read now; the rest waits for its time."""
        now = self._shop.clock.monotonic()
        ready = {id_: due for id_, due in self._due.items() if self._pace.may(id_, now)}
        for id_ in ready:
            del self._due[id_]
        if len(ready) > MANY:
            self._wait_for(LISTS, "lists")
            return {}
        for id_ in ready:
            self._pace.done(id_, now)
        if ready.pop(LISTS, None) is not None:
            self._readings.doubt()
        return ready

    async def _read(self, ready: Mapping[str, _Due]) -> None:
        read: set[str] = set()

        async def again() -> None:
            read.update(await self._shop.refresher.again({id_: due.kinds for id_, due in ready.items()}))

        if not ready or not await self._readings.behind(again):
            return
        extensions = [each for id_ in read if (each := self._hotel.observed.user(id_)) is not None]
        for extension in extensions:
            due = ready[extension.id]
            if due.tries < TRIES and not _shows(extension, due.told):
                self._due.setdefault(extension.id, replace(due, tries=due.tries + 1))
        self._poke(self._rooms(each.number for each in extensions))

    def _emergency(self, call: EmergencyCall) -> Fate:
        """Somebody calls for help: the desk sees it at once, whatever else waits."""
        now = self._shop.clock.now()
        room = None if call.number is None else self._hotel.roster.room_of(call.number)
        extension = "" if call.number is None else str(call.number)
        log.error(
            "emergency call", room=room, extension=extension, dialled=call.dialled, goes_to=call.goes_to
        )
        where = f"room {room}" if room else f"extension {extension or 'unknown'}"
        to, at = (
            f" to {call.dialled}" if call.dialled else "",
            f"{now.astimezone(self._hotel.house.zone):%H:%M}",
        )
        problem = Problem(
            "emergency_call", f"emergency call{to} from {where} at {at}", room=room, subject=call.call
        )
        if not (call.call and any(call.call == known.subject for _, known in self._help)):
            self._help.append((now, problem))
        if room is not None:
            self._callback.ring(room)
        body: Json = {"dialled": call.dialled, "goes_to": call.goes_to}
        self._unbooked.append(
            HappeningRow(now, Happened.EMERGENCY_CALL, call.call, room, who=extension, body=body)
        )
        self._called.set()
        return "taken"

    async def _note_emergencies(self) -> None:
        """Write them into the book, as soon as it can be written."""
        while True:
            await self._called.wait()
            self._called = anyio.Event()
            rows, self._unbooked = self._unbooked, []
            await self._shop.memory.run(self._shop.memory.store.note_happenings, rows)
            await self._callback.keep()


def _shows(extension: Extension, told: Mapping[str, Any]) -> bool:
    return all(getattr(extension, name) == value for name, value in told.items())
