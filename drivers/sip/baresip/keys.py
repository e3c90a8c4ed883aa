"""One press of a key is one key, also where a telephone sends it over both ways: RFC 4733 and SIP INFO.

The n-th press over one way and the n-th over the other are the same press if they are near each other in time. The
library reports both kinds alike, so its report of an INFO is told by the trace: what an INFO brought is expected once
from the library, and taken off there.
"""

from __future__ import annotations

from collections import deque
from typing import Final

TOGETHER: Final = 1.5
"""Seconds within which the second way brings a key that the first has brought."""
_KEPT: Final = 64


class Keys:
    """The presses of one call. Times are any clock's seconds."""

    def __init__(self) -> None:
        self._expected: deque[tuple[str, float]] = deque(maxlen=_KEPT)
        self._by_info: deque[tuple[str, float]] = deque(maxlen=_KEPT)
        self._by_sound: deque[tuple[str, float]] = deque(maxlen=_KEPT)

    def info(self, key: str, at: float) -> bool:
        """An INFO has brought this key; whether it is a new press."""
        self._expected.append((key, at))
        return _fresh(key, at, mine=self._by_info, other=self._by_sound)

    def reported(self, key: str, at: float) -> bool:
        """The library reports this key; whether it is a new press."""
        if _take(self._expected, key, at):
            return False
        return _fresh(key, at, mine=self._by_sound, other=self._by_info)


def _fresh(key: str, at: float, *, mine: deque[tuple[str, float]], other: deque[tuple[str, float]]) -> bool:
    if _take(other, key, at):
        return False
    mine.append((key, at))
    return True


def _take(waiting: deque[tuple[str, float]], key: str, at: float) -> bool:
    """Take the earliest such key off, if one is there that is not too old."""
    while waiting and at - waiting[0][1] > TOGETHER:
        waiting.popleft()
    for entry in waiting:
        if entry[0] == key:
            waiting.remove(entry)
            return True
    return False
