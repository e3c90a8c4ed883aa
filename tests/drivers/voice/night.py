"""A night at the hotel without waiting for it: time passes when everybody waits, and only then."""

import asyncio
import selectors
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import anyio
import anyio.to_thread

from drivers.voice.attempts import Manners
from drivers.voice.caller import Directory
from drivers.voice.doorman import Doorman
from drivers.voice.house import RoomFacts
from drivers.voice.housekeeping import Codes, Recorded
from drivers.voice.mailbox import Keeping, Mailbox
from drivers.voice.menu import RoomMenu
from drivers.voice.messages import Archived, Message
from drivers.voice.phrases import Phrase
from drivers.voice.playback import Playback
from drivers.voice.recordings import Recordings
from drivers.voice.switchboard import Switchboard
from drivers.voice.times import Hours
from drivers.voice.wakeup import Place, WakeupRinger
from drivers.voice.wakeup_menu import WakeupMenu
from fixtures.telephones import Exchange, Guest, Line
from fixtures.telephones.headers import Headers
from reconciler.rooms import RoomTable
from reconciler.telephones.call import SAMPLE_RATE
from reconciler.wakeups.entries import Entry, WakeupStatus

T = TypeVar("T")

ZONE = ZoneInfo("America/New_York")
CODES = Codes.of()
EVENING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""22 November, 21:00 in the hotel."""
SECOND = SAMPLE_RATE * 2


def telephones_of(table: RoomTable) -> dict[str, str]:
    """The rooms by their extensions."""
    return {extension: entry.room for entry in table for extension in entry.extensions}


ROOMS = RoomTable.of(["1201-1299", ("PH1", ["1901", "1902"], "", None)])


class NightLoop(asyncio.SelectorEventLoop):
    """An event loop whose time leaps to the next thing that is due, unless a thread is still at work."""

    def __init__(self) -> None:
        selector = selectors.DefaultSelector()
        self._leapt = 0.0
        self._look = selector.select
        selector.select = self._wait  # type: ignore[method-assign]
        super().__init__(selector)

    def time(self) -> float:
        return self._leapt

    def _wait(self, timeout: float | None = None) -> Any:
        ready = self._look(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self._threads_at_work():
            return self._look(1.0)
        self._leapt += timeout
        return ready

    @staticmethod
    def _threads_at_work() -> bool:
        return any(limiter.borrowed_tokens for limiter in _limiters)


_limiters: list[anyio.CapacityLimiter] = []
"""That of the worker threads of the night that is lived through."""


class NightClock:
    """The loop's time as a hotel's clock."""

    def now(self) -> datetime:
        return EVENING + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class Voice:
    """Says every phrase as a sound of its own, one second long, from which it is known again."""

    def __init__(self) -> None:
        self._sounds: dict[bytes, tuple[Phrase, str]] = {}

    def say(self, phrase: Phrase, language: str) -> bytes:
        for sound, known in self._sounds.items():
            if known == (phrase, language):
                return sound
        sound = (len(self._sounds) + 1).to_bytes(2, "big") * (SECOND // 2)
        self._sounds[sound] = (phrase, language)
        return sound

    def forget(self) -> None:
        """Say everything anew from now on."""
        self._sounds.clear()

    def words(self, heard: Sequence[bytes]) -> list[str]:
        """What somebody has heard to its end, phrase by phrase."""
        return [str(phrase) for phrase, _ in self._known(heard)]

    def languages(self, heard: Sequence[bytes]) -> set[str]:
        return {language for _, language in self._known(heard)}

    def _known(self, heard: Sequence[bytes]) -> list[tuple[Phrase, str]]:
        seconds = (piece[at : at + SECOND] for piece in heard for at in range(0, len(piece), SECOND))
        return [self._sounds[second] for second in seconds if second in self._sounds]


@dataclass
class Inn:
    """What the application does for the telephone side, kept in memory."""

    rooms: dict[str, RoomFacts] = field(default_factory=dict)
    calls: dict[str, set[datetime]] = field(default_factory=dict)
    statuses: list[tuple[str, Recorded, str]] = field(default_factory=list)
    broken: bool = False

    def facts(self, room: str) -> RoomFacts:
        usual = RoomFacts(ROOMS.rooms[room].extensions, occupied=True, language="en")
        return self.rooms.setdefault(room, usual)

    def change(self, room: str, **facts: Any) -> None:
        self.rooms[room] = replace(self.facts(room), **facts)

    async def set_do_not_disturb(self, room: str, *, on: bool) -> None:
        if self.broken:
            raise OSError("no space left on device")
        self.change(room, do_not_disturb=on)

    def wakeups(self, room: str) -> list[datetime]:
        return sorted(self.calls.get(room, ()))

    async def set_wakeup(self, room: str, at: datetime) -> None:
        self.calls.setdefault(room, set()).add(at)

    async def cancel_wakeup(self, room: str, at: datetime) -> None:
        self.calls[room].discard(at)

    async def record_status(self, room: str, recorded: Recorded, staff: str) -> None:
        self.statuses.append((room, recorded, staff))


@dataclass
class Index:
    """The index of messages, kept in memory: a stay is a room and a number."""

    house: Inn
    stays: dict[str, int] = field(default_factory=dict)
    entries: dict[str, list[Message]] = field(default_factory=dict)
    past: list[Archived] = field(default_factory=list)
    broken: bool = False

    def stay(self, room: str) -> str:
        return f"{room}/{self.stays.get(room, 1)}" if self.house.facts(room).occupied else ""

    def waiting(self, room: str) -> list[Message]:
        return list(self.entries.get(self.stay(room), ()))

    async def leave(self, stay: str, message: Message) -> None:
        if self.broken:
            raise OSError("no space left on device")
        self.entries.setdefault(stay, []).append(message)

    async def keep(self, message: Message) -> None:
        self._replace(message, replace(message, saved=True))

    async def delete(self, message: Message) -> None:
        self._replace(message)

    def archived(self) -> list[Archived]:
        return self.past

    async def forget(self, ids: Sequence[str]) -> None:
        self.past = [each for each in self.past if each.id not in ids]

    def check_out_and_in(self, room: str) -> None:
        self.stays[room] = self.stays.get(room, 1) + 1

    def _replace(self, message: Message, *by: Message) -> None:
        for messages in self.entries.values():
            if message in messages:
                at = messages.index(message)
                messages[at : at + 1] = by


@dataclass
class Bell:
    """Do-not-disturb in Zoom, as wake-up calls see it."""

    lifted: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    slow: bool = False
    broken: bool = False

    async def lift(self, room: str) -> None:
        self.told.append(f"lift {room}")
        if self.broken:
            raise OSError("Zoom is away")
        if self.slow:
            await anyio.sleep_forever()
        self.lifted.add(room)

    def restore(self, room: str) -> None:
        self.told.append(f"restore {room}")
        self.lifted.discard(room)


@dataclass
class Night:
    """A hotel at night: its telephones, its voice, and who calls to wake."""

    exchange: Exchange
    clock: NightClock = field(default_factory=NightClock)
    voice: Voice = field(default_factory=Voice)
    house: Inn = field(default_factory=Inn)
    bell: Bell = field(default_factory=Bell)
    hours: Hours = 24
    codes: Codes = CODES
    mailbox: bool = True
    """Whether we hold the messages; else Zoom does."""
    engaged: Counter[str] = field(default_factory=Counter)
    """The rooms that talk to us."""

    def __post_init__(self) -> None:
        self.index = Index(self.house)
        self.recordings = Recordings(Path("nowhere"))

    def use(self, folder: Path) -> None:
        """Keep recordings there."""
        self.recordings = Recordings(folder)

    def doorman(self, ringing: Callable[[str], bool] = lambda _room: False) -> Doorman:
        """Who lets calls in."""
        switchboard = Switchboard(self.exchange, "0", self.clock)
        playback = Playback(self.index, self.recordings, self.clock, ZONE)
        wakeups = WakeupMenu(self.house, self.clock, ZONE, self.hours)
        menu = RoomMenu(self.house, self.codes, wakeups, switchboard, playback if self.mailbox else None)
        box = Mailbox(self.index, self.recordings, self.clock, Keeping(max_message=20))
        return Doorman(
            telephones=self.exchange,
            directory=Directory(
                telephones_of(ROOMS),
                frozenset({"9000", *(each.account for each in self.exchange.channels())}),
            ),
            house=self.house, speaker=self.voice, clock=self.clock, language="en", menu=menu,
            switchboard=switchboard, mailbox=box if self.mailbox else None, ringing=ringing, engaged=self.engaged,
        )  # fmt: skip

    def ringer(self, manners: Manners) -> WakeupRinger:
        place = Place(self.house, self.voice, self.clock, ZONE)
        return WakeupRinger(self.exchange, place, self.bell, manners, engaged=self.engaged)

    def entry(self, room: str = "1207", *, seconds: float = 0) -> Entry:
        """A wake-up call that is due so many seconds from now."""
        due = self.clock.now() + timedelta(seconds=seconds)
        at = due.astimezone(ZONE).replace(tzinfo=None)
        return Entry(room, at, due, WakeupStatus.RINGING, (), "", due)


def unnoted(_outcomes: Sequence[str], _again: datetime) -> None:
    """Nobody keeps how far a wake-up has come."""


def at_night(story: Callable[[Night], Awaitable[T]], *accounts: str) -> tuple[T, Night]:
    """Live through a story within no time: what comes of it, and the night as it was."""

    async def told() -> tuple[T, Night]:
        _limiters[:] = [anyio.to_thread.current_default_thread_limiter()]
        with anyio.fail_after(7 * 86_400):
            async with Exchange(NightClock(), accounts or ("9001",)) as exchange:
                night = Night(exchange)
                return await story(night), night

    return anyio.run(told, backend_options={"loop_factory": NightLoop})


def dials(keys: str = "", *, pause: float = 1.0, stays: float = 30.0, says: bytes = b"") -> Guest:
    """Calls us, presses the keys (a blank waits for ten seconds, a dot for three), speaks, and hangs up later."""

    async def script(line: Line) -> None:
        await line.answered()
        for key in keys:
            if key in {" ", "."}:
                await line.wait(10 if key == " " else 3)
            else:
                await line.wait(pause)
                line.press(key)
        if says:
            line.say(says)
        await line.wait(stays)
        line.hang_up()

    return script


def speech(seconds: float) -> bytes:
    """Somebody who speaks."""
    return b"\x00\x10\x00\xf0" * int(seconds * SAMPLE_RATE / 2)


async def calls(night: Night, headers: Headers, guest: Guest) -> Line:
    """Let somebody call us, and wait until the call is over and done with."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(night.doorman().run)
        line = night.exchange.call_in(headers, guest)
        await line.wait_over()
        await anyio.sleep(1)
        tasks.cancel_scope.cancel()
    return line
