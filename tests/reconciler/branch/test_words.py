"""What a property tells of its rooms arrives as it was, whatever is lost, repeated or overtaken on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desired.document import Guest, Until
from desired.said import Field, Origin, Said, Source, WakeupCall
from reconciler.branch.unsaid import AT_ONCE, Unsaid
from reconciler.branch.words import RoomTold, digest
from reconciler.store.rows import PmsRoomRow
from reconciler.wakeups.entries import Entry, WakeupStatus

NOW = datetime(2026, 11, 22, 19, 3, 11, 123456, tzinfo=UTC)
PMS = Origin(Source.PMS, "front office GI", NOW)
DESK = Origin(Source.DESK, "desk", NOW + timedelta(seconds=1))
AT = datetime(2026, 11, 23, 6, 30)  # noqa: DTZ001 - the hotel's time


def call(room: str, **more: Any) -> Entry:
    return Entry(room, AT, NOW, WakeupStatus.PENDING, (PMS, DESK), "front office", NOW, **more)


def test_a_room_arrives_with_everything_that_was_said_of_it() -> None:
    words = (
        Said(Field.GUESTS, (Guest(first="Ana", last="Souza", reservation="84311"),), PMS),
        Said(Field.OCCUPIED, True, PMS, True),
        Said(Field.DND, Until(until=NOW.replace(tzinfo=None)), DESK),
        Said(Field.CLEARED, NOW, PMS),
        Said(Field.WAKEUPS, (WakeupCall(AT, (PMS, DESK)),), PMS),
        Said(Field.MESSAGE_LIGHT, None, PMS),
    )
    calls = (call("1207", attempts=2, by="busy", dropped=True, outcomes=("busy",), again=NOW),)
    told = RoomTold(words, PmsRoomRow("1207", "front office", "01207", NOW), calls)
    arrived = RoomTold.of("1207", json.loads(json.dumps(told.to_json())))
    assert set(map(repr, arrived.words)) == set(map(repr, words))
    assert (arrived.named, arrived.calls) == (told.named, told.calls)


def test_the_same_room_is_told_in_the_same_words_however_they_are_kept() -> None:
    words = (Said(Field.OCCUPIED, False, PMS), Said(Field.DND, "off", DESK), Said(Field.DND, "on", PMS))
    assert digest(RoomTold(words).to_json()) == digest(RoomTold(words[::-1]).to_json())
    assert digest(RoomTold(words).to_json()) != digest(RoomTold(words[:2]).to_json())


def test_a_room_that_changed_back_in_time_is_not_told() -> None:
    unsaid, room = Unsaid(), RoomTold((Said(Field.DND, "on", PMS),))
    unsaid.compare({"1": digest(room.to_json())}, ["1", "2"], 5.0)
    assert [name for name, _, _ in unsaid.batch(lambda name: room if name == "1" else RoomTold())] == ["2"]


def test_many_rooms_go_some_at_a_time_and_the_first_to_change_goes_first() -> None:
    unsaid = Unsaid()
    unsaid.mark(map(str, range(AT_ONCE + 5)), 1.0)
    first = unsaid.batch(lambda _: RoomTold())
    assert len(first) == AT_ONCE
    unsaid.leaves(first)
    unsaid.mark(["0"], 7.0)
    assert unsaid.since == 1.0
    assert [room for room, _, _ in unsaid.batch(lambda _: RoomTold())][-1] == "0"


class Wire:
    """A property of three rooms, a database and a centre; puts may be lost, on their way there or back."""

    def __init__(self) -> None:
        self.rooms = dict.fromkeys("abc", 0)
        self.database: dict[str, tuple[int, str, Any]] = {}
        self.centre: dict[str, Any] = {}
        self.sequence = self.taken = 0
        self.unsaid = Unsaid()
        self.now = 0.0

    def told(self, room: str) -> RoomTold:
        return RoomTold((Said(Field.MESSAGE_LIGHT, str(self.rooms[room]), PMS),))

    def change(self, room: str) -> None:
        self.rooms[room] += 1
        self.unsaid.mark([room], self.now)

    def put(self, fate: str, meanwhile: str) -> None:
        batch = self.unsaid.batch(self.told)
        waiting = self.unsaid.leaves(batch)
        if meanwhile:
            self.change(meanwhile)
        if fate != "lost":
            self.sequence += 1
            self.database |= {room: (self.sequence, mark, body) for room, mark, body in batch}
        if fate == "arrived":
            self.unsaid.arrived(batch)
        else:
            self.unsaid.lost(waiting)

    def start_again(self) -> None:
        self.unsaid = Unsaid()
        self.unsaid.compare({room: row[1] for room, row in self.database.items()}, self.rooms, self.now)

    def look(self) -> None:
        news = {room: row for room, row in self.database.items() if row[0] > self.taken}
        self.centre |= {room: row[2] for room, row in news.items()}
        self.taken = max([self.taken, *(row[0] for row in news.values())])


STEPS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from("abc")),
    st.tuples(
        st.just("put"), st.sampled_from(["arrived", "lost", "unanswered"]), st.sampled_from(["", *"abc"])
    ),
    st.tuples(st.just("start_again")),
    st.tuples(st.just("look")),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=30))
def test_in_whatever_order_things_are_put_lost_and_repeated_the_centre_ends_with_the_same_words(
    steps: list[tuple[str, ...]],
) -> None:
    wire = Wire()
    wire.start_again()
    for step, *words in steps:
        wire.now += 1
        getattr(wire, step)(*words)
    wire.put("arrived", "")
    wire.look()
    assert wire.unsaid.since is None
    assert wire.centre == {room: wire.told(room).to_json() for room in wire.rooms}
