"""What the telephone side asks of the house, and what it tells it: the doors that the application must open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drivers.voice.housekeeping import Recorded


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room as it is now: the first of its ``extensions`` is the primary, ``language`` its guest's (ISO 639-1)."""

    extensions: tuple[str, ...]
    occupied: bool
    language: str
    vip: bool = False
    do_not_disturb: bool = False


class House(Protocol):
    """The rooms, and what guests and staff may change from their telephone.

    A change is durable when the method returns. Whatever it raises is said as "not possible", and logged.
    """

    def facts(self, room: str) -> RoomFacts:
        """A room of the room table as it is now."""
        ...

    async def set_do_not_disturb(self, room: str, *, on: bool) -> None:
        """The guest wants this, which his document and the PMS must say, too."""
        ...

    def wakeups(self, room: str) -> Sequence[datetime]:
        """The room's wake-up calls to come, earliest first (property's local time, naive)."""
        ...

    async def set_wakeup(self, room: str, at: datetime) -> None:
        """The guest wants a wake-up call (property's local time, naive). One that is there already is fine."""
        ...

    async def cancel_wakeup(self, room: str, at: datetime) -> None:
        """The guest does not want this wake-up call any more. One that is gone already is fine."""
        ...

    async def record_status(self, room: str, recorded: Recorded, staff: str) -> None:
        """Housekeeping says how the room is; ``staff`` is the maid's id ("": none was keyed)."""
        ...
