"""Keeps the conditions of extensions in the store, so that everybody sees since when each of them holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from reconciler.account.memory import Memory
from reconciler.conditions import TYPES, Condition, conditions
from reconciler.hotel import Hotel, RoomPlan
from reconciler.store.rows import ConditionRow, FieldKey

Stored = Mapping[FieldKey, ConditionRow]
"""Conditions by extension (its number as the room has it, because a missing one has no other name) and type."""


class Standing:
    """The conditions as they were last kept; sees rooms as they are looked at, and keeps what has changed."""

    def __init__(self, stored: Stored) -> None:
        self._stored = dict(stored)
        self._changed: dict[FieldKey, ConditionRow] = {}

    @property
    def stored(self) -> Stored:
        """The conditions as they stand now."""
        return self._stored

    def see(self, hotel: Hotel, plan: RoomPlan, now: datetime) -> None:
        """Note how the extensions of one room stand."""
        for row in changed_rows(hotel, plan, self._stored, now):
            self._stored[row.extension, row.type] = self._changed[row.extension, row.type] = row

    async def keep(self, memory: Memory) -> None:
        """Write what has changed since the last time."""
        rows, self._changed = tuple(self._changed.values()), {}
        if rows:
            await memory.run(memory.store.note_conditions, rows)


def changed_rows(hotel: Hotel, plan: RoomPlan, stored: Stored, now: datetime) -> Iterator[ConditionRow]:
    """What the store does not know yet of one room's extensions; a condition that ended becomes ``False``."""
    for extension, current in conditions(hotel, plan, now).items():
        for condition in current:
            row = row_of(extension, condition, stored, now)
            if stored.get((extension, condition.type)) != row:
                yield row
        present = {condition.type for condition in current}
        for type_ in TYPES:
            ended = None if type_ in present else stored.get((extension, type_))
            if ended is not None and ended.status == "True":
                yield ConditionRow(extension, type_, "False", "", "", now)


def row_of(extension: str, condition: Condition, stored: Stored, now: datetime) -> ConditionRow:
    """A condition with the time since which it has had this status."""
    before = stored.get((extension, condition.type))
    since = before.since if before is not None and before.status == condition.status else now
    return ConditionRow(
        extension, condition.type, condition.status, condition.reason, condition.message, since
    )
