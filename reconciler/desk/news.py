"""What has changed of all that people look at, each change with a number.

Like everything here it says only "look again": whoever was away asks for what changed after the last number he saw,
and never misses anything, because the answer is made of how things are and not of what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import anyio


class Topic(StrEnum):
    """What people look at."""

    ROOMS = "rooms"
    WAKEUPS = "wakeups"
    LINKS = "links"
    ALERTS = "alerts"
    LOG = "log"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed up to ``mark``, which is the word to ask with the next time."""

    mark: str
    topics: tuple[Topic, ...]
    rooms: tuple[str, ...]


class News:
    """Numbers changes from the start of this process on; ``epoch`` tells one start from another."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._number = 0
        self._topics: dict[Topic, int] = dict.fromkeys(Topic, 0)
        self._rooms: dict[str, int] = {}
        self._rung = anyio.Event()
        self.closed = False

    @property
    def mark(self) -> str:
        """The word for how things are now."""
        return f"{self._epoch}.{self._number}"

    def tell(self, topic: Topic, rooms: Iterable[str] = ()) -> None:
        """Something of this topic, and of these rooms, is not as it was."""
        self._number += 1
        self._topics[topic] = self._number
        self._rooms |= dict.fromkeys(rooms, self._number)
        self._ring()

    def close(self) -> None:
        """There will be no more: whoever waits goes home, and asks whoever is at work next."""
        self.closed = True
        self._ring()

    def _ring(self) -> None:
        rung, self._rung = self._rung, anyio.Event()
        rung.set()

    def knows(self, mark: str) -> bool:
        """Whether this process gave the word; who comes with another one must be told what is no more, too."""
        return self._number_of(mark) >= 0

    def since(self, mark: str) -> Changes:
        """What has changed after ``mark``: everything, where that is no word of this process."""
        number = self._number_of(mark)
        return Changes(
            self.mark,
            tuple(topic for topic, at in self._topics.items() if at > number),
            tuple(room for room, at in self._rooms.items() if at > number),
        )

    async def after(self, mark: str) -> Changes:
        """The same, as soon as there is something, or nothing more to come."""
        while self._number_of(mark) == self._number and not self.closed:
            await self._rung.wait()
        return self.since(mark)

    def _number_of(self, mark: str) -> int:
        epoch, _, number = mark.rpartition(".")
        known = epoch == self._epoch and number.isascii() and number.isdecimal()
        short = len(number) <= len(str(self._number))  # Python reads no endless number
        return int(number) if known and short and int(number) <= self._number else -1
