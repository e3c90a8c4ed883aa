"""What goes up instead where Zoom refuses a name: first names alone, then the vacant name, then the extension alone.

Zoom does not say which word of a call it refuses, so what stands beside the names is left out first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desired.names import Names
from reconciler.account.memory import Memory
from reconciler.account.past import REFUSED_NAME, Failure, name_key, refusal_key
from reconciler.account.retries import Retries
from reconciler.change import NAME_FIELDS, Change
from reconciler.errors import Gone, NameRefused, Permanent
from reconciler.hotel import Hotel
from reconciler.plan import Write
from reconciler.store.rows import FieldKey


@dataclass(frozen=True, slots=True)
class OtherNames:
    """Looks for what can go up still, and remembers what cannot."""

    hotel: Hotel
    memory: Memory
    retries: Retries

    def beside(self, write: Write | None, error: Permanent) -> Write | None:
        """What stands beside the names in a refused call, and is left out of the next; None if nothing does."""
        if write is None or isinstance(error, Gone) or not write.values.keys() & NAME_FIELDS:
            return None
        beside = tuple(change for change in write.changes if change.field not in NAME_FIELDS)
        values = {change.field: write.values[change.field] for change in beside}
        return replace(write, changes=beside, values=values) if beside else None

    async def refused(self, write: Write, error: NameRefused, now: datetime) -> bool:
        """Remember that Zoom refuses these names; False if no others are left (the plainest are refused).

        A guest's name is not asked about again. One of nobody's is, because the next guest leaves it behind, too.
        """
        refused = names_in(write)
        assert refused is not None, "only a call that writes all names is refused for one"
        if refused in self._of_nobody(write, now):
            await self._remember_for_a_while(write, refused, error, now)
        else:
            self.hotel.setbacks.names.add((write.id, name_key(refused)))
            await self.memory.refused_name(write.id, name_key(refused), now)
        targets = self.hotel.targets_of(write.room, now)
        wanted = next(target.wanted for target in targets if target.extension == write.extension)
        another = any(wanted[name].value != write.values[name] for name in NAME_FIELDS)
        if another:
            await self.memory.refused(write, now, error)
            # What stood beside this name may be right, and goes up with the next.
            await self.memory.forgiven((), self.hotel.setbacks.overcome({(write.id, "department")}))
        return another

    def done(self, write: Write, now: datetime) -> set[FieldKey]:
        """The fields of which nothing is to be tried again; after the plainest name the vacant one still is."""
        done = {(change.id, change.field) for change in write.changes}
        names = names_in(write)
        if names is not None:
            *others, plainest = self._of_nobody(write, now)
            if names != plainest or plainest in others:
                done.add((write.id, REFUSED_NAME))
        return done

    def _of_nobody(self, write: Write, now: datetime) -> list[Names]:
        found = self.hotel.names_of_nobody(write.room, write.extension, now)
        return [names._replace(device=None) for names in found]

    async def _remember_for_a_while(
        self, write: Write, refused: Names, error: NameRefused, now: datetime
    ) -> None:
        key = write.id, refusal_key(refused)
        before = self.hotel.setbacks.failures.get(key)
        tries = 1 if before is None else before.count + 1
        again = self.retries.of_vacant_name(write, tries)
        failure = Failure(tries, again, error.code, error.message, permanent=True, at=now)
        self.hotel.setbacks.failures[key] = failure
        await self.memory.refused_for_a_while(key, failure, now)


def names_in(write: Write) -> Names | None:
    """The names that this call puts up; None if it does not write all of them."""
    if not all(name in write.values for name in NAME_FIELDS):
        return None
    return Names(*(str(write.values[name]) for name in NAME_FIELDS))


def name_changes(write: Write) -> list[Change]:
    """Those of its changes that are of a name."""
    return [change for change in write.changes if change.field in NAME_FIELDS]
