"""Wake-up calls of a list: every usual way to write a time is read, and none is guessed."""

from datetime import datetime

import pytest

from reconciler.errors import Fatal
from reconciler.takeover.calls import COLUMNS, Call, Order, calls_of
from reconciler.takeover.mailboxes import Unfit
from reconciler.takeover.sheet import sheet_of

NOW = datetime(2026, 11, 23, 21, 0)  # noqa: DTZ001 - the hotel's local time


def calls(text: str, order: Order | None = None) -> list[Call | Unfit]:
    return list(calls_of(sheet_of("calls.csv", text.encode(), COLUMNS), NOW, order))


def at(text: str, order: Order | None = None) -> list[str]:
    return [
        f"{call.at:%d %H:%M:%S}" if isinstance(call, Call) else call.message for call in calls(text, order)
    ]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Room,Date,Time", "1207,2026-11-24,06:30"),
        ("Room,Date,Time", "1207,11/24/2026,6:30 AM"),
        ("Room,Date,Time", "1207,24.11.26,0630"),
        ("Room,Date,Time", "1207,11/24/26,06:30:00"),
        ("Room,Scheduled", "1207,2026-11-24T06:30"),
        ("Room,Scheduled", "1207,11/24/2026 6:30a"),
        ("Room,Date/Time", "1207,24/11/2026 06.30"),
        ("Room,Wakeup Time", "1207,6:30 a.m."),
    ],
)
def test_a_time_is_read_in_every_usual_way(head: str, line: str) -> None:
    assert at(f"{head}\n{line}\n") == ["24 06:30:00"]


def test_an_afternoon_and_midnight_are_told_from_morning_and_noon() -> None:
    times = "Room,Time\n1,9:30 PM\n1,12:15 AM\n1,12:15 PM\n"
    assert at(times) == ["23 21:30:00", "24 00:15:00", "24 12:15:00"]


def test_dates_that_may_be_two_days_are_asked_about() -> None:
    ambiguous = "Room,Date,Time\n1207,11/12/2026,06:30\n"
    with pytest.raises(Fatal, match="11/12/2026 may be two days") as caught:
        calls(ambiguous)
    assert "--dates mdy" in caught.value.remedy
    assert at(ambiguous, Order.DAY_FIRST) == ["11 06:30:00"]
    assert at(ambiguous, Order.MONTH_FIRST) == ["'1207': 2026-11-12 06:30 is past"]


def test_one_date_after_the_twelfth_tells_how_all_are_written() -> None:
    assert at("Room,Date,Time\n1,11/12/2026,6:00\n2,24/11/2026,6:00\n") == ["11 06:00:00", "24 06:00:00"]


def test_calls_that_ended_are_left_out() -> None:
    listed = "Room,Date,Time,Status\n1,2026-11-24,6:00,Scheduled\n2,2026-11-24,6:00,Cancelled\n3,2026-11-24,6:00,\n"
    assert [call.who for call in calls(listed) if isinstance(call, Call)] == [("1",), ("3",)]
    assert len(calls(listed)) == 2


def test_a_call_knows_all_that_the_list_says_of_its_room() -> None:
    (call,) = calls("Mailbox,Extension,Room,Time\n44,1901,PH1,6:00\n")
    assert isinstance(call, Call)
    assert call.who == ("PH1", "1901", "44")


@pytest.mark.parametrize("time", ["25:00", "13:00 PM", "soon", "6", "", "2026-02-30"])
def test_what_is_no_time_is_told_with_its_line(time: str) -> None:
    (call,) = calls(f"Room,Time\n1207,{time}\n")
    assert call == Unfit("calls.csv:2", f"'1207': no date and time of a wake-up call: {time!r}")


def test_a_call_of_no_room_is_told() -> None:
    assert calls("Room,Time\n,6:00\n") == [
        Unfit("calls.csv:2", "there is neither a room nor a mailbox nor an extension in it")
    ]
