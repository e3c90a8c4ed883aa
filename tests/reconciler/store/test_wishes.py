"""What was said of rooms, who is in, and small notes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.store.rows import Json, Occupancy, Pause, RoomRow, SaidRow
from reconciler.store.store import Store

Open = Any


def guests(room: str, name: str, at: datetime, source: str = "pms") -> SaidRow:
    return SaidRow(room, source, "guests", [{"first": name, "last": "Souza"}], f"{source} GI", at)


def test_a_check_in_from_the_pms_is_still_known_after_a_restart(open_store: Open, now: datetime) -> None:
    said = guests("1207", "Ana", now)
    before = open_store()
    before.say([said])
    before.close()

    assert open_store().said() == [said]


def test_the_latest_word_of_a_source_on_a_field_stands(store: Store, now: datetime) -> None:
    store.say([guests("1207", "Ana", now)])
    later = guests("1207", "Bruno", now + timedelta(hours=1))
    store.say([later])

    assert store.said("1207") == [later]


def test_desk_and_pms_each_have_their_word_on_one_field(store: Store, now: datetime) -> None:
    pms, desk = guests("1207", "Ana", now), guests("1207", "Bruno", now, source="desk")
    store.say([pms, desk])

    assert set(map(repr, store.said("1207"))) == {repr(pms), repr(desk)}


def test_a_word_that_empties_a_field_differs_from_no_word_at_all(store: Store, now: datetime) -> None:
    emptied = SaidRow("1207", "desk", "department", None, "desk", now)
    store.say([emptied])

    assert store.said("1207") == [emptied]
    assert store.said("1208") == []


@pytest.mark.parametrize(
    "value",
    [None, True, 0, 1.5, "", "陈 'O\u0000Brien' \ud83d\U0001f600", ["a", {"b": None}], {"x": {"y": []}}],
)
def test_every_plain_value_comes_back_as_it_was_said(store: Store, now: datetime, value: Json) -> None:
    store.say([SaidRow("1207", "desk", "name", value, "desk", now)])

    assert store.said("1207")[0].value == value


@pytest.mark.parametrize(
    ("taken_back", "left"),
    [
        ({}, set()),
        ({"source": "desk"}, {("pms", "dnd"), ("pms", "guests")}),
        ({"field": "dnd"}, {("pms", "guests"), ("desk", "guests")}),
        ({"source": "pms", "field": "dnd"}, {("pms", "guests"), ("desk", "dnd"), ("desk", "guests")}),
    ],
)
def test_words_on_a_room_are_taken_back_by_source_and_field(
    store: Store, now: datetime, taken_back: dict[str, str], left: set[tuple[str, str]]
) -> None:
    other_room = guests("1208", "Bruno", now)
    words = [
        SaidRow("1207", source, field, "on", source, now)
        for source in ("pms", "desk")
        for field in ("dnd", "guests")
    ]
    store.say([*words, other_room])

    store.unsay("1207", **taken_back)

    assert {(row.source, row.field) for row in store.said("1207")} == left
    assert store.said("1208") == [other_room]


def test_one_hotel_of_a_group_never_sees_the_guests_of_another(open_store: Open, now: datetime) -> None:
    harbour, garden = open_store("Harbour View"), open_store("Garden View")
    harbour.say([guests("1207", "Ana", now)])
    harbour.note_occupancy([Occupancy("1207", occupied=True, since=now)])
    harbour.put_note("debug", until := now.isoformat())

    assert (garden.said(), garden.occupancy(), garden.notes()) == ([], {}, {})
    garden.unsay("1207")
    assert len(harbour.said()) == 1
    assert harbour.note("debug") == until


def test_the_date_of_a_check_in_stays_while_the_guest_stays(store: Store, now: datetime) -> None:
    store.note_occupancy([Occupancy("1207", occupied=True, since=now)])
    store.note_occupancy([Occupancy("1207", occupied=True, since=now + timedelta(days=2))])
    assert store.occupancy()["1207"].since == now

    checked_out = now + timedelta(days=3)
    store.note_occupancy([Occupancy("1207", occupied=False, since=checked_out)])
    assert store.occupancy()["1207"] == RoomRow("1207", occupied=False, since=checked_out, pause=None)


def test_a_room_that_was_paused_before_anyone_was_seen_gets_its_date_at_first_sight(
    store: Store, now: datetime
) -> None:
    store.pause("1207", reason="film crew", until=None, by="desk")
    assert store.occupancy()["1207"] == RoomRow("1207", None, None, Pause("film crew", None, "desk"))

    store.note_occupancy([Occupancy("1207", occupied=True, since=now)])
    paused = Pause("film crew", None, "desk")
    assert store.occupancy()["1207"] == RoomRow("1207", occupied=True, since=now, pause=paused)


def test_a_resumed_room_is_paused_no_more_and_keeps_its_date(store: Store, now: datetime) -> None:
    store.note_occupancy([Occupancy("1207", occupied=True, since=now)])
    store.pause("1207", reason="works", until=now + timedelta(hours=3), by="desk")
    assert store.occupancy()["1207"].pause == Pause("works", now + timedelta(hours=3), "desk")

    store.resume("1207")
    assert store.occupancy() == {"1207": RoomRow("1207", occupied=True, since=now, pause=None)}


def test_a_note_is_replaced_and_read(store: Store) -> None:
    assert store.note("debug") is None
    store.put_note("debug", {"until": 1})
    store.put_note("debug", {"until": 2})
    store.put_note("other", None)
    assert store.note("debug") == {"until": 2}
    assert store.notes() == {"debug": {"until": 2}, "other": None}


def test_a_time_without_a_zone_is_refused(store: Store, now: datetime) -> None:
    with pytest.raises(Exception, match="aware"):
        store.say([guests("1207", "Ana", now.replace(tzinfo=None))])
    assert store.said() == []
