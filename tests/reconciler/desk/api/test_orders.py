"""What the desk asks for over HTTP is done, in the verbs of the command line; what cannot be done says why."""

from __future__ import annotations

import anyio
import pytest

from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby, at_work

pytestmark = pytest.mark.anyio


async def test_a_guest_who_is_checked_in_at_the_desk_is_on_the_telephone(lobby: Lobby) -> None:
    said = await lobby.ask(
        "checkin", room="1001", first="Ana", last="Souza", reservation="84311", language="pt"
    )

    assert said == "room 1001: checked in"
    await until(lambda: lobby.inn.shown(1001) == ["Ana Souza 1001"])
    room = await lobby.get("/api/rooms/1001")
    assert room["guests"][0]["reservation"] == "84311"
    assert room["shown"] == {"first": "Ana", "last": "Souza"}
    assert room["language"] == "pt"


async def test_a_guest_who_is_checked_out_is_on_no_telephone_any_more(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", last="Souza")
    await until(lambda: lobby.inn.shown(1001) == ["Souza 1001"])

    await lobby.ask("checkout", room="1001")

    await until(lambda: lobby.inn.shown(1001) == ["Room 1001"])
    assert "Souza" not in str(await lobby.get("/api/rooms"))


async def test_guests_move_and_swap(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", last="Souza", reservation="1")
    await lobby.ask("checkin", room="1002", last="Oyelaran", reservation="2")

    await lobby.ask("swap", a="1001", b="1002")
    await lobby.ask("move", **{"from": "1001", "to": "1003"})

    await until(lambda: lobby.inn.shown(1001, 1002, 1003) == ["Room 1001", "Souza 1002", "Oyelaran 1003"])


async def test_a_wake_up_call_is_set_read_back_listed_and_cancelled(lobby: Lobby) -> None:
    said = await lobby.ask("wakeup/add", room="1001", time="2027-01-02T06:30")
    assert said.startswith("room 1001: wake-up call on Saturday 2027-01-02 at 06:30")
    (call,) = (await lobby.get("/api/wakeups"))["wakeups"]
    assert call == {"room": "1001", "at": "2027-01-02T06:30:00-05:00", "status": "pending"}

    await lobby.ask("wakeup/cancel", room="1001", time="2027-01-02T06:30")

    (call,) = (await lobby.get("/api/wakeups"))["wakeups"]
    assert call["status"] == "cancelled"


async def test_the_call_of_a_room_that_is_listed_no_more_can_be_cancelled_and_no_other_set_there(
    inn: Inn,
) -> None:
    """It stands on the page of wake-up calls with the button, and an urgent alarm says that it cannot ring."""
    call = {"room": "1001", "time": "2027-01-02T06:30"}
    async with at_work(inn) as lobby:
        await lobby.ask("wakeup/add", **call)
    inn.configure(rooms=["1002-1012"])
    async with at_work(inn) as lobby:
        assert (await lobby.refused("wakeup/add", **call))[0] == 404
        await lobby.ask("wakeup/cancel", **call)
        (known,) = (await lobby.get("/api/wakeups"))["wakeups"]
        assert known["status"] == "cancelled"
        assert "1002" in await lobby.page("/")


async def test_do_not_disturb_is_switched(lobby: Lobby) -> None:
    await lobby.ask("dnd", room="1001", dnd="on")
    assert (await lobby.get("/api/rooms/1001"))["dnd"] == "on"
    await until(lambda: lobby.inn.user(1001).presence_set is not None)


async def test_a_room_that_is_paused_is_left_alone_until_it_is_resumed(lobby: Lobby) -> None:
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    await lobby.ask("pause", room="1001", reason="engineer at work", until="2h")
    paused = (await lobby.get("/api/rooms/1001"))["paused"]
    assert (paused["reason"], paused["by"]) == ("engineer at work", "desk page")

    await lobby.ask("checkin", room="1001", last="Souza")
    await lobby.ask("checkin", room="1002", last="Oyelaran")
    await until(lambda: lobby.inn.shown(1002) == ["Oyelaran 1002"])
    assert lobby.inn.shown(1001) == ["Room 1001"]

    await lobby.ask("resume", room="1001")
    await until(lambda: lobby.inn.shown(1001) == ["Souza 1001"])


async def test_an_audit_and_a_pass_are_those_of_the_command_line(inn: Inn) -> None:
    async with at_work(inn, shadow=True) as lobby:
        await until(lambda: lobby.running.controller.health.zoom_read_at)
        inn.guest("1001", "Ana", "Souza")
        audit = (await lobby.client.post("/api/reconcile", json={"dry_run": True})).json()
    assert audit["version"] == 1
    assert audit["summary"]["calls"] == 1
    assert {change["room"] for change in audit["changes"]} == {"1001"}


async def test_a_name_has_one_line_and_nothing_that_steers_a_screen(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", first="An\x00a", last="Sou\x1bza\r\nRibeiro", reservation="84311")
    guest = (await lobby.get("/api/rooms/1001"))["guests"][0]
    assert (guest["first"], guest["last"]) == ("Ana", "Souza Ribeiro")


@pytest.mark.parametrize(
    ("verb", "said", "status", "word"),
    [
        ("checkin", {"room": "9999", "last": "Souza"}, 404, "9999"),
        ("checkin", {"last": "Souza"}, 422, "room"),
        ("checkin", {"room": "1001", "lst": "Souza"}, 422, "lst"),
        ("checkout", {"room": "1001", "reservation": "7"}, 409, "nobody with that reservation"),
        ("checkin", {"room": "1001", "last": ""}, 422, "first or last name"),
        ("checkin", {"room": "1001", "first": " ", "title": "Ms"}, 422, "first or last name"),
        ("checkin", {"room": "1001", "last": "\x00\u202e"}, 422, "first or last name"),
        ("checkin", {"room": "1001", "last": "Souza", "reservation": "|RN1002|"}, 422, "without `|`"),
        ("checkout", {"room": "1001", "reservation": "8\r\n4"}, 422, "without `|`"),
        ("move", {"from": "1001", "to": "1001"}, 422, "1001"),
        ("swap", {"a": "1001", "b": "1001"}, 422, "b: room 1001 cannot change guests with itself"),
        ("wakeup/add", {"room": "1001", "time": "half past six"}, 422, "24-hour clock"),
        ("wakeup/add", {"room": "1001", "time": "1999-01-01T06:30"}, 422, "past"),
        ("wakeup/add", {"room": "1001", "time": "٠٦:٣٠"}, 422, "24-hour clock"),
        ("wakeup/cancel", {"room": "1001", "time": "0630"}, 409, "no such wake-up call"),
        ("dnd", {"room": "1001", "dnd": "maybe"}, 422, "dnd"),
        ("roomstatus", {"room": "1001", "status": "clean"}, 409, "no PMS link"),
        ("pause", {"room": "1001", "reason": "x", "until": "yesterday"}, 422, "until"),
        ("pause", {"room": "1001", "reason": "x", "until": "9999-12-31T23:59"}, 422, "year"),
        ("pms/resync", {}, 409, "no PMS link"),
        ("reconcile", {"rooms": ["nowhere"]}, 409, "nowhere"),
        ("reconcile", {"allow": ["all"]}, 422, "expected one of empty-source, max-blanked, max-deletes"),
    ],
)
async def test_what_cannot_be_done_says_why(
    lobby: Lobby, verb: str, said: dict[str, object], status: int, word: str
) -> None:
    found, error = await lobby.refused(verb, **said)
    assert (found, set(error) - {"fields"}) == (status, {"code", "message", "remedy"})
    assert word in error["message"]
    assert "Souza" not in str(error)


async def test_a_shadow_takes_no_orders(inn: Inn) -> None:
    async with at_work(inn, shadow=True) as lobby:
        status, error = await lobby.refused("checkin", room="1001", last="Souza")
    assert status == 409
    assert "watches" in error["message"]


async def test_what_people_do_is_told_to_who_asks_later(lobby: Lobby) -> None:
    await lobby.ask("dnd", room="1001", dnd="on")
    fields = (await lobby.get("/api/rooms/1001/explain"))["fields"]
    assert [f["where"] for f in fields if f["field"] == "dnd"] == ["desk page"]


async def test_many_orders_at_once_are_all_done(lobby: Lobby) -> None:
    async with anyio.create_task_group() as clerks:
        for number in range(1001, 1009):
            clerks.start_soon(lambda room: lobby.ask("checkin", room=room, last="Souza"), str(number))
    rooms = (await lobby.get("/api/rooms"))["rooms"]
    assert sum(room["occupied"] is True for room in rooms) == 8
