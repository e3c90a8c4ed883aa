"""Where events come in, whichever way: once each, counted by what became of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from drivers.zoom.convert import Item, Unfit
from drivers.zoom.events.meaning import Meaning, read, understood
from reconciler.ports import Clock

Fate = Literal["taken", "known", "elsewhere", "unused", "duplicate", "unfit"]
"""What became of an event: somebody looks again; it told what was known; it is about nobody of ours; it means nothing
to a hotel; it had come before; it is not as Zoom documents it."""

REMEMBERED: Final = 7200.0
"""Seconds: Zoom sends an event that it could not deliver again after 5, 20 and 60 minutes (Zoom API, Webhooks)."""

MOST: Final = 10_000
"""Events of which we remember that they have come."""

UNREAD: Final = "unreadable"
"""The name under which is counted what is no event at all."""


class Intake:
    """Takes events and tells ``hear`` what they mean."""

    def __init__(self, clock: Clock, hear: Callable[[Meaning], Fate]) -> None:
        self._clock = clock
        self._hear = hear
        self._seen: dict[bytes, float] = {}
        self.counts: Counter[tuple[str, Fate]] = Counter()
        self.last_at: datetime | None = None

    def take(self, content: bytes) -> Item | None:
        """Take what came; the JSON object that it is, for whoever must answer it, or None if it is none."""
        try:
            sent = read(content)
        except Unfit:
            self.counts[UNREAD, "unfit"] += 1
            return None
        name, fate = self._judged(sent, content)
        self.counts[name, fate] += 1
        self.last_at = self._clock.now()
        return sent

    def _judged(self, sent: Item, content: bytes) -> tuple[str, Fate]:
        try:
            event = understood(sent)
        except Unfit:
            return UNREAD, "unfit"
        if self._came_before(content):
            return event.name, "duplicate"
        return event.name, "unused" if event.meaning is None else self._hear(event.meaning)

    def _came_before(self, content: bytes) -> bool:
        """By its very bytes: they hold the event's time in milliseconds, and ids in headers are not signed."""
        now, digest = self._clock.monotonic(), hashlib.sha256(content).digest()
        while self._seen and (len(self._seen) >= MOST or now - next(iter(self._seen.values())) > REMEMBERED):
            del self._seen[next(iter(self._seen))]
        if digest in self._seen:
            return True
        self._seen[digest] = now
        return False
