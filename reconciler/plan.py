"""A priced plan: the differences of all rooms grouped into the fewest calls, with a digest and an ETA.

One extension is one PATCH for all its fields, do-not-disturb is one call more (a common area's two, where it has
closed hours), and each message one. The digest names the plan, so that a person can look at it and later apply just
that and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from desired.target import Dnd, Target
from observed.extension import Kind, Lease
from reconciler.account.operation import Operation, Priority
from reconciler.budget import Bucket, eta
from reconciler.change import NAME_FIELDS, Change
from reconciler.quiet import LEASE, is_on

Pricelist = Callable[[Kind, str], Operation]
"""What a change of a field costs: (kind, field) to the operation that makes it."""

PRESENCE_EVERY = timedelta(seconds=60)
"""Zoom takes one presence change per user in this time (Zoom API, Update a user's presence status)."""

HOURS_HOLD = timedelta(days=7)
"""How long a common area is believed to be always open: somebody may give it closed hours, and no list shows it."""


@dataclass(frozen=True, slots=True)
class Write:
    """One call to Zoom: everything that the driver needs, nothing that it must look up.

    ``id`` is what the path names (user, common area, device or message). ``values`` holds the wanted values by
    field; for a user's names always all three, for ``dnd`` the moment it should end (None: off), at most 1,440
    minutes ahead. ``always_open``: the common area is known to have no closed hours.
    """

    operation: Operation
    kind: Kind
    id: str
    room: str
    extension: str
    values: Mapping[str, str | datetime | None]
    changes: tuple[Change, ...]
    priority: Priority
    not_before: datetime | None = None
    always_open: bool = False

    @property
    def calls(self) -> int:
        """The writes that it takes. A refused one counts too: closed hours are tried until it is known better."""
        return 2 if self._in_closed_hours else 1

    @property
    def reads(self) -> int:
        """The reads of the same label that go before, since only what differs is written."""
        return 1 if self._in_closed_hours or "calling" in self.values else 0

    @property
    def _in_closed_hours(self) -> bool:
        return self.kind == "common_area" and "dnd" in self.values and not self.always_open


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes (also those that a rule or Zoom does not allow), and the calls that close the planned ones."""

    changes: tuple[Change, ...]
    writes: tuple[Write, ...]
    digest: str
    eta_seconds: float


def writes_for(
    target: Target,
    changes: Iterable[Change],
    price: Pricelist,
    *,
    now: datetime,
    leases: Mapping[str, Lease],
    always_open: bool,
) -> tuple[Write, ...]:
    """Group one extension's planned changes into calls; ``always_open``: it is known to have no closed hours."""
    calls: dict[tuple[str, str], list[Change]] = {}
    operations: dict[str, Operation] = {}
    for change in changes:
        if change.status != "planned":
            continue
        operation = price(change.kind, change.field)
        operations[operation.name] = operation
        calls.setdefault((operation.name, change.id), []).append(change)
    return tuple(
        Write(
            operation=operations[name], kind=group[0].kind, id=id_, room=target.room, extension=target.extension,
            values=_values(target, group, now), changes=tuple(group),
            priority=min(priority(change, target) for change in group),
            not_before=_not_before(group[0], leases.get(id_)), always_open=always_open,
        )
        for (name, id_), group in calls.items()
    )  # fmt: skip


def assemble(
    changes: Iterable[Change], writes: Iterable[Write], limits: Mapping[Bucket, tuple[int, float]]
) -> Plan:
    """Put the rooms' parts together: the most urgent calls first, the digest over all changes, the ETA."""
    ordered = tuple(sorted(writes, key=lambda write: write.priority))
    all_changes = tuple(changes)
    per_bucket: Counter[Bucket] = Counter()
    for write in ordered:
        per_bucket[write.operation.family, write.operation.label] += write.calls + write.reads
    return Plan(all_changes, ordered, digest(all_changes), round(eta(per_bucket, limits), 3))


def digest(changes: Iterable[Change]) -> str:
    """A name for these changes that does not depend on their order: 16 hexadecimal digits."""
    lines = sorted(json.dumps([c.room, c.extension, c.field, c.id, c.observed, c.desired]) for c in changes)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def priority(change: Change, target: Target) -> Priority:
    """How urgent a change is (architecture decision 5)."""
    if change.field == "voicemail":
        return Priority.MAILBOX
    if change.field == "dnd":
        return Priority.DND
    if change.cause == "intentional" and target.occupied is False:
        return Priority.PRIVACY
    if change.cause == "intentional" and target.occupied and change.field != "device_name":
        return Priority.CHECK_IN
    return Priority.REPAIR


def _values(target: Target, group: list[Change], now: datetime) -> dict[str, str | datetime | None]:
    values: dict[str, str | datetime | None] = {}
    for change in group:
        if change.field == "dnd":
            values["dnd"] = _end_of_dnd(target, change.kind, now)
        elif change.field in NAME_FIELDS and change.kind == "user":
            # Zoom builds the display name anew from a lone first or last name, so the three go together.
            values |= {name: str(target.wanted[name].value) for name in NAME_FIELDS}
        else:
            values[change.field] = change.desired
    return values


def _end_of_dnd(target: Target, kind: Kind, now: datetime) -> datetime | None:
    wish = target.wanted["dnd"].value
    assert isinstance(wish, Dnd)
    if not is_on(wish, kind, now):
        return None
    longest = now + LEASE
    return longest if wish.until is None else min(wish.until, longest)


def _not_before(change: Change, lease: Lease | None) -> datetime | None:
    if change.field == "dnd" and change.kind == "user" and lease is not None:
        return lease.written + PRESENCE_EVERY
    return None
