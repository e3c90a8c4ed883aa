"""What happened beside changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.store.rows import Happened, HappeningRow
from reconciler.store.store import Store

Open = Any

HOUR = timedelta(hours=1)


def noted(store: Store, **asked: Any) -> list[HappeningRow]:
    return [replace(row, id=None) for row in store.happenings(**asked)]


def lost(at: datetime) -> HappeningRow:
    return HappeningRow(at, Happened.LINK_DOWN, "pms", body={"why": "connection refused"})


def called(at: datetime) -> HappeningRow:
    return HappeningRow(at, Happened.DID, "wakeup", "1207", "mara", {"from": "10.0.0.7"})


def test_the_newest_happening_comes_first_by_kind_and_since(store: Store, now: datetime) -> None:
    store.note_happenings([lost(now), called(now + HOUR)])
    store.note_happenings([lost(now + 2 * HOUR)])

    assert noted(store) == [lost(now + 2 * HOUR), called(now + HOUR), lost(now)]
    assert noted(store, since=now + HOUR) == [lost(now + 2 * HOUR), called(now + HOUR)]
    assert noted(store, kinds=[Happened.DID]) == [called(now + HOUR)]
    assert noted(store, limit=1) == [lost(now + 2 * HOUR)]


def test_happenings_at_one_moment_keep_their_order(store: Store, now: datetime) -> None:
    up = replace(lost(now), kind=Happened.LINK_UP, body=None)
    store.note_happenings([lost(now), up])

    assert noted(store) == [up, lost(now)]


def test_each_hotel_has_a_book_of_its_own(open_store: Open, now: datetime) -> None:
    open_store("Harbour View").note_happenings([lost(now)])

    assert open_store("Garden Inn").happenings() == []


def test_happenings_are_forgotten_with_the_history(store: Store, now: datetime) -> None:
    old, young = lost(now - timedelta(days=91)), lost(now - timedelta(days=89))
    store.note_happenings([old, young])

    store.prune(now - timedelta(days=90))

    assert noted(store) == [young]
