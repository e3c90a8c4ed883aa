"""The page of the wake-up calls: a call in a few keys, and what must not be forgotten on top."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.desk.news import Topic
from reconciler.desk.page.wakeups import days, room_and_time
from tests.reconciler.conftest import until
from tests.reconciler.desk.conftest import Lobby
from tests.reconciler.desk.page.reading import Element, read

pytestmark = pytest.mark.anyio


async def page(lobby: Lobby) -> Element:
    return read(await lobby.page("/wakeups"))


def local(lobby: Lobby, **ahead: float) -> datetime:
    """The hotel's time so far ahead, to the minute."""
    at = lobby.inn.clock.now().astimezone(lobby.desk.zone) + timedelta(**ahead)
    return at.replace(second=0, microsecond=0, tzinfo=None)


async def quick(lobby: Lobby, text: str) -> tuple[int, Any]:
    answer = await lobby.client.post("/wakeups/quick", json={"text": text})
    return answer.status_code, answer.json()


async def woke_nobody(lobby: Lobby, room: str) -> datetime:
    """Let the call of a room fail: this hotel has no telephones. Answers when it was."""
    at = local(lobby, minutes=5)
    await lobby.ask("wakeup/add", room=room, time=at.isoformat())
    lobby.inn.clock.advance(minutes=6)
    await until(lambda: lobby.running.office.alarms.standing)
    return at


async def is_red(lobby: Lobby, room: str) -> bool:
    """Whether the room's card says that somebody must see to it."""
    card = read(await lobby.page("/")).one(id=f"room-{room}")
    return "problem" in card.attributes["data-flags"].split()


async def test_a_call_is_set_by_room_and_time_and_read_back(lobby: Lobby) -> None:
    status, said = await quick(lobby, "1001 630")

    assert status == 200
    assert said["said"].startswith("room 1001: wake-up call on ")
    assert said["said"].endswith(" at 06:30")
    (line,) = [line for line in (await page(lobby)).one(id="calls").lines if "06:30" in line]
    assert line == "06:30 1001 to come desk Cancel"


@pytest.mark.parametrize("text", ["1001 6:30", " 1001  0630 ", "1001, 06:30", "1001\t6h30"])
def test_a_clerk_may_write_it_as_he_likes(text: str) -> None:
    wanted = room_and_time(text, ["1001", "1002"])
    assert wanted.room == "1001"
    assert wanted.set(datetime(2026, 11, 22, 23, 0, tzinfo=ZoneInfo("America/New_York"))).at.hour == 6


def test_a_room_with_a_name_may_be_written_small() -> None:
    assert room_and_time("ph1 0630", ["1001", "PH1"]).room == "PH1"


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("1001", 422, "expected a room and a time, such as 1207 630"),
        ("", 422, "expected a room and a time"),
        ("1001 late", 422, 'time "late": expected a time of the 24-hour clock'),
        ("1001 2561", 422, 'time "2561": expected'),
        ("9999 630", 404, "there is no room 9999"),
    ],
)
async def test_what_cannot_be_meant_is_said_in_words(
    lobby: Lobby, text: str, status: int, words: str
) -> None:
    answered, said = await quick(lobby, text)
    assert answered == status
    assert words in said["error"]["message"]
    assert lobby.desk.wakeup_book()["coming"] == []


async def test_calls_stand_under_their_days_with_the_guest(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1002", first="Ana", last="Souza")
    tomorrow = (local(lobby, days=1)).replace(hour=6, minute=30)
    await lobby.ask("wakeup/add", room="1002", time=tomorrow.isoformat())

    day = (await page(lobby)).one("section", aria_label=f"Tomorrow, {tomorrow:%A}")

    assert day.lines[1:] == ["06:30 1002 Souza, Ana to come desk Cancel"]


async def test_a_call_that_woke_nobody_stands_on_top_until_somebody_sees_to_it(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1003", last="Oyelaran")
    at = await woke_nobody(lobby, "1003")

    failed = (await page(lobby)).one(id="failed")
    assert failed.lines == [
        f"1003 {at:%A %H:%M} Oyelaran not reached: no telephone side is configured I see to it"
    ]
    assert await is_red(lobby, "1003")
    key = failed.one("button").attributes["data-body"]
    answer = await lobby.client.post(
        "/api/alerts/acknowledge", content=key, headers={"Content-Type": "application/json"}
    )
    assert answer.json() == {"said": "desk has acknowledged it"}

    assert not await is_red(lobby, "1003")
    after = await page(lobby)
    assert after.find(id="failed") == []
    assert [line for line in after.one("section", aria_label="The last day").lines if "1003" in line] == [
        f"{at:%H:%M} 1003 Oyelaran not reached no telephone side is configured; seen to by desk desk"
    ]


async def test_a_call_of_yesterday_says_so_after_midnight(lobby: Lobby) -> None:
    at = await woke_nobody(lobby, "1003")
    key = f"wakeup_failed 1003 {at.isoformat()}"
    assert (await lobby.client.post("/api/alerts/acknowledge", json={"key": key})).status_code == 200
    midnight = (local(lobby) + timedelta(days=1)).replace(hour=0, minute=0)
    lobby.inn.clock.advance(seconds=(midnight - local(lobby)).total_seconds())

    lines = (await page(lobby)).one("section", aria_label="The last day").lines
    assert [line[:14] for line in lines if "1003" in line] == [f"{at:%a %H:%M} 1003"]


async def test_a_call_that_was_cancelled_tells_in_words_who_did_it(lobby: Lobby) -> None:
    at = local(lobby, hours=5).isoformat()
    await lobby.ask("wakeup/add", room="1003", time=at)
    await lobby.ask("wakeup/cancel", room="1003", time=at)

    lines = (await page(lobby)).one("section", aria_label="The last day").lines
    (line,) = (line for line in lines if "1003" in line)
    assert line.endswith("1003 cancelled the desk desk")


async def test_results_are_counted_by_day(lobby: Lobby) -> None:
    await woke_nobody(lobby, "1003")
    plot = read(await lobby.page("/parts/results")).one("figure", id="results")
    assert plot.one("desc").text.startswith("1 not reached; most at ")


async def test_what_nobody_has_to_see_to_cannot_be_acknowledged(lobby: Lobby) -> None:
    for key in ("wakeup_failed 1003 2026-11-22T06:30:00", "pms_down pms", "nonsense"):
        assert (await lobby.refused("alerts/acknowledge", key=key))[0] == 409


async def test_of_a_guest_who_has_left_somebody_says_whether_the_call_is_kept(lobby: Lobby) -> None:
    at = local(lobby, hours=3)
    for room in ("1004", "1005"):
        await lobby.ask("checkin", room=room, last="Souza")
        await lobby.ask("wakeup/add", room=room, time=at.isoformat())
        await lobby.ask("checkout", room=room)

    dropped = (await page(lobby)).one(id="dropped")
    assert [line.split()[0] for line in dropped.lines] == ["1004", "1005"]
    await lobby.ask("wakeup/add", room="1004", time=at.isoformat())
    await lobby.ask("wakeup/cancel", room="1005", time=at.isoformat())

    book = lobby.desk.wakeup_book()
    assert book["dropped"] == []
    assert [call["room"] for call in book["coming"]] == ["1004"]
    assert [call["room"] for call in book["ended"]] == ["1005"]


async def test_a_call_of_another_week_stands_on_the_board_with_its_date(lobby: Lobby) -> None:
    soon, late = local(lobby, days=2), local(lobby, days=30)
    await lobby.ask("wakeup/add", room="1001", time=soon.isoformat())
    await lobby.ask("wakeup/add", room="1002", time=late.isoformat())
    board = read(await lobby.page("/"))
    assert f"{soon:%a %H:%M}" in board.one(id="room-1001").text
    assert f"{late.day} {late:%b %H:%M}" in board.one(id="room-1002").text


async def test_at_midnight_an_open_page_hears_that_tomorrows_calls_are_todays(lobby: Lobby) -> None:
    news, mark = lobby.desk.news, lobby.desk.news.mark
    with lobby.desk.board.watched():
        await until(lambda: Topic.WAKEUPS in news.since(mark).topics)
        mark = news.mark
        lobby.inn.clock.advance(days=1)
        await until(lambda: Topic.WAKEUPS in news.since(mark).topics)


async def test_the_list_alone_is_fetched_again(lobby: Lobby) -> None:
    await lobby.ask("wakeup/add", room="1001", time="0630")
    part = await lobby.page("/parts/wakeups")
    assert "<html" not in part
    assert "1001" in read(part).text


def test_days_are_named_as_people_name_them() -> None:
    today = datetime.fromisoformat("2026-11-22T23:00:00-05:00").date()
    at = ["2026-11-22T23:30:00", "2026-11-23T06:30:10", "2026-11-23T06:30:40", "2026-11-27T07:00:00"]
    found = days([{"at": f"{each}-05:00"} for each in at], today)
    assert [(name, [len(calls) for _, calls in minutes]) for name, minutes in found] == [
        ("Today, Sunday", [1]), ("Tomorrow, Monday", [2]), ("Friday 27 November", [1]),
    ]  # fmt: skip
