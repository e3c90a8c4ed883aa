"""Stays: what PMS, desk and telephone tell of guests becomes what each room should be.

Input is events (``desired.events``), output is words (``desired.said``): everything that the sources other than
files say of a room. Pure: no I/O, no clock; the moments come with what is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from desired.document import Calling
from desired.events import Event, Told
from desired.said import Said

Words = tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class LinkRules:
    """How one PMS link is to be understood (settings ``pms[].trust_gs`` and ``pms[].guest_shown``)."""

    trust_gs: bool = True
    guest_shown: Literal["first", "last"] = "first"


@dataclass(frozen=True, slots=True)
class Rules:
    """The hotel's own rules for stays. ``max_blanked`` is a share of a link's rooms; one room is always allowed."""

    zone: ZoneInfo
    occupied_calling: Calling = "international"
    vacant_calling: Calling = "internal"
    max_blanked: float = 0.25
    links: Mapping[str, LinkRules] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effects:
    """What came of an event: whose words changed (``Stays.said`` has them all), and what was odd.

    ``anomalies``: names of the contract, section 5, one for each time. ``refused`` is "" or says in one word why
    an event changed nothing that was asked for: nobody_there, unknown_reservation, no_such_wakeup.
    """

    rooms: frozenset[str] = frozenset()
    anomalies: tuple[str, ...] = ()
    refused: str = ""


class Stays:
    """Who is in the house, and everything that the sources other than files say of the rooms.

    ``said`` are the stored words by room, ``named`` which link has named which room, ``memory`` what ``dump``
    gave. The three must be stored in one transaction with the effects of what was heard.
    """

    def __init__(
        self,
        rules: Rules,
        said: Mapping[str, Words] | None = None,
        named: Mapping[str, str] | None = None,
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        self.said: dict[str, Words] = dict(said or {})
        self.named: dict[str, str] = dict(named or {})
        raise NotImplementedError

    def hear(self, event: Event, told: Told) -> Effects:
        """Take one event. Departures that are due by ``told.at`` are finished first."""
        raise NotImplementedError

    def due(self, now: datetime) -> Effects:
        """Finish the departures whose time has come, and end the 15 minutes of a new link."""
        raise NotImplementedError

    def next_due(self) -> datetime | None:
        """When ``due`` has something to do next."""
        raise NotImplementedError

    def release(self, link: str, told: Told) -> Effects:
        """Let the guests go whom a held resync no longer knew, as far as nothing was told of them since."""
        raise NotImplementedError

    def held(self, link: str) -> int:
        """How many rooms a held resync would empty."""
        raise NotImplementedError

    def empty(self, link: str) -> bool:
        """True if nothing is known of this link's rooms, so that a resync must be asked for (D-9)."""
        raise NotImplementedError

    def occupied(self, room: str) -> bool:
        """True if somebody is in the room (D-1)."""
        raise NotImplementedError

    def learn(self, room: str, words: Words) -> None:
        """Take over words that somebody else has stored for a room (adopt, a restored backup)."""
        raise NotImplementedError

    def dump(self) -> dict[str, Any]:
        """Everything beyond ``said`` and ``named`` that a restart needs, as plain JSON values; small."""
        raise NotImplementedError
