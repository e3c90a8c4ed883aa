"""What holds for a room whatever its sources say, and in whatever order they said it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desired.document import Guest, RoomDocument
from desired.said import Field, Origin, Said, Source, WakeupCall, of_document
from desired.sources import Wish, check_out, document_of, merge

ZONE = ZoneInfo("Europe/Lisbon")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEVEN = datetime.fromisoformat("2026-11-23T07:00")
CHECK_OUT = Origin(Source.PMS, "pms GO", NOON + timedelta(days=1))

GUEST_NAMES = ("Ana", "Nils", "小明")
ORIGINS = [
    *(Origin(Source.FILE, f"rooms/{file}.yaml:2:1") for file in "ab"),
    *(
        Origin(source, f"{source} {place}", NOON + timedelta(minutes=minutes))
        for source in Source
        if source is not Source.FILE
        for place in ("one", "two")
        for minutes in (0, 1, 2)
    ),
]
WORDS: dict[Field, list[Any]] = {
    Field.EXTENSIONS: [("1207",), ("1207", "1208")],
    Field.GUESTS: [(), *((Guest(first=name),) for name in GUEST_NAMES)],
    Field.OCCUPIED: [True, False],
    Field.PRIVATE: [True, False],
    Field.DND: ["on", "off"],
    Field.MESSAGE_LIGHT: ["on", "off"],
    Field.CALLING: ["internal", "national"],
    Field.CLEARED: [NOON + timedelta(minutes=minutes) for minutes in range(10)],
    Field.WAKEUPS: list(product((SEVEN, SEVEN + timedelta(hours=1)), (True, False))),
}


def word(field: Field, value: Any, origin: Origin) -> Said:
    if field is Field.WAKEUPS and value is not None:
        at, wanted = value
        value = (WakeupCall(at, (origin,), wanted or origin.source is Source.FILE),)
    return Said(field, value, origin)


POOL = [
    word(field, value, origin)
    for field in Field
    for value in (None, *WORDS.get(field, ["Suites", "Concierge"]))
    for origin in ORIGINS
]
SAID = st.lists(st.sampled_from(POOL), max_size=12)
PMS_ROOM = st.booleans()


def wish(said: list[Said] | tuple[Said, ...], *, pms_room: bool) -> Wish:
    return merge("1207", said, pms_room=pms_room, zone=ZONE)


@given(said=SAID, pms_room=PMS_ROOM, data=st.data())
def test_the_order_in_which_things_were_said_does_not_matter(
    said: list[Said], pms_room: bool, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(said))
    assert wish(shuffled, pms_room=pms_room) == wish(said, pms_room=pms_room)


@given(said=SAID, pms_room=PMS_ROOM)
def test_saying_everything_twice_changes_nothing(said: list[Said], pms_room: bool) -> None:
    assert wish(said + said, pms_room=pms_room) == wish(said, pms_room=pms_room)


@given(said=SAID, pms_room=PMS_ROOM)
def test_a_wish_merged_again_is_the_same_wish(said: list[Said], pms_room: bool) -> None:
    once = wish(said, pms_room=pms_room)
    assert wish(list(once.fields.values()), pms_room=pms_room).fields == once.fields


@given(said=SAID, pms_room=PMS_ROOM)
def test_only_what_somebody_said_is_wished(said: list[Said], pms_room: bool) -> None:
    once = wish(said, pms_room=pms_room)
    spoken = {word.field for word in said}
    assert set(once.fields) <= spoken
    assert all(once.fields[field].field is field for field in once.fields)


@given(said=SAID, pms_room=PMS_ROOM)
def test_after_the_check_out_no_guest_remains_unless_a_file_stands(said: list[Said], pms_room: bool) -> None:
    after = check_out(said, at=NOON + timedelta(days=1), origin=CHECK_OUT, vacant_calling="internal")
    assert not any(name in repr(after) for name in GUEST_NAMES)
    files = [word for word in said if word.origin.source is Source.FILE]
    left = wish([*files, *after], pms_room=pms_room)
    for field in (Field.GUESTS, Field.OCCUPIED):
        if left.get(field):
            assert left.fields[field].origin.source is Source.FILE
            assert not pms_room
    assert all(
        origin.source is Source.FILE for call in left.get(Field.WAKEUPS, ()) for origin in call.origins
    )


@given(said=SAID)
def test_a_second_check_out_changes_nothing(said: list[Said]) -> None:
    at = NOON + timedelta(days=1)
    once = check_out(said, at=at, origin=CHECK_OUT, vacant_calling="internal")
    twice = check_out(once, at=at, origin=CHECK_OUT, vacant_calling="internal")
    assert wish(twice, pms_room=True) == wish(once, pms_room=True)


@given(said=SAID, pms_room=PMS_ROOM, field=st.sampled_from([Field.DND, Field.CALLING, Field.MESSAGE_LIGHT]))
def test_the_latest_word_wins_where_no_file_stands(said: list[Said], pms_room: bool, field: Field) -> None:
    heard = [word for word in said if word.origin.source is not Source.FILE]
    last = Said(field, "on", Origin(Source.PHONE, "phone", NOON + timedelta(hours=1)))
    assert wish([last, *heard], pms_room=pms_room).fields[field] == last


@given(said=SAID, pms_room=PMS_ROOM)
def test_a_clearing_never_goes_back(said: list[Said], pms_room: bool) -> None:
    earlier = wish(said, pms_room=pms_room).get(Field.CLEARED)
    more = Said(Field.CLEARED, NOON + timedelta(minutes=5), Origin(Source.PHONE, "phone", NOON))
    assert wish([*said, more], pms_room=pms_room).get(Field.CLEARED) >= max(earlier or more.value, more.value)


@given(said=SAID, pms_room=PMS_ROOM)
def test_problems_never_quote_a_guest(said: list[Said], pms_room: bool) -> None:
    problems = wish(said, pms_room=pms_room).problems
    assert not any(name in problem.message for problem in problems for name in GUEST_NAMES)
    assert all(
        problem.code in {"pms_room", "two_sources"} and problem.where and problem.room for problem in problems
    )


@given(said=SAID, pms_room=PMS_ROOM)
def test_the_effective_document_is_valid_and_gives_the_same_fields(said: list[Said], pms_room: bool) -> None:
    once = wish(said, pms_room=pms_room)
    document = RoomDocument.model_validate_json(document_of(once).model_dump_json(exclude_unset=True))
    again = {word.field: word for word in of_document(document, CHECK_OUT) if not word.implied}
    assert set(again) == set(once.fields)
    for field in set(again) - {Field.WAKEUPS}:
        assert again[field].value == once.fields[field].value
