"""News of alarms on their way to one peer: each once, in order, tried until it is taken or a day old.

A mail server that is down for the night must neither hold up the controller nor lose what happened meanwhile, so
what waits stands in the store with the alarms, and each peer has a messenger of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import anyio

from reconciler.alarms.finding import Kind, Severity, Status, Turn
from reconciler.alarms.letter import Undelivered
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.rows import Json

AGAIN_IN: Final = 5.0
"""Seconds before news is told again that could not be delivered; twice as long after each further failure …"""
AT_MOST: Final = 900.0
"""… up to this."""
TOO_OLD: Final = timedelta(days=1)
"""News of yesterday is in the report, and nobody is woken by it."""

log = logger("alarms")


@dataclass(frozen=True, slots=True)
class Notice:
    """An alarm was raised or is resolved, as it is told outside. No word of it names a guest."""

    key: str
    kind: Kind
    severity: Severity
    status: Status
    message: str
    remedy: str
    room: str | None
    at: datetime

    @classmethod
    def of(cls, turn: Turn) -> Notice:
        """What is told of a turn."""
        alarm = turn.standing.alarm
        return cls(
            alarm.key,
            alarm.kind,
            alarm.severity,
            turn.status,
            alarm.message,
            alarm.remedy,
            alarm.room,
            turn.at,
        )

    def to_json(self) -> dict[str, Json]:
        """As plain data."""
        return {
            "key": self.key, "kind": self.kind.value, "severity": self.severity.value, "status": self.status,
            "message": self.message, "remedy": self.remedy, "room": self.room, "at": self.at.isoformat(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Notice:
        """From plain data."""
        told = {"kind": Kind(plain["kind"]), "severity": Severity(plain["severity"])}
        return cls(**{**plain, **told, "at": datetime.fromisoformat(plain["at"])})


Deliver = Callable[[Sequence[Notice]], Awaitable[None]]
"""Tells a peer; raises Undelivered where it did not take it."""


class Messenger:
    """Brings news to one peer, so many ``at_once`` at most."""

    def __init__(self, name: str, deliver: Deliver, clock: Clock, *, at_once: int) -> None:
        self.name = name
        self.delivered = _nothing
        """Hears that something has been delivered or given up, so that it need not be kept."""
        self._deliver = deliver
        self._clock = clock
        self._at_once = at_once
        self._waiting: list[Notice] = []
        self._news = anyio.Event()

    @property
    def waiting(self) -> Sequence[Notice]:
        """What has not been delivered yet, oldest first."""
        return self._waiting

    def take(self, notices: Iterable[Notice]) -> None:
        """Deliver these, too."""
        self._waiting += notices
        if self._waiting:
            self._news.set()

    async def run(self) -> None:
        """Deliver what there is, until cancelled."""
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            await self._empty()

    async def _empty(self) -> None:
        pause, failing = AGAIN_IN, False
        while self._waiting:
            batch = self._waiting[: self._at_once]
            trouble = await self._try(batch)
            if trouble is None:
                self._done(len(batch))
                pause = AGAIN_IN
                if failing:
                    log.info("told again", to=self.name)
                failing = False
                continue
            if not failing:
                log.warning("not told", to=self.name, reason=str(trouble), remedy=trouble.remedy)
            failing = True
            await self._clock.sleep(pause)
            pause = min(2 * pause, AT_MOST)
            self._give_up_old()

    async def _try(self, batch: Sequence[Notice]) -> Undelivered | None:
        try:
            await self._deliver(batch)
        except Undelivered as trouble:
            return trouble
        except Exception as fault:
            log.exception("fault while telling", to=self.name)
            return Undelivered(type(fault).__name__)
        return None

    def _give_up_old(self) -> None:
        limit = self._clock.now() - TOO_OLD
        old = sum(1 for notice in self._waiting if notice.at < limit)
        if old:
            log.error("never told", to=self.name, notices=old)
            self._done(old)

    def _done(self, number: int) -> None:
        del self._waiting[:number]
        self.delivered()


def _nothing() -> None:
    """Nobody needs to hear."""
