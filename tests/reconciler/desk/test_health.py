"""The desk's pages for machines: alive, ready, and in figures."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from reconciler.budget import Budget
from reconciler.desk.health import health_app
from reconciler.gate import BudgetGate
from reconciler.health import Health
from reconciler.loop import Controller
from reconciler.safety import Refusal
from tests.reconciler.conftest import FastClock, Inn, until

pytestmark = pytest.mark.anyio


async def get(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get(path)


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def desk(health: Health) -> FastAPI:
    shop = SimpleNamespace(name="Harbour View", hotel=SimpleNamespace(loaded=SimpleNamespace(problems=())))
    controller = cast("Controller", SimpleNamespace(health=health, shop=shop))
    return health_app(controller, BudgetGate(Budget("pro", 1.0), FastClock()))


async def test_a_controller_that_has_read_nothing_is_alive_and_not_ready(desk: FastAPI) -> None:
    assert (await get(desk, "/livez")).status_code == 200
    answer = await get(desk, "/readyz")
    assert answer.status_code == 503
    assert [leg["ok"] for leg in answer.json()["legs"].values()] == [False, False]


async def test_a_rule_that_holds_something_back_is_said_although_all_is_ready(
    desk: FastAPI, health: Health, clock: FastClock
) -> None:
    health.documents_read_at = health.zoom_read_at = clock.now()
    health.refusals = (Refusal("max-blanked", "3 rooms would lose their guest"),)

    answer = await get(desk, "/readyz")

    assert answer.status_code == 200
    assert answer.json()["refused"][0]["rule"] == "max-blanked"


async def test_metrics_count_what_was_done_and_name_neither_room_nor_guest(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: running.controller.health.applied == 3)
        # A look that came too late may hold a place for a moment until it sees that nothing is left to do.
        await until(lambda: running.room.gate.budget.spent()["core", "LIGHT"] == 1)
        metrics = (await get(health_app(running.controller, running.room.gate), "/metrics")).text

    assert 'housephone_changes_total{property="Harbour View",result="applied"} 3.0' in metrics
    assert 'housephone_zoom_calls_today{family="core",label="LIGHT",property="Harbour View"} 1.0' in metrics
    labels = {label for line in metrics.splitlines() if "{" in line for label in labels_of(line)}
    assert labels <= {"property", "result", "family", "label"}
    assert "Souza" not in metrics


def labels_of(line: str) -> list[str]:
    inside: Any = line[line.index("{") + 1 : line.index("}")]
    return [pair.split("=")[0] for pair in inside.split(",")]
