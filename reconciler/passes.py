"""One pass: refresh, audit, apply, report. ``reconcile`` is one pass; the controller makes one when asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import anyio

from desired.problem import Problem
from reconciler.account import expected
from reconciler.account.attempt import Outcome
from reconciler.account.inplace import InPlace
from reconciler.account.memory import Memory
from reconciler.account.patience import single_pass
from reconciler.account.refresh import Refresher, Unread
from reconciler.account.standing import Standing
from reconciler.account.traffic import Traffic
from reconciler.apply import Applier
from reconciler.audit import Audit, Scope, audit, refused_in
from reconciler.budget import Bucket
from reconciler.change import Change
from reconciler.enumerated import some
from reconciler.errors import Fatal
from reconciler.hotel import Hotel, RoomPlan
from reconciler.interruption import Interruption, heard, unless
from reconciler.logs import logger
from reconciler.outcome import DECLINED, ROOMS_NOT_READ, Report
from reconciler.plan import Write, assemble
from reconciler.ports import Clock, Zoom
from reconciler.safety import Limits

Ask = Callable[[Report], bool]
Progress = Callable[[int, int], None]

log = logger("pass")


@dataclass(frozen=True, slots=True)
class Options:
    """What one pass is asked to do."""

    scope: Scope = field(default_factory=Scope)
    dry_run: bool = False
    cached: bool = False
    expect: str | None = None
    wait: bool = False

    @property
    def stays(self) -> bool:
        """True if the pass waits for what Zoom does not show yet; a pass bound to a plan has nothing to wait for."""
        return self.wait and self.expect is None


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that a pass works with."""

    name: str
    hotel: Hotel
    zoom: Zoom
    memory: Memory
    clock: Clock
    refresher: Refresher
    limits: Limits
    budget: Mapping[Bucket, tuple[int, float]]
    plans: Path
    standing: Standing
    traffic: Traffic = field(default_factory=Traffic)
    on_outcome: Callable[[Change, Outcome], None] | None = None
    """Who else hears what became of each change of a pass."""
    onlookers: list[Callable[[str], None]] = field(default_factory=list)
    """Who hears of each room that was looked at, or changed."""

    def noticed(self, room: str) -> None:
        """Something of this room may be other than it was."""
        for hear in self.onlookers:
            hear(room)

    async def audit(self, scope: Scope) -> Audit:
        """Look at these rooms, and remember what is already in place."""
        eyes = Eyes(self)
        found = audit(self.hotel, scope, self.limits, self.budget, eyes.now, eyes.look)
        await eyes.remember()
        return found

    async def look_again(self, rooms: Iterable[str]) -> None:
        """Remember how these rooms stand after something was done about them."""
        eyes = Eyes(self)
        for room in rooms:
            eyes.see(self.hotel.look(room, eyes.now))
        await eyes.remember()


class NotReadYet(Fatal):
    """Somebody wants a comparison with what was last read of Zoom, and nothing was."""

    def __init__(self) -> None:
        super().__init__(
            "Zoom has not been read yet, so there is nothing to compare with", "run once without --cached"
        )


class Eyes:
    """What is worth remembering of rooms that are looked at: what is in place, and how their extensions stand."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self.now = shop.clock.now()
        self._place = InPlace(shop.hotel, self.now)

    def look(self, hotel: Hotel, rooms: Sequence[str], now: datetime) -> Iterator[RoomPlan]:
        """Look at these rooms, and note each; not where they are only looked at as if a rule were lifted."""
        for plan in hotel.look_at(rooms, now):
            if hotel is self._shop.hotel:
                self.see(plan)
            yield plan

    def see(self, plan: RoomPlan) -> None:
        """Note one room."""
        self._place.see(plan)
        self._shop.standing.see(self._shop.hotel, plan, self.now)
        self._shop.noticed(plan.room)

    async def remember(self) -> None:
        """Write down what is new."""
        if self._place.confirmed or self._place.occupancy:
            await self._shop.memory.in_place(self._place.confirmed, self._place.occupancy)
        await self._shop.standing.keep(self._shop.memory)


async def run_pass(
    shop: Workshop,
    options: Options,
    *,
    ask: Ask | None = None,
    progress: Progress | None = None,
    interruption: Interruption | None = None,
) -> Report:
    """Make one pass. ``ask`` sees the plan before anything is written and may say no.

    With ``wait`` it also stays until the mailboxes could be cleared that Zoom did not show at first. From the first
    write on an ``interruption`` lets calls on their way finish, and the report tells what was left.
    """
    started = shop.clock.now()
    unread = await _refresh(shop, options)
    dark = () if options.cached else shop.refresher.unread(_covered(shop, options))
    found = await shop.audit(options.scope)
    report = found.report(
        shop.hotel, shop.name, started=started, finished=shop.clock.now(), dry_run=options.dry_run
    )
    if dark:
        report = replace(report, problems=(*report.problems, _in_the_dark(dark)))
    expected.keep(shop.plans, found.plan)
    if options.dry_run:
        return _without(unread, report)
    if found.plan.writes and ask is not None and not ask(_without(unread, report)):
        return replace(_without(unread, report), fatal=DECLINED)
    async with heard(interruption) as stop:
        if found.plan.writes:
            report = await _carry_out(shop, found, report, options, progress, stop)
        while options.stays and unread is not None and unread.again_at is not None and not stop.is_set():
            log.info("waiting for mailboxes", until=unread.again_at.isoformat(), reason=unread.reason)
            async with unless(stop, shop.traffic):
                await shop.clock.sleep((unread.again_at - shop.clock.now()).total_seconds())
                unread = await shop.refresher.mailboxes(_covered(shop, options))
            if not stop.is_set():
                report = await _clear_mailboxes(shop, report, options, progress, stop)
    return _without(unread, report)


async def _refresh(shop: Workshop, options: Options) -> Unread | None:
    """Read Zoom, or with ``cached`` only what a write of ours has left unknown, and for a dry run not even that."""
    if not options.cached:
        return await shop.refresher.everything(options.scope.covers)
    if not len(shop.hotel.observed):
        raise NotReadYet
    shop.zoom.allow(shop.hotel.ids())
    if not options.dry_run:
        await shop.refresher.lost_track_of(_covered(shop, options))
    return None


def _covered(shop: Workshop, options: Options) -> list[str]:
    return [room for room in shop.hotel.rooms() if options.scope.covers(room)]


def _in_the_dark(rooms: Sequence[str]) -> Problem:
    return Problem(
        ROOMS_NOT_READ,
        f"Zoom did not tell what it shows of {some(rooms)}: not compared, the next pass reads again",
    )


def _without(unread: Unread | None, report: Report) -> Report:
    """The report of a pass that had to do without these mailboxes."""
    return report if unread is None else replace(report, problems=(*report.problems, unread.problem))


async def _clear_mailboxes(
    shop: Workshop, report: Report, options: Options, progress: Progress | None, stop: anyio.Event
) -> Report:
    """Delete the messages that have come to light since; what else has changed is for another pass."""
    found = await shop.audit(options.scope)
    known, told = {_planned(change) for change in report.changes}, {r.rule for r in report.refusals}
    changes = [c for c in found.plan.changes if c.field == "voicemail" and _planned(c) not in known]
    messages = {change.id for change in changes}
    writes = [write for write in found.plan.writes if write.id in messages]
    found = replace(found, plan=assemble(changes, writes, shop.budget))
    done = await _carry_out(shop, found, replace(report, changes=tuple(changes)), options, progress, stop)
    every = (*report.changes, *done.changes)
    return replace(
        done, changes=every, calls=report.calls + done.calls,
        in_sync=report.rooms - len({change.room for change in every}),
        refusals=(*report.refusals, *(r for r in found.refusals if r.rule not in told)),
    )  # fmt: skip


async def _carry_out(
    shop: Workshop,
    found: Audit,
    report: Report,
    options: Options,
    progress: Progress | None,
    stop: anyio.Event,
) -> Report:
    if options.scope.rooms:
        await _end_contests(shop, found)
        await _forgive(shop, options.scope)
    changes = await _apply(shop, found, options, progress, stop)
    await shop.look_again(found.plans)
    calls = _calls(found.plan.writes, changes)
    report = replace(report, calls=calls).with_results(changes, shop.clock.now())
    return replace(report, problems=(*report.problems, *_new_problems(shop, report)))


async def _end_contests(shop: Workshop, found: Audit) -> None:
    """Somebody has named these rooms: what others keep changing there is put right, and counted afresh."""
    contests = shop.hotel.contests
    over = [key for change in found.plan.changes if (key := (change.id, change.field)) in contests]
    for key in over:
        del contests[key]
    if over:
        await shop.memory.run(shop.memory.store.end_contests, over)


async def _forgive(shop: Workshop, scope: Scope) -> None:
    """Somebody has named these rooms: what Zoom has refused there is tried at once."""
    ids = refused_in(shop.hotel, scope)
    gone = shop.hotel.setbacks.forgive(ids)
    if ids:
        await shop.memory.forgiven(ids, gone)


async def _apply(
    shop: Workshop, found: Audit, options: Options, progress: Progress | None, stop: anyio.Event
) -> tuple[Change, ...]:
    outcomes: dict[_Planned, Outcome] = {}
    stale: frozenset[str] = frozenset()
    if options.expect is not None:
        stale = expected.stale_rooms(shop.plans, options.expect, found.plan)
    writes = [write for write in found.plan.writes if write.room not in stale]
    total, applied = sum(len(write.changes) for write in writes), 0

    def note(change: Change, outcome: Outcome) -> None:
        nonlocal applied
        if outcome.status not in {"stale", "planned"} or _planned(change) not in outcomes:
            outcomes[_planned(change)] = outcome
        applied += outcome.status == "applied"
        if shop.on_outcome is not None:
            shop.on_outcome(change, outcome)
        if progress is not None:
            progress(applied, total)

    applier = Applier(
        shop.hotel, shop.zoom, shop.memory, shop.clock, single_pass(wait=options.wait), shop.traffic,
        may_blank=set(found.may_blank), max_repairs=shop.limits.max_repairs, on_outcome=note,
    )  # fmt: skip
    as_planned = options.expect is not None

    async def carry_out(write: Write) -> None:
        await applier.carry_out(write, only_as_planned=as_planned)

    async with unless(stop, shop.traffic), anyio.create_task_group() as tasks:
        for write in writes:
            tasks.start_soon(carry_out, write)
    why = "not as in the expected plan"
    if stale and options.expect is not None and not expected.is_known(shop.plans, options.expect):
        why = "no plan with this digest is known here"
    settled = (_settled(change, outcomes, dict.fromkeys(stale, why)) for change in found.plan.changes)
    return tuple(map(_left, settled) if stop.is_set() else settled)


def _calls(writes: Iterable[Write], changes: Iterable[Change]) -> int:
    """What these writes take, without those of which nothing was as in the expected plan."""
    stale = {_planned(change) for change in changes if change.status == "stale"}
    return sum(write.calls for write in writes if not stale.issuperset(map(_planned, write.changes)))


def _left(change: Change) -> Change:
    """Say why it was left, where a call had not even had its turn."""
    waits = change.status == "planned" and change.reason is None
    return replace(change, reason="interrupted before its turn") if waits else change


_Planned = tuple[str, str, str | None]


def _planned(change: Change) -> _Planned:
    """What tells a planned change from another of the same field: a refused name is followed by the vacant one."""
    return change.id, change.field, change.desired


def _new_problems(shop: Workshop, report: Report) -> Iterator[Problem]:
    """What only applying has shown: a name that Zoom refuses."""
    known = set(report.problems)
    for room in sorted({change.room for change in report.changes if change.status == "failed"}):
        for problem in shop.hotel.look(room, shop.clock.now()).problems:
            if problem not in known:
                yield problem


def _settled(change: Change, outcomes: Mapping[_Planned, Outcome], stale: Mapping[str, str]) -> Change:
    if change.status != "planned":
        return change
    if change.room in stale:
        return replace(change, status="stale", reason=stale[change.room])
    outcome = outcomes.get(_planned(change))
    return change if outcome is None else replace(change, status=outcome.status, reason=outcome.reason)
