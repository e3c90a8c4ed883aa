"""What the PMS is owed, in words for people."""

from __future__ import annotations

from reconciler.stays.owed import (
    DoNotDisturbOwed,
    MessagesOwed,
    Owed,
    RoomStateOwed,
    WakeupClearedOwed,
    WakeupResultOwed,
    WakeupSetOwed,
)

_ENDED = {
    "OK": "woke the guest",
    "NR": "was not answered",
    "BY": "found the line busy",
    "UR": "could not be made",
}


def owed_text(owed: Owed) -> str:
    """One thing, beginning with its room; local times as they were told."""
    return f"room {owed.room}: {_said(owed)}"


def _said(owed: Owed) -> str:
    match owed:
        case RoomStateOwed():
            return f"{owed.state}, by {owed.staff}" if owed.staff else owed.state
        case WakeupResultOwed():
            return f"the wake-up call of {owed.time:%Y-%m-%d %H:%M} {_ENDED[owed.result]}"
        case WakeupSetOwed():
            return f"a wake-up call is set for {owed.time:%Y-%m-%d %H:%M}"
        case WakeupClearedOwed():
            return f"the wake-up call of {owed.time:%Y-%m-%d %H:%M} is cancelled"
        case MessagesOwed():
            return f"{owed.new} new messages, {owed.saved} saved"
        case DoNotDisturbOwed():
            return f"do-not-disturb {'on' if owed.on else 'off'}"
