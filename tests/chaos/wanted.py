"""The wake-up calls that somebody has wanted, what each guest does when it rings, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/New_York")
EARLY: Final = timedelta(seconds=0.2)
"""A call may ring so much before its time, by two clocks that are read one after the other."""
AFTERWARDS: Final = timedelta(seconds=3)
"""A room has its next call so long after the result of the last one, so that no ring can be of either."""


class Habit(StrEnum):
    """What a guest does."""

    WAKES = "wakes"
    SNOOZES = "snoozes"
    BUSY_FIRST = "is busy first"
    BUSY = "is busy"
    SLEEPS = "sleeps on"
    HANGS_UP = "hangs up"


RESULT: Final = {
    Habit.WAKES: "OK", Habit.SNOOZES: "OK", Habit.BUSY_FIRST: "OK", Habit.BUSY: "BY", Habit.SLEEPS: "NR",
    Habit.HANGS_UP: "NR",
}  # fmt: skip
"""What a PMS must be told of them (contract, section 7)."""


@dataclass(eq=False, slots=True)
class Ring:
    """A telephone rings."""

    at: datetime
    room: str
    keys: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Wake:
    """A wake-up call at the local time ``at``. ``rooms`` are those that it was ever for."""

    at: datetime
    rooms: list[str]
    habit: Habit
    by: str
    asked: datetime
    sure: bool = True
    """False where the answer to who asked for it was lost in a crash: it may be wanted or not."""
    off: datetime | None = None
    """When it was taken back, or its guest left."""
    goes_with_guest: bool = False
    """Its guest left: that is final a little later only, since he may come in elsewhere."""
    off_for_sure: datetime | None = None
    """From when on the product must know that."""
    rings: list[Ring] = field(default_factory=list)
    told: list[tuple[datetime, str]] = field(default_factory=list)
    """The results that the PMS has heard."""

    @property
    def due(self) -> datetime:
        """Its moment."""
        return self.at.replace(tzinfo=ZONE).astimezone(UTC)

    def __str__(self) -> str:
        return f"the wake-up call of {' → '.join(self.rooms)} at {self.at:%H:%M:%S} ({self.by}, who {self.habit})"


class Book:
    """All of them. Never two in one room that could be taken for one another."""

    def __init__(self) -> None:
        self.wakes: list[Wake] = []
        self.stray: list[str] = []
        """Rings and results of calls that nobody wanted."""
        self.lock = RLock()

    def of(self, room: str) -> list[Wake]:
        """The calls that were ever for this room."""
        with self.lock:
            return [wake for wake in self.wakes if room in wake.rooms]

    def open_in(self, room: str) -> list[Wake]:
        """The calls that go along when everybody in the room moves."""
        return [wake for wake in self.of(room) if wake.rooms[-1] == room and not wake.off and not wake.told]

    def is_free(self, room: str, now: datetime) -> bool:
        """Whether another call may be wanted here."""
        return all(_is_over(wake, now) for wake in self.of(room))

    def enter(self, wake: Wake) -> Wake:
        """One more."""
        with self.lock:
            self.wakes.append(wake)
        return wake

    def rings(self, room: str, at: datetime | None = None) -> tuple[Wake, Ring] | None:
        """A telephone rings, now or at that time: whose call that must be."""
        now = at or datetime.now(UTC)
        with self.lock:
            due = [wake for wake in self.of(room) if wake.due <= now + EARLY]
            if not due:
                self.stray.append(f"{room} rings at {now:%H:%M:%S.%f}, and nobody has wanted that")
                return None
            # Where one has ended or was taken back, and another was wanted here since, it can only be that.
            wake = max(
                due,
                key=lambda wake: (not _had_ended(wake, now), not wake.off, wake.rooms[-1] == room, wake.due),
            )
            ring = Ring(now, room)
            wake.rings.append(ring)
            return wake, ring

    def result(self, room: str, at: datetime, result: str) -> None:
        """The PMS has heard how a call has ended."""
        with self.lock:
            found = next((wake for wake in self.of(room) if wake.at == at), None)
            if found is None:
                self.stray.append(f"the PMS hears {result} of a call of {room} at {at}, which nobody wanted")
            else:
                found.told.append((datetime.now(UTC), result))

    def taken_back(self) -> Iterator[Wake]:
        """Those that the PMS has taken back, and of which the product may not know that yet."""
        return (wake for wake in list(self.wakes) if wake.by == "PMS" and wake.off and not wake.off_for_sure)


def _had_ended(wake: Wake, at: datetime) -> bool:
    return any(told < at for told, _ in wake.told)


def _is_over(wake: Wake, now: datetime) -> bool:
    if wake.told:
        return now > wake.told[-1][0] + AFTERWARDS
    if wake.off_for_sure:
        return now > max(wake.off_for_sure, wake.due) + AFTERWARDS
    return False
