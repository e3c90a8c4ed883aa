"""A backlog that several share, each getting its turn: a hotel that fills anew does not starve its sister.

The one whose most urgent item is the most urgent of all goes next; among those of whom that is true, the one that was
served the longest time ago. So a check-in of any hotel goes before the repairs of all of them, and ten thousand
check-ins of one go alternately with the few of another. Within each the order is that of its own backlog. Who is not
served at all becomes more urgent with time, by ``AGEING``, so that nobody starves. No clock of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reconciler.backlog import AGEING, Backlog

Item = TypeVar("Item")


@dataclass(slots=True)
class _Party(Generic[Item]):
    """What one of those who share has waiting. ``since``: when it was served last, or came after it had nothing."""

    waiting: Backlog[Item] = field(default_factory=Backlog)
    priorities: Counter[int] = field(default_factory=Counter)
    served: int = 0
    since: float = -math.inf

    def urgency(self, now: float) -> tuple[int, int]:
        return min(self.priorities) - int(max(now - self.since, 0.0) // AGEING), self.served


class Turns(Generic[Item]):
    """Items of several parties, by name, in the order in which they should leave."""

    def __init__(self) -> None:
        self._parties: dict[str, _Party[Item]] = {}
        self._turn = 0

    def push(self, item: Item, whose: str, priority: int, now: float) -> None:
        """Add an item that arrived at ``now`` (monotonic seconds)."""
        party = self._parties.setdefault(whose, _Party())
        if not party.waiting:
            party.since = now
        party.waiting.push(item, priority, now)
        party.priorities[priority] += 1

    def peek(self, now: float) -> tuple[Item, int, str] | None:
        """The next item, its priority and whose it is, left in place; None when nothing waits."""
        waiting = [(party.urgency(now), whose) for whose, party in self._parties.items() if party.waiting]
        if not waiting:
            return None
        _, whose = min(waiting)
        head = self._parties[whose].waiting.peek()
        assert head is not None
        return *head, whose

    def pop(self, whose: str, now: float, *, served: bool = True) -> Item:
        """Take the next item of a party; one that has gone by itself was no turn. IndexError when nothing waits."""
        party = self._parties[whose]
        head = party.waiting.peek()
        if head is not None:
            party.priorities[head[1]] -= 1
            party.priorities += Counter()  # zeros go
        if served:
            self._turn += 1
            party.served, party.since = self._turn, now
        return party.waiting.pop()

    def __len__(self) -> int:
        return sum(len(party.waiting) for party in self._parties.values())
