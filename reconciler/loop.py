"""The controller: every event only says "look at room X"; the truth is what documents and Zoom say by then.

    watch     a file changed                 → its rooms are looked at
    sweep     every drift_check minutes      → lists read again, all rooms looked at
    refresh   every refresh_cache minutes    → details and messages too
    due       a failure's time has come, a lease runs out, a pause ends → those rooms are looked at
    poke      somebody asked, by command line or page
    hint      Zoom told by itself that something has changed → read, and its room looked at

One task looks, so that the safety rules always see everything that changes together. Calls are made side by side
by tasks of their own; the gate decides which leaves first. A lost hint costs time until the next sweep, never
correctness.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from desired.files import Folder
from desired.target import Dnd
from reconciler.account.attempt import Outcome
from reconciler.account.hints import Hints
from reconciler.account.readings import DUE_EVERY, Readings, Rhythm
from reconciler.account.refresh import BREATH
from reconciler.alarms.finding import Kind
from reconciler.apply import Applier
from reconciler.audit import circumstances
from reconciler.change import Change
from reconciler.contested import contest_of, is_contested
from reconciler.dropins import DropIns
from reconciler.health import Health
from reconciler.hotel import RoomPlan
from reconciler.logs import logger
from reconciler.passes import Eyes, Workshop
from reconciler.quiet import RENEW_WHEN_LEFT
from reconciler.safety import Refusal, judge
from reconciler.stays.leftbehind import left_behind
from reconciler.telephones.callback import Callback

log = logger("loop")


@dataclass(slots=True)
class Controller:
    """Keeps one hotel true until it is told to stop. ``shadow``: everything but writes."""

    shop: Workshop
    folder: Folder
    rhythm: Rhythm
    root: Path
    shadow: bool = False
    zoom: bool = True
    """Whether this process looks after Zoom; where it does not, only documents are read."""
    health: Health = field(default_factory=Health)
    on_documents: Callable[[Iterable[str]], Awaitable[None]] | None = None
    """Hears of rooms whose documents have changed."""
    _dirty: set[str] = field(default_factory=set)
    _moved: set[str] = field(default_factory=set)
    _woken: anyio.Event = field(default_factory=anyio.Event)
    hints: Hints = field(init=False)
    """Hears what Zoom tells by itself."""
    _applier: Applier = field(init=False)
    _documents: DropIns = field(init=False)
    _readings: Readings = field(init=False)
    _pending: dict[str, int] = field(default_factory=dict)
    _ends: dict[str, datetime] = field(default_factory=dict)
    _held_back: set[str] = field(default_factory=set)
    """Rooms of which a safety rule refuses something."""

    def __post_init__(self) -> None:
        shop = self.shop
        self._applier = Applier(
            shop.hotel, shop.zoom, shop.memory, shop.clock, self.rhythm.patience, shop.traffic,
            max_repairs=shop.limits.max_repairs, on_outcome=self.count,
        )  # fmt: skip
        self._readings = Readings(shop, self.health, self.rhythm, self.poke, self._access_back)
        callback = Callback(shop.hotel, shop.memory, shop.clock, self.wishes_moved)
        self.hints = Hints(shop, self._readings, self.poke, callback)
        self.health.calls_for_help = self.hints.calls_for_help
        self.health.left_behind = lambda: tuple(left_behind(shop.hotel, shop.clock.now()))
        self._documents = DropIns(
            self.folder, self.root, shop.hotel, shop.clock, self.health, self._documents_changed
        )

    async def run(self, stop: anyio.Event) -> None:
        """Work until ``stop`` is set; calls on their way finish, the rest waits in the store."""
        async with anyio.create_task_group() as calls:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._documents.watch)
                if self.zoom:
                    self._look_after_zoom(tasks, calls)
                await stop.wait()
                self.shop.traffic.closed = True
                tasks.cancel_scope.cancel()
            await self.shop.traffic.close()
            calls.cancel_scope.cancel()

    def _look_after_zoom(self, tasks: TaskGroup, calls: TaskGroup) -> None:
        for work in (self._readings.sweep, self._due, self._readings.read_for_wishes, self.hints.run):
            tasks.start_soon(work)
        tasks.start_soon(self._look_at_dirty, calls)

    def poke(self, rooms: Iterable[str]) -> None:
        """Look at these rooms soon."""
        self._dirty.update(rooms)
        self._woken.set()

    def wishes_moved(self, rooms: Iterable[str]) -> None:
        """Look at these rooms before all others, and read what their wishes need and no list has shown."""
        moved = frozenset(rooms)
        if not self.zoom:
            self.health.rooms = len(self.shop.hotel.rooms())
            for room in moved:
                self.shop.noticed(room)
            return
        if not self.shop.zoom.allows(self.shop.hotel.ids(moved)):
            self.shop.zoom.allow(self.shop.hotel.ids())
        self._readings.wish(moved)
        self._moved.update(moved)
        self._woken.set()

    async def read_folder(self, *, accept_empty: bool = False) -> None:
        """Take what the documents say now."""
        await self._documents.read(accept_empty=accept_empty)

    def _access_back(self) -> None:
        self._applier.no_access = None

    async def _documents_changed(self, rooms: frozenset[str]) -> None:
        self.shop.zoom.allow(self.shop.hotel.ids())  # they say which extensions are whose
        self.wishes_moved(rooms)
        if self.on_documents is not None:
            await self.on_documents(rooms)

    async def _due(self) -> None:
        while True:
            await self.shop.clock.sleep(DUE_EVERY)
            if self.health.zoom_read_at is None:
                continue
            due = self._rooms_due(self.shop.clock.now())
            # What a write without an answer has left unknown must not wait for the next sweep.
            await self._readings.behind(partial(self.shop.refresher.lost_track_of, due))
            self.poke(due)

    def _rooms_due(self, now: datetime) -> set[str]:
        """Rooms whose failure may be tried again, whose lease runs out, whose pause or wish has ended."""
        hotel = self.shop.hotel
        due = {room for room, end in self._ends.items() if end <= now}
        ids = hotel.setbacks.due(now)
        soon = now + RENEW_WHEN_LEFT + timedelta(minutes=20)
        ids |= {id_ for id_, lease in hotel.leases.items() if lease.until is not None and lease.until < soon}
        if ids:
            due |= {room for room in hotel.rooms() for e in hotel.extensions_of(room) if e.id in ids}
        # A call that waits is decided when it may leave. Looking at a thousand such rooms now would only hold up
        # the check-in that arrives meanwhile.
        waiting = {id_ for _, id_ in self.shop.traffic.waiting}
        pending = (room for room, count in self._pending.items() if count)
        return due | {r for r in pending if waiting.isdisjoint(e.id for e in hotel.extensions_of(r))}

    async def _look_at_dirty(self, calls: TaskGroup) -> None:
        while True:
            await self._woken.wait()
            self._woken = anyio.Event()
            if self.health.zoom_read_at is None:
                continue  # nothing was read yet; the first reading looks at every room
            moved = await self._look_at_moved(calls)
            rooms, self._dirty = self._dirty, set()
            if rooms or not moved:
                await self.look(rooms, calls)

    async def _look_at_moved(self, calls: TaskGroup) -> frozenset[str]:
        """Look at the rooms whose wishes have moved; answer which they were."""
        moved, self._moved = frozenset(self._moved), set()
        if moved:
            await self.look(moved, calls)
        return moved

    async def look(self, rooms: Iterable[str], calls: TaskGroup) -> None:
        """Work out what these rooms need, let the safety rules judge it together, and start the calls.

        A check-in does not wait until a whole hotel has been worked out: between two breaths its room goes first.
        """
        hotel, now = self.shop.hotel, self.shop.clock.now()
        eyes = Eyes(self.shop)
        plans: dict[str, RoomPlan] = {}
        managed = frozenset(hotel.rooms())
        looked_at: set[str] = set()
        for position, room in enumerate(sorted(managed.intersection(rooms))):
            plan = hotel.look(room, now)
            looked_at.add(room)
            eyes.see(plan)
            self._pending[room] = sum(1 for c in plan.changes if c.status == "planned")
            self._note_end(plan, now)
            self._note_contested(plan)
            self._note_names_left(plan)
            if plan.changes:
                plans[room] = plan
            if position % BREATH == BREATH - 1:
                await anyio.lowlevel.checkpoint()
                if self._moved:
                    await eyes.remember()  # what was seen before must not be written after what they see
                    eyes = Eyes(self.shop)
                    for overtaken in await self._look_at_moved(calls):
                        plans.pop(overtaken, None)
                        looked_at.discard(overtaken)
        changes, refusals = judge(
            [change for plan in plans.values() for change in plan.changes],
            circumstances(
                hotel,
                plans.values(),
                rooms=len(managed),
                now=now,
                also=self._applier.may_blank - plans.keys(),
            ),
            self.shop.limits,
            (),
        )
        self._held_back = (self._held_back & managed) - looked_at
        if refusals or not self._held_back:  # else what was refused for other rooms stands
            self._tell_refusals(refusals)
        self._held_back |= {change.room for change in changes if change.status == "refused"}
        if self._applier.no_access is not None:
            self.health.zoom_error = self._applier.no_access.message
        self.health.rooms = len(managed)
        self.health.forget_all_but(managed)
        self.health.pending = sum(self._pending.get(room, 0) for room in managed)
        if not self.shadow:
            self._start(plans, [c for c in changes if self._may_try(c, now)], calls, now)
        await eyes.remember()

    def _start(
        self, plans: dict[str, RoomPlan], changes: list[Change], calls: TaskGroup, now: datetime
    ) -> None:
        planned = {change.room for change in changes if change.status == "planned"}
        self._applier.may_blank -= plans.keys()
        self._applier.may_blank |= {room for room in planned if plans[room].losing_guest}
        by_room: dict[str, list[Change]] = {}
        for change in changes:
            by_room.setdefault(change.room, []).append(change)
        for room, group in by_room.items():
            for write in self.shop.hotel.writes(plans[room], group, now):
                calls.start_soon(self._applier.hint, write)

    def _note_end(self, plan: RoomPlan, now: datetime) -> None:
        """Remember when this room must be looked at again by itself: a pause, do-not-disturb or a rest ends."""
        paused = self.shop.hotel.paused.get(plan.room)
        wishes = [target.wanted["dnd"].value for target in plan.targets if "dnd" in target.wanted]
        ends = [wish.until for wish in wishes if isinstance(wish, Dnd)] + [paused.until if paused else None]
        held_back = (contest_of(change, self.shop.hotel.contests, now) for change in plan.changes)
        ends += [contest.until for contest in held_back if contest is not None]
        ahead = [end for end in ends if end is not None and end > now]
        self._ends.pop(plan.room, None)
        if ahead:
            self._ends[plan.room] = min(ahead)

    def _note_contested(self, plan: RoomPlan) -> None:
        fields = sum(map(is_contested, plan.changes))
        self.health.contested.pop(plan.room, None)
        if fields:
            self.health.contested[plan.room] = fields

    def _note_names_left(self, plan: RoomPlan) -> None:
        left = tuple(problem for problem in plan.problems if problem.code == Kind.NAME_LEFT)
        self.health.names_left.pop(plan.room, None)
        if left:
            self.health.names_left[plan.room] = left

    def _may_try(self, change: Change, now: datetime) -> bool:
        """A change that failed waits for its time; another wish does not."""
        failure = self.shop.hotel.setbacks.of(change)
        return change.status == "planned" and (
            failure is None or failure.next_at is None or failure.is_due(now)
        )

    def _tell_refusals(self, refusals: tuple[Refusal, ...]) -> None:
        if refusals and refusals != self.health.refusals:
            for refusal in refusals:
                log.error("refused", rule=refusal.rule, reason=refusal.message)
        self.health.refusals = refusals

    def _look_behind(self, room: str) -> None:
        """Look again where a wish has changed back while its call was on its way: nothing seemed to differ then."""
        if room not in self._dirty and self.shop.hotel.look(room, self.shop.clock.now()).changes:
            self._dirty.add(room)
            self._woken.set()

    def count(self, change: Change, outcome: Outcome) -> None:
        """Count and log what became of a change, by the controller's own work or by a pass that it was handed."""
        self.shop.noticed(change.room)
        if not outcome.ours:
            return  # another call has made it so, and was counted
        self.health.applied += outcome.status == "applied"
        if outcome.status == "applied":
            self._look_behind(change.room)
        self.health.failed += outcome.status == "failed"
        failure = self.shop.hotel.setbacks.of(change)
        if outcome.status == "failed" and failure is not None and not failure.permanent:
            self._readings.doubt()
        if (failure is not None and failure.permanent) or change.room in self.health.names_left:
            self.poke([change.room])  # whether somebody's name is left on the telephone
        log.info(
            "change", room=change.room, extension=change.extension, field=change.field, cause=change.cause,
            status=outcome.status, reason=outcome.reason,
        )  # fmt: skip
