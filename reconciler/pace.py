"""How often something may be done that others ask for: at once, then less and less often while they keep asking."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Pauses of ``first`` seconds, then twice as long each time, up to ``longest``; after a quiet time anew."""

    first: float
    longest: float
    _last: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def may(self, what: Hashable, now: float) -> bool:
        """True if it may be done now (monotonic seconds)."""
        last, pause = self._last.get(what, (now, 0.0))
        return now - last >= pause

    def done(self, what: Hashable, now: float) -> None:
        """It was done."""
        last, pause = self._last.get(what, (now, 0.0))
        quiet = now - last > pause + self.longest
        longer = max(self.first, 2 * pause) if not quiet else self.first
        self._last[what] = now, min(longer, self.longest)
