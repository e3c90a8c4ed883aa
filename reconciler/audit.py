"""The audit: every room looked at once, judged by the safety rules, priced. The one way to a plan.

A dry run stops here and reports; a pass goes on and applies just this plan. Pure: nothing is read, written or sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from desired.problem import Problem
from reconciler.budget import Bucket
from reconciler.change import Change
from reconciler.errors import Fatal
from reconciler.hotel import Hotel, RoomPlan
from reconciler.outcome import Report
from reconciler.plan import Plan, Write, assemble
from reconciler.roster import Roster
from reconciler.safety import EMPTY_SOURCE, Circumstances, Limits, Refusal, judge
from reconciler.stays.leaving import CHECKED_OUT_BY
from reconciler.stays.leftbehind import left_behind

Look = Callable[[Hotel, Sequence[str], datetime], Iterable[RoomPlan]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rooms a pass is about (shell patterns; empty means all), and which safety rules it lifts."""

    rooms: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()

    def covers(self, room: str) -> bool:
        """True if the room belongs to this pass."""
        return not self.rooms or any(fnmatchcase(room, pattern) for pattern in self.rooms)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a look at all rooms found. ``plans`` holds the rooms that need something."""

    plan: Plan
    plans: Mapping[str, RoomPlan]
    rooms: int
    in_sync: int
    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    may_blank: frozenset[str]
    calls: int

    def report(
        self, hotel: Hotel, name: str, *, started: datetime, finished: datetime, dry_run: bool
    ) -> Report:
        """The audit in the contract's shape."""
        return Report(
            property=name, dry_run=dry_run, digest=self.plan.digest, started=started, finished=finished,
            rooms=self.rooms, in_sync=self.in_sync, calls=self.calls, eta_seconds=self.plan.eta_seconds,
            changes=self.plan.changes, problems=self.problems, refusals=self.refusals,
            price=lambda change: hotel.price(change.kind, change.field), zone=hotel.house.zone,
        )  # fmt: skip


def audit(
    hotel: Hotel,
    scope: Scope,
    limits: Limits,
    budget: Mapping[Bucket, tuple[int, float]],
    now: datetime,
    look: Look = Hotel.look_at,
) -> Audit:
    """Look at every room of the scope and work out the plan.

    ``look`` looks at all of them; it may leave out those that need nothing and have no problem. Fatal if no room is
    called as the scope says. Who names rooms wants them put right, also where somebody else keeps changing
    them, or Zoom has refused something before.
    """
    if hotel.roster.loaded.vanished and EMPTY_SOURCE in scope.allow:
        hotel = _without_documents(hotel)
    if scope.rooms:
        hotel = _afresh(hotel, scope)
    everything = hotel.rooms()
    plans: dict[str, RoomPlan] = {}
    known = hotel.roster.problems()
    problems = [problem for problem in known if problem.room is None or scope.covers(problem.room)]
    if not scope.rooms:
        problems.extend(left_behind(hotel, now))
    rooms = [room for room in everything if scope.covers(room)]
    if scope.rooms and not any(map(scope.covers, hotel.roster.known_rooms())):
        raise Fatal(f"no room is called {' or '.join(scope.rooms)}", "`reconcile show` lists the rooms")
    for plan in look(hotel, rooms, now):
        problems.extend(plan.problems)
        if plan.changes:
            plans[plan.room] = plan
    changes, refusals = judge(
        [change for plan in plans.values() for change in plan.changes],
        circumstances(hotel, plans.values(), rooms=len(everything), now=now),
        limits,
        scope.allow,
    )
    writes = _writes(hotel, plans, changes, now)
    refused = {change.room for change in changes if change.status == "refused"}
    return Audit(
        plan=assemble(changes, writes, budget), plans=plans, rooms=len(rooms), in_sync=len(rooms) - len(plans),
        problems=tuple(problems), refusals=refusals,
        may_blank=frozenset(room for room, plan in plans.items() if plan.losing_guest and room not in refused),
        calls=sum(write.calls for write in writes),
    )  # fmt: skip


class Judged(NamedTuple):
    """Rooms as the safety rules let them be, and the rules that hold something of them back."""

    plans: tuple[RoomPlan, ...]
    refusals: tuple[Refusal, ...]


def judged(hotel: Hotel, rooms: Iterable[str], limits: Limits, now: datetime) -> Judged:
    """What these rooms need, for who only looks: the rules have seen it together with all that other rooms need."""
    plans = tuple(hotel.look_at(tuple(rooms), now))
    if not in_need_of_judgement(hotel, plans):
        return Judged(plans, ())
    return judged_together(hotel, plans, hotel.look_at(hotel.rooms(), now), limits, now)


def in_need_of_judgement(hotel: Hotel, plans: Iterable[RoomPlan]) -> bool:
    """True if a rule could hold something of these rooms back."""
    return hotel.roster.loaded.vanished or any(plan.changes for plan in plans)


def judged_together(
    hotel: Hotel, plans: Iterable[RoomPlan], every: Iterable[RoomPlan], limits: Limits, now: datetime
) -> Judged:
    """These rooms as the rules let them be that have seen ``every`` room of the hotel."""
    everything = {plan.room: plan for plan in every if plan.changes}
    changes, refusals = judge(
        [change for plan in everything.values() for change in plan.changes],
        circumstances(hotel, everything.values(), rooms=len(hotel.rooms()), now=now),
        limits,
        (),
    )
    by_room: dict[str, list[Change]] = {}
    for change in changes:
        by_room.setdefault(change.room, []).append(change)
    plans = tuple(plan._replace(changes=tuple(by_room.get(plan.room, ()))) for plan in plans)
    theirs = {change.reason for plan in plans for change in plan.changes if change.status == "refused"}
    return Judged(plans, tuple(r for r in refusals if r.rule in {*theirs, EMPTY_SOURCE}))


def _without_documents(hotel: Hotel) -> Hotel:
    """The hotel as it would be once the folder is believed; this one keeps what its files said last."""
    apparent = copy(hotel)
    apparent.roster = Roster(hotel.roster.table)
    apparent.roster.take_documents(replace(hotel.roster.loaded, documents=(), vanished=False))
    return apparent


def _afresh(hotel: Hotel, scope: Scope) -> Hotel:
    """The hotel as if nobody changed anything back, and Zoom had refused nothing in these rooms."""
    ids = refused_in(hotel, scope)
    if not hotel.contests and not ids:
        return hotel
    apparent = copy(hotel)
    apparent.contests = {}
    apparent.setbacks = hotel.setbacks.copy()
    apparent.setbacks.forgive(ids)
    return apparent


def refused_in(hotel: Hotel, scope: Scope) -> frozenset[str]:
    """Zoom's ids in these rooms of which Zoom has refused a name or a change."""
    refused = hotel.setbacks.refused()
    return hotel.ids(filter(scope.covers, hotel.rooms())) & refused if refused else frozenset()


def _writes(
    hotel: Hotel, plans: Mapping[str, RoomPlan], changes: Iterable[Change], now: datetime
) -> list[Write]:
    """The calls that make the judged changes, room by room."""
    judged: dict[str, list[Change]] = {}
    for change in changes:
        judged.setdefault(change.room, []).append(change)
    return [write for room, plan in plans.items() for write in hotel.writes(plan, judged.get(room, ()), now)]


def circumstances(
    hotel: Hotel, plans: Iterable[RoomPlan], *, rooms: int, now: datetime, also: Collection[str] = ()
) -> Circumstances:
    """What the safety rules look at beside the changes; ``also`` are rooms let through whose call still waits."""
    plans, vanished = tuple(plans), hotel.roster.loaded.vanished
    return Circumstances(
        rooms=rooms,
        losing=frozenset(plan.room for plan in plans if plan.losing_guest),
        lost=hotel.blanked_lately(now) | {room for room in also if room not in hotel.blanked},
        source_vanished=vanished,
        told=frozenset(_told(plans)) if vanished else frozenset(),
    )


def _told(plans: Iterable[RoomPlan]) -> Iterator[tuple[str, str, str]]:
    """The changes that people and the PMS ask for, and not the folder."""
    for plan in plans:
        for target in plan.targets:
            for name, wanted in target.wanted.items():
                if wanted.origin.source in CHECKED_OUT_BY:
                    yield target.room, target.extension, "voicemail" if name == "cleared" else name
