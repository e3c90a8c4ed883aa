"""Closes the difference, one call at a time per extension, never giving up.

A call is decided twice: when the plan is made, and again in ``_make`` at the moment it may leave. In between the
wish may have changed, another write may be on its way to the same extension, or the room may have been paused; the
second look wins. So a queue of stale writes cannot exist, and a check-out overtakes the repair that waits before it.

    applied      the cache shows the new values, the store has result and history
    Later        tried again: quickly at first, then ever more slowly, for ever
    Throttled    the gate knows; the call waits for the window, or parks until the day's limit restarts
    Uncertain    the fields are UNKNOWN until they have been read back, then the difference decides anew
    NameRefused  remembered; the room's vacant name goes up instead
    Permanent    listed; tried again when wish or target change, or after PERMANENT_AGAIN
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import anyio

from desired.names import Names
from observed.extension import Extension, Lease
from reconciler.diff import NAME_FIELDS, Change, OwnWrite, Status
from reconciler.errors import (
    CallError,
    Gone,
    Later,
    NameRefused,
    Permanent,
    Throttled,
    Uncertain,
    Unsupported,
)
from reconciler.hotel import Failure, Hotel, Occupied, failure_key, name_key
from reconciler.memory import Memory
from reconciler.plan import Write
from reconciler.ports import Clock, Zoom
from reconciler.store.rows import Json, Occupancy

PERMANENT_AGAIN = timedelta(hours=6)
LONGEST_BACK_OFF = 3600.0
SOON = 1.0
"""Seconds before the first try again of a single pass; doubles from there."""

ChangeKey = tuple[str, str]
"""Zoom's id and the field."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change."""

    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How tries of one call are spaced (seconds), and for how long a single pass keeps trying."""

    quick_tries: int
    interval: float
    total: float | None = None

    def pause(self, tries: int, chance: random.Random) -> float:
        """Seconds before the next try: the interval at first, then twice as long each time, with jitter."""
        if tries <= self.quick_tries:
            return self.interval
        longer: float = self.interval * 2.0 ** (tries - self.quick_tries)
        return min(longer, LONGEST_BACK_OFF) * chance.uniform(0.8, 1.2)


def single_pass(*, wait: bool) -> Patience:
    """A pass by hand: soon again, for about 10 seconds; with --wait until done."""
    return Patience(quick_tries=0, interval=SOON / 2, total=None if wait else 10.0)


@dataclass(slots=True)
class Applier:
    """Carries out planned writes against Zoom and keeps hotel and store in step with the answers."""

    hotel: Hotel
    zoom: Zoom
    memory: Memory
    clock: Clock
    patience: Patience
    chance: random.Random = field(default_factory=random.Random)
    may_blank: set[str] = field(default_factory=set)
    """Rooms whose loss of a guest the safety rules have let through."""
    on_outcome: Callable[[Change, Outcome], None] | None = None
    _busy: set[str] = field(default_factory=set)
    _waiting: dict[tuple[str, str], int] = field(default_factory=dict)
    _freed: anyio.Event = field(default_factory=anyio.Event)

    async def carry_out(self, write: Write, *, only_as_planned: bool = False) -> None:
        """Make one write true, however many tries it takes within the patience.

        ``only_as_planned``: a write that would differ by now is not made; its changes are ``stale``.
        """
        key = (write.operation.name, write.id)
        if self._waiting.get(key, 99) <= write.priority:
            return  # the same call waits already, at least as urgently
        self._waiting[key] = write.priority
        try:
            await self._try_until_done(write, only_as_planned=only_as_planned)
        finally:
            if self._waiting.get(key) == write.priority:
                del self._waiting[key]

    async def _try_until_done(self, write: Write, *, only_as_planned: bool) -> None:
        started = self.clock.monotonic()
        tries = 0
        while True:
            attempt = _Attempt(self, write, only_as_planned=only_as_planned)
            try:
                await self._not_before(write)
                done = await self.zoom.write(write.operation, write.priority, attempt.make)
            except Throttled as error:
                if error.scope == "day" or not self._can_wait(error.at, started):
                    await self._park(attempt, error)
                    return
                await self._wait_until(error.at)
                continue
            except NameRefused as error:
                await self._remember_refusal(attempt, error)
                tries += 1
                if tries > 2:  # noqa: PLR2004 - the guest's name and the vacant one: there is no third
                    await self._give_to_people(attempt, error)
                    return
                continue
            except (Permanent, Unsupported) as error:
                await self._give_to_people(attempt, error)
                return
            except Later as error:
                tries += 1
                pause = self.patience.pause(tries, self.chance)
                await self._record(attempt, error, tries, pause)
                if not self._can_wait(error.at, started, pause):
                    return
                await self.clock.sleep(pause)
                await self._read_back(attempt, error)
                continue
            finally:
                attempt.free()
            if done is not None:
                await self._applied(done, attempt)
            elif attempt.collided:
                await self._freed.wait()
                continue
            return

    async def _not_before(self, write: Write) -> None:
        if write.not_before is not None:
            await self._wait_until(write.not_before)

    async def _wait_until(self, at: datetime | None) -> None:
        seconds = (at - self.clock.now()).total_seconds() if at is not None else SOON
        if seconds > 0:
            await self.clock.sleep(seconds)

    def _can_wait(self, at: datetime | None, started: float, pause: float = SOON) -> bool:
        """Would waiting stay within the patience of this pass?"""
        if self.patience.total is None:
            return True
        seconds = max(pause, (at - self.clock.now()).total_seconds() if at is not None else 0.0)
        return self.clock.monotonic() + seconds - started <= self.patience.total

    async def _applied(self, write: Write, attempt: _Attempt) -> None:
        now = self.clock.now()
        hotel = self.hotel
        lease = _lease(write, now)
        extension = attempt.extension
        if extension is not None:
            hotel.observed.wrote(extension, _observable(write, extension), now)
        for change in write.changes:
            hotel.own[change.id, change.field] = OwnWrite(change.desired, change.observed, now)
            hotel.failures.pop((change.id, failure_key(change)), None)
            if change.field == "voicemail":
                messages = hotel.messages.get(int(change.extension), ())
                hotel.messages[int(change.extension)] = tuple(m for m in messages if m.id != change.id)
        if lease is not None:
            hotel.leases[write.id] = lease
        await self.memory.applied(write, attempt.sent_at or now, now, lease)
        await self._note_occupancy(write, now)
        self._tell(write.changes, Outcome("applied"))

    async def _note_occupancy(self, write: Write, now: datetime) -> None:
        """The names went up: from now on the room counts as occupied or vacant since today."""
        occupied = next((t.occupied for t in self.hotel.look(write.room, now).targets), None)
        names_written = any(change.field == "display_name" for change in write.changes)
        known = self.hotel.occupancy.get(write.room)
        if occupied is None or not names_written or (known is not None and known.occupied == occupied):
            return
        self.hotel.occupancy[write.room] = Occupied(occupied, now)
        await self.memory.run(self.memory.store.note_occupancy, [Occupancy(write.room, occupied, now)])
        if known is not None and known.occupied and write.room in self.may_blank:
            self.hotel.blanked[write.room] = now
            blanked: dict[str, Json] = {room: at.isoformat() for room, at in self.hotel.blanked.items()}
            await self.memory.run(self.memory.store.put_note, "blanked", blanked)

    async def _record(self, attempt: _Attempt, error: CallError, tries: int, pause: float) -> None:
        at = self.clock.now()
        again = max(error.at, at) if isinstance(error, Later) and error.at else at + timedelta(seconds=pause)
        await self._fail(attempt, error, Failure(tries, again, error.code, error.message, permanent=False))
        if isinstance(error, Uncertain) and attempt.extension is not None and attempt.write is not None:
            self.hotel.observed.lost_track(attempt.extension, _fields(attempt.write, attempt.extension))

    async def _park(self, attempt: _Attempt, error: Throttled) -> None:
        failure = Failure(0, error.at, error.code, error.message, permanent=False)
        await self._fail(attempt, error, failure)

    async def _give_to_people(self, attempt: _Attempt, error: CallError) -> None:
        again = self.clock.now() + PERMANENT_AGAIN
        await self._fail(attempt, error, Failure(1, again, error.code, error.message, permanent=True))

    async def _fail(self, attempt: _Attempt, error: CallError, failure: Failure) -> None:
        write = attempt.write or attempt.planned
        for change in write.changes:
            self.hotel.failures[change.id, failure_key(change)] = failure
        await self.memory.failed(write, self.clock.now(), error, failure, sent=isinstance(error, Uncertain))
        status: Status = "unsupported" if isinstance(error, Unsupported) else "failed"
        self._tell(write.changes, Outcome(status, f"{error.code}: {error.message}".strip(": ")))
        if isinstance(error, Gone) and attempt.extension is not None:
            self.hotel.observed.put(replace(attempt.extension, pending=True))

    async def _remember_refusal(self, attempt: _Attempt, _error: NameRefused) -> None:
        write = attempt.write
        if write is None or not all(name in write.values for name in NAME_FIELDS):
            return
        first, last, display = (str(write.values[name]) for name in NAME_FIELDS)
        digest = name_key(Names(first, last, display))
        self.hotel.refused_names.add((write.id, digest))
        await self.memory.refused_name(write.id, digest, self.clock.now())

    async def _read_back(self, attempt: _Attempt, error: CallError) -> None:
        """After a write without an answer: look before writing again."""
        if not isinstance(error, Uncertain) or attempt.extension is None or attempt.write is None:
            return
        kinds = frozenset(_detail_of(change.field) for change in attempt.write.changes)
        try:
            for extension in await self.zoom.details([attempt.extension], kinds, attempt.write.priority):
                self.hotel.observed.put(extension)
        except CallError:
            return  # still unknown; the next try reads again

    def _tell(self, changes: Iterable[Change], outcome: Outcome) -> None:
        if self.on_outcome is not None:
            for change in changes:
                self.on_outcome(change, outcome)


@dataclass(slots=True)
class _Attempt:
    """One try of one call: what was finally sent, and when."""

    applier: Applier
    planned: Write
    only_as_planned: bool
    write: Write | None = None
    sent_at: datetime | None = None
    extension: Extension | None = None
    collided: bool = False

    async def make(self) -> Write | None:
        """Look again, now that the call may leave (see the module's text)."""
        applier, now = self.applier, self.applier.clock.now()
        owner = self.planned.extension
        if owner in applier._busy:  # noqa: SLF001 - the attempt is the applier's own
            self.collided = True
            return None
        plan = applier.hotel.look(self.planned.room, now)
        if plan.losing_guest and plan.room not in applier.may_blank:
            return None
        planned = [change for change in plan.changes if change.status == "planned"]
        self.write = next(
            (w for w in applier.hotel.writes(plan, planned, now) if _same_call(w, self.planned)), None
        )
        if self.only_as_planned and self.write is not None and self.write.values != self.planned.values:
            self.write = None
        if self.write is None:
            applier._tell(self.planned.changes, Outcome("stale" if self.only_as_planned else "skipped"))  # noqa: SLF001
            return None
        applier._busy.add(owner)  # noqa: SLF001
        self.sent_at = now
        found = applier.hotel.observed.at(int(owner))
        self.extension = found[0] if len(found) == 1 else None
        await applier.memory.intend(self.write, now)
        return self.write

    def free(self) -> None:
        """Let the next call to the same extension go."""
        if self.sent_at is not None:
            self.applier._busy.discard(self.planned.extension)  # noqa: SLF001
            self.applier._freed.set()  # noqa: SLF001
            self.applier._freed = anyio.Event()  # noqa: SLF001


def _same_call(one: Write, other: Write) -> bool:
    return one.operation.name == other.operation.name and one.id == other.id


def _lease(write: Write, now: datetime) -> Lease | None:
    if "dnd" not in write.values or write.kind != "user":
        return None
    until = write.values["dnd"]
    assert until is None or isinstance(until, datetime)
    return Lease(until, now)


def _fields(write: Write, extension: Extension) -> list[str]:
    return [change.field for change in write.changes if hasattr(extension, change.field)]


def _observable(write: Write, extension: Extension) -> dict[str, object]:
    """The written values as the cache holds them: do-not-disturb as a switch, a telephone's name on its device."""
    values: dict[str, object] = dict(write.values)
    if "dnd" in values:
        values["dnd"] = values["dnd"] is not None
    device_name = values.pop("device_name", None)
    if device_name is not None and extension.device is not None:
        values["device"] = replace(extension.device, display_name=str(device_name))
    return values


def _detail_of(name: str) -> str:
    return name if name in {"dnd", "calling"} else "names"
