"""What the desk's page hears of: every change means "look again" (``reconciler.desk.news``), at a room or a topic.

Most parts say it when it happens. How links, channels and alarms are nobody says: while somebody watches they are
compared with how they were; otherwise that would be work for nobody.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import anyio

from reconciler.app.doors import Doors
from reconciler.desk.board import Board
from reconciler.desk.cards import card_of
from reconciler.desk.news import News, Topic
from reconciler.telephones.mail import Count
from reconciler.wakeups.acknowledged import room_of

LOOK_EVERY: Final = 0.5
"""Seconds between looks at what nobody tells of."""

_MORE: Final = ("query", "sent", "code", "received")
"""What of a call to Zoom is shown beside its outcome."""


@dataclass(slots=True)
class Tidings:
    """Board and news of the running controller."""

    doors: Doors
    news: News = field(init=False)
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        shop, office = self.doors.room.shop, self.doors.office
        hotel = shop.hotel
        self.news = News(secrets.token_hex(4))
        self.board = Board(
            lambda room: card_of(hotel, room, office.register.ledger, office.around(), shop.clock.now()),
            hotel.roster.known_rooms,
            self.news,
            shop.clock,
        )
        self.doors.room.driver.packets.hear = self._heard_zoom
        shop.onlookers.append(lambda room: self.board.touch((room,)))
        office.hear_of_rooms(self._touched)
        office.acknowledged.told.append(self._seen_to)

    async def run(self) -> None:
        """Keep the board up to date, and notice what nobody tells of, until cancelled."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.board.run)
                tasks.start_soon(self._notice)
        finally:
            self.news.close()

    async def _notice(self) -> None:
        seen: dict[Topic, object] = {}
        messages: Mapping[str, Count] = {}
        while True:
            messages = self._messages_told(messages)
            for topic, state in self._states() if self.board.is_watched else ():
                if seen.get(topic) != state:
                    self.news.tell(topic)
                    seen[topic] = state
            await self.doors.room.shop.clock.sleep(LOOK_EVERY)

    def _states(self) -> Iterable[tuple[Topic, object]]:
        """How everything is of which nobody tells."""
        health = self.doors.controller.health
        telephones = health.telephones()
        channels = [(c.account, c.registered, c.why) for c in telephones.channels] if telephones else None
        links = [(link.state, link.problem, link.held) for link in health.links()]
        shop = self.doors.room.shop
        # Tomorrow's calls become today's.
        yield Topic.WAKEUPS, shop.clock.now().astimezone(shop.hotel.house.zone).date()
        yield Topic.LINKS, (links, channels, health.legs(), self.doors.room.driver.capabilities())
        yield Topic.LOG, self.doors.office.live.number
        yield Topic.ALERTS, (health.problems(), self.doors.office.standing_alarms())

    def _heard_zoom(self, about: Sequence[str], line: Mapping[str, Any]) -> None:
        came = line.get("status") or f"no answer: {line['no_answer']}"
        text = f"{line['call']} → {came}, {line['ms']} ms"
        more = {name: line[name] for name in _MORE if name in line}
        now = self.doors.room.shop.clock.now()
        self.doors.office.live.call(now, text, json.dumps(more) if more else "", about)

    def _touched(self, rooms: Collection[str], called: bool) -> None:  # noqa: FBT001 - as it is told
        self.board.touch(rooms)
        if called:
            self.news.tell(Topic.WAKEUPS)

    def _seen_to(self, names: Collection[str]) -> None:
        self.board.touch(room_of(name) for name in names)
        self.news.tell(Topic.WAKEUPS)

    def _messages_told(self, before: Mapping[str, Count]) -> Mapping[str, Count]:
        """Touch the rooms whose messages are others than ``before``."""
        now = self.doors.office.messages_told()
        self.board.touch(room for room, _ in before.items() ^ now.items())
        return now
