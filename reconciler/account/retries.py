"""When a call that went wrong is made again: the usual, what Zoom has refused, and what uncovers a guest."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.account.past import Failure
from reconciler.account.patience import Patience
from reconciler.hotel import Hotel
from reconciler.plan import Write
from reconciler.ports import Clock

PERMANENT_AGAIN = timedelta(hours=6)
UNCOVERED_AGAIN = 600.0
"""Seconds at most until a name is tried again to go off a telephone, however often Zoom has refused it."""
PLAINER_FIRST = 60.0
"""Seconds at least until a vacant name is tried again that Zoom has refused."""
LIFTED_AGAIN = 8.0
"""Seconds until do-not-disturb is tried again that a wake-up call waits for."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Looks at what has failed before, and at what a telephone shows until the next try."""

    hotel: Hotel
    clock: Clock
    patience: Patience
    chance: random.Random

    def failed_before(self, write: Write) -> int:
        """How many tries of it have failed in a way that passes."""
        return max((failure.count for failure in self._failures(write) if not failure.permanent), default=0)

    def refused_before(self, write: Write) -> int:
        """How often Zoom has refused it."""
        return max((failure.count for failure in self._failures(write) if failure.permanent), default=0)

    def pause(self, write: Write, tries: int) -> float:
        """Seconds until the next try: minutes at most where a name goes, or do-not-disturb for a wake-up call."""
        pause = self.patience.pause(tries, self.chance)
        if self._uncovers(write):
            return min(pause, UNCOVERED_AGAIN)
        if write.room in self.hotel.lifted and "dnd" in write.values:
            return min(pause, LIFTED_AGAIN * self.chance.uniform(0.8, 1.2))
        return pause

    def after_refusal(self, write: Write, tries: int) -> datetime:
        """When Zoom is asked again for what it has refused: soon, while somebody's name stands until then."""
        now = self.clock.now()
        if not tries or not self._uncovers(write):
            return now + PERMANENT_AGAIN
        return now + timedelta(seconds=self.pause(write, tries))

    def of_vacant_name(self, write: Write, tries: int) -> datetime:
        """When a refused name of nobody's is tried again: not before one that is plainer has been."""
        now = self.clock.now()
        if tries > self.patience.quick_tries and not self._uncovers(write):
            return now + PERMANENT_AGAIN
        return now + timedelta(seconds=max(self.pause(write, tries), PLAINER_FIRST))

    def _uncovers(self, write: Write) -> bool:
        now = self.clock.now()
        return any(self.hotel.uncovers(change, now) for change in write.changes)

    def _failures(self, write: Write) -> list[Failure]:
        found = (self.hotel.setbacks.of(change) for change in write.changes)
        return [failure for failure in found if failure is not None]
