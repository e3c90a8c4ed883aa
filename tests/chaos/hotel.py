"""The hotel that is attacked: a Zoom account, a PMS, telephones and the product between them.

Some rooms live the life of a hotel, with guests who come, move and go; the guests of others stay for the whole week,
and it is they who use their telephones; and some rooms the PMS does not know: files speak of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from random import Random
from threading import Timer
from typing import Final, Literal

from fixtures.hotel_pms import HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from tests.chaos.diary import Diary
from tests.chaos.lines import DOES, RealLines, real
from tests.chaos.nursery import Nursery
from tests.chaos.product import Product
from tests.chaos.telephones import Telephones, simulated
from tests.chaos.wanted import ZONE, Book, Habit
from tests.reconciler.house import Service, ended, free_address, started

REPEATED: Final = 64
"""Records that this PMS says again after a reconnection (contract, section 9: what was not read is its to repeat)."""
PATIENT: Final = 2.0
"""Seconds for which a client may not have read yet what it was told: the machine is loaded."""
HABITS: Final = (
    *[Habit.WAKES] * 5,
    Habit.SNOOZES,
    Habit.BUSY_FIRST,
    Habit.BUSY,
    Habit.SLEEPS,
    Habit.HANGS_UP,
)
TO_PMS: Final = frozenset({"RE", "WR", "WC", "WA"})

Kind = Literal["mailbox", "zoom", "lines"]
"""A hotel that keeps its guests' messages itself, one that leaves them to Zoom, one with real telephones."""
Lines = Telephones | RealLines


@dataclass(frozen=True, slots=True)
class Heard:
    """A record that the PMS has heard, and over which of its connections."""

    at: datetime
    text: str
    connection: int


@dataclass
class Trap:
    """Kills something a moment after the next event of a kind."""

    chance: Random
    kind: str = ""
    act: Callable[[], None] = lambda: None
    delay: float = 0.0

    def set(self, kind: str, act: Callable[[], None]) -> None:
        """Wait for the next event of this kind."""
        self.act, self.delay, self.kind = act, self.chance.choice((0.0, self.chance.uniform(0, 0.03))), kind

    def spark(self, kind: str) -> None:
        """Something has happened, in whatever thread."""
        if kind == self.kind:
            self.kind = ""
            Timer(self.delay, self.act).start() if self.delay else self.act()


@dataclass
class Hotel:
    """All of it."""

    folder: Path
    kind: Kind
    cloud: ZoomCloud
    pms: HotelPms
    lines: Lines
    book: Book
    diary: Diary
    trap: Trap
    product: Product
    service: Service
    moving: list[str]
    """Rooms whose guests come, move and go."""
    staying: list[str]
    filed: list[str]
    slack: float
    """How many times as long as on an idle machine anything may take before it must have been noted."""
    heard: list[Heard] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The configuration as the product reads it."""
        return load(self.service.config, {})

    @property
    def log(self) -> Path:
        """All that the product has said in all of its lives."""
        return self.folder / "run.log"

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def habit(self, room: str) -> Habit:
        """What the guest of a room does when it rings: where telephones are real, always the same."""
        if isinstance(self.lines, RealLines):
            return self.lines.habits[room]
        return self.trap.chance.choice(HABITS)

    def record(self, way: str, text: str) -> None:
        self.diary.note({"→": "PMS", "←": "to PMS"}.get(way, "!"), text)
        kind = text[:2]
        if way == "←" and kind in TO_PMS:
            self.heard.append(Heard(self.now(), text, self.pms.connections))
            if kind == "WA":
                fields = {part[:2]: part[2:] for part in text.split("|")}
                at = datetime.strptime(fields["DA"] + fields["TI"], "%y%m%d%H%M%S")  # noqa: DTZ007 - hotel's time
                self.book.result(fields["RN"], at, fields["AS"])
            self.trap.spark("told")
        elif way == "→" and kind in {"GI", "GO", "GC", "WR", "WC"}:
            self.trap.spark("says")


@contextmanager
def opened(folder: Path, seed: int, kind: Kind, slack: float = 1.0) -> Iterator[Hotel]:
    """A hotel, from its first day. Absent where this machine lacks the peers that it needs."""
    chance, diary, book = Random(seed), Diary(), Book()  # noqa: S311 - repeatable chance, not cryptography
    moving = [str(number) for number in range(1001, 1025)]
    staying = [str(number) for number in range(1101, 1109)]
    filed = [str(number) for number in range(2001, 2007)]
    (folder / "rooms").mkdir()
    with ExitStack() as stack:
        lines: Lines
        if kind == "lines":
            lines = stack.enter_context(real(folder, book, dict(zip(staying, cycle(DOES), strict=False))))
        else:
            lines = stack.enter_context(simulated(book, diary, [*moving, *staying], slack))
        cloud = ZoomCloud("business")
        for room in (*moving, *staying, *filed):
            cloud.add_user(lines.extension(room), "Room", room, f"Room {room}")
        pms = HotelPms([*moving, *staying], Options(repeat_last=REPEATED), zone=ZONE.key)
        pms.grace = PATIENT
        url = stack.enter_context(cloud.serve_in_thread())
        port = stack.enter_context(pms.serve_in_thread())
        service = _configured(folder, cloud, url, port, lines, kind, [*moving, *staying, *filed])
        nursery = Nursery()
        stack.callback(nursery.close)
        product = Product(nursery, lines.command(service.config), folder / "run.log", diary)
        hotel = Hotel(
            folder, kind, cloud, pms, lines, book, diary, Trap(chance), product, service,
            moving, staying, filed, slack,
        )  # fmt: skip
        pms.watch = hotel.record
        lines.spark = hotel.trap.spark
        lines.kills = lambda: [*product.kills, *product.stack_kills]
        try:
            yield hotel
        finally:
            hotel.trap.kind = ""
            product.kill()
            product.bury()


def _configured(
    folder: Path, cloud: ZoomCloud, url: str, port: int, lines: Lines, kind: Kind, rooms: list[str]
) -> Service:
    desk = free_address()
    usual = {
        "rooms": [{"room": room, "extensions": [str(lines.extension(room))]} for room in rooms],
        "zoom": {"share": 1.0, "interval": 2, "drift_check": 0.5},
        "message_management": kind == "zoom",
        "department": "state",
        "names": NAMES,
        "desk": {"listen": desk},
        "pms": [{"kind": "fias", "host": "127.0.0.1", "port": port}],
        "voice": {"operator": lines.operator, "wakeup": MANNERS},
        **lines.settings(),
    }
    service = Service(folder, cloud, url, lambda words: ended(started(words)), usual, desk)
    service.configure()
    return service


NAMES: Final = {
    "occupied": {"first": "${first}", "last": "${last} ${room}", "display": "${first} ${last} ${room}"},
    "vacant": {"first": "Room", "last": "${room}", "display": "Room ${room}"},
}
"""As ever, but with the room instead of the extension, which for a real telephone is any port."""
MANNERS: Final = {
    "ring": 2, "attempts": 3, "retry_busy": 1, "retry_no_answer": 1, "retry_no_key": 1, "snooze_minutes": 0.03,
    "alert_repeat": 3,
}  # fmt: skip
"""A hotel is more patient; this one lives a day in two minutes."""
