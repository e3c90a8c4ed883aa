"""What the hotel owes the PMS, as records (FIAS, room equipment and wake-up calls)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drivers.pms.fias.records import Record
from drivers.pms.fias.times import written
from reconciler.stays.owed import (
    Dispatch,
    DoNotDisturbOwed,
    MessagesOwed,
    RoomState,
    RoomStateOwed,
    WakeupClearedOwed,
    WakeupResultOwed,
    WakeupSetOwed,
)

_ROOM_STATUS: Final[dict[RoomState, tuple[str, str]]] = {
    "dirty": ("1", "2"),
    "clean": ("3", "4"),
    "inspected": ("5", "6"),
}
"""RS of a vacant and of an occupied room."""

_DND_ON: Final = "8"
_GUEST_SERVICE_OFF: Final = "10"
_MOST_MESSAGES: Final = 99
_LONGEST_ID: Final = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """What the PMS at the other end takes: numbers of voice messages, and the guest's own do-not-disturb."""

    message_counts: bool = False
    guest_service: bool = False


def record_of(dispatch: Dispatch, taken: Taken) -> Record | None:
    """The record that pays what is owed; None where this PMS has no word for it."""
    room = ("RN", dispatch.room)
    match dispatch.owed:
        case RoomStateOwed(state=state, staff=staff):
            status = ("RS", _ROOM_STATUS[state][dispatch.occupied])
            return Record("RE", (room, status, ("ID", staff[:_LONGEST_ID])) if staff else (room, status))
        case MessagesOwed(new=new, saved=saved, lamp_stays=known):
            # Who is told only of the lamp hears nothing of a second message: Y after Y says nothing.
            waiting = Record("RE", (room, ("VM", _messages(new, saved, taken))))
            return waiting if taken.message_counts or not known else None
        case DoNotDisturbOwed(on=on):
            # DN goes from the PMS to us only; a guest's own do-not-disturb is the sign at the door.
            status = ("RS", _DND_ON if on else _GUEST_SERVICE_OFF)
            return Record("RE", (room, status)) if taken.guest_service else None
        case WakeupSetOwed(time=time):
            return _wakeup("WR", dispatch.room, time)
        case WakeupClearedOwed(time=time):
            return _wakeup("WC", dispatch.room, time)
        case WakeupResultOwed(time=time, result=result):
            return _wakeup("WA", dispatch.room, time, ("AS", result))


def _messages(new: int, saved: int, taken: Taken) -> str:
    if not taken.message_counts:
        return "Y" if new else "N"
    return f"{min(new, _MOST_MESSAGES):02}{min(saved, _MOST_MESSAGES):02}"


def _wakeup(name: str, room: str, time: datetime, *more: tuple[str, str]) -> Record:
    """DA and TI are those that the wake-up was asked for with, to the second."""
    return Record(name, (("RN", room), *written(time), *more))
