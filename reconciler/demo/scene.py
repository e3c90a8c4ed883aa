"""What every event of the day needs at hand, and what the day has brought so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio

from fixtures.hotel import Stay
from fixtures.zoom_cloud import ZoomCloud
from reconciler.demo.program import Program
from reconciler.demo.screen import Screen, within
from reconciler.demo.stage import Stage, occupied
from reconciler.demo.telephones import Telephones, until
from reconciler.demo.tempo import Tempo


@dataclass(slots=True)
class Scene:
    """The folder, the simulated Zoom, the controller, the screen.

    ``reactions`` are the seconds from a saved file to the telephone, on days without trouble; ``missed`` is what
    should have come true and never did; ``ordered`` counts the 429 answers that belong to the story.
    """

    stage: Stage
    cloud: ZoomCloud
    telephones: Telephones
    program: Program
    screen: Screen
    tempo: Tempo
    reactions: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    ordered: int = 0

    async def seen(self, what: str, true: Callable[[], bool]) -> float | None:
        """Wait for something to come true; the seconds it took, or None, which is told and remembered."""
        took = await until(true)
        if took is None:
            self.missed.append(what)
            self.screen.tell(f"Waited in vain for {what}. The log is {self.stage.log}.", mark="bad")
        return took

    def display(self, room: str) -> str:
        """The name on a room's telephone."""
        return self.telephones.at(room).display

    def is_shown(self, stay: Stay) -> bool:
        """Whether a room's telephone shows its first guest."""
        guest = stay.guests[0]
        display = self.display(stay.room)
        return guest.first in display and guest.last in display

    def save(self, stays: Sequence[Stay]) -> dict[str, float]:
        """Write the files of arriving guests; when each was saved."""
        saved = {}
        for stay in stays:
            self.stage.write(stay.room, occupied(stay, datetime.now(UTC).astimezone().date()))
            saved[stay.room] = time.monotonic()
        return saved

    async def welcome(self, stays: Sequence[Stay], saved: dict[str, float]) -> list[float]:
        """Tell of each name as it goes up; the seconds that each took since its file was saved."""
        took: list[float] = []

        async def one(stay: Stay) -> None:
            if await self.seen(f"the name on {stay.room}", lambda: self.is_shown(stay)) is None:
                return
            took.append(time.monotonic() - saved[stay.room])
            self.screen.tell(
                f"{guests_of(stay)} → {self.stage.shown(stay.room)} … "
                f"Zoom shows “{self.display(stay.room)}” {within(took[-1])} later.",
                room=stay.room, mark="good",
            )  # fmt: skip

        async with anyio.create_task_group() as tasks:
            for stay in stays:
                tasks.start_soon(one, stay)
        return took


def guests_of(stay: Stay) -> str:
    """Everybody in a room, for people."""
    return " and ".join(f"{guest.first} {guest.last}" for guest in stay.guests)
