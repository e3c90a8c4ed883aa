"""What a store that was put back from a backup takes from the one that it replaces: debts to the PMS, wake-up calls.

A backup is of its moment. What waited for the PMS then has been sent since, most likely, and what was due has rung.
The store that is replaced knows, where it can be read and goes on from that backup: what still waits in it is owed,
its calls have the end that they had, and those to come are the ones that it holds: a guest who asked after the backup
is woken, one who cancelled is not. Otherwise nobody knows. Then nothing is said or rung again, since a room
that was clean yesterday may be dirty now, and people are told what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from desired import wakeups
from desired.said import Field, Source
from reconciler.configuration.settings import Settings
from reconciler.stays.words import rows_of, words_in
from reconciler.store.hotels import kept_as
from reconciler.store.links import OwedRow
from reconciler.store.store import Store
from reconciler.wakeups.entries import LATE, Entry, Key, WakeupStatus

NOBODY_KNOWS = "its time had passed when a backup was put back, and nobody knows whether it rang"


@dataclass(frozen=True, slots=True)
class Settled:
    """Things that the PMS may not have heard, and calls that may not have rung.

    ``kept`` are calls to come that were asked for after the backup, ``cancelled`` those that were cancelled since.
    """

    unsaid: tuple[OwedRow, ...] = ()
    unrung: tuple[Entry, ...] = ()
    kept: tuple[Entry, ...] = ()
    cancelled: tuple[Entry, ...] = ()


def settle(fresh: Path, settings: Settings, replaced: Store | None, now: datetime) -> Settled:
    """Bring debts and wake-up calls of an unpacked store up to date; ``replaced`` is the one whose place it takes."""
    name = kept_as(fresh, settings.property.name)
    with Store.open(fresh, property_name=name, account=settings.zoom.account_id) as store:
        return settle_store(store, settings, replaced, now)


def settle_store(store: Store, settings: Settings, replaced: Store | None, now: datetime) -> Settled:
    """The same for a store that is open, and in its place already."""
    with store.together():
        unsaid = _settle_debts(store, replaced)
        before = [entry for entry in store.wakeups(now) if entry.open]
        first = min((entry.changed_at for entry in before), default=now)
        since = {} if replaced is None else {entry.key: entry for entry in replaced.wakeups(first)}
        unrung = _settle_the_past(store, before, since, now)
        ahead = [entry for entry in since.values() if entry.due >= now - LATE]
        known = {entry.key for entry in before}
        kept = tuple(e for e in ahead if e.open and e.key not in known and _is_told(e))
        cancelled = tuple(e for e in ahead if not e.open and e.key in known)
        _settle_the_future(store, kept, cancelled, settings.property.zone, now)
        return Settled(unsaid, unrung, kept, cancelled)


def _settle_debts(store: Store, replaced: Store | None) -> tuple[OwedRow, ...]:
    waiting = store.all_owed()
    store.forget_owed(row.number for row in waiting)
    if replaced is None:
        return tuple(waiting)
    for row in replaced.all_owed():
        store.owe(row.link, [row.owed], row.created_at)
    return tuple(row for row in waiting if not replaced.has_owed(row))


def _settle_the_past(
    store: Store, before: Sequence[Entry], since: Mapping[Key, Entry], now: datetime
) -> tuple[Entry, ...]:
    past = [entry for entry in before if entry.due < now - LATE]
    unrung = tuple(
        replace(entry, status=WakeupStatus.UNREACHABLE, changed_at=entry.due, by=NOBODY_KNOWS)
        for entry in past
        if entry.key not in since
    )
    store.enter_wakeups([*(since[entry.key] for entry in past if entry.key in since), *unrung])
    return unrung


def _settle_the_future(
    store: Store, kept: Sequence[Entry], cancelled: Sequence[Entry], zone: ZoneInfo, now: datetime
) -> None:
    """The ledger follows from what is said of the rooms, so the calls stand in both."""
    local = now.astimezone(zone).replace(tzinfo=None)
    said = words_in(store.said())
    for room in sorted({entry.room for entry in (*kept, *cancelled)}):
        words = tuple(word for word in said.get(room, ()) if word.field is Field.WAKEUPS)
        times = {entry.at for entry in cancelled if entry.room == room}
        gone = [word._replace(value=[c for c in word.value or () if c.at in times]) for word in words]
        words = wakeups.without(words, gone)
        for entry in (each for each in kept if each.room == room):
            words = wakeups.asked_again(words, entry.at, entry.origins, local)
        store.say(rows_of(room, words))
    store.enter_wakeups([*kept, *cancelled])


def _is_told(entry: Entry) -> bool:
    """Not a document's alone: those are put back with the rest, and say themselves which calls they want."""
    return any(origin.source is not Source.FILE for origin in entry.origins)
