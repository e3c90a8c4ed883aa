"""One press of a key is one key, also where a telephone sends it over both ways: RFC 4733 and SIP INFO.

The n-th press over one way and the n-th over the other are the same press if they are near each other in time.
"""

from __future__ import annotations

from collections import deque
from typing import Final

TOGETHER: Final = 1.5
"""Seconds within which the second way brings a key that the first has brought."""
KEPT: Final = 64

Waiting = deque[tuple[str, float]]


class Presses:
    """The presses of one call. Times are any clock's seconds."""

    def __init__(self) -> None:
        self._by_info: Waiting = deque(maxlen=KEPT)
        self._by_sound: Waiting = deque(maxlen=KEPT)

    def info(self, key: str, at: float) -> bool:
        """An INFO has brought this key; whether it is a new press."""
        return _fresh(key, at, mine=self._by_info, other=self._by_sound)

    def sound(self, key: str, at: float) -> bool:
        """RTP has brought this key; whether it is a new press."""
        return _fresh(key, at, mine=self._by_sound, other=self._by_info)


def take(waiting: Waiting, key: str, at: float) -> bool:
    """Take the earliest such key off, if one is there that is not too old."""
    while waiting and at - waiting[0][1] > TOGETHER:
        waiting.popleft()
    for entry in waiting:
        if entry[0] == key:
            waiting.remove(entry)
            return True
    return False


def _fresh(key: str, at: float, *, mine: Waiting, other: Waiting) -> bool:
    if take(other, key, at):
        return False
    mine.append((key, at))
    return True
