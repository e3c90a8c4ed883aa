"""What a property keeps of its PMS links."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.stays.owed import (
    DoNotDisturbOwed,
    MessagesOwed,
    Owed,
    RoomStateOwed,
    WakeupClearedOwed,
    WakeupResultOwed,
    WakeupSetOwed,
)
from reconciler.store import links
from reconciler.store.rows import LinkRow, PmsRoomRow
from reconciler.store.store import Store

Open = Any

MORNING = datetime(2026, 11, 23, 6, 30, 15)  # noqa: DTZ001 - the hotel's local time


def test_a_room_belongs_to_the_link_that_named_it_last(store: Store, now: datetime) -> None:
    store.name_rooms([PmsRoomRow("1207", "tower", "01207", now), PmsRoomRow("1208", "tower", "1208", now)])
    store.name_rooms([PmsRoomRow("1207", "garden", "1207", now + timedelta(hours=1))])

    assert store.pms_rooms() == {
        "1207": PmsRoomRow("1207", "garden", "1207", now + timedelta(hours=1)),
        "1208": PmsRoomRow("1208", "tower", "1208", now),
    }


def test_a_link_is_remembered_across_a_restart(open_store: Open) -> None:
    tower = LinkRow("tower", {"prints": ["a", "b"]}, {"stale_occupant": 2})
    before = open_store()
    before.remember_link(LinkRow("tower"))
    before.remember_link(tower)
    before.close()

    assert open_store().pms_links() == {"tower": tower}


def test_who_has_just_left_is_remembered_until_it_is_settled(open_store: Open) -> None:
    before = open_store()
    before.remember_stays({"left 84311 pms": {"room": "1207"}, "links": {"pms": None}})
    before.remember_stays({"left 84312 pms": {"room": "1208"}, "left 84311 pms": None, "left 9 pms": None})
    before.close()

    assert open_store().stays() == {"left 84312 pms": {"room": "1208"}, "links": {"pms": None}}


@pytest.mark.parametrize(
    "owed",
    [
        RoomStateOwed("1207", "clean", "M17"),
        RoomStateOwed("1207", "dirty"),
        WakeupResultOwed("1207", MORNING, "NR"),
        WakeupSetOwed("1207", MORNING),
        WakeupClearedOwed("1207", MORNING),
        MessagesOwed("1207", 1, 3),
        DoNotDisturbOwed("1207", on=True),
    ],
    ids=repr,
)
def test_what_is_owed_waits_across_a_restart_until_it_was_sent(
    open_store: Open, now: datetime, owed: Owed
) -> None:
    before = open_store()
    before.owe("tower", [owed], now)
    before.close()

    after = open_store()
    waiting = after.oldest_owed("tower")
    assert (waiting.link, waiting.owed, waiting.created_at) == ("tower", owed, now)
    after.mark_sent(waiting.number, now)
    assert after.oldest_owed("tower") is None


def test_each_link_is_owed_its_own_in_order(store: Store, now: datetime) -> None:
    store.owe("tower", [WakeupSetOwed("1207", MORNING), WakeupClearedOwed("1207", MORNING)], now)
    store.owe("garden", [MessagesOwed("2207", 1, 0)], now)
    store.owe("tower", [RoomStateOwed("1207", "clean")], now)
    assert store.waiting() == {"tower": 3, "garden": 1}

    sent = []
    while (waiting := store.oldest_owed("tower")) is not None:
        sent.append(waiting.owed)
        store.mark_sent(waiting.number, now)

    assert sent == [
        WakeupSetOwed("1207", MORNING), WakeupClearedOwed("1207", MORNING), RoomStateOwed("1207", "clean"),
    ]  # fmt: skip
    assert store.waiting() == {"garden": 1}


def test_two_hotels_in_one_database_owe_nothing_to_each_others_pms(open_store: Open, now: datetime) -> None:
    ours, theirs = open_store(), open_store("Garden View", "account-2")
    ours.owe("pms", [RoomStateOwed("1207", "clean")], now)
    ours.name_rooms([PmsRoomRow("1207", "pms", "1207", now)])
    ours.remember_link(LinkRow("pms"))
    ours.remember_stays({"links": {}})

    assert theirs.oldest_owed("pms") is None
    assert (theirs.waiting(), theirs.pms_rooms(), theirs.pms_links(), theirs.stays()) == ({}, {}, {}, {})


def test_what_was_sent_is_forgotten_with_the_history_and_what_waits_is_not(
    store: Store, now: datetime
) -> None:
    store.owe("pms", [RoomStateOwed("1207", "clean"), RoomStateOwed("1208", "clean")], now)
    sent = store.oldest_owed("pms")
    assert sent is not None
    store.mark_sent(sent.number, now)

    store.prune(now + timedelta(days=90))

    left = store.oldest_owed("pms")
    assert left is not None
    assert left.owed == RoomStateOwed("1208", "clean")


def test_all_that_waits_is_known_and_may_be_given_up(store: Store, now: datetime) -> None:
    clean, dirty = RoomStateOwed("1207", "clean"), RoomStateOwed("1208", "dirty")
    store.owe("tower", [clean], now)
    store.owe("garden", [dirty], now)
    first, second = store.all_owed()
    assert [(row.link, row.owed) for row in (first, second)] == [("tower", clean), ("garden", dirty)]

    store.mark_sent(first.number, now)
    assert store.all_owed() == [second]
    assert store.has_owed(first)
    assert not store.has_owed(replace(first, owed=dirty))

    store.forget_owed([second.number])
    assert store.all_owed() == []
    assert not store.has_owed(second)


@dataclass(frozen=True, slots=True)
class MessagesOfNewerVersion:
    """The same with a word that this version does not know."""

    room: str
    new: int
    saved: int
    from_family: int


@dataclass(frozen=True, slots=True)
class MinibarOwed:
    """A newer version may owe what nobody has thought of today."""

    room: str


def test_what_a_newer_version_has_put_into_the_outbox_neither_stops_nor_is_lost_by_an_older_one(
    open_store: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = open_store()
    words: dict[Any, str] = links._WORDS
    with monkeypatch.context() as tomorrow:
        tomorrow.setitem(words, MessagesOfNewerVersion, "messages")
        tomorrow.setitem(words, MinibarOwed, "minibar")
        newer.owe("pms", [MinibarOwed("1206"), MessagesOfNewerVersion("1207", 2, 1, 1)], now)
    newer.close()

    older = open_store()

    row = older.oldest_owed("pms")
    assert row is not None
    assert row.owed == MessagesOwed("1207", 2, 1)
    assert older.all_owed() == [row]
    older.mark_sent(row.number, now)
    assert older.oldest_owed("pms") is None
    assert older.waiting() == {"pms": 1}, "the newer version finds it again"
