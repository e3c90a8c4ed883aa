"""A store that was built anew because the former one was damaged or gone: what became of it, and who must hear.

What PMS, documents and Zoom know comes back by itself. The rest is gone, so people are told which rooms to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from desired.problem import Problem
from reconciler.moments import local
from reconciler.store.rows import Json

NOTE: Final = "store built anew"
"""The note in the new store."""

SHOWN: Final = timedelta(hours=12)
"""How long people are told: until the last guest of that night is up."""


@dataclass(frozen=True, slots=True)
class Anew:
    """When and why it was built, and as what the former one was kept ("": there was none).

    ``rooms`` are those whose open wake-up calls, ``calls`` in number, came over from the second book; ``lost`` says
    why that book could not be read (None: it was). ``sound`` is where guests' recorded messages are now ("": none).
    """

    at: datetime
    why: str
    former: str
    calls: int
    rooms: tuple[str, ...]
    lost: str | None
    sound: str

    def to_json(self) -> Json:
        """As the note has it."""
        return {
            "at": self.at.isoformat(), "why": self.why, "former": self.former, "calls": self.calls,
            "rooms": list(self.rooms), "lost": self.lost, "sound": self.sound,
        }  # fmt: skip

    @classmethod
    def of(cls, note: Json) -> Self | None:
        """What a note says; None if there is none."""
        match note:
            case {
                "at": str(at), "why": str(why), "former": str(former), "calls": int(calls),
                "rooms": list(rooms), "lost": lost, "sound": str(sound),
            }:  # fmt: skip
                reason = None if lost is None else str(lost)
                return cls(
                    datetime.fromisoformat(at), why, former, calls, tuple(map(str, rooms)), reason, sound
                )
        return None


def problem(anew: Anew, now: datetime, zone: ZoneInfo) -> Problem | None:
    """What people must see to; None once it is so long ago that they have."""
    if now - anew.at >= SHOWN:
        return None
    kept = f"; the former one stands in {anew.former}" if anew.former else ""
    sound = f" (their sound stands in {anew.sound})" if anew.sound else ""
    message = (
        f"{_wakeups(anew)}. The store {anew.why}, so it was built anew at {local(anew.at, zone)}{kept}. Guests come "
        "back from the PMS and the files. Gone are: guests whom only the desk has checked in, do-not-disturb, "
        f"pauses, guests' messages{sound}, the history, and what the PMS was not told yet"
    )
    return Problem("store_rebuilt", message, subject=anew.at.isoformat())


def _wakeups(anew: Anew) -> str:
    if anew.lost is not None:
        return (
            f"WAKE-UP CALLS MAY BE LOST (their second book cannot be used: {anew.lost}): ask the desk and the PMS "
            "who wants to be woken, and set those calls again"
        )
    if not anew.calls:
        return "no wake-up call was open; see that no guest waits for one"
    calls = "1 wake-up call stands" if anew.calls == 1 else f"{anew.calls} wake-up calls stand"
    return (
        f"{calls} again, from their second book; compare with the desk's list: rooms {', '.join(anew.rooms)}"
    )
