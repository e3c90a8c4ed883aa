"""What the hotel owes its PMS: results and statuses that wait, in order, until the link has taken them.

They are kept as what is meant and become records only when they leave, because by then the room may be occupied
or vacant, and the PMS may call it by another name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RoomState = Literal["dirty", "clean", "inspected"]
WakeupResult = Literal["OK", "NR", "BY", "UR"]
"""Answered or confirmed, not answered, busy throughout, cannot be done (FIAS, section 10)."""


@dataclass(frozen=True, slots=True)
class RoomStateOwed:
    """Housekeeping has set a room's state; ``staff`` is the maid's id, if one was given."""

    room: str
    state: RoomState
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class WakeupResultOwed:
    """How a wake-up call that the PMS asked for has ended; ``time`` is the one it asked for (local, naive)."""

    room: str
    time: datetime
    result: WakeupResult


@dataclass(frozen=True, slots=True)
class WakeupSetOwed:
    """A wake-up call was set by telephone, page or command line (local, naive)."""

    room: str
    time: datetime


@dataclass(frozen=True, slots=True)
class WakeupClearedOwed:
    """A wake-up call that the PMS knows is not wanted any more (local, naive)."""

    room: str
    time: datetime


@dataclass(frozen=True, slots=True)
class MessagesOwed:
    """How many voice messages wait in a room's mailbox.

    ``lamp_stays``: there were new ones before, or none, as there are now; a PMS that is only told so knows it.
    """

    room: str
    new: int
    saved: int
    lamp_stays: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class DoNotDisturbOwed:
    """A guest switched do-not-disturb by telephone."""

    room: str
    on: bool


Owed = RoomStateOwed | WakeupResultOwed | WakeupSetOwed | WakeupClearedOwed | MessagesOwed | DoNotDisturbOwed


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One owed thing, ready to leave: ``room`` is the name by which the PMS knows the room.

    ``occupied`` is how the room is now. ``number`` is its place in the outbox, smaller ones leave first.
    """

    number: int
    link: str
    owed: Owed
    room: str
    occupied: bool
