"""Who decides each field of a room: the source table of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desired.document import RoomDocument
from desired.problem import Problem
from desired.said import Field, Origin, Said, Source, WakeupCall, of_document

__all__ = [
    "Field", "Origin", "Said", "Source", "WakeupCall", "Wish", "check_out", "document_of", "merge", "of_document",
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one room should be now: the value of every field that anyone decides, with its provenance."""

    room: str
    fields: Mapping[Field, Said]
    problems: tuple[Problem, ...] = ()

    def get(self, field: Field, default: Any = None) -> Any:
        """The value of a field; ``default`` where nobody decides it (None where it is decided to be empty)."""
        said = self.fields.get(field)
        return default if said is None else said.value


def merge(room: str, said: Iterable[Said], *, pms_room: bool, zone: ZoneInfo) -> Wish:
    """Decide every field among what the sources presently say."""
    raise NotImplementedError


def check_out(
    said: Iterable[Said], *, at: datetime, origin: Origin, vacant_calling: str
) -> tuple[Said, ...]:
    """What the sources other than files say after the last check-out."""
    raise NotImplementedError


def document_of(wish: Wish) -> RoomDocument:
    """The effective document, itself a valid drop-in document."""
    raise NotImplementedError
