"""What programs look at is what the command line prints."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from reconciler.app.stored import known, remembered
from reconciler.audit import judged
from reconciler.views.room import rooms_view
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby, at_work

pytestmark = pytest.mark.anyio


def shown(inn: Inn) -> dict[str, Any]:
    """What `reconcile show --format json` prints."""
    settings, seen = inn.settings, remembered(inn.settings)
    now = inn.clock.now()
    found = judged(seen.hotel, known(seen.hotel, ()), settings.grounds.limits, now)
    return rooms_view(seen.hotel, found, seen.register, seen.around, seen.conditions, now)


def timeless(room: dict[str, Any]) -> dict[str, Any]:
    """A room without the time since which its conditions hold."""
    for extension in room["extensions"]:
        for condition in extension["conditions"]:
            del condition["since"]
    return room


async def test_rooms_are_exactly_what_show_prints(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", 'wakeups: [{at: "2027-03-01T06:30"}]\ndnd: on')
    inn.vacant(1002)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied == 4)
        with anyio.fail_after(10):
            while True:
                served, printed = await lobby.get("/api/rooms"), json.loads(json.dumps(shown(inn)))
                if served["rooms"][:2] == printed["rooms"][:2]:
                    break  # what the controller has just seen stands in the store now
    assert [room["room"] for room in served["rooms"]] == [str(number) for number in range(1001, 1013)]
    assert served["anomalies"] == printed["anomalies"]
    # Of rooms that nobody speaks of nothing is kept, so their conditions hold since whenever somebody asks.
    assert [timeless(room) for room in served["rooms"]] == [timeless(room) for room in printed["rooms"]]


async def test_the_history_is_asked_for_by_room_and_age(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1002", "Idris", "Oyelaran")
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied == 6)
        everything = (await lobby.get("/api/history"))["history"]
        one = (await lobby.get("/api/history", room="1002", since="2h", limit=2))["history"]
        answer = await lobby.client.get("/api/history", params={"since": "soon"})
    assert {row["room"] for row in everything} == {"1001", "1002"}
    assert [row["room"] for row in one] == ["1002", "1002"]
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")


async def test_a_report_since_before_there_were_hotels_is_refused_in_words(lobby: Lobby) -> None:
    for path in ("/api/report", "/api/report/file", "/report", "/api/history"):
        answer = await lobby.client.get(path, params={"since": "0001-01-01T00:00"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request"), path


async def test_a_room_that_nobody_knows_is_not_found(lobby: Lobby) -> None:
    for path in ("/api/rooms/9999", "/api/rooms/9999/explain"):
        answer = await lobby.client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_room")


async def test_links_tell_what_works_and_what_of_zooms_limits_is_used(lobby: Lobby) -> None:
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    links = await lobby.get("/api/links")
    assert links["legs"]["zoom"] == {"ok": True, "reason": None}
    light = next(b for b in links["zoom"]["labels"] if (b["family"], b["label"]) == ("phone", "LIGHT"))
    assert light["limit"] == 40 * 60
    assert {"names": True}.items() <= {f["feature"]: f["on"] for f in links["zoom"]["features"]}.items()


async def test_everything_is_described(lobby: Lobby) -> None:
    paths = (await lobby.get("/api/openapi.json"))["paths"]
    for verb in ("checkin", "checkout", "move", "swap", "dnd", "roomstatus", "wakeup/add", "wakeup/cancel", "pause",
                 "resume", "pms/resync", "reconcile", "debug"):  # fmt: skip
        assert paths[f"/api/{verb}"]["post"]["responses"]["default"]
    assert {"/api/rooms", "/api/rooms/{room}", "/api/wakeups", "/api/history", "/events"} <= set(paths)


async def test_who_asks_only_whether_a_page_is_there_hears_so(lobby: Lobby) -> None:
    heads = {
        path: await lobby.client.head(path) for path in ("/", "/wakeups", "/report", "/rooms/1001", "/livez")
    }
    assert {path: (answer.status_code, answer.content) for path, answer in heads.items()} == dict.fromkeys(
        heads, (200, b"")
    )
    assert heads["/"].headers["content-type"].startswith("text/html")
    assert (await lobby.client.head("/rooms/9999")).status_code == 404
    assert (await lobby.client.head("/readyz")).status_code in {200, 503}
