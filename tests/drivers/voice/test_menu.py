"""The room's menu: what a guest or a maid keys, and what becomes of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.voice.housekeeping import Codes, Recorded
from fixtures.telephones import Line, direct, picks_up
from reconciler.telephones.call import End, Ended
from tests.drivers.voice.night import Night, at_night, calls, dials

ROOM = direct("1207")


def keyed(
    keys: str, arrange: Callable[[Night], object] = lambda _night: None, *, stays: float = 5.0
) -> tuple[list[str], Night, Line]:
    """What a guest of 1207 hears who presses these keys."""

    async def story(night: Night) -> Line:
        arrange(night)
        return await calls(night, ROOM, dials(keys, stays=stays))

    line, night = at_night(story)
    return night.voice.words(line.heard), night, line


def local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute)  # noqa: DTZ001 - the hotel's local time


# The menu


def test_the_menu_says_what_it_can_do_and_which_keys_do_it() -> None:
    words, _, _ = keyed("", stays=20)
    assert words[:7] == [
        "Phrase('welcome')",
        "Phrase('messages_new', count=0)",
        "Phrase('menu_new_messages', key='1')",
        "Phrase('menu_saved_messages', key='2')",
        "Phrase('menu_wakeup', key='3')",
        "Phrase('menu_dnd_on', key='4')",
        "Phrase('menu_operator', key='0')",
    ]


def test_who_presses_nothing_hears_it_three_times_and_goodbye() -> None:
    words, _, line = keyed("", stays=600)
    assert words.count("Phrase('menu_wakeup', key='3')") == 3
    assert words[-1] == "Phrase('goodbye')"
    assert line.end == End(Ended.OURS)


def test_a_menu_speaks_the_guests_language() -> None:
    words, night, line = keyed("", lambda night: night.house.change("1207", language="es"))
    assert words
    assert night.voice.languages(line.heard) == {"es"}


def test_where_zoom_holds_the_messages_the_menu_does_not_speak_of_them() -> None:
    words, _, _ = keyed("1", lambda night: setattr(night, "mailbox", False))
    assert not [word for word in words if "message" in word]
    assert "Phrase('wrong_key')" in words


def test_a_key_without_a_meaning_is_said_to_have_none() -> None:
    assert "Phrase('wrong_key')" in keyed("8")[0]


def test_a_key_that_is_stuck_does_not_keep_the_channel() -> None:
    words, _, line = keyed("8" * 500, stays=600)
    assert words[-1] == "Phrase('goodbye')"
    assert line.ended_at < 30


def test_key_4_switches_do_not_disturb_on_and_off_again() -> None:
    words, night, _ = keyed("4")
    assert night.house.facts("1207").do_not_disturb
    assert "Phrase('dnd_on')" in words

    words, night, _ = keyed("4", lambda night: night.house.change("1207", do_not_disturb=True))
    assert not night.house.facts("1207").do_not_disturb
    assert "Phrase('dnd_off')" in words


def test_what_the_house_cannot_do_is_said_and_left_to_the_operator() -> None:
    words, night, line = keyed("4", lambda night: setattr(night.house, "broken", True))
    assert "Phrase('not_possible')" in words
    assert line.transferred_to == "0"
    assert not night.house.facts("1207").do_not_disturb


# The operator


def test_key_0_hands_the_guest_over_to_the_operator() -> None:
    words, _, line = keyed("0")
    assert line.transferred_to == "0"
    assert words[-1] == "Phrase('connecting_operator')"


def test_a_guest_whose_call_cannot_be_handed_over_is_joined_with_the_operator() -> None:
    async def story(night: Night) -> None:
        async def guest(line: Line) -> None:
            line.takes_transfers = False
            await line.answered()
            line.press("0")
            await line.wait(8)
            line.say(b"\1\0" * 8000)
            await line.wait(20)
            line.hang_up()

        async def operator(line: Line) -> None:
            await line.wait(2)
            line.answer()
            await line.wait(2)
            line.say(b"\2\0" * 8000)
            await line.wait_over()

        night.exchange.at("0", operator)
        line = await calls(night, ROOM, guest)
        (call,) = night.exchange.dialled
        assert call.name == "Room 1207"
        assert b"".join(call.line.heard).count(b"\1\0") == pytest.approx(8000, rel=0.01)
        assert b"".join(line.heard).count(b"\2\0") >= 7900
        assert await call.line.wait_over() == End(Ended.OURS)

    at_night(story, "9001", "9002")


def test_an_operator_who_hangs_up_ends_the_guests_call_too() -> None:
    async def story(night: Night) -> None:
        async def guest(line: Line) -> None:
            line.takes_transfers = False
            await line.answered()
            line.press("0")
            await line.wait(600)

        async def operator(line: Line) -> None:
            line.answer()
            await line.wait(5)
            line.hang_up()

        night.exchange.at("0", operator)
        line = await calls(night, ROOM, guest)
        assert line.end == End(Ended.OURS)
        assert line.ended_at < 10

    at_night(story, "9001", "9002")


def test_a_guest_who_gives_up_while_the_operators_telephone_rings_silences_it() -> None:
    async def story(night: Night) -> None:
        async def guest(line: Line) -> None:
            line.takes_transfers = False
            await line.answered()
            line.press("0")
            await line.wait(5)
            line.hang_up()

        night.exchange.at("0", picks_up(after=30))
        await calls(night, ROOM, guest)
        assert night.exchange.dialled[0].line.ended_at == pytest.approx(5, abs=0.1)

    at_night(story, "9001", "9002")


def test_an_operator_who_does_not_answer_leaves_the_guest_in_the_menu() -> None:
    async def story(night: Night) -> None:
        async def guest(line: Line) -> None:
            line.takes_transfers = False
            await line.answered()
            line.press("0")
            await line.wait(60)
            line.hang_up()

        line = await calls(night, ROOM, guest)
        words = night.voice.words(line.heard)
        after = words[words.index("Phrase('operator_unreachable')") + 1 :]
        assert "Phrase('menu_wakeup', key='3')" in after

    at_night(story, "9001", "9002")


# Wake-up calls


def test_four_digits_set_a_wake_up_call_that_is_read_back() -> None:
    words, night, _ = keyed("30630")
    assert night.house.wakeups("1207") == [local(23, 6, 30)]
    assert "Phrase('wakeup_set', day='tomorrow', at=datetime.time(6, 30))" in words


def test_a_guest_who_hangs_up_after_the_digits_has_his_call() -> None:
    _, night, _ = keyed("30630", stays=0.1)
    assert night.house.wakeups("1207") == [local(23, 6, 30)]


def test_a_time_still_to_come_is_today() -> None:
    words, night, _ = keyed("32245")
    assert night.house.wakeups("1207") == [local(22, 22, 45)]
    assert "Phrase('wakeup_set', day='today', at=datetime.time(22, 45))" in words


def test_the_same_time_twice_is_fine_and_so_are_several() -> None:
    assert keyed("3063030630")[1].house.wakeups("1207") == [local(23, 6, 30)]
    assert keyed("3063030700")[1].house.wakeups("1207") == [local(23, 6, 30), local(23, 7, 0)]


def test_after_the_digits_a_key_cancels_or_changes() -> None:
    words, night, _ = keyed("306307")
    assert night.house.wakeups("1207") == []
    assert "Phrase('wakeup_cancelled', day='tomorrow', at=datetime.time(6, 30))" in words
    assert keyed("3063090715")[1].house.wakeups("1207") == [local(23, 7, 15)]
    assert keyed("3063090630")[1].house.wakeups("1207") == [local(23, 6, 30)]


def already(night: Night) -> None:
    night.house.calls["1207"] = {local(23, 6, 30), local(24, 7, 0)}


def test_calls_that_are_set_are_said_and_can_be_cancelled_one_by_one() -> None:
    words, night, _ = keyed("3#7", already)
    assert (
        "Phrase('wakeup_is_set', day='tomorrow', at=datetime.time(6, 30))" in keyed("3", already, stays=20)[0]
    )
    assert "Phrase('wakeup_cancelled', day='tuesday', at=datetime.time(7, 0))" in words
    assert night.house.wakeups("1207") == [local(23, 6, 30)]


def test_digits_are_a_new_time_although_others_are_set() -> None:
    _, night, _ = keyed("30800", already)
    assert night.house.wakeups("1207") == [local(23, 6, 30), local(23, 8, 0), local(24, 7, 0)]


@pytest.mark.parametrize("digits", ["2460", "9999", "06*0", "063.."])
def test_what_is_no_time_is_said_and_asked_again(digits: str) -> None:
    words, night, _ = keyed(f"3{digits}.0645", stays=20)
    assert "Phrase('wakeup_wrong_time')" in words
    assert night.house.wakeups("1207") == [local(23, 6, 45)]


def twelve(night: Night) -> None:
    night.hours = 12


def test_on_a_clock_of_twelve_hours_a_key_says_which_half_of_the_day() -> None:
    words, night, _ = keyed("306301", twelve)
    assert night.house.wakeups("1207") == [local(23, 6, 30)]
    assert "Phrase('wakeup_half', morning='1', afternoon='2')" in keyed("30630", twelve, stays=20)[0]
    assert "Phrase('wakeup_set', day='tomorrow', at=datetime.time(6, 30))" in words
    assert keyed("306302", twelve)[1].house.wakeups("1207") == [local(23, 18, 30)]
    assert keyed("312001", twelve)[1].house.wakeups("1207") == [local(23, 0, 0)]
    assert keyed("31830", twelve)[1].house.wakeups("1207") == [local(23, 18, 30)]


def test_without_a_half_of_the_day_nothing_is_set() -> None:
    assert keyed("30630", twelve, stays=60)[1].house.wakeups("1207") == []


def test_the_star_leads_back_to_the_menu_and_keys_ahead_go_on_there() -> None:
    _, night, _ = keyed("3*4")
    assert night.house.facts("1207").do_not_disturb
    _, night, line = keyed("306300")
    assert night.house.wakeups("1207") == [local(23, 6, 30)]
    assert line.transferred_to == "0"


# Housekeeping


@pytest.mark.parametrize(
    ("keys", "recorded", "staff"),
    [
        ("611", Recorded("dirty", occupied=True, disagrees=True, halves=True), ""),
        ("614", Recorded("clean", occupied=True, halves=True), ""),
        ("6364711#", Recorded("inspected", occupied=True, halves=True), "4711"),
        ("6334711 ", Recorded("clean", occupied=True, disagrees=True, halves=True), "4711"),
    ],
)
def test_a_maids_code_is_recorded_with_the_half_that_the_house_knows(
    keys: str, recorded: Recorded, staff: str
) -> None:
    words, night, _ = keyed(keys)
    assert night.house.statuses == [("1207", recorded, staff)]
    assert f"Phrase('status_set_in', status='{recorded.status}', occupancy='occupied')" in words


def test_a_vacant_room_is_recorded_as_vacant() -> None:
    words, night, _ = keyed("614", lambda night: night.house.change("1207", occupied=False))
    assert night.house.statuses == [
        ("1207", Recorded("clean", occupied=False, disagrees=True, halves=True), "")
    ]
    assert "Phrase('status_set_in', status='clean', occupancy='vacant')" in words


def test_the_plain_keys_speak_of_no_halves() -> None:
    words, night, _ = keyed("612", lambda night: setattr(night, "codes", Codes.of(preset="plain")))
    assert night.house.statuses == [("1207", Recorded("in_progress", occupied=True), "")]
    assert "Phrase('status_set', status='in_progress')" in words


@pytest.mark.parametrize(
    "keys", ["610", "619", "62", "6 ", "61*", "630#", "631#", "6314*7#", "63112345678901234567#"]
)
def test_a_code_that_means_nothing_is_said_and_nothing_is_recorded(keys: str) -> None:
    words, night, _ = keyed(keys)
    assert night.house.statuses == []
    assert "Phrase('status_unknown')" in words


# Whatever guests do


@settings(max_examples=60)
@given(st.text("0123456789*# ", max_size=14), st.floats(0.05, 20), st.booleans())
def test_whatever_is_keyed_the_call_ends_and_nothing_odd_happens(
    keys: str, pause: float, twelve_hours: bool
) -> None:
    async def story(night: Night) -> None:
        night.hours = 12 if twelve_hours else 24
        already(night)
        line = await calls(night, ROOM, dials(keys, pause=pause, stays=700))
        assert line.end is not None
        for at in night.house.wakeups("1207"):
            assert at > local(22, 21, 0)

    at_night(story, "9001", "9002")


@settings(max_examples=40)
@given(st.sampled_from(["1", "30630", "3*", "4", "614", "6334711#", "0", ""]), st.floats(0, 40))
def test_a_caller_may_hang_up_anywhere(keys: str, after: float) -> None:
    async def story(night: Night) -> None:
        line = await calls(night, ROOM, dials(keys, pause=0.3, stays=after))
        assert line.end is not None

    at_night(story, "9001", "9002")
