"""The last that went to and fro between the hotel's peers and us, for people who look for a fault while it happens.

Always on, so that what has just gone wrong can be seen without switching anything on first. It stays in memory, and a
PMS's records are masked when somebody looks: those of a resync come by the ten thousand, and nobody sees them. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

KEPT: Final = 500
"""Lines."""

Peer = Literal["pms", "zoom"]
Way = Literal["in", "out"]


class Shown(NamedTuple):
    """What may be seen of a record: the room that it names ("": none), and its masked text."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A record or call, masked; ``more`` is the rest of a long one. ``about`` are the ids that its path named."""

    at: datetime
    peer: Peer
    link: str
    way: Way
    room: str
    text: str
    more: str = ""
    about: tuple[str, ...] = ()


class LiveLog:
    """Keeps the last lines. ``number`` counts all that ever came, so that it says whether there are new ones."""

    def __init__(self) -> None:
        self._lines: deque[Callable[[], Line]] = deque(maxlen=KEPT)
        self.number = 0

    def records(
        self, at: datetime, link: str, way: Way, texts: Sequence[str], show: Callable[[str], Shown]
    ) -> None:
        """Records of a PMS that came or went together; ``show`` masks one."""
        self.number += len(texts)
        for text in texts[-KEPT:]:
            self._lines.append(_Record(at, link, way, text, show))

    def call(self, at: datetime, text: str, more: str = "", about: Sequence[str] = ()) -> None:
        """A call to Zoom and its answer, masked already."""
        line = Line(at, "zoom", "zoom", "out", "", text, more, tuple(about))
        self.number += 1
        self._lines.append(lambda: line)

    def lines(self, limit: int = KEPT) -> list[Line]:
        """The last ones, newest first."""
        last = list(self._lines)[-limit:]
        return [make() for make in reversed(last)]


@dataclass(frozen=True, slots=True)
class _Record:
    """A record as it came, until somebody looks at it."""

    at: datetime
    link: str
    way: Way
    text: str
    show: Callable[[str], Shown]

    def __call__(self) -> Line:
        room, text = self.show(self.text)
        return Line(self.at, "pms", self.link, self.way, room, text)
