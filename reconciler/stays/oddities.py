"""What was odd in what PMS links told, as people hear of it.

Every case is counted (``Register.anomalies``). The log hears of the first of a kind, and of further ones once an
hour with their number, because a PMS that sends rubbish sends it with every record, and nobody finds the one
line about a room among ten thousand of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from reconciler.logs import logger

TELL_AGAIN: Final = timedelta(hours=1)
"""So long nothing more is told of one kind."""

MANY_KINDS: Final = 500
"""Kinds that are told apart by their record; a PMS that makes up records has no end of them."""

SOME: Final = 10
"""Rooms that are named."""

log = logger("register")


class Odd(NamedTuple):
    """One case: the anomaly's name (contract, section 5), the record's place, and the rooms that it was about.

    ``times`` counts it together with those of its kind that nobody was told of.
    """

    link: str
    name: str
    where: str | None = None
    rooms: tuple[str, ...] = ()
    times: int = 1


Tell = Callable[[Odd], None]


def to_log(odd: Odd) -> None:
    """The event ``anomaly``."""
    log.warning(
        "anomaly", link=odd.link, name=odd.name, where=odd.where, rooms=list(odd.rooms), times=odd.times
    )


class Oddities:
    """Passes on what people should hear; a kind is a link's anomaly in one type of record."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: dict[tuple[str, str, str], tuple[datetime, int]] = {}
        """When each kind was told last, and how many were not told since."""

    def met(
        self,
        link: str,
        name: str,
        at: datetime,
        *,
        where: str | None = None,
        rooms: Iterable[str] = (),
        times: int = 1,
    ) -> None:
        """Something odd was met ``at``; ``where`` ends with the record's own time, which makes no other kind."""
        record = (where or "").rpartition(" ")[0] if len(self._told) < MANY_KINDS else ""
        last, untold = self._told.get((link, name, record), (None, 0))
        if last is not None and last <= at < last + TELL_AGAIN:
            self._told[link, name, record] = last, untold + times
            return
        self._told[link, name, record] = at, 0
        self._tell(Odd(link, name, where, tuple(sorted(rooms)[:SOME]), untold + times))
