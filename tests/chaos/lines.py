"""The telephones of a hotel with a real exchange and real ones, which speak SIP with the product's own stack.

Each room's telephone does the same with every call, so its guest has one habit for the whole week.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import TimeoutExpired
from threading import Thread
from typing import Any, Final

from tests.bench.exchange import pbx, plugged_in
from tests.chaos.telephones import Alert, Said
from tests.chaos.wanted import Book, Habit
from tests.conformance.telephones import sipp
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range
from tests.conformance.telephones.sipp import Telephone

CHANNELS: Final = ("9001", "9002", "9003", "9004")
PRESSES: Final = sipp.picks_up(then=sipp.pause(0.4) + sipp.press("1"))
DOES: Final = {
    Habit.WAKES: PRESSES,
    Habit.BUSY: sipp.refuses("486 Busy Here"),
    Habit.SLEEPS: sipp.rings_for_ever(),
}
SPEECH: Final = sipp.KEYS / "g711a.pcap"
CALLS_FOR: Final = 60.0
"""Seconds after which somebody who calls us gives up."""
CONFIRMED_AFTER: Final = timedelta(seconds=3)
"""A call to the operator that nothing has cut off so soon has had its key."""
_RANG: Final = re.compile(
    r"^-+ (\S+ \S+)\nUDP message received [^\n]*\n\nINVITE .*?^Call-ID: (\S+)", re.MULTILINE | re.DOTALL
)


@dataclass
class RealLines:
    """A PBX, and a telephone for the operator and for each room. ``habits`` are those of the guests by room."""

    folder: Path
    book: Book
    habits: dict[str, Habit]
    _pbx: Pbx
    _operator: Telephone
    _rooms: dict[str, Telephone]
    kills: Callable[[], list[datetime]] = field(default=list)
    spark: Callable[[str], None] = field(default=lambda _what: None)
    _seen: set[str] = field(default_factory=set)

    def settings(self) -> dict[str, Any]:
        """What the configuration says of the lines."""
        password, (low, high) = self.folder / "password", free_range(40)
        password.write_text(PASSWORD, encoding="ascii")
        return {
            "sip": {
                "pbx": {"address": HOST, "port": self._pbx.port},
                "local": {"address": HOST, "port": free_port(), "media_ports": f"{low}-{high}"},
                "accounts": [{"user": channel, "password_file": str(password)} for channel in CHANNELS],
            },
        }

    def extension(self, room: str) -> int:
        """The telephone of a room, which is its port, too."""
        return self._rooms[room].port if room in self._rooms else int(room)

    @property
    def operator(self) -> str:
        """The extension that hears the alerts."""
        return self._operator.extension

    def command(self, config: Path, *roles: str) -> list[str]:
        """What starts the product, all of it or with these roles."""
        chosen = ["--roles", *roles] if roles else []
        return ["reconciler.cli", "--config", str(config), "run", *chosen]

    def look(self) -> None:
        """Enter the rings that have come since the last look."""
        for room, telephone in self._rooms.items():
            for at, call in _rung(telephone):
                if call not in self._seen:
                    self._seen.add(call)
                    self.book.rings(room, at)

    @property
    def alerts(self) -> list[Alert]:
        """The calls to the operator."""
        kills = self.kills()
        return [
            Alert(
                at, None if any(at <= kill < at + CONFIRMED_AFTER for kill in kills) else at + CONFIRMED_AFTER
            )
            for at, _ in _rung(self._operator)
        ]

    def maid(self, room: str, keys: str) -> Said:
        """A maid keys a code in the room."""
        then = sipp.pause(1) + "".join(map(sipp.press, keys))
        return self._calls_in(
            f"{room} {keys}", sipp.calls(CHANNELS[0], caller=str(self.extension(room)), then=then)
        )

    def caller(self, room: str) -> Said:
        """Somebody calls a guest who does not answer, and leaves a message."""
        forwarded = f"Diversion: <sip:{self.extension(room)}@pbx.example>;reason=no-answer\n"
        speech = f'<nop><action><exec play_pcap_audio="{SPEECH}"/></action></nop>\n'
        then = sipp.pause(1) + sipp.press("1") + sipp.pause(1.5) + speech + sipp.pause(4) + sipp.press("#")
        return self._calls_in(room, sipp.calls(CHANNELS[0], forwarded, caller="12125550188", then=then))

    def _calls_in(self, what: str, scenario: str) -> Said:
        """Somebody calls us once; he has done what he wanted to if we were there until the end."""
        said = Said(what, datetime.now(UTC))
        through = (f"{HOST}:{self._pbx.port}", "-m", "1")
        telephone = Telephone(self.folder, scenario, free_port(), arguments=("-rtp_echo", *through))
        telephone.start()

        def until_it_ends() -> None:
            with suppress(TimeoutExpired):
                said.sure = telephone.process.wait(CALLS_FOR) == 0
            telephone.stop()
            said.over = True

        Thread(target=until_it_ends, daemon=True).start()
        return said


def _rung(telephone: Telephone) -> list[tuple[datetime, str]]:
    """When a telephone was rung, and by which call."""
    found: dict[str, datetime] = {}
    for at, call in _RANG.findall(telephone.passed()):
        found.setdefault(call, datetime.fromisoformat(at).astimezone(UTC))
    return [(at, call) for call, at in found.items()]


@contextmanager
def real(folder: Path, book: Book, habits: dict[str, Habit]) -> Iterator[RealLines]:
    """They ring while inside. Absent where this machine has no such peers."""
    with ExitStack() as stack:
        exchange = stack.enter_context(pbx(folder / "pbx"))
        operator = stack.enter_context(plugged_in(folder, PRESSES, free_port()))
        rooms = {
            room: stack.enter_context(plugged_in(folder, DOES[habit], free_port()))
            for room, habit in habits.items()
        }  # fmt: skip
        yield RealLines(folder, book, habits, exchange, operator, rooms)
