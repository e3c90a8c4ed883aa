"""What a controller answers that stands by: to probes, to monitoring, and to people who came to the wrong machine."""

import httpx
import pytest

from reconciler.desk.standby import Standing, standby_app
from reconciler.store.rows import Claimant

pytestmark = pytest.mark.anyio

ACTIVE = Claimant("reconcile run", "front-office", 100)


def visited(standing: Standing) -> httpx.AsyncClient:
    """Somebody who asks it for something."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(standby_app(standing)), base_url="http://desk.example"
    )


async def test_it_lives_is_not_ready_and_says_who_is() -> None:
    desk = visited(Standing("Harbour View", ACTIVE))

    assert (await desk.get("/livez")).status_code == 200
    ready = await desk.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "standby")
    assert ready.json()["active"] == {"holder": "reconcile run", "host": "front-office", "process": 100}
    assert (await desk.get("/readyz?standby=ok")).status_code == 200


async def test_without_a_database_it_could_not_take_over_and_says_so() -> None:
    desk = visited(Standing("Harbour View", problem="the store does not answer"))

    ready = await desk.get("/readyz?standby=ok")
    assert ready.status_code == 503
    assert ready.json()["legs"] == {"store": {"ok": False, "reason": "the store does not answer"}}


async def test_people_are_told_where_the_work_is_done() -> None:
    desk = visited(Standing("Harbour View", ACTIVE))

    for page in ("/", "/rooms/1207", "/api/rooms"):
        answer = await desk.get(page)
        assert (answer.status_code, "front-office" in answer.text) == (503, True)
    assert (await desk.post("/api/rooms/1207/checkin")).status_code == 503


async def test_a_name_with_quotes_does_not_break_the_metrics() -> None:
    desk = visited(Standing('The "Grand"\\Inn'))

    assert 'housephone_standby{property="The \\"Grand\\"\\\\Inn"} 1.0' in (await desk.get("/metrics")).text
