"""A wake-up call as it stands in the ledger, what a room wants, and what a step of the ledger posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from desired.said import Origin, WakeupCall
from reconciler.stays.owed import Owed, WakeupResult


class WakeupStatus(StrEnum):
    """How far a wake-up call has come, in the words that people and programs see."""

    PENDING = "pending"
    RINGING = "ringing"
    OK = "ok"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


OPEN: Final = frozenset({WakeupStatus.PENDING, WakeupStatus.RINGING})

RESULTS: Final[dict[WakeupStatus, WakeupResult]] = {
    WakeupStatus.OK: "OK",
    WakeupStatus.NO_ANSWER: "NR",
    WakeupStatus.BUSY: "BY",
    WakeupStatus.UNREACHABLE: "UR",
}
"""The ends that a PMS is told (FIAS, section 10)."""

LATE: Final = timedelta(minutes=10)
"""A call that is due no longer than this rings now, an older one not at all (D-10)."""

Key = tuple[str, datetime]
"""Room and local time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One wake-up call of a room at ``at`` (property's local time, naive, seconds as told).

    ``due`` is that moment in UTC. ``link`` is the PMS link that knows of the call and will hear how it ends ("":
    none does). ``attempts`` counts calls, ``by`` says whose word or what result brought it to its status.
    ``dropped``: it was cancelled because its guest left, and nobody has said yet whether it should ring all the same.
    ``outcomes`` are what its calls came to so far, in the words of who rings, and ``again`` is when it rings next.
    """

    room: str
    at: datetime
    due: datetime
    status: WakeupStatus
    origins: tuple[Origin, ...]
    link: str
    changed_at: datetime
    attempts: int = 0
    by: str = ""
    dropped: bool = False
    outcomes: tuple[str, ...] = ()
    again: datetime | None = None

    @property
    def key(self) -> Key:
        """What tells it from every other."""
        return self.room, self.at

    @property
    def open(self) -> bool:
        """True until it has ended."""
        return self.status in OPEN

    @property
    def next_ring(self) -> datetime:
        """When its telephone should ring, or should have rung last, as far as is known."""
        return self.again or self.due


@dataclass(frozen=True, slots=True)
class Wanted:
    """The calls that a room should have now, and the link that feeds it ("": none).

    ``by`` is the word that decided it last. ``desk`` marks that desk or telephone said it, of which the PMS is told.
    ``taken_back`` are the times (None: all) of calls that somebody has cancelled by name; others went with a stay.
    """

    room: str
    calls: Sequence[WakeupCall]
    link: str
    by: str = ""
    desk: bool = False
    taken_back: frozenset[datetime | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Posting:
    """Entries that are new or different, and what the PMS must be told of them, by link."""

    entries: tuple[Entry, ...] = ()
    owed: tuple[tuple[str, Owed], ...] = ()


def moment_of(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a local time: of one that the clocks skip the later, of one that they repeat the first (D-12)."""
    return at.replace(tzinfo=zone, fold=0).astimezone(UTC)
