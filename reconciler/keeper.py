"""Steps of the store that must not be lost: tried again as long as the store cannot be used.

What the PMS told, and that something was sent to it, cannot be asked for a second time. So whoever brings such a
step waits until it stands in the store (and reads no further meanwhile), and people see why nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from reconciler.logs import logger
from reconciler.memory import Memory
from reconciler.ports import Clock
from reconciler.store.errors import StoreUnavailable

P = ParamSpec("P")
R = TypeVar("R")

AGAIN_IN = 0.5
"""Seconds before a step is tried again; twice as long after each further failure …"""

AT_MOST = 30.0
"""… up to this."""

log = logger("store")


class Keeper:
    """The memory, with patience. ``trouble`` says what keeps a step out of the store at present (None: nothing)."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.trouble: str | None = None
        self._clock = clock

    async def keep(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step that may be repeated until it went through. StaleEpoch, StoreDamaged: it never will."""
        pause = AGAIN_IN
        while True:
            try:
                done = await self.memory.run_first(step, *args, **kwargs)
            except StoreUnavailable as error:
                if self.trouble is None:
                    log.warning("store not written", reason=error.message, remedy=error.remedy)
                self.trouble = error.message
                await self._clock.sleep(pause)
                pause = min(2 * pause, AT_MOST)
            else:
                if self.trouble is not None:
                    log.info("store written again")
                self.trouble = None
                return done
