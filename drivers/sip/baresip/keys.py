"""The keys of one call, as the library reports them and as the trace shows them.

The library reports keys of RFC 4733 and of SIP INFO alike, so its report of an INFO is told by the trace: what an
INFO brought is expected once from the library, and taken off there.
"""

from __future__ import annotations

from collections import deque

from drivers.sip.presses import KEPT, Presses, Waiting, take


class Keys:
    """The presses of one call. Times are any clock's seconds."""

    def __init__(self) -> None:
        self._expected: Waiting = deque(maxlen=KEPT)
        self._presses = Presses()

    def info(self, key: str, at: float) -> bool:
        """An INFO has brought this key; whether it is a new press."""
        self._expected.append((key, at))
        return self._presses.info(key, at)

    def reported(self, key: str, at: float) -> bool:
        """The library reports this key; whether it is a new press."""
        return not take(self._expected, key, at) and self._presses.sound(key, at)
