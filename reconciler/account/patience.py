"""How often, and how long, one call is tried again."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

LONGEST_BACK_OFF = 3600.0
SOON = 1.0
"""Seconds before the first try again of a single pass; doubles from there."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How tries of one call are spaced, and how long one attempt at a time goes on (seconds).

    A try that would have to wait for longer than ``total`` is left to whoever looks at the room again when the
    failure's time has come: the controller, or the next pass.
    """

    quick_tries: int
    interval: float
    total: float

    def pause(self, tries: int, chance: random.Random) -> float:
        """Seconds before the next try: the interval at first, then twice as long each time, with jitter."""
        if tries <= self.quick_tries:
            return self.interval
        longer: float = self.interval * 2.0 ** min(tries - self.quick_tries, 20)
        return min(longer, LONGEST_BACK_OFF) * chance.uniform(0.8, 1.2)


def single_pass(*, wait: bool) -> Patience:
    """A pass by hand: soon again, for about 10 seconds; with --wait until done."""
    return Patience(quick_tries=0, interval=SOON / 2, total=math.inf if wait else 10.0)
