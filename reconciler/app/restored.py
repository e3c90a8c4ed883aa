"""What a store that was put back from a backup must not say anew: debts to the PMS, and wake-up calls of the past.

A backup is of its moment. What waited for the PMS then has been sent since, most likely, and what was due has rung.
The store that is replaced knows, where it can be read and goes on from that backup: what still waits in it is owed,
and its calls have the end that they had. Otherwise nobody knows. Then nothing is said or rung again, since a room
that was clean yesterday may be dirty now, and people are told what it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconciler.ledger import LATE, Entry, WakeupStatus
from reconciler.settings import Settings
from reconciler.store.hotels import kept_as
from reconciler.store.links import OwedRow
from reconciler.store.store import Store

NOBODY_KNOWS = "its time had passed when a backup was put back, and nobody knows whether it rang"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Things that the PMS may not have heard, and calls that may not have rung."""

    unsaid: tuple[OwedRow, ...] = ()
    unrung: tuple[Entry, ...] = ()


def settle(fresh: Path, settings: Settings, replaced: Store | None, now: datetime) -> GivenUp:
    """Bring debts and wake-up calls of an unpacked store up to date; ``replaced`` is the one whose place it takes."""
    name = kept_as(fresh, settings.property.name)
    with Store.open(fresh, property_name=name, account=settings.zoom.account_id) as store, store.together():
        return GivenUp(_settle_debts(store, replaced), _settle_calls(store, replaced, now))


def _settle_debts(store: Store, replaced: Store | None) -> tuple[OwedRow, ...]:
    waiting = store.all_owed()
    store.forget_owed(row.number for row in waiting)
    if replaced is None:
        return tuple(waiting)
    for row in replaced.all_owed():
        store.owe(row.link, [row.owed], row.created_at)
    return tuple(row for row in waiting if not replaced.has_owed(row))


def _settle_calls(store: Store, replaced: Store | None, now: datetime) -> tuple[Entry, ...]:
    past = [entry for entry in store.wakeups(now) if entry.open and entry.due < now - LATE]
    first = min((entry.changed_at for entry in past), default=now)
    since = {} if replaced is None else {entry.key: entry for entry in replaced.wakeups(first)}
    unrung = tuple(
        replace(entry, status=WakeupStatus.UNREACHABLE, changed_at=entry.due, by=NOBODY_KNOWS)
        for entry in past
        if entry.key not in since
    )
    store.enter_wakeups([*(since[entry.key] for entry in past if entry.key in since), *unrung])
    return unrung
