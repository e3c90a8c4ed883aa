"""What happened in a hotel, in order: what people did, what was killed, and what went over the wires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

AROUND: Final = timedelta(seconds=4)
LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened; ``who`` did it."""

    at: datetime
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S.%f} {self.who:<6} {self.what}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it must be, and when it came about, where that is known."""

    what: str
    at: datetime | None = None


class Diary:
    """Written by several threads; each entry is one append."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def note(self, who: str, what: str) -> None:
        """Enter something as of now."""
        self.facts.append(Fact(datetime.now(UTC), who, what))

    def around(self, difference: Difference) -> list[str]:
        """What happened around the time of a difference; the last that happened where that is not known."""
        facts = list(self.facts)
        if difference.at is not None:
            first, last = difference.at - AROUND, difference.at + AROUND
            facts = [fact for fact in facts if first <= fact.at <= last]
        return [str(fact) for fact in facts[-LINES:]]
