"""Wake-up calls, set by the guest: four digits, saved as soon as they are keyed, and read back.

Whoever hangs up after the digits has his call. Keys are only needed to change something.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from drivers.voice.conversation import TRIES, Conversation
from drivers.voice.house import House
from drivers.voice.phrases import Phrase, day_word
from drivers.voice.times import KEYED, Hours, keyed_times, next_time
from reconciler.ports import Clock

MORNING: Final = "1"
AFTERNOON: Final = "2"
ANOTHER: Final = "3"
CANCEL: Final = "7"
CHANGE: Final = "9"
NEXT: Final = "#"
BACK: Final = "*"
_BEGIN_A_TIME: Final = frozenset("012")


class WakeupMenu:
    """The wake-up calls of one room, on a clock of 24 or 12 ``hours``."""

    def __init__(self, house: House, clock: Clock, zone: ZoneInfo, hours: Hours) -> None:
        self._house = house
        self._clock = clock
        self._zone = zone
        self._hours = hours

    async def serve(self, talk: Conversation, room: str) -> str | None:
        """Say what is set and take new times. Answers a key that is not meant for this menu."""
        for at in tuple(self._house.wakeups(room)):
            key = await talk.ask(
                Phrase("wakeup_is_set", day=self._day(at), at=at.time()),
                Phrase("menu_wakeup_cancel", key=CANCEL),
                Phrase("menu_next", key=NEXT),
            )
            if key == CANCEL:
                await self._cancel(talk, room, at)
            elif key in _BEGIN_A_TIME:
                return await self._enter(talk, room, key)
            elif key == BACK:
                return None
        return await self._enter(talk, room, "")

    async def _enter(self, talk: Conversation, room: str, first: str) -> str | None:
        instead: datetime | None = None
        while (keyed := await self._time(talk, first)) is not None:
            at = next_time(keyed, self._clock.now(), self._zone)
            await self._house.set_wakeup(room, at)
            if instead is not None and instead != at:
                await self._house.cancel_wakeup(room, instead)
            key = await talk.ask(
                Phrase("wakeup_set", day=self._day(at), at=at.time()),
                Phrase("menu_wakeup_cancel", key=CANCEL),
                Phrase("menu_wakeup_change", key=CHANGE),
                Phrase("menu_wakeup_new", key=ANOTHER),
            )
            if key == CANCEL:
                await self._cancel(talk, room, at)
                return None
            if key not in {CHANGE, ANOTHER}:
                return key
            instead, first = at if key == CHANGE else None, ""
        return None

    async def _time(self, talk: Conversation, first: str | None) -> time | None:
        """A time of day; None if the guest wants none after all, or has not made himself understood."""
        enter = Phrase("wakeup_enter")
        for _ in range(TRIES):
            first = first or await talk.ask(enter, Phrase("menu_back", key=BACK))
            if first == BACK:
                return None
            if first is None:
                await talk.tell(Phrase("no_key"))
                continue
            times = keyed_times(await talk.digits(KEYED, first=first), self._hours)
            if times:
                return times[0] if len(times) == 1 else await self._half(talk, *times)
            await talk.tell(Phrase("wakeup_wrong_time"))
            first = None
        return None

    async def _half(self, talk: Conversation, before_noon: time, after_noon: time) -> time | None:
        for _ in range(TRIES):
            key = await talk.ask(Phrase("wakeup_half", morning=MORNING, afternoon=AFTERNOON))
            if key == MORNING:
                return before_noon
            if key == AFTERNOON:
                return after_noon
        await talk.tell(Phrase("no_key"))
        return None

    async def _cancel(self, talk: Conversation, room: str, at: datetime) -> None:
        await self._house.cancel_wakeup(room, at)
        await talk.tell(Phrase("wakeup_cancelled", day=self._day(at), at=at.time()))

    def _day(self, at: datetime) -> str:
        return day_word(at.date(), self._clock.now().astimezone(self._zone).date())
