"""What Zoom did not take, of one hotel: the changes that failed, and the names that it refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from desired.names import Names
from reconciler.account.past import REFUSED_NAME, Failure, failure_key, name_key, refusal_key
from reconciler.change import Change

Key = tuple[str, str]
"""Zoom's id, and what failed there (``failure_key`` or ``refusal_key``) or the digest of a name (``name_key``)."""


@dataclass(slots=True)
class Setbacks:
    """``names`` are refused for good; what is among ``failures`` is tried again at its time."""

    names: set[Key] = field(default_factory=set)
    failures: dict[Key, Failure] = field(default_factory=dict)

    def copy(self) -> Setbacks:
        """The same, to be changed for a look at what would be."""
        return Setbacks(self.names.copy(), self.failures.copy())

    def of(self, change: Change) -> Failure | None:
        """What has kept this very change from being made; None if nothing has, or another value is wished by now."""
        return self.failures.get((change.id, failure_key(change)))

    def refuses(self, ids: Iterable[str], names: Names, now: datetime) -> bool:
        """Whether Zoom has refused this name on one of these extensions, and it is not to be tried again yet."""
        if not self.names and not self.failures:
            return False
        digest, key = name_key(names), refusal_key(names)
        return any(
            (id_, digest) in self.names
            or ((failure := self.failures.get((id_, key))) is not None and not failure.is_due(now))
            for id_ in ids
        )

    def refused_names(self) -> frozenset[str]:
        """Zoom's ids of which a name has been refused, for good or for a while."""
        for_a_while = (id_ for id_, key in self.failures if key.startswith(f"{REFUSED_NAME}:"))
        return frozenset(id_ for id_, _ in self.names).union(for_a_while)

    def refused(self) -> frozenset[str]:
        """Zoom's ids of which a name or a change has been refused."""
        changes = (id_ for (id_, _), failure in self.failures.items() if failure.refused)
        return frozenset(id_ for id_, _ in self.names).union(changes)

    def due(self, now: datetime) -> set[str]:
        """Zoom's ids at which something may be tried again."""
        return {id_ for (id_, _), failure in self.failures.items() if failure.is_due(now)}

    def overcome(self, fields: Collection[Key]) -> tuple[Key, ...]:
        """These fields (Zoom's id and name) went through: forget what failed there before, for any wish."""
        return self._forget(key for key in self.failures if (key[0], key[1].partition(":")[0]) in fields)

    def forgive(self, ids: Collection[str]) -> tuple[Key, ...]:
        """Forget what Zoom has refused of these ids: somebody wants it tried at once. Answers which failures."""
        self.names -= {key for key in self.names if key[0] in ids}
        return self._forget(
            key for key, failure in self.failures.items() if failure.refused and key[0] in ids
        )

    def _forget(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        gone = tuple(keys)
        for key in gone:
            del self.failures[key]
        return gone
