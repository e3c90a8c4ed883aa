"""What survives a restart: every step of a write is recorded in the store.

The store is synchronous and may block on the disk, so it is only ever called in worker threads: one for the calls to
Zoom, and one for what must not wait behind a hundred of them. A write
leaves an intent before it is sent and a result after it was answered; both carry the field's value before and
after, which is what later tells our own lag from somebody else's drift.

A pass ends where the store cannot be used. The controller's memory waits instead (``reconciler.stays.keeper``), but
never with an intent: the call that it announces would leave too late, in a burst with all others. So nothing is
written to Zoom while the store cannot say whose account it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
from anyio import to_thread

from observed.extension import Extension, Lease
from reconciler.account.inplace import Sighting
from reconciler.account.operation import Priority
from reconciler.account.past import Failure, failure_key
from reconciler.change import Change
from reconciler.contested import Contest
from reconciler.errors import CallError
from reconciler.logs import logger
from reconciler.plan import Write
from reconciler.stays.keeper import Keeper
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import (
    AttemptRow,
    ConfirmedRow,
    ContestRow,
    FieldKey,
    HistoryRow,
    Json,
    Occupancy,
    RefusedNameRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store

P = ParamSpec("P")
R = TypeVar("R")

log = logger("store")


class Crowd:
    """What the memories of all hotels of a process share: so many threads at a time, whose turn comes in order.

    Each thread in the store has a connection, and hundreds of hotels would take hundreds of both.
    """

    def __init__(self, usual: int = 6, urgent: int = 4) -> None:
        self.usual = anyio.CapacityLimiter(usual)
        self.urgent = anyio.CapacityLimiter(urgent)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What follows from an accepted call: the lease it took, what the extension shows now, failures overcome.

    ``contests`` are the fields that it has put right, and how often that was lately.
    """

    lease: Lease | None
    shown: Extension | None
    overcome: tuple[FieldKey, ...]
    contests: Mapping[FieldKey, Contest] = field(default_factory=dict)


class _Line:
    """Steps one after the other, each in a thread; of the ``crowd``'s where there is one."""

    def __init__(self, crowd: anyio.CapacityLimiter | None) -> None:
        self._one = anyio.CapacityLimiter(1)
        self._crowd = crowd

    async def run(self, step: Callable[[], R]) -> R:
        if self._crowd is None:
            return await to_thread.run_sync(step, limiter=self._one)
        async with self._one:
            return await to_thread.run_sync(step, limiter=self._crowd)


class Memory:
    """The store as the asynchronous shell uses it: whole steps, one after the other.

    With a ``keeper`` every step waits until it went through, so each may be repeated. In a ``crowd`` it also waits
    for a thread.
    """

    def __init__(self, store: Store, keeper: Keeper | None = None, crowd: Crowd | None = None) -> None:
        self.store = store
        self._keeper = keeper
        self._one_at_a_time = _Line(None if crowd is None else crowd.usual)
        self._one_urgent = _Line(None if crowd is None else crowd.urgent)

    @property
    def trouble(self) -> str | None:
        """What keeps steps out of the store at present; None if nothing does, or nobody waits for it."""
        return None if self._keeper is None else self._keeper.trouble

    async def run(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one step of the store in its thread."""
        return await self._kept(self._one_at_a_time, partial(step, *args, **kwargs))

    async def run_as_known(self, step: Callable[[], Callable[[], R]]) -> R:
        """Run the step that ``step`` makes of what is known, anew for each try.

        What was read may be overtaken by a write while it waits for a full disk, and must not be put back by it.
        """
        return await self._tried(lambda: self._one_at_a_time.run(step()))

    async def run_first(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one step ahead of all that ``run`` has waiting: it waits for one transaction at most."""
        return await self._kept(self._one_urgent, partial(step, *args, **kwargs))

    async def run_once(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one step now or never: StoreUnavailable, with a keeper too."""
        return await self._one_urgent.run(partial(step, *args, **kwargs))

    async def run_last(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
        """Run a step that tidies up at the end, whatever ends us; what cannot be tidied up any more is logged."""
        with anyio.CancelScope(shield=True):
            try:
                await self.run_once(step, *args, **kwargs)
            except StoreUnavailable as error:
                log.warning("store not tidied up", reason=error.message, remedy=error.remedy)

    async def _kept(self, line: _Line, step: Callable[[], R]) -> R:
        return await self._tried(partial(line.run, step))

    async def _tried(self, attempt: Callable[[], Awaitable[R]]) -> R:
        return await (attempt() if self._keeper is None else self._keeper.keep(attempt))

    async def intend(self, write: Write, at: datetime, over: Collection[FieldKey] = ()) -> None:
        """Before a call leaves: what it is about to change. A guest waits for no other step of the store.

        ``over`` are the contests that end with it. StoreUnavailable, with a keeper too: then the call must not leave.
        """
        line = self._one_urgent if write.priority <= Priority.CHECK_IN else self._one_at_a_time
        rows = _write_rows(write, WriteStatus.INTENT, at, None)
        await line.run(partial(self._intend, rows, over))

    def _intend(self, rows: list[WriteRow], over: Collection[FieldKey]) -> None:
        with self.store.together():
            self.store.intend(rows)
            self.store.end_contests(over)

    async def applied(self, write: Write, sent: datetime, at: datetime, after: Aftermath) -> None:
        """Zoom has accepted a call: result, history, and what follows from it, in one transaction."""
        await self.run(self._applied, write, sent, at, after)

    def _applied(self, write: Write, sent: datetime, at: datetime, after: Aftermath) -> None:
        with self.store.together():
            self.store.settle(_write_rows(write, WriteStatus.APPLIED, sent, at))
            self.store.confirm(ConfirmedRow(c.id, c.field, c.desired, at) for c in write.changes)
            self.store.append(_history(write, at, "applied"))
            for extension, failure in after.overcome:
                self.store.forget_attempts(extension, failure)
            self.store.note_contests(_contest_row(*key, each) for key, each in after.contests.items())
            if after.lease is not None:
                self.store.hold_lease(write.id, after.lease)
            if after.shown is not None:
                self.store.remember([after.shown])

    async def failed(
        self, write: Write, at: datetime, error: CallError, failure: Failure, *, sent: bool
    ) -> None:
        """A call did not do what it should: kept with its next try, so that a restart does not hurry it."""
        await self.run(self._failed, write, at, error, failure, sent)

    def _failed(self, write: Write, at: datetime, error: CallError, failure: Failure, sent: bool) -> None:  # noqa: FBT001
        with self.store.together():
            self._answered(write, WriteStatus.UNKNOWN if sent else WriteStatus.FAILED, at, error)
            for change in write.changes:
                self.store.record_attempt(_attempt_row((change.id, failure_key(change)), failure, at))

    async def refused(self, write: Write, at: datetime, error: CallError) -> None:
        """A call was refused for good and another follows in its place: there is nothing to try again."""
        await self.run(self._refused, write, at, error)

    def _refused(self, write: Write, at: datetime, error: CallError) -> None:
        with self.store.together():
            self._answered(write, WriteStatus.FAILED, at, error)

    def _answered(self, write: Write, status: WriteStatus, at: datetime, error: CallError) -> None:
        self.store.settle(_write_rows(write, status, at, at))
        self.store.append(_history(write, at, f"{error.code} {error.message}".strip()))

    async def refused_name(self, extension: str, digest: str, at: datetime) -> None:
        """Zoom refused this name of a guest on this extension."""
        await self.run(self.store.refuse_names, [RefusedNameRow(extension, digest, at)])

    async def refused_for_a_while(self, key: FieldKey, failure: Failure, at: datetime) -> None:
        """Zoom refused a name that is nobody's: kept with its next try."""
        await self.run(self.store.record_attempt, _attempt_row(key, failure, at))

    async def forgiven(self, extensions: Collection[str], failures: Collection[FieldKey]) -> None:
        """Forget names refused on these extensions, and these failures: somebody wants them to be tried at once."""
        await self.run(self._forgiven, extensions, failures)

    def _forgiven(self, extensions: Collection[str], failures: Collection[FieldKey]) -> None:
        with self.store.together():
            self.store.forget_refused_names(extensions)
            for extension, operation in failures:
                self.store.forget_attempts(extension, operation)

    async def in_place(self, seen: Iterable[Sighting], occupancy: Iterable[Occupancy]) -> None:
        """Values seen as wished, and rooms seen occupied or vacant."""
        await self.run(self._in_place, list(seen), list(occupancy))

    def _in_place(self, seen: list[Sighting], occupancy: list[Occupancy]) -> None:
        with self.store.together():
            unanswered = self.store.unanswered() if seen else {}
            for sighting in seen:
                write = unanswered.get((sighting.row.extension, sighting.row.field))
                if write is not None and write.after == sighting.row.value:
                    self._was_applied(sighting, write)
            self.store.confirm(sighting.row for sighting in seen)
            self.store.note_occupancy(occupancy)

    def _was_applied(self, sighting: Sighting, write: WriteRow) -> None:
        """A call whose answer was never seen (a crash, a lost line) has done what it should."""
        row = sighting.row
        self.store.settle([replace(write, status=WriteStatus.APPLIED, answered_at=row.at)])
        self.store.append(
            [
                HistoryRow(
                    at=write.sent_at, room=sighting.room, extension=sighting.number, field=row.field,
                    before=write.before, after=row.value, cause="intentional", source=sighting.source,
                    call=sighting.call, result="applied, seen later",
                )
            ]
        )  # fmt: skip


def _attempt_row(key: FieldKey, failure: Failure, at: datetime) -> AttemptRow:
    return AttemptRow(
        *key, failure.count, at, failure.next_at, failure.code, failure.message, failure.permanent
    )


def _contest_row(extension: str, field: str, contest: Contest) -> ContestRow:
    repairs: list[Json] = [at.isoformat() for at in contest.repairs]
    return ContestRow(
        extension, field, contest.wish, repairs, contest.rests, contest.until, contest.repairs[-1]
    )


def _write_rows(
    write: Write, status: WriteStatus, sent: datetime, answered: datetime | None
) -> list[WriteRow]:
    return [WriteRow(c.id, c.field, c.observed, c.desired, status, sent, answered) for c in write.changes]


def _history(write: Write, at: datetime, result: str) -> list[HistoryRow]:
    return [_history_row(change, write, at, result) for change in write.changes]


def _history_row(change: Change, write: Write, at: datetime, result: str) -> HistoryRow:
    return HistoryRow(
        at=at, room=change.room, extension=change.extension, field=change.field, before=change.observed,
        after=change.desired, cause=change.cause, source=change.source, call=str(write.operation), result=result,
    )  # fmt: skip
