"""A priority queue in which nothing starves.

An item's place is fixed when it arrives: its arrival plus ``AGEING`` seconds for each step of priority. So the most
urgent go first, and an old repair still comes before check-ins that arrive much later. No clock of its own.
"""

from __future__ import annotations

import heapq
import itertools
from typing import Generic, TypeVar

AGEING = 300.0
"""Seconds of waiting that make up for one step of priority."""

Item = TypeVar("Item")


class Backlog(Generic[Item]):
    """Items in the order in which they should leave; equal places leave in the order of arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, int, Item]] = []
        self._arrivals = itertools.count()

    def push(self, item: Item, priority: int, now: float) -> None:
        """Add an item that arrived at ``now`` (monotonic seconds)."""
        heapq.heappush(self._heap, (now + priority * AGEING, next(self._arrivals), priority, item))

    def peek(self) -> tuple[Item, int] | None:
        """The next item and its priority, left in place; None when nothing waits."""
        return (self._heap[0][3], self._heap[0][2]) if self._heap else None

    def pop(self) -> Item:
        """Take the next item. IndexError when nothing waits."""
        return heapq.heappop(self._heap)[3]

    def __len__(self) -> int:
        return len(self._heap)
