"""Knows a run of records again that the PMS sends a second time, so that it changes nothing (contract, section 9).

One ``Redelivered`` a link. It is fed with all records of the link but link records and those of a resync (before
such a one call ``flush``), and answers what is to be applied now: usually the record itself, nothing if it was
known again, several when a doubt has ended. What it holds in doubt must be stored too (``held``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Redelivered(Generic[T]):
    """The last 64 records of a link, by print, and those in doubt. ``memory`` is what ``dump`` gave."""

    def __init__(self, memory: Mapping[str, Any] | None = None, held: Iterable[T] = ()) -> None:
        raise NotImplementedError

    def connected(self, at: datetime) -> None:
        """The link is alive (again): what comes now may be a repetition."""
        raise NotImplementedError

    def feed(self, item: T, mark: str, of: datetime | None, at: datetime) -> list[T]:
        """Take a record; answer what to apply now, in order.

        ``mark`` is the record's print, ``of`` its own time (None for WR, WC, RE: a WR's DA and TI are those of
        the wake-up), ``at`` when it was received.
        """
        raise NotImplementedError

    def flush(self) -> list[T]:
        """The doubt ends here: answer what was held, to be applied."""
        raise NotImplementedError

    def due(self, now: datetime) -> list[T]:
        """What was held long enough and is to be applied now."""
        raise NotImplementedError

    def next_due(self) -> datetime | None:
        """When ``due`` has something to do next."""
        raise NotImplementedError

    @property
    def held(self) -> tuple[T, ...]:
        """The records in doubt; to be stored with ``dump`` and given back with it."""
        raise NotImplementedError

    def dump(self) -> dict[str, Any]:
        """The prints as plain JSON values."""
        raise NotImplementedError
