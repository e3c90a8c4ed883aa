"""The page of the links: what works, what does not and what helps then, and how much of Zoom's limits is used."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.account.capability import Feature
from reconciler.desk.page.links import FEATURES, calls_by_minute, nearest
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby, at_work, open_desk
from tests.reconciler.desk.page.reading import Element, read
from tests.reconciler.front import front

pytestmark = pytest.mark.anyio


async def page(lobby: Lobby) -> Element:
    return read(await lobby.page("/links"))


def test_whatever_zoom_lets_us_do_has_a_name_that_people_understand() -> None:
    assert set(FEATURES) == {feature.value for feature in Feature}


async def test_every_leg_is_shown_and_how_it_is(inn: Inn) -> None:
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        await until(lambda: lobby.running.controller.health.zoom_read_at)
        await until(lambda: not any(lobby.running.controller.health.legs().values()))
        found = await page(lobby)
        assert "pms works" in found.one("section", aria_label="PMS").text
        assert "Zoom works" in found.one("section", aria_label="Zoom").text
        assert "Database one file in the state folder" in found.one("section", aria_label="This machine").text


async def test_a_pms_that_is_away_says_what_helps(inn: Inn) -> None:
    inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": 9}])
    async with at_work(inn) as lobby:
        await until(lambda: "refused" in (lobby.running.office.links()[0].problem or ""))
        pms = (await page(lobby)).one("section", aria_label="PMS").text
    assert "refused" in pms
    assert "→ see that the PMS's interface runs and is reached from here" in pms


async def test_what_zoom_does_not_allow_is_named_with_its_scope(inn: Inn) -> None:
    inn.cloud.scopes -= {scope for scope in inn.cloud.scopes if "voice_mail" in scope or "voicemail" in scope}
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.zoom_read_at)
        zoom = (await page(lobby)).one("section", aria_label="Zoom")
    (line,) = [line for line in zoom.lines if line.startswith("Deleting messages")]
    assert "→" in line
    assert "scope" in line
    assert "Names" in zoom.lines


async def test_what_was_asked_of_zoom_is_counted_by_label(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied == 3)
        zoom = (await lobby.desk.connections())["zoom"]
        (light,) = [each for each in zoom["labels"] if (each["family"], each["label"]) == ("core", "LIGHT")]
        assert light["today"] == 1
        assert light["limit"] == 80 * 60
        assert sum(minute["calls"].get("core LIGHT", 0) for minute in zoom["minutes"]) == 1
        plot = (await page(lobby)).one("figure", id="calls-by-minute")
        assert "1 core light" in plot.one("desc").text


async def test_the_packet_log_is_switched_on_and_off_while_running(lobby: Lobby) -> None:
    await until(lambda: lobby.running.controller.health.zoom_read_at)
    machine = (await page(lobby)).one("section", aria_label="This machine")
    (button,) = [b for b in machine.find("button") if "zoom" in b.attributes["data-body"]]
    assert json.loads(button.attributes["data-body"]) == {"on": True, "parts": ["zoom"]}

    await lobby.ask("debug", on=True, parts=["zoom"])

    assert lobby.running.room.driver.packets.on
    (line,) = [
        each for each in (await page(lobby)).one("section", aria_label="This machine").lines if "Zoom" in each
    ]
    assert line.startswith("Calls to Zoom on until ")
    await lobby.ask("debug", on=False, parts=["zoom"])
    assert not lobby.running.room.driver.packets.on


async def test_all_rooms_are_asked_for_again(inn: Inn) -> None:
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        await hotel.in_step()
        (button,) = (await page(lobby)).one("section", aria_label="PMS").find("button")
        hotel.pms.resyncs_expected += 1

        said = await lobby.ask("pms/resync", **json.loads(button.attributes["data-body"]))

        assert said == "pms: the PMS is asked for every room"
        await until(lambda: sum(each.text.startswith("DR|") for each in hotel.pms.received) == 2)
        await hotel.in_step()


async def test_a_test_call_needs_telephones(lobby: Lobby) -> None:
    status, error = await lobby.refused("testcall", room="1001")
    assert (status, error["code"]) == (409, "declined")
    assert (error["message"], error["remedy"]) == (
        "there are no telephone lines", "set up sip: in housephone.yaml",
    )  # fmt: skip
    status, error = await lobby.refused("testcall", room="lobby bar")
    assert "neither a room nor what a telephone can dial" in error["message"]


def label(name: str, limit: int, lately: int) -> dict[str, Any]:
    return {"family": "phone", "label": name, "limit": limit, "lately": lately}


def test_the_label_that_is_nearest_to_its_limit_is_named() -> None:
    found = nearest([label("LIGHT", 1200, 300), label("HEAVY", 300, 150), label("MEDIUM", 600, 0)])
    assert found is not None
    assert found["label"] == "HEAVY"
    assert nearest([label("LIGHT", 1200, 0)]) is None


def test_the_picture_of_an_hour_without_calls_has_no_limit() -> None:
    minutes = [{"at": "2026-11-22T12:00:00.000Z", "calls": {}}]
    plot = calls_by_minute(
        {"minutes": minutes, "labels": [label("LIGHT", 1200, 0)]}, ZoneInfo("America/New_York")
    )
    assert (plot.words, plot.limit, plot.labels) == ("Nothing.", None, ("07:00",))


async def test_check_ins_of_the_day_are_drawn(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", last="Souza")
    plot = read(await lobby.page("/parts/turnover")).one("figure", id="turnover")
    assert plot.one("desc").text.startswith("1 check-ins; most at ")
