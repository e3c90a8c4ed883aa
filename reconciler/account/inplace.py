"""What is already as wished: remembered, so that a value that differs from it later is known to have drifted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from desired.said import Field
from desired.target import Target
from observed.extension import Extension
from reconciler.account.past import Occupied
from reconciler.change import OwnWrite
from reconciler.hotel import Hotel, RoomPlan
from reconciler.store.rows import ConfirmedRow, Occupancy

PLAIN = ("first_name", "last_name", "display_name", "department", "calling")
"""Fields whose wanted value can be compared as text."""


class Sighting(NamedTuple):
    """A value that Zoom shows as wished: of which room and extension number, by whose word, by which call of ours.

    The call is the one that would have written it, in case that one of ours did and its answer was never seen.
    """

    room: str
    number: str
    source: str
    call: str
    row: ConfirmedRow


@dataclass(slots=True)
class InPlace:
    """Collects, room by room, what the store does not know yet to be in place."""

    hotel: Hotel
    now: datetime
    confirmed: list[Sighting] = field(default_factory=list)
    occupancy: list[Occupancy] = field(default_factory=list)

    def see(self, plan: RoomPlan) -> None:
        """Note what holds in this room."""
        changing = {(change.id, change.field) for change in plan.changes}
        for target in plan.targets:
            found = self.hotel.observed.at(target.number)
            if len(found) == 1:
                self._confirm(target, found[0], changing)
        names_change = any(change.field == "display_name" for change in plan.changes)
        if not names_change:
            self._occupied(plan)

    def _confirm(self, target: Target, extension: Extension, changing: set[tuple[str, str]]) -> None:
        for name in PLAIN:
            wanted = target.wanted.get(name)
            if wanted is None:
                continue
            key, value = (extension.id, name), str(wanted.value)
            known = self.hotel.own.get(key)
            if key in changing or getattr(extension, name) != value or (known and known.desired == value):
                continue
            self.hotel.own[key] = OwnWrite(value)
            row = ConfirmedRow(extension.id, name, value, self.now)
            call = str(self.hotel.price(extension.kind, name))
            self.confirmed.append(Sighting(target.room, target.extension, wanted.source, call, row))

    def _occupied(self, plan: RoomPlan) -> None:
        occupied = plan.wish.get(Field.OCCUPIED)
        known = self.hotel.occupancy.get(plan.room)
        if occupied is None or (known is not None and known.occupied == occupied):
            return
        self.hotel.occupancy[plan.room] = Occupied(occupied, self.now)
        self.occupancy.append(Occupancy(plan.room, occupied, self.now))
