"""The line between the PMS and housephone, listened to at the PMS: every record with the time at which it went."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fixtures.hotel_pms import HotelPms

FROM_PMS: Final = "→"
TO_PMS: Final = "←"
LINK: Final = frozenset({"LS", "LD", "LR", "LA", "LE", "LC"})
"""Records that say nothing about the hotel."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record; ``sign`` is the direction, ``at`` seconds of the monotonic clock."""

    at: float
    sign: str
    text: str

    @property
    def id(self) -> str:
        """What kind of record it is."""
        return self.text[:2]

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms that it is about."""
        return tuple(part[2:] for part in self.text.split("|") if part[:2] in {"RN", "RO"})


@dataclass(slots=True)
class Line:
    """Keeps what goes over the line of one PMS, link records aside."""

    pms: HotelPms
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pms.watch = self._hear

    def since(self, mark: int, sign: str = "") -> list[Record]:
        """What went after so many records, in that direction or in both."""
        return [record for record in self.records[mark:] if sign in {"", record.sign}]

    def times(self, mark: int) -> dict[str, float]:
        """When the PMS last spoke of each room since then."""
        return {room: record.at for record in self.since(mark, FROM_PMS) for room in record.rooms}

    def repeated(self, mark: int) -> list[Record]:
        """What the PMS has said since then word by word as before."""
        known = {record.text for record in self.records[:mark]}
        return [record for record in self.since(mark, FROM_PMS) if record.text in known]

    def _hear(self, sign: str, text: str) -> None:
        record = Record(time.monotonic(), sign, text)
        if sign in {FROM_PMS, TO_PMS} and record.id not in LINK:
            self.records.append(record)


def some(records: Sequence[Record], most: int) -> tuple[Sequence[Record], int]:
    """The first of many records, and how many there are beyond; all if they are few."""
    return (records, 0) if len(records) <= most else (records[: most - 1], len(records) - most + 1)
