"""How the controller is: each leg that it stands on, and what it has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desired.problem import Problem
from reconciler.safety import Refusal


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


class OfficeHealth(Protocol):
    """What the front office tells of itself."""

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


@dataclass(slots=True)
class Health:
    """What ``/readyz`` and the metrics tell of the controller."""

    zoom_read_at: datetime | None = None
    zoom_error: str | None = None
    documents_read_at: datetime | None = None
    refusals: tuple[Refusal, ...] = ()
    applied: int = 0
    failed: int = 0
    rooms: int = 0
    pending: int = 0
    office: OfficeHealth | None = None

    def legs(self) -> dict[str, str | None]:
        """Each leg that the controller stands on, and what is wrong with it (None: nothing)."""
        legs = {
            "documents": None if self.documents_read_at else "the folder of documents was not read yet",
            "zoom": self.zoom_error or (None if self.zoom_read_at else "Zoom was not read yet"),
        }
        if self.office is not None:
            legs["store"] = self.office.trouble()
            legs |= {link.name: link.problem for link in self.office.links()}
        return legs
