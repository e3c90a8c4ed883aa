"""The hotel as page and API see it (``reconciler.desk.house``): the controller's memory, looked at in small steps.

Looking at a thousand rooms takes a few tenths of a second. Nobody who checks in meanwhile may wait for it, so
between two handfuls of rooms everything else has its turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import anyio
from anyio import to_thread

from reconciler.account.recall import acts_of
from reconciler.account.refresh import BREATH
from reconciler.app.accounts import has_zoom
from reconciler.app.connections import connections
from reconciler.app.doctor.examine import examine
from reconciler.app.doctor.finding import Finding
from reconciler.app.doors import Doors
from reconciler.app.figures import Figures
from reconciler.app.nightly import report_view
from reconciler.app.stored import known
from reconciler.app.tidings import Tidings
from reconciler.audit import Judged, in_need_of_judgement, judged_together
from reconciler.desk.audits import Audits
from reconciler.desk.board import Board
from reconciler.desk.house import View
from reconciler.desk.news import News, Topic
from reconciler.desk.orders import AnyOrder
from reconciler.hotel import Hotel, RoomPlan
from reconciler.logs import PACKETS_ASKED, PACKETS_FOR, asking_packets, packets_asked
from reconciler.moments import local
from reconciler.nightly.period import Period
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.stays.frontdesk import Declined
from reconciler.store.errors import StoreUnavailable
from reconciler.views.alarms import alarms_view
from reconciler.views.explanation import explanation
from reconciler.views.log import log_view
from reconciler.views.room import room_view, with_the_rest
from reconciler.views.shape import VERSION, problem_view, refusal_view
from reconciler.views.wakeup_book import wakeup_book
from reconciler.views.wakeups import wakeups_view

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class DeskSide:
    """The running controller, for the desk."""

    doors: Doors
    tidings: Tidings = field(init=False)
    audits: Audits = field(init=False)
    figures: Figures = field(init=False)

    def __post_init__(self) -> None:
        room = self.doors.room
        self.tidings = Tidings(self.doors)
        self.audits = Audits(self.make_pass, self.news, room.shop.clock)
        self.figures = Figures(room.store, room.shop.clock, room.settings.property.zone)

    @property
    def news(self) -> News:
        """What has changed since when."""
        return self.tidings.news

    @property
    def board(self) -> Board:
        """The cards of all rooms."""
        return self.tidings.board

    @property
    def name(self) -> str:
        """The hotel's name."""
        return self.doors.room.settings.property.name

    @property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return self._hotel.house.zone

    @property
    def now(self) -> Callable[[], datetime]:
        """The time in UTC."""
        return self.doors.room.shop.clock.now

    @property
    def shadow(self) -> bool:
        """True if this controller only watches."""
        return self.doors.controller.shadow

    @property
    def _hotel(self) -> Hotel:
        return self.doors.room.shop.hotel

    def rooms(self) -> Sequence[str]:
        """Every room of ``rooms:`` and of the documents."""
        return self._hotel.roster.known_rooms()

    async def run(self) -> None:
        """Keep page and audits at work until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.tidings.run)
            tasks.start_soon(self.audits.run)

    # What is looked at

    async def show(self, rooms: Sequence[str] | None = None) -> View:
        """What ``show --format json`` prints of these rooms or of all. Raises UnknownRoom."""
        chosen = known(self._hotel, rooms or ())
        found = await self._judged(chosen)
        office, around, stored = self.doors.office, self.doors.office.around(), self._stored()
        now = self.now()
        entries: list[dict[str, Any]] = []
        for position, plan in enumerate(found.plans):
            entries.append(
                room_view(self._hotel, plan, office.register.ledger, stored, now, around.messages(plan.room))
            )
            await _breathe(position)
        return with_the_rest(entries, self._hotel, found, office.register, around, now)

    async def _judged(self, rooms: Sequence[str]) -> Judged:
        hotel, limits = self._hotel, self.doors.room.shop.limits
        plans = await self._look_at(rooms)
        if not in_need_of_judgement(hotel, plans):
            return Judged(tuple(plans), ())
        every = await self._look_at(hotel.rooms())
        return judged_together(hotel, plans, every, limits, self.now())

    async def _look_at(self, rooms: Sequence[str]) -> list[RoomPlan]:
        plans = []
        for position, room in enumerate(rooms):
            plans.append(self._hotel.look(room, self.now()))
            await _breathe(position)
        return plans

    def _stored(self) -> Any:
        return self.doors.room.shop.standing.stored

    async def explain(self, room: str) -> View:
        """What ``explain --format json`` prints. Raises UnknownRoom, StoreUnavailable."""
        found = await self._judged(known(self._hotel, (room,)))
        acts = await self.figures.read(acts_of, self.doors.room.store)
        register = self.doors.office.register
        return explanation(self._hotel, found, register, acts, self._stored(), self.now())

    def wakeups(self) -> View:
        """What ``wakeup list --format json`` prints."""
        ledger = self.doors.office.register.ledger
        telephones = self.doors.office.telephone_state()
        return wakeups_view(self._hotel, self._rooms_that_ring(), ledger, telephones, self.now())

    def wakeup_book(self) -> View:
        """The wake-up calls as the desk works with them."""
        office = self.doors.office
        return wakeup_book(
            self._hotel, self._rooms_that_ring(), office.register.ledger, office.around(), self.now()
        )

    def _rooms_that_ring(self) -> Sequence[str]:
        return sorted({*self.rooms(), *self.doors.office.register.ledger.rooms()})

    def standing(self) -> View:
        """What the hotel stands on, and what people should know of it."""
        health = self.doors.controller.health
        return {
            "legs": {leg: {"ok": reason is None, "reason": reason} for leg, reason in health.legs().items()},
            "anomalies": dict(self.doors.office.anomalies()),
            "problems": [problem_view(problem) for problem in health.problems()],
            "refusals": [refusal_view(refusal) for refusal in health.refusals],
        }

    def alarms(self) -> View:
        """What calls for a person."""
        return alarms_view(self.doors.office.standing_alarms())

    async def report(self, period: Period) -> View:
        """The night report of a period."""
        around = self.doors.office.around()
        return await to_thread.run_sync(report_view, self.doors.room.settings, period, around)

    async def check(self) -> View:
        """What `reconcile check` finds."""
        findings: list[Finding] = []
        await examine(self.doors.room.settings, findings.append)
        return {"version": VERSION, "findings": [asdict(finding) for finding in findings]}

    async def connections(self) -> View:
        """All that the hotel stands on, with what helps where it is not well."""
        try:
            asked = await self.figures.read(self.doors.room.store.note, PACKETS_ASKED)
        except StoreUnavailable:
            asked = {}
        return connections(self.doors, packets_asked(asked))

    def log(self, limit: int) -> View:
        """The last records and calls, masked, newest first."""
        lines = self.doors.office.live.lines(limit)
        return log_view(lines, self._rooms_by_id(frozenset(each for line in lines for each in line.about)))

    def _rooms_by_id(self, ids: frozenset[str]) -> dict[str, str]:
        """The rooms that Zoom's ids belong to."""
        found = [
            (name, self._hotel.roster.room_of(each.number))
            for each in (self._hotel.observed if ids else ())
            for name in ids.intersection((each.id, each.device.id if each.device else ""))
        ]
        return {name: room for name, room in found if room is not None}

    # What is asked for

    async def take(self, order: AnyOrder, where: str) -> str:
        """Do what the desk asks for; the sentence that people read. Raises Declined."""
        said = await self.doors.take(order, where)
        self.board.touch(order.rooms())
        return said

    async def acknowledge(self, key: str, who: str) -> str:
        """Somebody sees to what an alarm is about; telephone and page are silent then. Raises Declined."""
        return await self.doors.office.acknowledge(key, who)

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        """Ask PMS links for every room, or let a held resync through."""
        return await self.doors.resync(links, where, release=release)

    async def pause(self, room: str, reason: str, until: datetime | None, by: str) -> str:
        """Leave a room alone for a while. Raises UnknownRoom, StoreUnavailable, and Fatal where Zoom is not ours."""
        has_zoom(self.doors.room.settings)
        known(self._hotel, (room,))
        if not reason.strip():
            raise Declined("say why, so that others know whether they may resume the room")
        store = self.doors.room.store
        await self._write(store.pause, room, reason=reason.strip(), until=until, by=by)
        await self.doors.poke((room,))
        self.board.touch((room,))
        when = f"until {local(until, self.zone)}" if until else "until it is resumed"
        return f"room {room} is paused {when}"

    async def resume(self, room: str) -> str:
        """Look after a paused room again. Raises UnknownRoom, StoreUnavailable."""
        known(self._hotel, (room,))
        if self._hotel.pause(room, self.now()) is None:
            return f"room {room} was not paused"
        await self._write(self.doors.room.store.resume, room)
        await self.doors.poke((room,))
        self.board.touch((room,))
        return f"room {room} is looked after again"

    async def test_call(self, room: str) -> View:
        """Ring a room or an extension. Raises Declined."""
        number = next(iter(self._hotel.roster.extensions_in(room)), room) if room in self.rooms() else room
        if re.fullmatch("[0-9*#]{1,18}", number) is None:
            raise Declined(f"{room}: neither a room nor what a telephone can dial", "see the room board")
        if self.doors.room.settings.sip is None:
            raise Declined("there are no telephone lines", "set up sip: in housephone.yaml")
        return await self.doors.test_call(number)

    async def make_pass(self, options: Options) -> Report:
        """Audit, or make a pass with the controller's own budget."""
        return await self.doors.make_pass(options)

    async def debug(self, parts: Sequence[str], *, on: bool) -> str:
        """Log what goes to these peers and comes back, for a day."""
        until = self.now() + PACKETS_FOR if on else None
        store = self.doors.room.store
        note = await self.figures.read(store.note, PACKETS_ASKED)
        await self._write(store.put_note, PACKETS_ASKED, asking_packets(note, parts, until))
        await self.doors.switch_logs()
        self.news.tell(Topic.LINKS)
        when = "" if until is None else f" until {local(until, self.zone)}"
        return f"log of the calls to and from {', '.join(parts)}: {'on' if on else 'off'}{when}"

    async def _write(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write now or never, since a person waits for the answer. Raises StoreUnavailable."""
        await self.doors.room.shop.memory.run_once(step, *args, **kwargs)


async def _breathe(position: int) -> None:
    if position % BREATH == BREATH - 1:
        await anyio.lowlevel.checkpoint()
