"""A desk on loopback for which nobody is named: everybody on the machine may, and nobody else."""

import httpx
import pytest
from fastapi import FastAPI

from tests.reconciler.desk.access.gate import Clock, Shelf, browser, desk_of

pytestmark = pytest.mark.anyio

ORDER = {"room": "1207", "guest": "Ana Souza"}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def desk(shelf: Shelf) -> FastAPI:
    return desk_of({}, Clock(), shelf)


async def program(app: FastAPI, method: str, path: str, **given: object) -> httpx.Response:
    """A program on the machine, which says nothing of where it comes from."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        return await client.request(method, path, **given)  # type: ignore[arg-type]


async def test_a_program_on_the_machine_may_do_everything(desk: FastAPI) -> None:
    assert (await program(desk, "GET", "/api/rooms")).json()["rooms"] == ["1207"]
    assert (await program(desk, "POST", "/api/checkin", json=ORDER)).json() == {"said": "desk: room 1207"}
    assert (await program(desk, "POST", "/api/rooms/1207/pause")).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "127.0.0.1:9000", "desk.localhost"]
)
async def test_the_page_works_under_every_name_of_the_machine(desk: FastAPI, host: str) -> None:
    async with browser(desk, base=f"http://{host}") as clerk:
        assert (await clerk.post("/api/checkin", json=ORDER)).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "10.0.0.8:8080", "127.0.0.1.evil.example", "localhost@evil.example", ""]
)
async def test_a_page_whose_name_was_made_to_mean_this_machine_sees_nothing(desk: FastAPI, host: str) -> None:
    answer = await program(desk, "GET", "/api/rooms", headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_host")
    assert (await program(desk, "GET", "/readyz", headers={"Host": host})).json() == {"who": None}


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_in_the_clerks_browser_cannot_check_anybody_in(
    desk: FastAPI, shelf: Shelf, sent: dict[str, str]
) -> None:
    answer = await program(desk, "POST", "/api/checkin", json=ORDER, headers=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "another_site")
    assert shelf.noted == []


async def test_what_was_done_is_noted_with_its_room_and_without_the_guest(
    desk: FastAPI, shelf: Shelf
) -> None:
    async with browser(desk) as clerk:
        await clerk.post("/api/checkin", json=ORDER)
        await clerk.post("/api/rooms/1207/pause")
        await clerk.post("/api/checkin", json={"guest": "Ana Souza", "room": 5})
    assert shelf.told() == [
        ("did", "desk", "checkin", "1207"),
        ("did", "desk", "rooms/pause", "1207"),
        ("did", "desk", "checkin", None),
    ]
    assert shelf.noted[0].body == {"from": "127.0.0.1", "status": 200}
    assert "Souza" not in repr(shelf.noted)


async def test_who_signs_in_where_nobody_must_is_sent_on(desk: FastAPI) -> None:
    async with browser(desk) as clerk:
        answer = await clerk.get("/sign-in", params={"next": "/wakeups"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/wakeups")
