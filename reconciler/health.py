"""How the controller is: each leg that it stands on, and what it has done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from desired.problem import Problem
from drivers.voice.alerts import Alert
from drivers.voice.wakeup import Lateness
from drivers.zoom.events.hook import TurnedAway
from drivers.zoom.events.intake import Fate
from reconciler.branch.roles import ALL, Role, Roles
from reconciler.safety import Refusal
from reconciler.telephones.call import Channel, Ended
from reconciler.telephones.callcount import Direction
from reconciler.wakeups.entries import WakeupStatus


@dataclass(frozen=True, slots=True)
class LinkHealth:
    """How one PMS link is. ``problem``: what is wrong with it (None: records can come and go).

    ``since`` is when it came up or was lost, and ``last_record_at`` when the PMS was last heard (None: never).
    ``received`` and ``sent`` count records by their id, ``held`` the rooms that a held resync would empty.
    ``clock_ahead`` are seconds by which the PMS's clock is ahead of ours; None until it has told the time.
    """

    name: str
    peer: str
    state: str
    since: datetime
    last_record_at: datetime | None
    problem: str | None
    received: Mapping[str, int]
    sent: Mapping[str, int]
    held: int
    clock_ahead: float | None


@dataclass(frozen=True, slots=True)
class TelephoneHealth:
    """How the telephone side is. ``problem``: why no call is possible at all (None: some are).

    ``alerts`` are those that nobody has acknowledged yet. ``ended`` counts calls by direction and end, ``wakeups``
    wake-up calls that began to ring and those that ended, by status; ``lateness`` tells how late they were dialled.
    """

    problem: str | None
    channels: Sequence[Channel]
    alerts: Sequence[Alert]
    ended: Mapping[tuple[Direction, Ended], int]
    wakeups: Mapping[WakeupStatus, int]
    lateness: Lateness


@dataclass(frozen=True, slots=True)
class EventsHealth:
    """How Zoom's own events come in. ``problem``: why none can at present (None: they can), and ``since`` when.

    ``counts`` are events by name and what became of them, ``refused`` requests that were not Zoom's, by why.
    """

    way: Literal["webhook", "websocket"]
    problem: str | None
    since: datetime
    last_at: datetime | None
    counts: Mapping[tuple[str, Fate], int]
    refused: Mapping[TurnedAway, int]


class ZoomEvents(Protocol):
    """Who takes events of Zoom."""

    def health(self) -> EventsHealth:
        """How they come in."""
        ...


@dataclass(frozen=True, slots=True)
class ExchangeHealth:
    """How it is between a property and its centre, as seen from the one that the other is a ``leg`` of.

    ``problem``: why one cannot hear of the other at present (None: it can); ``lag``: seconds by which what the centre
    knows may be behind.
    """

    leg: Literal["centre", "property"]
    problem: str | None
    lag: float


class OfficeHealth(Protocol):
    """What the front office tells of itself."""

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is; None where there is none."""
        ...

    def links(self) -> Sequence[LinkHealth]:
        """How the PMS links are."""
        ...

    def trouble(self) -> str | None:
        """What keeps the store from taking what the office heard; None if nothing does."""
        ...

    def anomalies(self) -> Mapping[str, int]:
        """How often what was odd (contract, section 5)."""
        ...

    def problems(self) -> Sequence[Problem]:
        """What a person at the desk must see to."""
        ...


class Configuration(Protocol):
    """The configuration in force, and why the one that stands in the file now is not (None: it could be)."""

    unusable: str | None


@dataclass(slots=True)
class Health:
    """What ``/readyz`` and the metrics tell of the controller."""

    zoom_read_at: datetime | None = None
    zoom_error: str | None = None
    documents_read_at: datetime | None = None
    documents: tuple[Problem, ...] = ()
    """What is wrong with documents."""
    refusals: tuple[Refusal, ...] = ()
    contested: dict[str, int] = field(default_factory=dict)
    """How many fields of a room are left alone because somebody else keeps changing them."""
    names_left: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """Rooms whose telephone goes on showing somebody's name because Zoom refuses every other."""
    applied: int = 0
    failed: int = 0
    rooms: int = 0
    pending: int = 0
    office: OfficeHealth | None = None
    zoom_events: ZoomEvents | None = None
    left_behind: Callable[[], tuple[Problem, ...]] = tuple
    """Telephones that still show a guest, of rooms that are not listed any more."""
    calls_for_help: Callable[[], tuple[Problem, ...]] = tuple
    """The emergency calls of late."""
    configuration: Configuration | None = None
    roles: Roles = ALL
    """What this process does."""
    between: Callable[[], ExchangeHealth] | None = None
    """How it is between property and centre; None where one process does it all."""

    @property
    def unusable(self) -> str | None:
        """Why the configuration that stands in the file is not in force; None where it is, or could be."""
        return self.configuration.unusable if self.configuration is not None else None

    def forget_all_but(self, managed: Collection[str]) -> None:
        """Forget what was found of rooms that are not ours any more."""
        for found in (self.contested, self.names_left):
            for room in found.keys() - managed:
                del found[room]

    def problems(self) -> tuple[Problem, ...]:
        """What a person must see to, although the work goes on."""
        office = () if self.office is None else self.office.problems()
        left = (problem for problems in self.names_left.values() for problem in problems)
        found = (
            *self._unheard(),
            *self.calls_for_help(),
            *left,
            *self.left_behind(),
            *self.documents,
            *office,
        )
        if self.unusable is None:
            return found
        message = f"the configuration cannot be used as it stands, so the one before it is in force: {self.unusable}"
        return (Problem("configuration_unusable", message), *found)

    def exchange(self) -> ExchangeHealth | None:
        """How it is between property and centre; None where one process does it all."""
        return None if self.between is None else self.between()

    def _unheard(self) -> Iterator[Problem]:
        exchange = self.exchange()
        if exchange is None or exchange.problem is None:
            return
        if exchange.leg == "centre":
            yield Problem("centre_untold", exchange.problem)
        else:
            yield Problem("property_unheard", exchange.problem)

    def links(self) -> Sequence[LinkHealth]:
        """How the PMS links are."""
        return () if self.office is None else self.office.links()

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is; None where there is none."""
        return None if self.office is None else self.office.telephones()

    def events(self) -> EventsHealth | None:
        """How Zoom's own events come in; None where nobody asks for them."""
        return None if self.zoom_events is None else self.zoom_events.health()

    def legs(self) -> dict[str, str | None]:
        """Each leg that the controller stands on, and what is wrong with it (None: nothing)."""
        legs = {"documents": None if self.documents_read_at else "the folder of documents was not read yet"}
        if Role.ZOOM in self.roles:
            legs["zoom"] = self.zoom_error or (None if self.zoom_read_at else "Zoom was not read yet")
        if self.office is not None:
            legs["store"] = self.office.trouble()
        if self.office is not None and Role.PMS in self.roles:
            legs |= {link.name: link.problem for link in self.links()}
        telephones = self.telephones()
        if telephones is not None and Role.VOICE in self.roles:
            legs["telephones"] = telephones.problem
        exchange = self.exchange()
        if exchange is not None:
            legs[exchange.leg] = exchange.problem
        return legs
