"""A test call as an installer reads it."""

from drivers.voice.caller import Caller, Way
from drivers.voice.trial import Tried, Visitor
from reconciler.telephones.call import End, Ended
from reconciler.views.trial import trial_lines, trial_view

FROM = ("From", '"Ana Souza 1207" <sip:1207@pbx.example>;tag=a')


def test_an_answered_call_tells_its_channel_its_keys_and_its_end() -> None:
    view = trial_view(Tried("1207", "9001", 3.24, "12", End(Ended.FAR_END)), ())
    assert list(trial_lines(view)) == [
        "dialled   1207 over channel 9001", "answered  after 3.2 s", "keys      1 2", "ended     far end",
    ]  # fmt: skip


def test_a_call_that_could_not_be_made_says_so() -> None:
    view = trial_view(Tried("1207", "", None, "", End(Ended.UNREACHABLE)), ())
    assert next(trial_lines(view)) == "dialled   1207 over no channel: none works"


def test_a_call_that_came_in_is_shown_with_its_headers_and_where_it_leads() -> None:
    visitor = Visitor("9002", (FROM,), Caller(Way.MENU, "1207", "From"))
    view = trial_view(Tried("1207", "9001", None, "", End(Ended.BUSY, 486)), [visitor])
    assert list(trial_lines(view))[1:] == [
        "ended     busy (SIP 486)",
        "came in   over channel 9002",
        f"          From: {FROM[1]}",
        "          leads to the menu of room 1207, by From",
    ]
