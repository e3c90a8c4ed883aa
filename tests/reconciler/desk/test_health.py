"""The desk's pages for machines: alive, ready, and in figures."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from desired.problem import Problem
from drivers.voice.alerts import Alert
from drivers.voice.wakeup import Lateness
from reconciler.account.gate import BudgetGate
from reconciler.budget import Budget
from reconciler.desk.health import health_routes
from reconciler.health import Health, LinkHealth, TelephoneHealth
from reconciler.loop import Controller
from reconciler.roster import Roster
from reconciler.safety import Refusal
from reconciler.telephones.call import Channel, Ended
from reconciler.wakeups.entries import WakeupStatus
from tests.reconciler.conftest import FastClock, Inn, until

pytestmark = pytest.mark.anyio


def health_app(controller: Controller, gate: BudgetGate, *, known: bool = True) -> FastAPI:
    app = FastAPI()
    app.include_router(health_routes(controller, gate, lambda _: known or None))
    return app


async def get(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get(path)


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def desk(health: Health) -> FastAPI:
    shop = SimpleNamespace(name="Harbour View", hotel=SimpleNamespace(roster=Roster(None)))
    controller = cast("Controller", SimpleNamespace(health=health, shop=shop, shadow=False))
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
    assert labels <= {"property", "result", "family", "label", "role"}
    assert "Souza" not in metrics


async def test_a_broken_document_is_a_problem_until_it_is_put_right(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.drop("1002.yaml", 'room: "1002"\nocupied: false\n')
    inn.vacant("1404")
    async with inn.controller() as running:
        app = health_app(running.controller, running.room.gate)
        await until(lambda: len(running.controller.health.problems()) == 2)
        answer = await get(app, "/readyz")
        told = {(each["code"], each["where"], each["room"]) for each in answer.json()["problems"]}
        assert told == {
            ("unknown_field", "rooms/1002.yaml:2:1", "1002"), ("not_listed", "rooms/1404.yaml:1:1", "1404"),
        }  # fmt: skip
        assert "Souza" not in answer.text

        inn.vacant("1002")
        inn.remove("1404")
        await until(lambda: not running.controller.health.problems())


@pytest.mark.parametrize("shadow", [True, False])
async def test_a_shadow_is_known_for_one_from_outside(inn: Inn, *, shadow: bool) -> None:
    async with inn.controller(shadow=shadow) as running:
        app = health_app(running.controller, running.room.gate)
        assert (await get(app, "/readyz")).json()["shadow"] is shadow
        metrics = (await get(app, "/metrics")).text
    assert f'housephone_shadow{{property="Harbour View"}} {float(shadow)}' in metrics.splitlines()


@dataclass
class Office:
    """A front office with one link, as a test wants it."""

    problem: str | None = None
    odd: dict[str, int] = field(default_factory=dict)
    side: TelephoneHealth | None = None

    def telephones(self) -> TelephoneHealth | None:
        return self.side

    def links(self) -> list[LinkHealth]:
        now = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
        state = "down" if self.problem else "alive"
        return [
            LinkHealth("pms", "10.0.0.5:5010", state, now, now, self.problem, {"GI": 3}, {"RE": 1}, 0, 0.5)
        ]

    def trouble(self) -> str | None:
        return None

    def anomalies(self) -> dict[str, int]:
        return self.odd

    def problems(self) -> list[Problem]:
        return [Problem("wakeup_failed", "room 1207: nobody answered", room="1207")]


@pytest.fixture
def office(health: Health) -> Office:
    health.documents_read_at = health.zoom_read_at = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    health.office = office = Office()
    return office


async def test_a_pms_that_is_gone_is_the_leg_that_is_down(desk: FastAPI, office: Office) -> None:
    assert (await get(desk, "/readyz")).status_code == 200
    office.problem = "10.0.0.5:5010: connection refused"

    answer = await get(desk, "/readyz")

    assert answer.status_code == 503
    legs = answer.json()["legs"]
    assert [leg for leg, state in legs.items() if not state["ok"]] == ["pms"]
    assert legs["pms"]["reason"] == "10.0.0.5:5010: connection refused"
    (link,) = answer.json()["links"]
    assert (link["link"], link["state"], link["last_record_at"]) == (
        "pms",
        "down",
        "2026-11-22T17:00:00.000Z",
    )


@dataclass
class InForce:
    """A configuration in force while the one in the file cannot be used."""

    unusable: str | None = "housephone.yaml:1:12: property.nmae: unknown setting"


@pytest.mark.usefixtures("office")
async def test_a_configuration_that_could_not_be_reloaded_is_named_while_the_old_one_does_the_work(
    desk: FastAPI, health: Health
) -> None:
    usable = 'housephone_configuration_usable{property="Harbour View"} '
    assert usable + "1.0" in (await get(desk, "/metrics")).text
    health.configuration = InForce()

    answer = await get(desk, "/readyz")

    assert answer.status_code == 200
    problem = answer.json()["problems"][0]
    assert problem["code"] == "configuration_unusable"
    assert "the one before it is in force: housephone.yaml:1:12: " in problem["message"]
    assert usable + "0.0" in (await get(desk, "/metrics")).text


@pytest.mark.usefixtures("office")
async def test_what_people_must_see_to_is_said_although_all_is_ready(desk: FastAPI) -> None:
    answer = await get(desk, "/readyz")
    assert answer.status_code == 200
    assert [(problem["code"], problem["room"]) for problem in answer.json()["problems"]] == [
        ("wakeup_failed", "1207")
    ]


@pytest.mark.parametrize(("problem", "up"), [(None, 1.0), ("gone", 0.0)])
async def test_metrics_count_the_records_of_each_link_and_what_was_odd(
    inn: Inn, office: Office, problem: str | None, up: float
) -> None:
    office.problem, office.odd = problem, {"unmapped_room": 2}
    async with inn.open() as room:
        health = Health(office=office)
        controller = cast("Controller", SimpleNamespace(health=health, shop=room.shop, shadow=False))
        metrics = (await get(health_app(controller, room.gate), "/metrics")).text

    assert f'housephone_pms_up{{link="pms",property="Harbour View"}} {up}' in metrics
    records = (
        'housephone_pms_records_total{{direction="{}",link="pms",property="Harbour View",record="{}"}} {}'
    )
    assert records.format("in", "GI", 3.0) in metrics
    assert records.format("out", "RE", 1.0) in metrics
    assert 'housephone_anomalies_total{anomaly="unmapped_room",property="Harbour View"} 2.0' in metrics
    assert "1207" not in metrics


def labels_of(line: str) -> list[str]:
    inside: Any = line[line.index("{") + 1 : line.index("}")]
    return [pair.split("=")[0] for pair in inside.split(",")]


def telephones(problem: str | None = None) -> TelephoneHealth:
    since = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    return TelephoneHealth(
        problem,
        (
            Channel("9001", registered=True, busy=True, since=since),
            Channel("9002", registered=False, busy=False, since=since, why="403 Forbidden"),
        ),
        (Alert("1207", datetime(2026, 11, 22, 6, 30), "no_answer"),),  # noqa: DTZ001 - the hotel's local time
        {("out", Ended.BUSY): 2},
        {WakeupStatus.RINGING: 3, WakeupStatus.OK: 2, WakeupStatus.NO_ANSWER: 1},
        Lateness(3, 1.5, 0.75),
    )


async def test_channels_and_open_alerts_are_seen_by_who_asks_whether_all_is_ready(
    desk: FastAPI, office: Office
) -> None:
    assert "telephones" not in (await get(desk, "/readyz")).json()["legs"]
    office.side = telephones()

    answer = await get(desk, "/readyz")

    assert answer.status_code == 200, "one channel works"
    assert answer.json()["channels"][1] == {
        "channel": "9002", "registered": False, "busy": False, "since": "2026-11-22T17:00:00.000Z",
        "why": "403 Forbidden",
    }  # fmt: skip
    assert answer.json()["alerts"] == [{"room": "1207", "at": "2026-11-22T06:30:00", "why": "no_answer"}]


async def test_a_hotel_that_can_call_nobody_is_not_ready(desk: FastAPI, office: Office) -> None:
    office.side = telephones("no channel works: 403 Forbidden")
    answer = await get(desk, "/readyz")
    assert answer.status_code == 503
    assert answer.json()["legs"]["telephones"] == {"ok": False, "reason": "no channel works: 403 Forbidden"}


async def test_telephones_in_figures(desk: FastAPI, office: Office) -> None:
    office.side = telephones()
    metrics = (await get(desk, "/metrics")).text
    hotel = 'property="Harbour View"'
    for line in (
        f'housephone_channel_registered{{channel="9001",{hotel}}} 1.0',
        f'housephone_channel_registered{{channel="9002",{hotel}}} 0.0',
        f'housephone_channel_busy{{channel="9001",{hotel}}} 1.0',
        f'housephone_calls_total{{direction="out",end="busy",{hotel}}} 2.0',
        f'housephone_wakeups_total{{{hotel},status="ringing"}} 3.0',
        f'housephone_wakeups_total{{{hotel},status="no_answer"}} 1.0',
        f"housephone_wakeup_lateness_seconds_sum{{{hotel}}} 1.5",
        f"housephone_wakeup_lateness_worst_seconds{{{hotel}}} 0.75",
        f"housephone_alerts_open{{{hotel}}} 1.0",
    ):
        assert line in metrics.splitlines()
    assert "1207" not in metrics
