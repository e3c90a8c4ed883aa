"""Patience with the store: a step that must not be lost is tried again until it stands there.

What the PMS told, that something was sent to it, and what Zoom has answered cannot be asked for a second time. So
whoever brings such a step to the controller's memory waits (and reads no further meanwhile), and people see why
nothing moves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.errors import StaleEpoch, StoreUnavailable

R = TypeVar("R")

AGAIN_IN = 0.5
"""Seconds before a step is tried again; twice as long after each further failure …"""

AT_MOST = 30.0
"""… up to this."""

log = logger("store")


def _nobody(_in_trouble: bool, /) -> None:  # noqa: FBT001
    """Nobody needs to hear."""


class Keeper:
    """Keeps trying. ``trouble`` says what keeps steps out of the store at present (None: nothing).

    ``tell`` hears when that begins (True), also where it ends us (a damage, no memory for one more thread), and when
    it has ended (False); not when another process has taken over.
    """

    def __init__(self, clock: Clock, tell: Callable[[bool], None] = _nobody) -> None:
        self.trouble: str | None = None
        self._clock = clock
        self._tell = tell
        self._waiting = 0

    async def keep(self, attempt: Callable[[], Awaitable[R]]) -> R:
        """Try until the store has taken it. StaleEpoch, StoreDamaged: it never will."""
        pause = AGAIN_IN
        self._waiting += (
            1  # what is read meanwhile, which a full disk allows, must not pass for the end of it
        )
        try:
            while True:
                try:
                    done = await attempt()
                except StoreUnavailable as error:
                    self._begins(error)
                    await self._clock.sleep(pause)
                    pause = min(2 * pause, AT_MOST)
                except StaleEpoch:
                    raise
                except Exception:
                    self._tell(True)  # noqa: FBT003 - see __init__
                    raise
                else:
                    break
        finally:
            self._waiting -= 1
        if not self._waiting:
            self._ends()
        return done

    def _begins(self, error: StoreUnavailable) -> None:
        if self.trouble is None:
            log.warning("store not written", reason=error.message, remedy=f"{error.remedy}; {_GOES_ON}")
            self._tell(True)  # noqa: FBT003 - see __init__
        self.trouble = error.message

    def _ends(self) -> None:
        if self.trouble is not None:
            log.info("store written again")
            self.trouble = None
            self._tell(False)  # noqa: FBT003 - see __init__


_GOES_ON = "nothing is written to Zoom until then, and what was told meanwhile waits"
