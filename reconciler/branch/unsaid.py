"""Which rooms the centre has yet to hear of. Pure: whoever puts them passes in the time.

What stands in the database is known by digests, so that a start tells only what is different there, and a room that
changed back in time is not told at all. A put of which nobody knows whether it arrived counts as none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final

from reconciler.branch.words import RoomTold, digest

AT_ONCE: Final = 200
"""Rooms of one transaction."""

Batch = list[tuple[str, str, Any]]
"""Rooms with digest and body."""


class Unsaid:
    """The rooms that are yet to be told, in the order in which they changed."""

    def __init__(self) -> None:
        self._rooms: dict[str, float] = {}
        self._there: dict[str, str] = {}

    def mark(self, rooms: Iterable[str], now: float) -> None:
        """Something of these rooms may be other than it was."""
        for room in rooms:
            self._rooms.setdefault(room, now)

    def compare(self, there: Mapping[str, str], rooms: Iterable[str], now: float) -> None:
        """So much stands in the database: look at these rooms again, and at those that are there and no more here."""
        self._there = dict(there)
        self.mark((*rooms, *there), now)

    def batch(self, told: Callable[[str], RoomTold]) -> Batch:
        """Some of them that are other than what stands there; those that are not are done with."""
        found: Batch = []
        for room in list(islice(self._rooms, AT_ONCE)):
            body = told(room).to_json()
            mark = digest(body)
            if self._there.get(room) == mark:
                del self._rooms[room]
            else:
                found.append((room, mark, body))
        return found

    def leaves(self, batch: Batch) -> dict[str, float]:
        """These are about to be put, and what changes from now on comes after them. Answers since when they wait."""
        return {room: self._rooms.pop(room) for room, _, _ in batch}

    def arrived(self, batch: Batch) -> None:
        """They stand there."""
        self._there |= {room: mark for room, mark, _ in batch}

    def lost(self, waiting: Mapping[str, float]) -> None:
        """Nobody knows whether they arrived: they are to be put again, and wait for as long as they did."""
        for room in waiting:
            self._there.pop(room, None)
        self._rooms = {**waiting, **{room: at for room, at in self._rooms.items() if room not in waiting}}

    @property
    def since(self) -> float | None:
        """When the first of them changed; None if all was told."""
        return min(self._rooms.values(), default=None)
