"""What every event of the day needs at hand, and what the day has brought so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from fixtures.hotel_pms import HotelPms
from fixtures.telephones import Exchange
from fixtures.zoom_cloud import ZoomCloud
from reconciler.demo.calls import Calls
from reconciler.demo.line import Line
from reconciler.demo.program import Program
from reconciler.demo.screen import Screen
from reconciler.demo.stage import VIP, Stage
from reconciler.demo.telephones import Telephones, until
from reconciler.demo.tempo import Tempo


@dataclass(slots=True)
class Scene:
    """The simulated PMS, Zoom and telephones, the controller between them with its folder, the screen.

    ``reactions`` are the seconds from a record to the telephone, on days without trouble; ``missed`` is what should
    have come true and never did; ``ordered`` counts the 429 answers that belong to the story; ``filed`` are the
    names that a file gives to rooms.
    """

    stage: Stage
    cloud: ZoomCloud
    pms: HotelPms
    exchange: Exchange
    line: Line
    calls: Calls
    telephones: Telephones
    program: Program
    screen: Screen
    tempo: Tempo
    reactions: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    ordered: int = 0
    filed: dict[str, str] = field(default_factory=dict)

    async def seen(self, what: str, true: Callable[[], bool]) -> float | None:
        """Wait for something to come true; the seconds it took, or None, which is told and remembered."""
        took = await until(true)
        if took is None:
            self.missed.append(what)
            self.screen.tell(f"Waited in vain for {what}. The log is {self.stage.log}.", mark="bad")
        return took

    async def rest(self, seconds: float) -> None:
        """Leave time to read."""
        await anyio.sleep(seconds * self.tempo.pauses)

    def display(self, room: str) -> str:
        """The name on a room's telephone."""
        return self.telephones.at(room).display

    def wanted(self, room: str) -> str:
        """The name that belongs there: of the room's first guest at the PMS, if no file gives it another."""
        if room in self.filed:
            return self.filed[room]
        guests = self.pms.house.room(room).guests
        if not guests:
            return f"Room {room}"
        shown = guests[0]
        return " ".join(f"{VIP.get(shown.vip, '')} {shown.first} {shown.last} {room}".split())

    def is_right(self, room: str) -> bool:
        """Whether a telephone shows what the PMS, or a file, says of its room."""
        telephone = self.telephones.at(room)
        return (
            telephone.display == self.wanted(room) and telephone.disturb is not self.pms.house.room(room).dnd
        )
