"""The source table of the contract, cell by cell: field x source x (alone, together, null, after the check-out)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desired.document import Guest, RoomDocument, Until
from desired.placed import Marks, Placed
from desired.said import Field, Origin, Said, Source, WakeupCall, of_document, of_file
from desired.sources import CLOCKS_DIFFER, Wish, check_out, document_of, merge

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
CHECK_OUT = NOON + timedelta(hours=1)
SEVEN = datetime.fromisoformat("2026-11-23T07:00")  # the hotel's own time

# One line a field: ">" outranks, "=" means that the latest wins, who is not named has no say.
ELSEWHERE = {
    Field.EXTENSIONS: "file",
    Field.OCCUPIED: "file > desk > adopted",
    Field.GUESTS: "file > desk > adopted",
    Field.NAME_FIRST: "file > desk > adopted",
    Field.NAME_LAST: "file > desk > adopted",
    Field.NAME_DISPLAY: "file > desk > adopted",
    Field.DEPARTMENT: "file > desk > adopted",
    Field.DESCRIPTION: "file > desk > adopted",
    Field.ROOM_ID: "file > desk > adopted",
    Field.DND: "file > pms = phone = desk > adopted",
    Field.CALLING: "file > pms = phone = desk > adopted",
    Field.MESSAGE_LIGHT: "file > pms = phone = desk > adopted",
}
IN_A_PMS_ROOM = ELSEWHERE | {
    Field.OCCUPIED: "pms = desk > adopted",
    Field.GUESTS: "pms = desk > adopted",
}
TABLE = [(field, pms_room) for pms_room in (False, True) for field in ELSEWHERE]


def rank(field: Field, source: Source, *, pms_room: bool) -> int | None:
    rows = (IN_A_PMS_ROOM if pms_room else ELSEWHERE)[field].split(" > ")
    return next((number for number, row in enumerate(rows) if source in row.split(" = ")), None)


def sample(field: Field, source: Source) -> Any:
    """A value of the field that tells which source said it."""
    number = list(Source).index(source)
    values: dict[Field, Any] = {
        Field.EXTENSIONS: (f"120{number}",),
        Field.GUESTS: (Guest(first=f"Guest of {source}"),),
        Field.OCCUPIED: number % 2 == 0,
        Field.DND: Until(until=NOON + timedelta(hours=number)),
        Field.CALLING: ("internal", "local", "national", "international", "internal")[number],
        Field.MESSAGE_LIGHT: ("on", "off")[number % 2],
    }
    return values.get(field, f"{field} of {source}")


def origin(source: Source, at: datetime | None = NOON) -> Origin:
    return Origin(source, f"place of {source}", None if source is Source.FILE else at)


def say(field: Field, source: Source, value: Any, at: datetime = NOON) -> Said:
    return Said(field, value, origin(source, at))


def wish(said: Iterable[Said], *, pms_room: bool = False) -> Wish:
    return merge("1207", said, pms_room=pms_room, zone=NEW_YORK)


@pytest.mark.parametrize(("field", "pms_room"), TABLE)
@pytest.mark.parametrize("source", list(Source))
def test_a_source_alone_decides_what_the_table_grants_it(
    field: Field,
    pms_room: bool,
    source: Source,
) -> None:
    for value in (sample(field, source), None):
        said = say(field, source, value)
        decided = wish([said], pms_room=pms_room).fields.get(field)
        assert decided == (None if rank(field, source, pms_room=pms_room) is None else said)


@pytest.mark.parametrize(("field", "pms_room"), TABLE)
@pytest.mark.parametrize(("earlier", "later"), list(permutations(Source, 2)))
def test_of_two_sources_the_higher_decides_and_among_equals_the_later(
    field: Field,
    pms_room: bool,
    earlier: Source,
    later: Source,
) -> None:
    first_rank = rank(field, earlier, pms_room=pms_room)
    second_rank = rank(field, later, pms_room=pms_room)
    for first_null, second_null in product((False, True), repeat=2):
        first = say(field, earlier, None if first_null else sample(field, earlier), NOON)
        second = say(field, later, None if second_null else sample(field, later), LATER)
        if second_rank is None:
            expected = None if first_rank is None else first
        else:
            expected = first if first_rank is not None and first_rank < second_rank else second
        assert wish([first, second], pms_room=pms_room).fields.get(field) == expected
        assert wish([second, first], pms_room=pms_room).fields.get(field) == expected


AFTER_CHECK_OUT = {
    Field.OCCUPIED: False,
    Field.GUESTS: (),
    Field.PRIVATE: False,
    Field.DND: "off",
    Field.CALLING: "internal",
    Field.MESSAGE_LIGHT: "off",
    Field.CLEARED: CHECK_OUT,
    Field.WAKEUPS: (),
}
OVERRIDES = [
    Field.NAME_FIRST, Field.NAME_LAST, Field.NAME_DISPLAY, Field.DEPARTMENT, Field.DESCRIPTION, Field.ROOM_ID,
]  # fmt: skip


def checked_out(said: Iterable[Said], by: Source = Source.PMS) -> tuple[Said, ...]:
    return check_out(said, at=CHECK_OUT, origin=Origin(by, "pms GO", CHECK_OUT), vacant_calling="internal")


@pytest.mark.parametrize("by", [Source.PMS, Source.DESK])
@pytest.mark.parametrize("source", [source for source in Source if source is not Source.FILE])
@pytest.mark.parametrize(
    "field", [field for field in AFTER_CHECK_OUT if field not in {Field.CLEARED, Field.WAKEUPS}]
)
def test_a_check_out_leaves_the_vacant_value_whoever_spoke_before(
    field: Field, source: Source, by: Source
) -> None:
    after = checked_out([say(field, source, True if field is Field.PRIVATE else sample(field, source))], by)
    assert {said.field: said.value for said in after} == AFTER_CHECK_OUT
    assert {said.origin for said in after} == {Origin(by, "pms GO", CHECK_OUT)}
    assert wish(after, pms_room=True).get(field) == AFTER_CHECK_OUT[field]


@pytest.mark.parametrize("field", OVERRIDES)
def test_a_check_out_leaves_what_the_desk_said_of_the_room_itself(field: Field) -> None:
    said = say(field, Source.DESK, sample(field, Source.DESK))
    assert wish(checked_out([said])).fields[field] == said


@pytest.mark.parametrize("field", [Field.NAME_FIRST, Field.NAME_LAST, Field.NAME_DISPLAY, Field.DEPARTMENT])
def test_a_check_out_forgets_names_adopted_from_zoom(field: Field) -> None:
    assert field not in {said.field for said in checked_out([say(field, Source.ADOPTED, "Ana Souza 1207")])}


def test_a_check_out_says_nothing_for_the_files() -> None:
    said = [say(field, Source.FILE, sample(field, Source.FILE)) for field in ELSEWHERE]
    assert Source.FILE not in {word.origin.source for word in checked_out(said)}


@pytest.mark.parametrize("field", [Field.DND, Field.CALLING, Field.MESSAGE_LIGHT, *OVERRIDES])
def test_a_file_still_stands_after_the_check_out(field: Field) -> None:
    file = say(field, Source.FILE, "by file")
    assert wish([file, *checked_out([file])], pms_room=True).fields[field] == file


def test_a_files_guest_leaves_with_the_check_out_of_a_pms_room() -> None:
    guests = say(Field.GUESTS, Source.FILE, (Guest(first="Ana"),))
    after = wish([guests, *checked_out([])], pms_room=True)
    assert after.get(Field.GUESTS) == ()
    assert after.get(Field.OCCUPIED) is False


def test_a_files_guest_stays_where_no_pms_names_the_room() -> None:
    guests = say(Field.GUESTS, Source.FILE, (Guest(first="Ana"),))
    assert wish([guests, *checked_out([], Source.DESK)]).get(Field.GUESTS) == (Guest(first="Ana"),)


def test_a_do_not_disturb_of_the_next_guest_counts_after_the_check_out() -> None:
    next_morning = say(Field.DND, Source.PHONE, "on", CHECK_OUT + timedelta(hours=12))
    assert wish([*checked_out([]), next_morning], pms_room=True).get(Field.DND) == "on"


# Privacy is given to whoever asks for it.


@pytest.mark.parametrize("pms_room", [False, True])
@pytest.mark.parametrize(
    ("file", "earlier_pms", "later_desk", "expected"),
    [
        (True, False, False, True),
        (True, True, False, True),
        (False, False, True, True),
        (False, True, False, False),
        (False, "-", "-", False),
        (None, "-", "-", None),
        ("-", True, False, False),
        ("-", False, True, True),
        ("-", True, "-", True),
        ("-", "-", True, True),
    ],
)
def test_privacy_is_given_to_whoever_asks(
    pms_room: bool,
    file: Any,
    earlier_pms: Any,
    later_desk: Any,
    expected: bool | None,
) -> None:
    said = [
        say(Field.PRIVATE, source, value, at)
        for source, value, at in (
            (Source.FILE, file, NOON), (Source.PMS, earlier_pms, NOON), (Source.DESK, later_desk, LATER),
        )
        if value != "-"
    ]  # fmt: skip
    assert wish(said, pms_room=pms_room).get(Field.PRIVATE, "nobody") is expected


def test_a_telephone_cannot_make_a_guest_private() -> None:
    assert Field.PRIVATE not in wish([say(Field.PRIVATE, Source.PHONE, True)]).fields


# The mailbox is cleared up to the latest time that anybody says.


@pytest.mark.parametrize(("one", "other"), list(permutations(Source, 2)))
def test_the_latest_clearing_counts_whoever_says_it(one: Source, other: Source) -> None:
    early = say(Field.CLEARED, one, NOON, LATER)
    late = say(Field.CLEARED, other, LATER, NOON)
    for said in ([early, late], [late, early]):
        assert wish(said).fields[Field.CLEARED] == late


def test_a_clearing_in_a_file_is_in_the_hotels_time() -> None:
    assert wish([say(Field.CLEARED, Source.FILE, datetime.fromisoformat("2026-07-01T08:00"))]).get(
        Field.CLEARED
    ) == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("pms_room", [True, False])
def test_a_clearing_that_is_still_to_come_deletes_nothing_until_its_time(*, pms_room: bool) -> None:
    document = {"dnd": "on", "mailbox": {"cleared": "2026-11-22T11:02", "description": "Ocean wing"}}
    file = of_file(placed(document, lines=["dnd", "mailbox", "mailbox.cleared"]))
    check_out = say(Field.CLEARED, Source.PMS, NOON - timedelta(days=1))
    at = datetime(2026, 11, 22, 16, 2, tzinfo=UTC)

    def merged(now: datetime) -> Wish:
        return merge("1207", [*file, check_out], pms_room=pms_room, zone=NEW_YORK, now=now)

    early = merged(at - CLOCKS_DIFFER - timedelta(seconds=1))
    (problem,) = early.problems
    assert (problem.code, problem.where, problem.room) == (
        "cleared_in_future", "rooms/1207.yaml:4:1", "1207",
    )  # fmt: skip
    assert "2026-11-22 11:02 is still to come" in problem.message
    assert early.get(Field.CLEARED) == check_out.value, "what others say counts meanwhile"
    assert (early.get(Field.DND), early.get(Field.DESCRIPTION)) == ("on", "Ocean wing")
    for now in (at - CLOCKS_DIFFER, at + timedelta(days=9)):
        assert (merged(now).get(Field.CLEARED), merged(now).problems) == (at, ())


def test_a_file_alone_that_clears_too_early_is_told_as_well() -> None:
    file = of_file(placed({"mailbox": {"cleared": NOON + timedelta(hours=1)}}))
    result = merge("1207", file, pms_room=False, zone=NEW_YORK, now=NOON)
    assert (result.fields, [problem.code for problem in result.problems]) == ({}, ["cleared_in_future"])


@pytest.mark.parametrize("other", [source for source in Source if source is not Source.FILE])
def test_an_empty_clearing_of_a_file_takes_nobodys_away(other: Source) -> None:
    said = [say(Field.CLEARED, Source.FILE, None), say(Field.CLEARED, other, NOON)]
    assert wish(said).get(Field.CLEARED) == NOON
    assert wish(said[:1]).get(Field.CLEARED, "nobody") is None


def test_a_check_out_never_takes_back_a_later_clearing() -> None:
    late = say(Field.CLEARED, Source.DESK, CHECK_OUT + timedelta(minutes=5))
    assert wish(checked_out([late])).get(Field.CLEARED) == CHECK_OUT + timedelta(minutes=5)
    early = say(Field.CLEARED, Source.DESK, NOON)
    assert wish(checked_out([early])).get(Field.CLEARED) == CHECK_OUT


# Wake-up calls: the union.


def wakeup(source: Source, at: datetime = SEVEN, said: datetime = NOON, *, wanted: bool = True) -> Said:
    who = origin(source, said)
    return Said(Field.WAKEUPS, (WakeupCall(at, (who,), wanted),), who)


@pytest.mark.parametrize("source", list(Source))
def test_everybody_may_ask_for_a_wake_up(source: Source) -> None:
    assert wish([wakeup(source)]).get(Field.WAKEUPS) == (WakeupCall(SEVEN, (origin(source),)),)


@pytest.mark.parametrize(("one", "other"), list(permutations(Source, 2)))
def test_the_same_time_asked_for_twice_is_one_call_that_names_both(one: Source, other: Source) -> None:
    (call,) = wish([wakeup(one), wakeup(other)]).get(Field.WAKEUPS)
    assert call.at == SEVEN
    assert set(call.origins) == {origin(one), origin(other)}


@pytest.mark.parametrize(("one", "other"), list(permutations(Source, 2)))
def test_different_times_are_all_called_earliest_first(one: Source, other: Source) -> None:
    calls = wish([wakeup(one, SEVEN + timedelta(hours=1)), wakeup(other)]).get(Field.WAKEUPS)
    assert [call.at for call in calls] == [SEVEN, SEVEN + timedelta(hours=1)]


@pytest.mark.parametrize(("canceller", "asker"), list(product(Source, repeat=2)))
def test_telephone_and_desk_cancel_any_call_and_the_others_their_own(
    canceller: Source, asker: Source
) -> None:
    said = [wakeup(asker), wakeup(canceller, said=LATER, wanted=False)]
    cancelled = canceller in {Source.PHONE, Source.DESK} or canceller is asker
    for order in (said, said[::-1]):
        assert [call.at for call in settled(order)] == ([] if cancelled else [SEVEN])


def settled(said: Iterable[Said]) -> tuple[WakeupCall, ...]:
    """The calls of several words, put into one word a source as a store keeps them."""
    words: dict[Source, list[WakeupCall]] = {}
    for word in said:
        words.setdefault(word.origin.source, []).extend(word.value)
    calls = wish(Said(Field.WAKEUPS, tuple(calls), origin(source)) for source, calls in words.items())
    return tuple(calls.get(Field.WAKEUPS))


@pytest.mark.parametrize("asker", [source for source in Source if source is not Source.FILE])
def test_a_cancelled_time_may_be_asked_for_anew(asker: Source) -> None:
    said = [
        wakeup(asker),
        wakeup(Source.DESK, said=LATER, wanted=False),
        wakeup(asker, said=LATER + timedelta(minutes=1)),
    ]
    assert [call.at for call in settled(said)] == [SEVEN]


def test_a_later_wake_up_does_not_revive_a_cancelled_one_of_the_same_source() -> None:
    eight = SEVEN + timedelta(hours=1)
    said = [
        wakeup(Source.PMS),
        wakeup(Source.PHONE, said=LATER, wanted=False),
        wakeup(Source.PMS, eight, LATER + timedelta(minutes=1)),
    ]
    assert [call.at for call in settled(said)] == [eight]


@pytest.mark.parametrize("other", [source for source in Source if source is not Source.FILE])
def test_a_file_without_wake_ups_cancels_nobody_elses(other: Source) -> None:
    for nothing in (None, ()):
        said = [say(Field.WAKEUPS, Source.FILE, nothing), wakeup(other)]
        assert [call.at for call in wish(said).get(Field.WAKEUPS)] == [SEVEN]


def test_wake_ups_of_files_rest_while_the_room_is_vacant_and_return_with_the_next_guest() -> None:
    said = [wakeup(Source.FILE), wakeup(Source.DESK, SEVEN + timedelta(hours=1))]
    vacant = [*said, say(Field.OCCUPIED, Source.PMS, False)]
    assert [call.at for call in wish(vacant, pms_room=True).get(Field.WAKEUPS)] == [
        SEVEN + timedelta(hours=1)
    ]
    taken = [*said, say(Field.OCCUPIED, Source.PMS, True)]
    assert [call.at for call in wish(taken, pms_room=True).get(Field.WAKEUPS)] == [
        SEVEN,
        SEVEN + timedelta(hours=1),
    ]


def test_a_call_wanted_by_file_and_desk_still_rings_in_a_vacant_room_for_the_desk() -> None:
    said = [wakeup(Source.FILE), wakeup(Source.DESK), say(Field.OCCUPIED, Source.DESK, False)]
    assert wish(said).get(Field.WAKEUPS) == (WakeupCall(SEVEN, (origin(Source.DESK),)),)


def test_wake_ups_of_files_ring_where_nobody_says_whether_the_room_is_occupied() -> None:
    assert [call.at for call in wish([wakeup(Source.FILE)]).get(Field.WAKEUPS)] == [SEVEN]


def test_a_check_out_cancels_the_wake_ups_of_all_but_the_files() -> None:
    said = [wakeup(source) for source in Source]
    after = [said[0], *checked_out(said)]
    assert wish(after, pms_room=True).get(Field.WAKEUPS) == ()
    next_guest = [*after, say(Field.OCCUPIED, Source.DESK, True, CHECK_OUT + timedelta(hours=2))]
    assert wish(next_guest, pms_room=True).get(Field.WAKEUPS) == (WakeupCall(SEVEN, (origin(Source.FILE),)),)


# Adopted names show who was there at adoption.


@pytest.mark.parametrize("field", [Field.NAME_FIRST, Field.NAME_LAST, Field.NAME_DISPLAY, Field.DEPARTMENT])
@pytest.mark.parametrize(
    "better",
    [
        say(Field.GUESTS, Source.DESK, (Guest(first="Nils"),)),
        say(Field.OCCUPIED, Source.DESK, False),
        say(Field.PRIVATE, Source.DESK, True),
    ],
)
def test_an_adopted_name_goes_as_soon_as_somebody_speaks_of_the_stay(field: Field, better: Said) -> None:
    adopted = say(field, Source.ADOPTED, "Ana Souza 1207")
    assert wish([adopted]).get(field) == "Ana Souza 1207"
    assert field not in wish([adopted, better]).fields


def test_adopted_guests_do_not_stay_in_a_room_that_is_told_to_be_vacant() -> None:
    adopted = [
        say(Field.GUESTS, Source.ADOPTED, (Guest(first="Ana"),)),
        say(Field.OCCUPIED, Source.ADOPTED, True),
    ]
    after = wish([*adopted, say(Field.OCCUPIED, Source.DESK, False)])
    assert Field.GUESTS not in after.fields
    assert after.get(Field.OCCUPIED) is False


def test_an_adopted_name_outlives_a_wish_that_only_concerns_do_not_disturb() -> None:
    adopted = say(Field.NAME_DISPLAY, Source.ADOPTED, "Pool bar")
    assert wish([adopted, say(Field.DND, Source.DESK, "on")]).get(Field.NAME_DISPLAY) == "Pool bar"


# Problems.


def placed(text: dict[str, Any], path: str = "rooms/1207.yaml", lines: Iterable[str] = ()) -> Placed:
    """A document whose fields stand in the given lines, from the second on."""
    marks = Marks.of({"": (1, 1), **{field: (line, 1) for line, field in enumerate(lines, start=2)}})
    return Placed(RoomDocument.model_validate({"room": "1207", **text}), path, marks)


def test_a_files_guests_in_a_pms_room_are_reported_with_both_places() -> None:
    file = of_file(placed({"guests": [{"first": "Ana"}], "dnd": "on"}, lines=["guests", "dnd"]))
    pms = Said(
        Field.GUESTS, (Guest(first="Nils"),), Origin(Source.PMS, "pms GI 2026-11-22T14:03:11-05:00", NOON)
    )
    result = wish([*file, pms], pms_room=True)
    (problem,) = result.problems
    assert (problem.code, problem.where, problem.room) == ("pms_room", "rooms/1207.yaml:2:1", "1207")
    assert "rooms/1207.yaml:2:1" in problem.message
    assert "pms GI 2026-11-22T14:03:11-05:00" in problem.message
    assert "Ana" not in problem.message
    assert "Nils" not in problem.message
    assert result.fields[Field.GUESTS] == pms
    assert result.get(Field.DND) == "on"


def test_a_files_occupancy_in_a_pms_room_is_reported_too() -> None:
    result = wish(of_file(placed({"occupied": True}, lines=["occupied"])), pms_room=True)
    assert [(problem.code, problem.where) for problem in result.problems] == [
        ("pms_room", "rooms/1207.yaml:2:1")
    ]
    assert Field.OCCUPIED not in result.fields


@pytest.mark.parametrize("field", [*ELSEWHERE, Field.PRIVATE])
def test_two_places_in_files_name_each_other_and_neither_decides(field: Field) -> None:
    here = Said(field, sample(field, Source.FILE), Origin(Source.FILE, "rooms/a.yaml:2:1"))
    there = Said(field, sample(field, Source.PMS), Origin(Source.FILE, "rooms/b.yaml:7:1"))
    result = wish([there, here])
    (problem,) = result.problems
    assert (problem.code, problem.where, problem.room) == ("two_sources", "rooms/a.yaml:2:1", "1207")
    assert "rooms/a.yaml:2:1" in problem.message
    assert "rooms/b.yaml:7:1" in problem.message
    assert field not in result.fields
    assert "Guest of" not in problem.message


@pytest.mark.parametrize("field", [Field.DND, Field.NAME_DISPLAY])
def test_two_places_in_files_leave_the_field_to_the_desk(field: Field) -> None:
    here = Said(field, "on", Origin(Source.FILE, "rooms/a.yaml:2:1"))
    there = Said(field, "off", Origin(Source.FILE, "rooms/b.yaml:7:1"))
    desk = say(field, Source.DESK, "off")
    assert wish([here, there, desk]).fields[field] == desk


def test_one_file_may_give_the_guests_and_another_the_occupancy() -> None:
    guests = of_file(placed({"guests": [{"first": "Ana"}]}, "rooms/a.yaml"))
    occupied = of_file(placed({"occupied": False}, "rooms/b.yaml"))
    result = wish([*guests, *occupied])
    assert result.problems == ()
    assert result.get(Field.OCCUPIED) is False


def test_two_files_with_guests_are_one_problem_and_not_two() -> None:
    said = [
        *of_file(placed({"guests": []}, "rooms/a.yaml")),
        *of_file(placed({"guests": None}, "rooms/b.yaml")),
    ]
    result = wish(said)
    assert [problem.code for problem in result.problems] == ["two_sources"]
    assert result.fields == {}


# Documents.


def test_what_a_document_leaves_out_is_not_said() -> None:
    assert of_file(placed({})) == ()


def test_every_field_of_a_document_is_said_with_its_place() -> None:
    document = {
        "extensions": ["1207", "1208"], "occupied": True, "guests": [{"first": "Ana"}], "private": True,
        "name": {"first": "A", "last": "B", "display": "C"}, "department": "Suites", "dnd": "on",
        "calling": "national", "message_light": "off", "wakeups": [{"at": "2026-11-23T07:00"}],
        "mailbox": {"cleared": "2026-11-22T12:00:00-05:00", "description": "Ocean wing", "room_id": "A-1207"},
    }  # fmt: skip
    said = {word.field: word for word in of_file(placed(document, lines=Field))}
    assert {field: word.origin.where for field, word in said.items()} == {
        field: f"rooms/1207.yaml:{line}:1" for line, field in enumerate(Field, start=2)
    }
    assert {field: word.value for field, word in said.items()} == {
        Field.EXTENSIONS: ("1207", "1208"),
        Field.OCCUPIED: True,
        Field.GUESTS: (Guest(first="Ana"),),
        Field.PRIVATE: True,
        Field.NAME_FIRST: "A",
        Field.NAME_LAST: "B",
        Field.NAME_DISPLAY: "C",
        Field.DEPARTMENT: "Suites",
        Field.DND: "on",
        Field.CALLING: "national",
        Field.MESSAGE_LIGHT: "off",
        Field.CLEARED: NOON,
        Field.DESCRIPTION: "Ocean wing",
        Field.ROOM_ID: "A-1207",
        Field.WAKEUPS: (WakeupCall(SEVEN, (said[Field.WAKEUPS].origin,)),),
    }


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"guests": None}, {Field.GUESTS: None, Field.OCCUPIED: False}),
        ({"guests": []}, {Field.GUESTS: (), Field.OCCUPIED: False}),
        ({"guests": [{}]}, {Field.GUESTS: (Guest(),), Field.OCCUPIED: True}),
        ({"occupied": None}, {Field.OCCUPIED: None}),
        ({"name": None}, {Field.NAME_FIRST: None, Field.NAME_LAST: None, Field.NAME_DISPLAY: None}),
        ({"name": {"first": None}}, {Field.NAME_FIRST: None}),
        ({"mailbox": None}, {Field.CLEARED: None, Field.DESCRIPTION: None, Field.ROOM_ID: None}),
        ({"mailbox": {}}, {}),
        ({"wakeups": None}, {Field.WAKEUPS: None}),
        ({"dnd": None}, {Field.DND: None}),
    ],
)
def test_null_is_said_and_an_empty_part_is_not(given: dict[str, Any], fields: dict[Field, Any]) -> None:
    document = RoomDocument.model_validate({"room": "1207", **given})
    desk = Origin(Source.DESK, "desk", NOON)
    assert {word.field: word.value for word in of_document(document, desk)} == fields
    assert all(word.origin == desk for word in of_document(document, desk))


def test_the_effective_document_says_the_same_again() -> None:
    document = {
        "guests": [{"first": "Ana", "vip": None}], "name": {"display": None}, "dnd": {"until": "2026-11-22T22:00"},
        "wakeups": [{"at": "2026-11-23T07:00"}], "mailbox": {"cleared": "2026-11-22T12:00:00"},
    }  # fmt: skip
    first = wish(of_file(placed(document)))
    again = wish(of_document(document_of(first), Origin(Source.FILE, "rooms/1207.yaml:1:1")))
    assert {field: again.get(field) for field in again.fields if field is not Field.WAKEUPS} == {
        field: first.get(field) for field in first.fields if field is not Field.WAKEUPS
    }
    assert [call.at for call in again.get(Field.WAKEUPS)] == [SEVEN]


def test_a_field_that_nobody_decides_has_the_value_that_the_asker_names() -> None:
    assert wish([]).get(Field.DND) is None
    assert wish([]).get(Field.DND, "off") == "off"
    assert wish([say(Field.DND, Source.DESK, None)]).get(Field.DND, "off") is None
