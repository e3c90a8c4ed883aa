"""What is remembered of rooms and of changes that could not be made, beside what Zoom showed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desired.names import Names
from reconciler.change import Change

REFUSED_NAME: Final = "name"
"""What stands in place of a field where a name of nobody's was refused as a whole."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A person asked to leave the room alone, until a time or until it is resumed."""

    reason: str
    until: datetime | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Since when a room is known to be occupied or vacant."""

    occupied: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """What kept one change from being made, so that it is not tried again too soon.

    ``count`` are the failed tries. None of them, though permanent (refused): Zoom cannot do it at present.
    """

    count: int
    next_at: datetime | None
    code: str
    message: str
    permanent: bool
    at: datetime | None = None
    """When it was noted, as far as is known."""

    def is_due(self, now: datetime) -> bool:
        """It may be tried again. A failure of the future comes of a clock that was wrong: its time says nothing."""
        if self.next_at is None:
            return False
        return self.next_at <= now or (self.at is not None and now < self.at)

    @property
    def refused(self) -> bool:
        """True if Zoom has said no, and is not asked again before the time has come or somebody asks for it."""
        return self.permanent and not self.unsupported

    @property
    def unsupported(self) -> bool:
        """True if nothing went wrong, but Zoom cannot do it (nobody signed in, scope or plan missing)."""
        return self.permanent and not self.count


def name_key(names: Names) -> str:
    """A digest of a name, so that a refused one is remembered without keeping the guest's name."""
    return hashlib.sha256(f"{names.first}\0{names.last}\0{names.display}".encode()).hexdigest()[:16]


def refusal_key(names: Names) -> str:
    """What the refusal of a name that is nobody's is remembered by, until it is tried again."""
    return f"{REFUSED_NAME}:{name_key(names)}"


def failure_key(change: Change) -> str:
    """What a failure is remembered by: field and wanted value, so that another wish starts afresh."""
    return f"{change.field}:{hashlib.sha256(repr(change.desired).encode()).hexdigest()[:12]}"
