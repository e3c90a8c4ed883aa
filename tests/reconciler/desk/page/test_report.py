"""The night report at the desk, and what a browser is given where there is nothing to show."""

from __future__ import annotations

import pytest

from reconciler.desk.ourfiles import address
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby, open_desk
from tests.reconciler.front import front

pytestmark = pytest.mark.anyio

BROWSER = {"accept": "text/html"}


async def test_the_night_is_told_on_a_page_and_names_no_guest(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", first="Ana", last="Souza")
    await until(lambda: lobby.inn.shown(1001) == ["Ana Souza 1001"])
    page = await lobby.page("/report")
    assert "What people did at the desk" in page or "check-in" in page
    assert "Souza" not in page


async def test_a_controller_at_work_knows_that_it_is(inn: Inn) -> None:
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        await lobby.ask("wakeup/add", room="1001", time="0630")
        page = await lobby.page("/report")
        await lobby.ask("wakeup/cancel", room="1001", time="0630")
    assert "no controller runs" not in page


@pytest.mark.parametrize(
    ("format_", "kind", "word"),
    [
        ("text", "text/plain", "night report"),
        ("markdown", "text/markdown", "# "),
        ("html", "text/html", "<title>"),
        ("json", "application/json", '"version"'),
    ],
)
async def test_the_report_is_a_file_in_every_format(lobby: Lobby, format_: str, kind: str, word: str) -> None:
    answer = await lobby.client.get("/api/report/file", params={"night": True, "format": format_})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(kind)
    assert "attachment" in answer.headers["content-disposition"]
    assert word in answer.text


async def test_a_time_that_means_nothing_is_said_in_words(lobby: Lobby) -> None:
    for since in ("soon", "2999-01-01"):
        answer = await lobby.client.get("/api/report", params={"since": since})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")
        page = await lobby.client.get("/report", params={"since": since}, headers=BROWSER)
        assert page.status_code == 422
        assert page.headers["content-type"].startswith("text/html")


async def test_a_browser_is_shown_a_page_where_there_is_no_such_room(lobby: Lobby) -> None:
    answer = await lobby.client.get("/rooms/9999", headers=BROWSER)
    assert answer.status_code == 404
    assert "<h1>There is no room 9999</h1>" in answer.text
    nasty = await lobby.client.get("/rooms/<script>", headers=BROWSER)
    assert "<script>" not in nasty.text


async def test_files_are_kept_only_by_addresses_that_change_with_them(lobby: Lobby) -> None:
    kept = await lobby.client.get(address("desk.js"))
    plain = await lobby.client.get("/static/news.js")
    old = await lobby.client.get("/static/desk.js?0123456789ab")
    assert "immutable" in kept.headers["cache-control"]
    assert [plain.headers["cache-control"], old.headers["cache-control"]] == ["no-cache", "no-cache"]
