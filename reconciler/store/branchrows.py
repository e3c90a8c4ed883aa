"""What stands between a property and its centre, as frozen values; importable without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.store.rows import Json


@dataclass(frozen=True, slots=True)
class Head:
    """How far a property has told. ``age`` are the seconds since its last sign of life, by the database's clock.

    ``life`` grows with every start of its process; ``sequence`` with everything that it puts.
    """

    life: int
    sequence: int
    at: datetime
    age: float


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A room as a property told it last, under this number."""

    room: str
    sequence: int
    digest: str
    body: Json


@dataclass(frozen=True, slots=True)
class FileRow:
    """A drop-in file of the centre's folder, by its path in there."""

    path: str
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """An order of the desk at the centre, and whose it is since it was taken (None: nobody's yet)."""

    number: int
    body: Json
    place: str
    deadline: datetime
    life: int | None = None
    answer: Json = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a property: which edition of the files is the last (None: there never was one), and orders."""

    generation: int | None
    errands: bool
