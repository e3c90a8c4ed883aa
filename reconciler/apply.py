"""Closes the difference, one call at a time per extension, never giving up.

What leaves is decided by an ``Attempt``, at the moment it may leave; here is what follows from the answer:

    applied      the cache shows the new values, the store has result and history
    Later        tried again: quickly at first, then ever more slowly, for ever
    Throttled    the gate knows; the call waits for the window, or parks until the day's limit restarts
    Uncertain    the fields are UNKNOWN until they have been read back, then the difference decides anew
    NameRefused  remembered; the room's vacant name goes up instead, and if that is refused, the extension alone
                 (like Permanent, of names with a department: first the names go up without it, because Zoom
                 does not say which of them it refuses)
    NoAccess     no call leaves any more until Zoom lets us in again
    Permanent    listed; tried again when wish or target change, or after hours; after minutes at most while
                 somebody's name stands on the telephone until then
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from observed.extension import Extension, Lease
from reconciler.account.attempt import Attempt, Outcome
from reconciler.account.memory import Aftermath, Memory
from reconciler.account.othernames import OtherNames, name_changes, names_in
from reconciler.account.past import (
    Failure,
    Occupied,
    failure_key,
)
from reconciler.account.patience import SOON, Patience
from reconciler.account.refresh import detail_of
from reconciler.account.retries import Retries
from reconciler.account.traffic import Traffic, call_key
from reconciler.change import Change, OwnWrite, Status
from reconciler.contested import MOST, Contest, repaired
from reconciler.errors import (
    CallError,
    Later,
    NameRefused,
    NoAccess,
    Permanent,
    Throttled,
    Uncertain,
    Unsupported,
)
from reconciler.hotel import Hotel
from reconciler.plan import Write
from reconciler.ports import Clock, Zoom
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import FieldKey, Json, Occupancy


@dataclass(slots=True)
class Applier:
    """Carries out planned writes against Zoom and keeps hotel and store in step with the answers.

    ``may_blank`` are the rooms whose loss of a guest the safety rules have let through.
    """

    hotel: Hotel
    zoom: Zoom
    memory: Memory
    clock: Clock
    patience: Patience
    traffic: Traffic
    may_blank: set[str] = field(default_factory=set)
    max_repairs: int = MOST
    on_outcome: Callable[[Change, Outcome], None] | None = None
    no_access: NoAccess | None = None
    chance: random.Random = field(default_factory=random.Random)

    @property
    def _retries(self) -> Retries:
        return Retries(self.hotel, self.clock, self.patience, self.chance)

    @property
    def _other_names(self) -> OtherNames:
        return OtherNames(self.hotel, self.memory, self._retries)

    async def hint(self, write: Write) -> None:
        """Make one write true, unless the same call waits already, at least as urgently.

        While the store cannot be used nothing leaves; the room is looked at again soon.
        """
        key = call_key(write)
        if self.traffic.waiting.get(key, 99) <= write.priority:
            return
        self.traffic.waiting[key] = write.priority
        try:
            with suppress(StoreUnavailable):
                await self.carry_out(write)
        finally:
            self.traffic.left(write)

    async def carry_out(self, write: Write, *, only_as_planned: bool = False) -> None:
        """Make one write true, however many tries it takes within the patience.

        ``only_as_planned``: a write that would differ by now is not made; its changes are ``stale``.
        """
        started = self.clock.monotonic()
        tries = self._retries.failed_before(write)
        while True:
            attempt = Attempt(self, write, only_as_planned=only_as_planned)
            try:
                again = await self._try(attempt)
            except NoAccess as error:
                await self._shut_out(error, attempt, tries + 1)
                return
            except CallError as error:
                tries += 1
                again = await self._after(error, attempt, tries, started)
            finally:
                attempt.free()  # only now, so that whoever drains the traffic waits until all is remembered
            if attempt.collided is not None:
                await attempt.collided.wait()
            elif again is not None and self._can_wait(again, started):
                await self._wait_until(again)
            else:
                return

    async def _try(self, attempt: Attempt) -> datetime | None:
        """Make the call, if there is still one to make; when to come back, if it was too early."""
        planned = attempt.planned
        done = await self.zoom.write(planned.operation, planned.priority, attempt.make)
        if done is not None:
            await self._applied(done, attempt)
        return attempt.too_early

    async def _after(self, error: CallError, attempt: Attempt, tries: int, started: float) -> datetime | None:
        """Remember what went wrong; when to try again, None for not here."""
        now = self.clock.now()
        match error:
            case Throttled(scope="second" | "target") if self._can_wait(error.at, started):
                return error.at or now + timedelta(seconds=SOON)
            case Permanent() if await self._names_alone(attempt, error):
                return now
            case NameRefused() if await self._another_name(attempt, error):
                return now
            case Permanent() | Unsupported():
                write = attempt.write or attempt.planned
                refused = self._retries.refused_before(write) + 1
                failed = 0 if isinstance(error, Unsupported) else max(tries, refused)
                again = self._retries.after_refusal(write, failed)
                await self._fail(attempt, error, failed, again, permanent=True)
                return None
            case _:
                return await self._again_later(error, attempt, tries)

    async def _again_later(self, error: CallError, attempt: Attempt, tries: int) -> datetime | None:
        pause = self._retries.pause(attempt.write or attempt.planned, tries)
        named = error.at if isinstance(error, Later) else None
        again = max(filter(None, (named, self.clock.now() + timedelta(seconds=pause))))
        await self._fail(attempt, error, tries, again, permanent=False)
        if isinstance(error, Uncertain) and attempt.write is not None and await self._read_back(attempt):
            await self._applied(attempt.write, attempt)
            return None
        return again

    async def _shut_out(self, error: NoAccess, attempt: Attempt, tries: int) -> None:
        """Zoom refuses us as a whole: this change waits, and no other call leaves until access is back."""
        self.no_access = error
        again = self.clock.now() + timedelta(seconds=self.patience.pause(tries, self.chance))
        await self._fail(attempt, Later(error.message, code="no_access"), tries, again, permanent=False)

    async def _wait_until(self, at: datetime | None) -> None:
        seconds = (at - self.clock.now()).total_seconds() if at is not None else 0.0
        if seconds > 0:
            await self.clock.sleep(seconds)

    def _can_wait(self, at: datetime | None, started: float) -> bool:
        """Tell whether waiting until then stays within the patience."""
        seconds = (at - self.clock.now()).total_seconds() if at is not None else SOON
        return self.clock.monotonic() + seconds - started <= self.patience.total

    async def _applied(self, write: Write, attempt: Attempt) -> None:
        now = self.clock.now()
        hotel = self.hotel
        lease = _lease(write, now)
        shown = attempt.extension
        if shown is not None:
            learned = {"always_open": now} if write.always_open and write != attempt.write else {}
            shown = hotel.observed.wrote(shown, {**_observable(write, shown), **learned}, now)
        for change in write.changes:
            key = (change.id, change.field)
            hotel.own[key] = hotel.own.get(key, OwnWrite(None)).then(change.desired, change.observed, now)
            if change.field == "voicemail":
                messages = hotel.messages.get(int(change.extension), ())
                hotel.messages[int(change.extension)] = tuple(m for m in messages if m.id != change.id)
        if lease is not None:
            hotel.leases[write.id] = lease
        overcome = hotel.setbacks.overcome(self._other_names.done(write, now))
        contests = self._contests(write, now)
        await self.memory.applied(
            write, attempt.sent_at or now, now, Aftermath(lease, shown, overcome, contests)
        )
        await self._note_occupancy(write, now)
        self.tell(write.changes, Outcome("applied"))
        attempt.tell_overtaken()

    def end_contests(self, write: Write) -> list[FieldKey]:
        """What is wished anew starts afresh; answer which contests are over by this call."""
        keys = [(change.id, change.field) for change in write.changes if change.cause == "intentional"]
        return [key for key in keys if self.hotel.contests.pop(key, None) is not None]

    def _contests(self, write: Write, now: datetime) -> dict[FieldKey, Contest]:
        """Count what this call has put right."""
        contests = self.hotel.contests
        counted = {
            (change.id, change.field): repaired(
                contests.get((change.id, change.field)), failure_key(change), now, self.max_repairs
            )
            for change in write.changes
            if change.cause == "drift"
        }
        contests.update(counted)
        return counted

    async def _note_occupancy(self, write: Write, now: datetime) -> None:
        """The names went up: from now on the room counts as occupied or vacant since today."""
        occupied = next((t.occupied for t in self.hotel.targets_of(write.room, now)), None)
        names_written = any(change.field == "display_name" for change in write.changes)
        if occupied is None or not names_written:
            return
        known = self.hotel.occupancy.get(write.room)
        if known is None or known.occupied != occupied:
            self.hotel.occupancy[write.room] = Occupied(occupied, now)
            await self.memory.run(self.memory.store.note_occupancy, [Occupancy(write.room, occupied, now)])
        if write.room in self.may_blank:
            self.hotel.blanked[write.room] = now
            blanked: dict[str, Json] = {room: at.isoformat() for room, at in self.hotel.blanked.items()}
            await self.memory.run(self.memory.store.put_note, "blanked", blanked)

    async def _fail(
        self, attempt: Attempt, error: CallError, tries: int, again: datetime, *, permanent: bool
    ) -> None:
        write = attempt.write or attempt.planned
        now, uncertain = self.clock.now(), isinstance(error, Uncertain)
        failure = Failure(tries, again, error.code, error.message, permanent, now)
        for change in write.changes:
            self.hotel.setbacks.failures[change.id, failure_key(change)] = failure
        if uncertain:
            self._lose_track(write, attempt.extension, now)
        await self.memory.failed(write, now, error, failure, sent=uncertain)
        self.tell(write.changes, Outcome(_status(error), f"{error.code}: {error.message}".strip(": ")))

    def _lose_track(self, write: Write, extension: Extension | None, now: datetime) -> None:
        if extension is not None and not (write.kind == "user" and "dnd" in write.values):
            self.hotel.observed.lost_track(extension, _fields(write, extension))
        if extension is not None and "device_name" in write.values:
            self.hotel.observed.put(replace(extension, device=None))  # the next list of telephones will tell
        lease = self.hotel.leases.get(write.id)
        if write.kind == "user" and "dnd" in write.values:
            self.hotel.leases[write.id] = Lease(lease.until if lease else None, now, lost=True)

    async def _names_alone(self, attempt: Attempt, error: Permanent) -> bool:
        """Leave out what stands beside the names, and note that it failed; False if nothing does."""
        beside = self._other_names.beside(attempt.write, error)
        if beside is None:
            return False
        if isinstance(error, NameRefused):
            error = Permanent(f"{beside.operation}: Zoom refuses the department", code=error.code)
        tries = self._retries.refused_before(beside) + 1
        again = self._retries.after_refusal(beside, tries)
        await self._fail(replace(attempt, write=beside), error, tries, again, permanent=True)
        return True

    async def _another_name(self, attempt: Attempt, error: NameRefused) -> bool:
        """Whether another name can go up instead of the one that Zoom refuses."""
        write = attempt.write
        if write is None or names_in(write) is None:
            return False
        another = await self._other_names.refused(write, error, self.clock.now())
        self.tell(name_changes(write), Outcome("failed", "name_refused: Zoom refuses the name"))
        return another

    async def _read_back(self, attempt: Attempt) -> bool:
        """After a write without an answer: look before writing again. True if it had worked."""
        write, known = attempt.write, attempt.extension
        if known is None or write is None or write.changes[0].field in {"voicemail", "device_name"}:
            return False
        kinds = frozenset(detail_of(change.field) for change in write.changes)
        worked = False
        try:
            for extension in await self.zoom.details([known], kinds, write.priority):
                self.hotel.observed.put(extension)
                worked = _shows(extension, write)
        except (CallError, NoAccess):
            pass  # still unknown; whoever looks next reads again first
        return worked

    def tell(self, changes: Iterable[Change], outcome: Outcome) -> None:
        """Pass on what became of these changes."""
        if self.on_outcome is not None:
            for change in changes:
                self.on_outcome(change, outcome)


def _status(error: CallError) -> Status:
    """What a change is called after this: one that only waits for Zoom's limit has not failed."""
    match error:
        case Unsupported():
            return "unsupported"
        case Throttled():
            return "planned"
        case _:
            return "failed"


def _shows(extension: Extension, write: Write) -> bool:
    """True if what was read back can only come from this write: it differs from what was there before."""
    if any(change.observed == change.desired for change in write.changes):
        return False  # a lease that was to be renewed looks as before
    wanted = _observable(write, extension)
    return all(getattr(extension, name) == value for name, value in wanted.items())


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
