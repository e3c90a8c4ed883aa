"""What is already as wished: remembered, so that a value that differs from it later is known to have drifted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from desired.said import Field
from observed.extension import Extension
from reconciler.diff import OwnWrite
from reconciler.hotel import Hotel, Occupied, RoomPlan
from reconciler.store.rows import ConfirmedRow, Occupancy

PLAIN = ("first_name", "last_name", "display_name", "department", "calling")
"""Fields whose wanted value can be compared as text."""


@dataclass(slots=True)
class InPlace:
    """Collects, room by room, what the store does not know yet to be in place."""

    hotel: Hotel
    now: datetime
    confirmed: list[ConfirmedRow] = field(default_factory=list)
    occupancy: list[Occupancy] = field(default_factory=list)

    def see(self, plan: RoomPlan) -> None:
        """Note what holds in this room."""
        changing = {(change.id, change.field) for change in plan.changes}
        for target in plan.targets:
            found = self.hotel.observed.at(target.number)
            if len(found) == 1:
                wanted = {name: str(w.value) for name, w in target.wanted.items() if name in PLAIN}
                self._confirm(found[0], wanted, changing)
        names_change = any(change.field == "display_name" for change in plan.changes)
        if not names_change:
            self._occupied(plan)

    def _confirm(self, extension: Extension, wanted: dict[str, str], changing: set[tuple[str, str]]) -> None:
        for name, value in wanted.items():
            key = (extension.id, name)
            known = self.hotel.own.get(key)
            if key in changing or getattr(extension, name) != value or (known and known.desired == value):
                continue
            self.hotel.own[key] = OwnWrite(value)
            self.confirmed.append(ConfirmedRow(extension.id, name, value, self.now))

    def _occupied(self, plan: RoomPlan) -> None:
        occupied = plan.wish.get(Field.OCCUPIED)
        known = self.hotel.occupancy.get(plan.room)
        if occupied is None or (known is not None and known.occupied == occupied):
            return
        self.hotel.occupancy[plan.room] = Occupied(occupied, self.now)
        self.occupancy.append(Occupancy(plan.room, occupied, self.now))
