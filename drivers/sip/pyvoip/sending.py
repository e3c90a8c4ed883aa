"""Sending over UDP, which loses: again and again, until something comes back (RFC 3261, section 17)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

FIRST: Final = 0.5
LONGEST: Final = 4.0
"""Seconds between two of the same, growing from the first to the longest."""
GIVEN_UP: Final = 32.0
"""Seconds after which nobody will answer any more."""


class Sending:
    """Sends at once and again until ``settled``; calls ``nobody`` if that never comes."""

    def __init__(self, send: Callable[[], None], nobody: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._nobody = nobody
        self._pause = FIRST
        self._until = self._loop.time() + GIVEN_UP
        self._timer: asyncio.TimerHandle | None = None
        self._go_on()

    def settled(self) -> None:
        """Something has come back; nothing more is sent."""
        if self._timer is not None:
            self._timer.cancel()

    def _go_on(self) -> None:
        if self._loop.time() >= self._until:
            self._nobody()
            return
        self._send()
        self._timer = self._loop.call_later(self._pause, self._go_on)
        self._pause = min(2 * self._pause, LONGEST)
