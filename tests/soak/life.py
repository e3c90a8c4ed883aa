"""What happens in the hotel: guests come, go, move, are woken and leave messages; people and lines make mistakes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import anyio

from fixtures.hotel_pms import Guest
from fixtures.telephones import Guest as Person
from fixtures.telephones import Line, answers_in_silence, busy, direct, forwarded, no_answer, picks_up
from reconciler.moments import in_zone
from reconciler.telephones.call import SAMPLE_RATE
from tests.bench.hotels import guest
from tests.soak.hotel import CHANNELS, ZONE, Hotel

Act = Callable[[], Awaitable[None] | None]

WAKING: Final = (time(6), time(6, 30), time(7), time(7, 30))
OCCUPIED: Final = 0.8
STAYS: Final = (1, 2, 3, 4, 7)
"""Nights."""
A_WEEK: Final = 7


class Life:
    """The life of a hotel, day by day, as chance will have it."""

    def __init__(self, hotel: Hotel, chance: Random) -> None:
        self._hotel = hotel
        self._pms = hotel.pms
        self._chance = chance
        self._guests = 0
        self._last = max(1, len(hotel.rooms) // 20)
        """How often in a day happens what is rare."""

    async def day(self, number: int) -> None:
        """From three in the morning to the next three."""
        today = self._pms.local().date()
        for at, act in sorted(self._acts(number, today), key=lambda each: each[0]):
            await self._until(at)
            done = act()
            if done is not None:
                await done
        await self._until(datetime.combine(today + timedelta(days=1), time(3)))

    async def _until(self, local: datetime) -> None:
        zone = ZoneInfo(ZONE)
        left = local.replace(tzinfo=zone) - in_zone(self._hotel.clock.now(), zone)
        if left > timedelta():
            await self._hotel.clock.sleep(left.total_seconds())

    def _acts(self, number: int, today: date) -> Iterator[tuple[datetime, Act]]:
        rare = self._last
        leaving = [room for room, guests in self._pms.in_house().items() if self._leaves(guests, today)]
        for room in leaving:
            yield self._between(7, 11, today), partial(self._leaves_room, room)
        staying = len(self._pms.in_house()) - len(leaving)
        for _ in range(max(0, int(OCCUPIED * len(self._hotel.rooms)) - staying)):
            yield self._between(14, 22, today), self._somebody_comes
        for what in (self._moves, self._shares, self._changes, self._switches):
            for _ in range(rare):
                yield self._between(11, 21, today), what
        for _ in range(max(1, rare // 3)):
            yield self._between(11, 21, today), self._message_is_left
            yield self._between(16, 22, today), self._messages_are_heard
        for _ in range(2 * rare):
            yield self._between(20, 23, today), self._wants_to_be_woken
        for _ in range(max(1, rare // 3)):
            yield self._between(9, 17, today), self._somebody_renames
        yield datetime.combine(today, time(9, 30)), self._somebody_watches
        yield datetime.combine(today, time(12)), self._pms.drop
        yield datetime.combine(today, time(23, 30)), self._pms.night_audit
        if number % A_WEEK == 0:
            yield datetime.combine(today, time(13)), self._pms.resync
            yield datetime.combine(today, time(15)), self._channels_fail
            yield datetime.combine(today, time(15, 20)), self._channels_are_back
            yield datetime.combine(today, time(17)), self._pms.go_down
            yield datetime.combine(today, time(17, 40)), self._pms.come_up

    def _between(self, first: int, last: int, today: date) -> datetime:
        return datetime.combine(today, time(first)) + timedelta(
            seconds=self._chance.randrange((last - first) * 3600)
        )

    @staticmethod
    def _leaves(guests: tuple[Guest, ...], today: date) -> bool:
        return all(each.departure is None or each.departure <= today for each in guests)

    def _leaves_room(self, room: str) -> None:
        if self._pms.in_house().get(room):
            self._pms.check_out(room)

    def _taken(self) -> str | None:
        taken = sorted(self._pms.in_house())
        return self._chance.choice(taken) if taken else None

    def _vacant(self) -> str | None:
        vacant = sorted(set(self._hotel.rooms) - self._pms.in_house().keys())
        return self._chance.choice(vacant) if vacant else None

    # Guests

    def _somebody(self) -> Guest:
        self._guests += 1
        first, last = guest(self._guests)
        leaves = self._pms.local().date() + timedelta(days=self._chance.choice(STAYS))
        return Guest(last, first, language=self._chance.choice(("en", "es", "")), departure=leaves)

    def _somebody_comes(self) -> None:
        room = self._vacant()
        if room is not None:
            self._pms.check_in(room, self._somebody())

    def _shares(self) -> None:
        room = self._taken()
        if room is not None and len(self._pms.in_house()[room]) == 1:
            self._pms.share(room, self._somebody())

    def _moves(self) -> None:
        old, new = self._taken(), self._vacant()
        if old is not None and new is not None:
            self._pms.move(old, new)

    def _changes(self) -> None:
        room = self._taken()
        if room is not None:
            self._pms.change(room, last=guest(self._chance.randrange(1000))[1])

    def _switches(self) -> None:
        room, on = self._taken(), self._chance.random() < 0.5
        if room is not None:
            self._chance.choice((self._pms.do_not_disturb, self._pms.message_lamp))(room, on=on)
            self._pms.class_of_service(room, self._chance.randrange(4))

    # Telephones

    def _wants_to_be_woken(self) -> None:
        room, tomorrow = self._taken(), self._pms.local().date() + timedelta(days=1)
        at = datetime.combine(tomorrow, self._chance.choice(WAKING))
        # One call however often it is asked for: it has one result, for which the PMS would wait twice.
        if room is not None and at not in self._pms.wake_ups(room):
            self._hotel.exchange.at(room, *self._habit())
            self._pms.wake_up(room, at)

    def _habit(self) -> tuple[Person, ...]:
        awake = picks_up(keys="1")
        return self._chance.choice(
            [(awake,)] * 12
            + [(busy(), awake), (no_answer(), awake), (answers_in_silence(), awake), (no_answer(),)]
            + [(picks_up(keys="2"), awake)] * 2
        )

    async def _message_is_left(self) -> None:
        room = self._taken()
        if room is not None:
            await self._call(forwarded(room, caller="5551234"), _speaks)

    async def _messages_are_heard(self) -> None:
        room = self._taken()
        if room is not None:
            await self._call(direct(room), _listens)

    async def _call(self, headers: object, person: Person) -> None:
        line = self._hotel.exchange.call_in(headers, person)  # type: ignore[arg-type]
        await line.wait_over()

    def _channels_fail(self) -> None:
        for account in CHANNELS:
            self._hotel.exchange.fail(account)

    def _channels_are_back(self) -> None:
        for account in CHANNELS:
            self._hotel.exchange.recover(account)

    # Zoom and the desk

    def _somebody_renames(self) -> None:
        number = int(self._chance.choice(self._hotel.rooms))
        self._hotel.cloud.extension(number).display_name = "Somebody's telephone"

    async def _somebody_watches(self) -> None:
        board, news = self._hotel.desk.board, self._hotel.desk.news
        with board.watched():
            mark = news.mark
            for _ in range(10):
                await board.cards()
                await anyio.sleep(1)
                mark = news.since(mark).mark
        await self._hotel.desk.show()


async def _speaks(line: Line) -> None:
    await line.answered()
    await line.wait(12)
    line.say(b"\x00\x10\x00\xf0" * int(5 * SAMPLE_RATE / 2))
    await line.wait(6)
    line.hang_up()


async def _listens(line: Line) -> None:
    await line.answered()
    await line.wait(3)
    line.press("1")
    await line.wait(20)
    line.press("7")
    await line.wait(5)
    line.hang_up()
