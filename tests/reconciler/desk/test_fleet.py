"""The group's page: all properties for its administrators, and for nobody else."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from reconciler.alarms.finding import Severity
from reconciler.configuration.deskusers import Desk
from reconciler.desk.fleet import fleet_app
from reconciler.stays.linkstate import LinkState
from reconciler.views.fleet import Light, Standings, View, fleet_lines, fleet_view
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

VIEW = fleet_view(
    [
        Standings(
            "Harbour <View>", at_work="reconcile run: process 7 on inn", rooms=240, last_sign=NOON, drift=2
        ),
        Standings("Quay", (Light("channel_down", Severity.MINOR, "channel 9001 is down"),), rooms=12),
        Standings(
            "Hill House",
            (Light("pms_down", Severity.SERIOUS, "the PMS is away", NOON),),
            links=[LinkState("pms", "refused", NOON, None)],
            page="http://127.0.0.1:8001/",
        ),
        Standings(
            "Annex", (Light("not_running", Severity.URGENT, "nobody looks after it: no controller runs"),)
        ),
    ]
)


class NoBooks:
    """Nobody has signed in."""

    def __getattr__(self, name: str) -> Any:
        async def nothing(*_: Any, **__: Any) -> None:
            return None

        return nothing


async def look() -> View:
    return VIEW


def app(**desk: Any) -> FastAPI:
    return fleet_app(look, Desk.model_validate(desk), NoBooks(), FastClock())


async def get(asked: FastAPI, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(asked)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as browser:
        return await browser.get(path, headers=headers)


def test_the_gravest_come_first_and_those_that_are_well_last() -> None:
    assert [each["property"] for each in VIEW["properties"]] == [
        "Annex",
        "Hill House",
        "Quay",
        "Harbour <View>",
    ]
    assert VIEW["summary"] == {"properties": 4, "red": 3, "rooms": 252}


def test_at_a_terminal_each_is_a_line_with_what_is_wrong_below() -> None:
    lines = list(fleet_lines(VIEW))
    assert lines[0].startswith("RED Annex ")
    assert lines[1] == "      urgent: nobody looks after it: no controller runs"
    assert "links: pms down" in lines[2]
    assert lines[-2].startswith("ok  Harbour <View> ")
    assert lines[-1] == "4 properties, 3 red, 252 rooms"


async def test_the_page_shows_all_and_leads_to_the_pages_that_there_are() -> None:
    page = await get(app(), "/fleet")
    assert page.status_code == 200
    assert "3 of 4 need somebody" in page.text
    assert '<a href="http://127.0.0.1:8001/">Hill House</a>' in page.text
    assert "Harbour &lt;View&gt;" in page.text
    assert (await get(app(), "/")).headers["location"] == "/fleet"
    assert (await get(app(), "/api/fleet")).json() == VIEW
    assert (await get(app(), "/livez")).status_code == 200


@pytest.mark.parametrize("path", ["/fleet", "/parts/fleet", "/api/fleet"])
async def test_who_is_no_administrator_sees_nothing_of_it(path: str) -> None:
    clerks = app(proxy={"addresses": ["127.0.0.1"], "header": "X-User", "role": "desk"})
    answer = await get(clerks, path, **{"X-User": "ana"})
    assert answer.status_code in {401, 403}
    assert "Hill House" not in answer.text
    chief = app(proxy={"addresses": ["127.0.0.1"], "header": "X-User", "role": "admin"})
    assert (await get(chief, path, **{"X-User": "ana"})).status_code == 200
