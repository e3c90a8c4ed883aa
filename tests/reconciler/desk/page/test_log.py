"""The live log shows what comes and goes, as it does, and nobody's name."""

from __future__ import annotations

import random
from typing import Any

import anyio
import pytest

from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby, open_desk
from tests.reconciler.desk.page.reading import read
from tests.reconciler.front import front
from tests.reconciler.guestlist import guests

pytestmark = pytest.mark.anyio


async def test_calls_to_zoom_stand_there_with_their_room_and_without_names(inn: Inn, lobby: Lobby) -> None:
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    await lobby.ask("checkin", room="1001", first="Ana", last="Souza")
    await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
    await until(lambda: lobby.running.controller.health.applied == 3)

    log = (await lobby.get("/api/log"))["log"]

    (write,) = [line for line in log if line["text"].startswith("PATCH /users/{userId} ")]
    assert (write["peer"], write["room"], write["way"]) == ("zoom", "1001", "out")
    assert write["text"].startswith("PATCH /users/{userId} → 204, ")
    assert '"display_name": "*"' in write["more"]
    assert "Souza" not in str(log)
    page = await lobby.page("/log")
    assert "Souza" not in page
    assert any("1001 PATCH /users/{userId}" in line for line in read(page).one(id="log").lines)


async def test_records_of_the_pms_stand_there_both_ways_and_masked(inn: Inn) -> None:
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        guest = next(guests(random.Random(3)))  # noqa: S311 - any guest
        hotel.pms.check_in("1002", guest)
        await hotel.in_step()
        told: list[dict[str, Any]] = []
        with anyio.fail_after(10):
            while not told:
                log = (await lobby.get("/api/log"))["log"]
                told = [line for line in log if line["text"].startswith("GI|") and line["room"] == "1002"]
        page = await lobby.page("/parts/log")
    assert {(line["peer"], line["way"]) for line in told} == {("pms", "in")}
    assert {line["way"] for line in log if line["peer"] == "pms"} == {"in", "out"}
    assert guest.last not in str(log)
    assert guest.last not in page


async def test_programs_choose_how_much_they_get(lobby: Lobby) -> None:
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    assert len((await lobby.get("/api/log", limit=1))["log"]) == 1
    answer = await lobby.client.get("/api/log", params={"limit": 501})
    assert answer.status_code == 422


async def test_news_of_the_log_come_at_most_twice_a_second(lobby: Lobby) -> None:
    """Whoever looks is told by the clock, however much comes."""
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    mark = lobby.desk.news.mark
    for number in range(1000):
        lobby.running.office.live.call(lobby.inn.clock.now(), f"GET {number}")
    began = lobby.inn.clock.monotonic()
    told = 0
    with lobby.desk.board.watched():
        while lobby.inn.clock.monotonic() < began + 3:
            changes = await lobby.desk.news.after(mark)
            mark = changes.mark
            told += "log" in changes.topics
            lobby.running.office.live.call(lobby.inn.clock.now(), "GET more")
    assert 0 < told <= 3 * 2 + 1
