"""How fast the demo goes: for people who read along, or for a check that only wants to know that it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds, but for ``pauses``, the factor that the day's pauses are taken by.

    ``interval``: between quick tries of one call. ``sweep``: between readings of Zoom's lists.
    """

    pauses: float
    interval: float
    sweep: float
    trouble: float
    """The factor for the time in which Zoom refuses."""


TO_READ = Tempo(pauses=1.0, interval=2.0, sweep=6.0, trouble=1.0)
QUICK = Tempo(pauses=0.0, interval=0.5, sweep=1.0, trouble=0.2)
