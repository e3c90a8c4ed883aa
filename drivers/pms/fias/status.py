"""How a link is, for people: its state, since when, what it last heard, and what is wrong with it."""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from drivers.pms.fias import times
from drivers.pms.fias.records import Record
from drivers.pms.fias.session import Phase, Session

State = Literal["down", "listening", "describing", "alive", "resync", "ending", "refused"]

_TELLS_THE_TIME: Final = frozenset({"LS", "LA"})
"""Records that are written as they are sent; those of guests may have waited for hours (FIAS, shutdown)."""


@dataclass(slots=True)
class LinkStatus:
    """The state of one link. Moments are aware UTC; ``received`` and ``sent`` count records by their id.

    ``since`` is when the link came up, or when it was lost, however often it was tried again since then.
    """

    name: str
    peer: str
    since: datetime
    state: State = "down"
    last_record_at: datetime | None = None
    clock_ahead: float | None = None
    """Seconds by which the PMS's clock was ahead of ours when it last told the time; None if it has not."""
    error: str | None = None
    """What ended the last connection, or kept it from being made; None while the link is alive."""
    night_audit: bool = False
    received: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    oddities: Counter[str] = field(default_factory=Counter)
    """Broken frames, by the names of contract 5."""

    @property
    def up(self) -> bool:
        """True while records can come and go."""
        return self.state in {"alive", "resync"}

    @property
    def problem(self) -> str | None:
        """What is wrong, in words; None while records can come and go."""
        if self.up:
            return None
        return f"{self.peer}: {self.error or 'not connected yet'}"

    def heard(self, record: Record, at: datetime, zone: ZoneInfo) -> None:
        """Count a record, and look at the PMS's clock where it tells the time. ``zone`` is the property's."""
        self.received[record.id] += 1
        self.last_record_at = at
        if record.id in _TELLS_THE_TIME:
            told = times.moment(record.get("DA") or "", record.get("TI") or "")
            if told is not None:  # of an hour that the clocks show twice the one that is nearer
                ways = (told.replace(tzinfo=zone, fold=fold) - at for fold in (0, 1))
                self.clock_ahead = min(ways, key=abs).total_seconds()

    def follow(self, session: Session, now: datetime) -> bool:
        """Take over where the link stands; True if that has changed."""
        state = _state(session)
        changed, was_up = state != self.state, self.up
        self.state = state
        if self.up != was_up:
            self.since = now
        if session.phase is Phase.ALIVE:
            self.error = None
        self.night_audit = session.night_audit
        return changed


def _state(session: Session) -> State:
    match session.phase:
        case Phase.DOWN:
            return "refused" if session.refused else "down"
        case Phase.LISTENING | Phase.ASKING:
            return "listening"
        case Phase.DESCRIBING:
            return "describing"
        case Phase.ALIVE:
            return "resync" if session.resyncing else "alive"
        case Phase.ENDING:
            return "ending"


def in_words(error: OSError) -> str:
    """What is wrong with the connection, and where one may look."""
    match error:
        case socket.gaierror():
            return "the host name is not known: check pms.host and the name server"
        case ConnectionRefusedError():
            return "connection refused: does the PMS's interface run, and is it on this port?"
        case TimeoutError():
            return "no answer from the host: check the address, the network and firewalls"
        case ConnectionError():
            return "the connection broke"
        case _:
            return (error.strerror or type(error).__name__).lower()
