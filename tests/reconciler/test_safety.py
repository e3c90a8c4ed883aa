"""Safety rules: each class of danger has its own, and each is lifted by its own name."""

from dataclasses import replace

import pytest

from reconciler.change import Change
from reconciler.safety import Circumstances, Limits, judge

LIMITS = Limits(max_blanked=0.25, max_deletes=2)


def blanking(room: str, field: str = "display_name") -> Change:
    return Change(
        room, room, "user", field, "Ana Souza", f"Room {room}", "intentional", f"rooms/{room}.yaml:2:1", room
    )


def message(room: str, number: int) -> Change:
    return Change(
        room,
        room,
        "user",
        "voicemail",
        f"2026-11-22T10:0{number}:00+00:00",
        None,
        "intentional",
        "desk",
        f"m{number}",
    )


def losing(*rooms: str, of: int = 8, lost: tuple[str, ...] = ()) -> Circumstances:
    return Circumstances(rooms=of, losing=frozenset(rooms), lost=frozenset(lost))


def statuses(changes: tuple[Change, ...]) -> list[str]:
    return [change.status for change in changes]


def test_a_few_rooms_may_lose_their_guest_by_file() -> None:
    changes, refusals = judge([blanking("1201"), blanking("1202")], losing("1201", "1202"), LIMITS, ())
    assert statuses(changes) == ["planned", "planned"]
    assert refusals == ()


def test_more_rooms_than_believable_keep_their_guests_names() -> None:
    rooms = ("1201", "1202", "1203")
    changes, refusals = judge([blanking(room) for room in rooms], losing(*rooms), LIMITS, ())
    assert statuses(changes) == ["refused"] * 3
    assert {change.reason for change in changes} == {"max-blanked"}
    assert [refusal.rule for refusal in refusals] == ["max-blanked"]
    assert refusals[0].message.endswith("`reconcile --allow max-blanked`")
    assert "3 rooms would lose their guest" in refusals[0].message
    assert "at most 2 of 8 may" in refusals[0].message


def test_a_room_whose_second_telephone_is_still_to_go_counts_once() -> None:
    rooms = ("1201", "1202")
    changes, refusals = judge([blanking("1202")], losing("1202", lost=rooms), LIMITS, ())
    assert statuses(changes) == ["planned"]
    assert refusals == ()


def test_rooms_blanked_in_the_last_minutes_count_so_that_a_creeping_mistake_stops() -> None:
    changes, _ = judge([blanking("1203")], losing("1203", lost=("1201", "1202")), LIMITS, ())
    assert statuses(changes) == ["refused"]


def test_check_ins_and_real_check_outs_go_on_while_a_blanking_is_refused() -> None:
    rooms = ("1201", "1202", "1203")
    check_out = blanking("1301")
    changes, _ = judge([*map(blanking, rooms), check_out], losing(*rooms), LIMITS, ())
    assert statuses(changes) == ["refused", "refused", "refused", "planned"]


@pytest.mark.parametrize("field", ["first_name", "last_name", "department", "device_name", "calling"])
def test_a_refused_blanking_leaves_no_half_check_out(field: str) -> None:
    rooms = ("1201", "1202", "1203")
    changes, _ = judge([*map(blanking, rooms), blanking("1201", field)], losing(*rooms), LIMITS, ())
    assert statuses(changes) == ["refused"] * 4


def test_the_smallest_hotel_may_blank_one_room() -> None:
    changes, refusals = judge([blanking("1201")], losing("1201", of=2), LIMITS, ())
    assert statuses(changes) == ["planned"]
    assert not refusals


def test_deleting_more_messages_than_believable_is_refused_as_a_whole() -> None:
    changes, refusals = judge([message("1201", n) for n in range(3)], losing(), LIMITS, ())
    assert statuses(changes) == ["refused"] * 3
    assert [refusal.rule for refusal in refusals] == ["max-deletes"]


def test_messages_that_cannot_be_deleted_anyway_are_no_danger() -> None:
    unsupported = [replace(message("1201", n), status="unsupported") for n in range(3)]
    changes, refusals = judge([*unsupported, message("1202", 4)], losing(), LIMITS, ())
    assert statuses(changes) == ["unsupported"] * 3 + ["planned"]
    assert not refusals


def test_a_vanished_folder_stops_everything_that_follows_from_files() -> None:
    vanished = replace(losing(), source_vanished=True)
    changes, refusals = judge([blanking("1201"), message("1202", 1)], vanished, LIMITS, ())
    assert statuses(changes) == ["refused", "refused"]
    assert [refusal.rule for refusal in refusals] == ["empty-source"]


def test_a_check_out_takes_the_guests_name_away_although_the_folder_has_vanished() -> None:
    vanished = replace(losing(), source_vanished=True, told=frozenset({("1201", "1201", "display_name")}))
    changes, refusals = judge([blanking("1201"), blanking("1202")], vanished, LIMITS, ())
    assert statuses(changes) == ["planned", "refused"]
    assert [refusal.rule for refusal in refusals] == ["empty-source"]
    assert "what PMS, desk and telephones ask for goes on" in refusals[0].message


def test_a_vanished_folder_is_told_even_when_nothing_would_change() -> None:
    _, refusals = judge([], replace(losing(), source_vanished=True), LIMITS, ())
    assert [refusal.rule for refusal in refusals] == ["empty-source"]


def test_allowing_one_rule_lifts_no_other() -> None:
    rooms = ("1201", "1202", "1203")
    changes = [*map(blanking, rooms), *(message("1201", n) for n in range(3))]
    judged, refusals = judge(changes, losing(*rooms), LIMITS, ["max-blanked"])
    assert statuses(judged) == ["planned"] * 3 + ["refused"] * 3
    assert [refusal.rule for refusal in refusals] == ["max-deletes"]
    _, refusals = judge(changes, losing(*rooms), LIMITS, ["max-blanked", "max-deletes"])
    assert not refusals


def test_allowing_an_empty_source_still_guards_against_mass_blanking() -> None:
    rooms = ("1201", "1202", "1203")
    vanished = replace(losing(*rooms), source_vanished=True)
    changes, refusals = judge([blanking(room) for room in rooms], vanished, LIMITS, ["empty-source"])
    assert statuses(changes) == ["refused"] * 3
    assert [refusal.rule for refusal in refusals] == ["max-blanked"]


def test_what_waits_for_a_person_already_keeps_its_reason() -> None:
    paused = replace(blanking("1201"), status="skipped", reason="paused: painters")
    changes, _ = judge([paused], replace(losing(), source_vanished=True), LIMITS, ())
    assert changes == (paused,)
