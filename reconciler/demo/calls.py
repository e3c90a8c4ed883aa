"""The telephone calls of the day: each is told in one line when it is over, and kept for the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from fixtures.telephones import Exchange, Guest, Line, direct, forwarded
from reconciler.app.starter import local_zone
from reconciler.demo.screen import Screen, within
from reconciler.telephones.call import Ended


@dataclass(slots=True)
class Calls:
    """Watches an exchange. ``over`` are the calls that have ended, with the room that each is about."""

    exchange: Exchange
    screen: Screen
    over: list[tuple[str, Line]] = field(default_factory=list)
    _forwarded: dict[Line, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exchange.watch = self._heard

    def dial(self, room: str, guest: Guest) -> Line:
        """Somebody calls housephone from the telephone of a room."""
        return self.exchange.call_in(direct(room), guest, extension=room)

    def forward(self, room: str, guest: Guest) -> Line:
        """Somebody outside calls a room, whose telephone sends the call on to housephone."""
        line = self.exchange.call_in(forwarded(room, caller="15550101234"), guest)
        self._forwarded[line] = room
        return line

    def is_over(self, line: Line) -> bool:
        """Whether a call has ended, and was told."""
        return any(line is each for _, each in self.over)

    def named(self, name: str) -> Iterator[tuple[str, Line]]:
        """Those of our calls that showed this name."""
        return ((room, line) for room, line in self.over if line.name == name)

    def _heard(self, line: Line) -> None:
        room = self._forwarded.pop(line, line.extension)
        self.over.append((room, line))
        if line.name:
            self.screen.tell(f"{line.name} at {clock(line)}: {what_happened(line)}.", room=room)
        else:
            who = "The room calls housephone" if line.extension else "A caller is sent on to housephone"
            self.screen.tell(f"{who} at {clock(line)}: {what_happened(line)}.", room=room)


def clock(line: Line) -> str:
    """When a call began, by the hotel's clock."""
    return f"{line.at.astimezone(ZoneInfo(local_zone())):%H:%M:%S}"


def what_happened(line: Line) -> str:
    """How a call went, in a few words."""
    rang = line.ended_at - line.began
    if line.picked_up_after is not None:
        keys = f"key{'s' if len(line.pressed) > 1 else ''} {line.pressed}" if line.pressed else "no key"
        answered = f"answered after {within(line.picked_up_after)}, " if line.name else ""
        return f"{answered}{keys}, over after {within(rang)}"
    if line.end is not None and line.end.reason is Ended.BUSY:
        return "busy"
    return f"rang {within(rang)}, nobody answered"
