"""The board below the story: all rooms by floor as their telephones show them, and the state of the work."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fixtures.hotel import House
from reconciler.demo.keyboard import Keyboard
from reconciler.demo.line import Line
from reconciler.demo.telephones import Shown, Telephones

GLOW: Final = 1.5
"""Seconds for which a room that has changed stands out."""

LEGEND: Final = (
    ("•", "green"), (" guest   ", ""), ("★", "bold yellow"), (" VIP   ", ""), ("⊘", "magenta"),
    (" do not disturb   ", ""), ("✉", "green"), (" message   ", ""), ("1204", "reverse"), (" just changed", ""),
)  # fmt: skip


@dataclass(slots=True)
class Board:
    """Remembers when each room changed, so that a change can be seen."""

    telephones: Telephones
    hotel: House
    line: Line
    keyboard: Keyboard
    _last: dict[str, Shown] = field(default_factory=dict)
    _changed: dict[str, float] = field(default_factory=dict)

    def draw(self) -> RenderableType:
        """The board as of now."""
        now, shown = time.monotonic(), self.telephones.all()
        for room, telephone in shown.items():
            if self._last.get(room, telephone) != telephone:
                self._changed[room] = now
        self._last = shown
        floors = Table.grid(padding=(0, 1))
        for floor in self.hotel.rooms:
            floors.add_row(*(self._cell(room, shown[room], now) for room in floor.numbers()))
        panel = Panel(
            Group(floors, Text.assemble(*LEGEND)),
            title="What the telephones show", subtitle=self._counts(shown), title_align="left",
            subtitle_align="left", box=box.ROUNDED, border_style="dim", padding=(0, 1), expand=False,
        )  # fmt: skip
        if self.keyboard.line is None:
            return panel
        return Group(panel, Text.assemble(("Front desk (PMS)> ", "bold"), self.keyboard.line, ("▏", "dim")))

    def _cell(self, room: str, telephone: Shown, now: float) -> Text:
        sign, style = _look(room, telephone)
        glowing = now - self._changed.get(room, -GLOW) < GLOW
        return Text(f"{room}{sign}", style=f"{style} reverse" if glowing else style)

    def _counts(self, shown: dict[str, Shown]) -> str:
        guests = sum(not is_vacant(telephone, room) for room, telephone in shown.items())
        link = "alive" if self.line.pms.alive else "down"
        records, calls = len(self.line.records), len(self.telephones.cloud.calls)
        return (
            f"{guests} of {len(shown)} show a name, PMS link {link}, {records} records, {calls} calls to Zoom"
        )


def _look(room: str, telephone: Shown) -> tuple[str, str]:
    """The sign and the colour of a room; the sign alone says it, too."""
    if not telephone.disturb:
        return "⊘", "magenta"
    if telephone.messages:
        return "✉", "green"
    if telephone.display.startswith("VIP "):
        return "★", "bold yellow"
    return (" ", "dim") if is_vacant(telephone, room) else ("•", "green")


def is_vacant(telephone: Shown, room: str) -> bool:
    """Whether a telephone shows nobody's name."""
    return telephone.display == f"Room {room}"
