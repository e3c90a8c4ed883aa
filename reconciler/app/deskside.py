"""The hotel as page and API see it (``reconciler.desk.house``): the controller's memory, looked at in small steps.

Looking at a thousand rooms takes a few tenths of a second. Nobody who checks in meanwhile may wait for it, so
between two handfuls of rooms everything else has its turn.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import anyio
from anyio import to_thread

from reconciler import turnover
from reconciler.app.connections import connections
from reconciler.app.doctor.examine import examine
from reconciler.app.doctor.finding import Finding
from reconciler.app.doors import Doors
from reconciler.app.nightly import report_view
from reconciler.app.stored import known
from reconciler.audit import Judged, in_need_of_judgement, judged_together
from reconciler.desk.audits import Audits
from reconciler.desk.board import Board, Card
from reconciler.desk.cards import card_of
from reconciler.desk.house import View
from reconciler.desk.news import News, Topic
from reconciler.desk.orders import AnyOrder
from reconciler.frontdesk import Declined
from reconciler.hotel import Hotel, RoomPlan
from reconciler.logs import PACKETS_ASKED
from reconciler.mail import Count
from reconciler.moments import local
from reconciler.nightly.period import Period
from reconciler.outcome import Report
from reconciler.page import Page
from reconciler.passes import Options
from reconciler.recall import acts_of
from reconciler.refresh import BREATH
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Json
from reconciler.views.alarms import alarms_view
from reconciler.views.days import changes_by_day, last_days, wakeups_by_day
from reconciler.views.explanation import explanation
from reconciler.views.history import history_view
from reconciler.views.links import link_view
from reconciler.views.log import log_view
from reconciler.views.room import room_view, with_the_rest
from reconciler.views.shape import VERSION, iso, problem_view, refusal_view
from reconciler.views.telephones import alert_view, channel_view
from reconciler.views.wakeup_book import wakeup_book
from reconciler.views.wakeups import wakeups_view

P = ParamSpec("P")
R = TypeVar("R")

DEBUG_FOR = timedelta(hours=24)
"""How long the logs of packets stay on that somebody has switched on."""

_MORE = ("query", "sent", "code", "received")
"""What of a call to Zoom is shown beside its outcome."""

LOOK_EVERY = 0.5
"""Seconds between looks at what nobody tells of: links, channels, alerts."""


@dataclass(slots=True)
class DeskSide:
    """The running controller, for the desk."""

    doors: Doors
    news: News = field(init=False)
    board: Board = field(init=False)
    audits: Audits = field(init=False)
    _made: dict[datetime, list[tuple[datetime, str, int]]] = field(default_factory=dict)
    """The changes of days that are over, by when they began."""
    _looks: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(2))
    """Two, so that a room's history need not wait for the figures of thirty days."""

    def __post_init__(self) -> None:
        self.news = News(secrets.token_hex(4))
        shop, reception = self.doors.room.shop, self.doors.office.reception
        self.board = Board(self._card, self.rooms, self.news, shop.clock)
        self.audits = Audits(self.make_pass, self.news, shop.clock)
        self.doors.room.driver.packets.hear = self._heard_zoom
        shop.onlookers.append(lambda room: self.board.touch((room,)))
        reception.on_page = self._page_turned
        self.doors.office.acknowledged.told.append(lambda _names: self.news.tell(Topic.WAKEUPS))

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
        return self._hotel.known_rooms()

    def _card(self, room: str) -> Card:
        office = self.doors.office
        return card_of(self._hotel, room, office.register.ledger, office.around().messages(room), self.now())

    async def run(self) -> None:
        """Keep the board up to date, and notice what nobody tells of, until cancelled."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.board.run)
                tasks.start_soon(self.audits.run)
                tasks.start_soon(self._notice)
        finally:
            self.news.close()

    async def _notice(self) -> None:
        """Compare how things are with how they were."""
        seen: dict[Topic, object] = {}
        messages: Mapping[str, Count] = {}
        while True:
            messages = self._messages_told(messages)
            for topic, state in self._states():
                if seen.get(topic) != state:
                    self.news.tell(topic)
                    seen[topic] = state
            await self.doors.room.shop.clock.sleep(LOOK_EVERY)

    def _states(self) -> Iterable[tuple[Topic, object]]:
        health = self.doors.controller.health
        telephones = health.telephones()
        yield (
            Topic.LINKS,
            (
                [(link.state, link.problem, link.held) for link in health.links()],
                [(c.account, c.registered, c.why) for c in telephones.channels] if telephones else None,
                health.legs(),
                self.doors.room.driver.capabilities(),
            ),
        )
        yield Topic.LOG, self.doors.office.live.number
        yield Topic.ALERTS, (health.problems(), self.doors.office.alarms.standing)

    def _heard_zoom(self, about: Sequence[str], line: Mapping[str, Any]) -> None:
        came = line.get("status") or f"no answer: {line['no_answer']}"
        text = f"{line['call']} → {came}, {line['ms']} ms"
        more = {name: line[name] for name in _MORE if name in line}
        self.doors.office.live.call(self.now(), text, json.dumps(more) if more else "", about)

    def _page_turned(self, page: Page) -> None:
        self.board.touch({*page.words, *(entry.room for entry in page.entries)})
        if page.entries:
            self.news.tell(Topic.WAKEUPS)

    def _messages_told(self, before: Mapping[str, Count]) -> Mapping[str, Count]:
        """Touch the rooms whose messages are others than ``before``."""
        side = self.doors.office.telephony
        now = {} if side is None or side.mail is None else side.mail.told()
        self.board.touch(room for room, _ in before.items() ^ now.items())
        return now

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
        acts = await self._read(acts_of, self.doors.room.store)
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

    async def history(self, room: str | None, since: datetime | None, limit: int) -> View:
        """What ``history --format json`` prints, newest first. Raises StoreUnavailable."""
        return history_view(await self._read(self.doors.room.store.history, room, since, limit))

    async def changes_by_day(self) -> View:
        """How many changes were made on each of the last days, by cause. Raises StoreUnavailable.

        A large hotel makes tens of thousands a day, so days that are over are counted once.
        """
        days = last_days(self.now(), self.zone)
        first = next(number for number, (_, start) in enumerate(days) if start not in self._made)
        fresh = [start for _, start in days[first:]]
        made: dict[datetime, list[tuple[datetime, str, int]]] = {start: [] for start in fresh}
        for each in await self._read(self.doors.room.store.made_by_day, fresh):
            made[each[0]].append(each)
        made |= {start: self._made[start] for _, start in days[:first]}
        self._made = {start: made[start] for _, start in days[:-1]}
        return changes_by_day(days, chain.from_iterable(made.values()))

    async def turnover(self) -> View:
        """How many rooms were filled and emptied in each hour of today. Raises StoreUnavailable."""
        note = await self._read(self.doors.room.store.note, turnover.NOTE)
        today = self.now().astimezone(self.zone).date()
        hours = turnover.by_hour(note, today)
        rows = [
            {"hour": hour, "check_ins": come, "check_outs": gone} for hour, (come, gone) in enumerate(hours)
        ]
        return {"version": VERSION, "day": today.isoformat(), "hours": rows}

    async def wakeups_by_day(self) -> View:
        """How the wake-up calls of each of the last days ended. Raises StoreUnavailable."""
        days = last_days(self.now(), self.zone)
        return wakeups_by_day(days, await self._read(self.doors.room.store.wakeups_by_day, days[0][0]))

    async def _read(self, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Read the store beside everything else: nobody waits for who looks, neither guests nor calls to Zoom."""
        return await to_thread.run_sync(partial(read, *args, **kwargs), limiter=self._looks)

    def links(self) -> View:
        """How PMS links, Zoom, telephones and store are."""
        health = self.doors.controller.health
        telephones = health.telephones()
        return {
            "version": VERSION,
            "shadow": self.shadow,
            "legs": {leg: {"ok": reason is None, "reason": reason} for leg, reason in health.legs().items()},
            "links": [link_view(link) for link in health.links()],
            "channels": [channel_view(each) for each in telephones.channels] if telephones else [],
            "alerts": [alert_view(each) for each in telephones.alerts] if telephones else [],
            "zoom": {
                "read_at": iso(health.zoom_read_at),
                "features": {
                    feature.value: {"on": state.on, "reason": state.reason, "remedy": state.remedy}
                    for feature, state in self.doors.room.driver.capabilities().features.items()
                },
                "budget": self._budget(),
            },
            "anomalies": dict(self.doors.office.anomalies()),
            "problems": [problem_view(problem) for problem in health.problems()],
            "refusals": [refusal_view(refusal) for refusal in health.refusals],
        }

    def _budget(self) -> list[dict[str, Json]]:
        """What each label may take, what it took today, and what waits for its place."""
        gate = self.doors.room.gate
        spent, waiting = gate.budget.spent(), gate.waiting()
        return [
            {
                "family": bucket[0], "label": bucket[1], "limit": limit, "period_seconds": period,
                "today": spent.get(bucket, 0), "waiting": waiting.get(bucket, 0),
            }
            for bucket, (limit, period) in self.doors.room.shop.budget.items()
        ]  # fmt: skip

    def alarms(self) -> View:
        """What calls for a person."""
        return alarms_view(self.doors.office.alarms.standing)

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
            asked = await self._read(self._logs_asked)
        except StoreUnavailable:
            asked = {}
        return connections(self.doors, asked)

    def log(self, limit: int) -> View:
        """The last records and calls, masked, newest first."""
        lines = self.doors.office.live.lines(limit)
        return log_view(lines, self._rooms_by_id(frozenset(each for line in lines for each in line.about)))

    def _rooms_by_id(self, ids: frozenset[str]) -> dict[str, str]:
        """The rooms that Zoom's ids belong to."""
        found = [
            (name, self._hotel.room_of(each.number))
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
        return await self.doors.office.alarms.acknowledge(key, who)

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        """Ask PMS links for every room, or let a held resync through."""
        return await self.doors.resync(links, where, release=release)

    async def pause(self, room: str, reason: str, until: datetime | None, by: str) -> str:
        """Leave a room alone for a while. Raises UnknownRoom, StoreUnavailable."""
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
        number = next(iter(self._hotel.extensions_in(room)), room) if room in self.rooms() else room
        if re.fullmatch("[0-9*#]{1,18}", number) is None:
            raise Declined(f"{room}: neither a room nor what a telephone can dial", "see the room board")
        return await self.doors.test_call(number)

    async def make_pass(self, options: Options) -> Report:
        """Audit, or make a pass with the controller's own budget."""
        return await self.doors.make_pass(options)

    async def debug(self, parts: Sequence[str], *, on: bool) -> str:
        """Log what goes to these peers and comes back, for a day."""
        until = self.now() + DEBUG_FOR
        kept = {name: at for name, at in (await self._read(self._logs_asked)).items() if name not in parts}
        fresh = dict.fromkeys(parts, until.isoformat()) if on else {}
        await self._write(self.doors.room.store.put_note, PACKETS_ASKED, {**kept, **fresh})
        await self.doors.switch_logs()
        self.news.tell(Topic.LINKS)
        when = f" until {local(until, self.zone)}" if on else ""
        return f"log of the calls to and from {', '.join(parts)}: {'on' if on else 'off'}{when}"

    async def _write(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write now or never, since a person waits for the answer. Raises StoreUnavailable."""
        await self.doors.room.shop.memory.run_once(step, *args, **kwargs)

    def _logs_asked(self) -> dict[str, str]:
        """Till when which log was asked for."""
        noted = self.doors.room.store.note(PACKETS_ASKED)
        known = noted if isinstance(noted, dict) else {}
        return {part: until for part, until in known.items() if isinstance(until, str)}


async def _breathe(position: int) -> None:
    if position % BREATH == BREATH - 1:
        await anyio.lowlevel.checkpoint()
