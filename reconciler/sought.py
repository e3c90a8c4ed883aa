"""Whom somebody wants forgotten, as the command line asks for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reconciler.traces import Stay, Traces

EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom somebody wants forgotten: a reservation, all past guests of a room (``before`` a moment), or a name."""

    reservation: str | None = None
    room: str | None = None
    name: str | None = None
    before: datetime | None = None

    def traces(self, now: datetime) -> Traces:
        """What tells him from all others, as far as these words say it."""
        return Traces(
            frozenset([self.reservation] if self.reservation else ()),
            (self.name,) if self.name else (),
            (Stay(self.room, EVER, self.before or now),) if self.room else (),
        )

    @property
    def way(self) -> str:
        """By what he is sought, for a note that does not say who he is."""
        return "reservation" if self.reservation else "room" if self.room else "name"
