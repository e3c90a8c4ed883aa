"""The telephones of a hotel whose exchange is simulated, and the people at them.

The controller is that of the demo: all of the product but SIP itself, which a relay process stands in for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from anyio.from_thread import BlockingPortal, start_blocking_portal

from drivers.voice.alerts import NAME as ALERT
from drivers.voice.wakeup import NAME as WAKEUP
from fixtures.hotel_pms.clock import SystemClock
from fixtures.telephones import Exchange, Guest, Line, direct, forwarded
from fixtures.telephones.headers import Headers
from fixtures.telephones.served import served
from reconciler.telephones.call import CallEnded
from tests.chaos.diary import Diary
from tests.chaos.wanted import Book, Habit, Ring, Wake

CHANNELS: Final = ("9001", "9002", "9003", "9004")
OPERATOR: Final = "7001"
BUSY: Final = 486
KEPT: Final = 0.8
"""Seconds after which what was keyed or said is surely kept."""
LOUD: Final = b"\x00\x40\x00\xc0" * 8000
"""Two seconds in which somebody speaks."""


@dataclass(eq=False, slots=True)
class Alert:
    """A call to the operator, and when the key was pressed by which a person knows."""

    at: datetime
    known: datetime | None = None


@dataclass(eq=False, slots=True)
class Said:
    """Something that somebody did on a telephone. ``sure``: nothing died before it must have been kept."""

    what: str
    began: datetime
    sure: bool = False
    over: bool = False


@dataclass
class Telephones:
    """All telephones of the house, in a thread of their own. ``spark`` hears what happens at one."""

    book: Book
    diary: Diary
    port: int
    _portal: BlockingPortal
    _exchange: Exchange
    slack: float = 1.0
    spark: Callable[[str], None] = field(default=lambda _what: None)
    kills: Callable[[], list[datetime]] = field(default=list)
    alerts: list[Alert] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        """What the configuration says of the lines."""
        return {
            "sip": {
                "pbx": {"address": "127.0.0.1", "port": self.port},
                "accounts": [{"user": channel} for channel in CHANNELS],
            },
        }

    @property
    def operator(self) -> str:
        """The extension that hears the alerts."""
        return OPERATOR

    def extension(self, room: str) -> int:
        """The telephone of a room."""
        return int(room)

    def look(self) -> None:
        """See what has rung; here that is known at once."""

    def command(self, config: Path, *roles: str) -> list[str]:
        """What starts the product, all of it or with these roles."""
        return ["reconciler.demo.controller", str(config), str(self.port), *roles]

    # Who is at the telephone

    def furnish(self, rooms: list[str]) -> None:
        """Put somebody at each."""
        self._exchange.at(OPERATOR, self._operator)
        for room in rooms:
            self._exchange.at(room, self._in(room))

    def _in(self, room: str) -> Guest:
        async def guest(line: Line) -> None:
            found = self.book.rings(room) if line.name == WAKEUP else None
            self.diary.note("room", f"{room} rings: {line.name}")
            self.spark("ring")
            if found is not None:
                await self._answers(line, *found)

        return guest

    async def _answers(self, line: Line, wake: Wake, ring: Ring) -> None:
        again = len(wake.rings) > 1
        await line.wait(0.15)
        match wake.habit:
            case Habit.BUSY:
                line.refuse(BUSY)
            case Habit.BUSY_FIRST if not again:
                line.refuse(BUSY)
            case Habit.SLEEPS:
                await line.wait_over()
            case Habit.HANGS_UP:
                line.answer()
                await line.wait(0.3)
                line.hang_up()
            case habit:
                line.answer()
                await line.wait(0.25)
                key = "2" if habit is Habit.SNOOZES and not again else "1"
                line.press(key)
                ring.keys.append((datetime.now(UTC), key))
                self.diary.note("room", f"{ring.room} presses {key}")
                self.spark("key")
                await line.wait(20)
                line.hang_up()

    async def _operator(self, line: Line) -> None:
        alert = Alert(datetime.now(UTC))
        self.alerts.append(alert)
        self.diary.note("room", f"the operator's telephone rings: {line.name}")
        self.spark("alert")
        await line.wait(0.2)
        line.answer()
        if line.name == ALERT:
            await line.wait(0.3)
            line.press("1")
            alert.known = datetime.now(UTC)
        await line.wait(20)
        line.hang_up()

    # Who calls us

    def maid(self, room: str, keys: str) -> Said:
        """A maid keys a code in the room, and hears that it was recorded."""
        said = Said(f"{room} {keys}", datetime.now(UTC))

        async def maid(line: Line) -> None:
            await line.answered()
            await line.wait(0.3)
            for key in keys:
                line.press(key)
                await line.wait(0.04)
            self.diary.note("room", f"{room} has keyed {keys}")
            self.spark("keyed")
            await line.wait(KEPT * self.slack)
            said.sure = True
            line.hang_up()

        self._call_in(direct(room), maid, said, room)
        return said

    def caller(self, room: str) -> Said:
        """Somebody calls a guest who does not answer, and leaves a message."""
        said = Said(room, datetime.now(UTC))

        async def caller(line: Line) -> None:
            await line.answered()
            await line.wait(0.3)
            line.press("1")  # instead of hearing the greeting to its end
            await line.wait(1.0)
            line.say(LOUD)
            await line.wait(2.3)
            line.press("#")
            self.diary.note("room", f"a message was left for {room}")
            self.spark("message")
            await line.wait(KEPT * self.slack)
            said.sure = True
            line.hang_up()

        headers = forwarded(room, caller="12125550188")
        self._call_in(headers, caller, said, "")
        return said

    def _call_in(self, headers: Headers, guest: Guest, said: Said, extension: str) -> None:
        async def script(line: Line) -> None:
            try:
                await guest(line)
            except CallEnded as ended:
                self.diary.note("room", f"the call about {said.what} has ended: {ended}")
            finally:
                said.over = True

        line = self._portal.call(partial(self._exchange.call_in, headers, script, extension=extension))
        said.over = said.over or line.end is not None


@contextmanager
def simulated(book: Book, diary: Diary, rooms: list[str], slack: float) -> Iterator[Telephones]:
    """They ring while inside. AssertionError at the end if a call was misused or not hung up."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(_exchange()) as (exchange, port),
    ):
        telephones = Telephones(book, diary, port, portal, exchange, slack)
        portal.call(telephones.furnish, rooms)
        yield telephones


@asynccontextmanager
async def _exchange() -> AsyncIterator[tuple[Exchange, int]]:
    async with Exchange(SystemClock(), CHANNELS) as exchange, served(exchange) as port:
        yield exchange, port
