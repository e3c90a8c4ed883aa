"""Programs come with a token."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.reconciler.desk.access.gate import ALICE, USERS, Clock, Shelf, browser, csrf_of, desk_of, sign_in

pytestmark = pytest.mark.anyio

LOOK, DESK, ADMIN = ("look-" + "1" * 30, "desk-" + "2" * 30, "admin-" + "3" * 30)
ORDER = {"room": "1207"}


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def program(tmp_path: Path, shelf: Shelf) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "desk").write_text(f"{DESK}\n")
    settings = {
        "listen": "10.0.0.8:8080",
        "users": USERS,
        "tokens": [
            {"name": "board in the lobby", "token_hash": sha256(LOOK.encode()).hexdigest()},
            {"name": "kiosk", "rights": "desk", "token_file": tmp_path / "desk"},
            {"name": "night script", "rights": "admin", "token_hash": sha256(ADMIN.encode()).hexdigest()},
            {"name": "lost", "rights": "admin", "token_file": tmp_path / "nowhere"},
        ],
    }
    app = desk_of(settings, Clock(), shelf)
    async with browser(app, base="http://10.0.0.8:8080", address="10.0.0.9") as client:
        del client.headers["Origin"]
        yield client


@pytest.mark.parametrize(
    ("token", "look", "desk", "admin"), [(LOOK, 200, 403, 403), (DESK, 200, 200, 403), (ADMIN, 200, 200, 200)]
)
async def test_a_token_does_what_it_is_for(
    program: httpx.AsyncClient, token: str, look: int, desk: int, admin: int
) -> None:
    given = bearing(token)
    assert (await program.get("/api/rooms", headers=given)).status_code == look
    assert (await program.post("/api/checkin", json=ORDER, headers=given)).status_code == desk
    assert (await program.post("/api/careless", headers=given)).status_code == desk
    assert (await program.post("/api/rooms/1207/pause", headers=given)).status_code == admin


@pytest.mark.parametrize("token", ["", "x", LOOK[:-1], LOOK + "1", LOOK.upper(), "Zürich", "None"])
async def test_an_unknown_token_opens_nothing(program: httpx.AsyncClient, token: str) -> None:
    header = f"Bearer {token}".encode()
    answer = await program.get("/api/rooms", headers={b"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown_token")
    assert (await program.get("/livez", headers={b"Authorization": header})).status_code == 200


async def test_an_unknown_token_is_not_made_good_by_a_session(program: httpx.AsyncClient) -> None:
    await sign_in(program, ALICE)
    assert (await program.get("/api/rooms", headers=bearing("x"))).status_code == 401
    assert await csrf_of(program)


async def test_what_a_program_does_is_noted_under_its_name(program: httpx.AsyncClient, shelf: Shelf) -> None:
    await program.post("/api/checkin", json=ORDER, headers=bearing(DESK))
    assert shelf.told() == [("did", "kiosk", "checkin", "1207")]


async def test_a_name_and_password_in_the_header_are_none_of_ours(program: httpx.AsyncClient) -> None:
    assert (await program.get("/api/rooms", auth=("Alice", ALICE["password"]))).status_code == 401


async def test_on_loopback_a_token_counts_though_nobody_needs_one() -> None:
    settings = {"tokens": [{"name": "board", "token_hash": sha256(LOOK.encode()).hexdigest()}]}
    async with browser(desk_of(settings, Clock(), Shelf())) as program:
        assert (await program.post("/api/checkin", json=ORDER)).status_code == 200
        assert (await program.post("/api/checkin", json=ORDER, headers=bearing(LOOK))).status_code == 403
        assert (await program.get("/api/rooms", headers=bearing("x"))).status_code == 401
