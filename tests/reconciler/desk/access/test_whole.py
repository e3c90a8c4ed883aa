"""A hotel at work with users: its real desk, its real store, and what stays after a restart."""

import re
from pathlib import Path

import httpx
import pytest

from reconciler.store.rows import Happened
from tests.reconciler.conftest import Inn
from tests.reconciler.desk.access.gate import ALICE, USERS, sign_in
from tests.reconciler.desk.conftest import Lobby, at_work

pytestmark = pytest.mark.anyio

TOKEN = "t" * 40
ORDER = {"room": "1001", "first": "Ana", "last": "Souza", "reservation": "R1"}


@pytest.fixture
def staffed(inn: Inn) -> Inn:
    token = inn.folder / "token"
    token.write_text(TOKEN)
    tokens = [{"name": "kiosk", "rights": "look", "token_file": str(token)}]
    inn.configure(desk={"users": USERS, "tokens": tokens})
    return inn


async def shown(lobby: Lobby) -> dict[str, str]:
    """What a script of the page sends with every order."""
    page = (await lobby.client.get("/", headers={"Accept": "text/html"})).text
    found = re.search(r'<meta name="csrf" content="([^"]+)">', page)
    assert found is not None
    return {"X-CSRF-Token": found[1]}


async def test_a_strangers_probe_hears_of_legs_and_of_nothing_in_the_house(staffed: Inn) -> None:
    staffed.drop("1002.yaml", 'room: "1002"\nguests: [{lst: Souza}]\n')
    async with at_work(staffed) as lobby:
        probe = (await lobby.client.get("/readyz")).json()
        assert set(probe) == {"status", "shadow", "roles", "legs"}
        kiosk = (await lobby.client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"})).json()
        assert set(kiosk) > set(probe)


async def test_every_address_of_the_desk_but_the_open_ones_wants_to_know_who_asks(staffed: Inn) -> None:
    async with at_work(staffed) as lobby:
        described = (
            await lobby.client.get("/api/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"})
        ).json()
        answered = {
            (method, path): (
                await lobby.client.request(method, path.format(room="1001", key="x"))
            ).status_code
            for path, methods in described["paths"].items()
            for method in methods
        }
    let_in = {path for (_, path), status in answered.items() if status != 401}
    assert let_in == {"/livez", "/readyz", "/metrics"}
    assert len(answered) > 15


async def test_who_only_looks_changes_nothing_whatever_the_address(staffed: Inn) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with at_work(staffed) as lobby:
        described = (await lobby.client.get("/api/openapi.json", headers=bearer)).json()
        posts = [path for path, methods in described["paths"].items() if "post" in methods]
        answered = {
            path: (
                await lobby.client.post(path.format(room="1001", key="x"), json={}, headers=bearer)
            ).status_code
            for path in posts
        }
    assert set(answered.values()) == {403}


async def test_a_check_in_at_the_desk_stands_in_the_book_under_the_clerks_name(staffed: Inn) -> None:
    async with at_work(staffed) as lobby:
        assert (await sign_in(lobby.client, ALICE)).status_code == 303
        done = await lobby.client.post("/api/checkin", json=ORDER, headers=await shown(lobby))
        assert done.status_code == 200, done.text
        book = lobby.running.room.store.happenings(kinds=[Happened.SIGNED_IN, Happened.DID])
        assert [(row.kind, row.who, row.subject, row.room) for row in reversed(book)] == [
            ("signed_in", "Alice", "desk", None),
            ("did", "Alice", "checkin", "1001"),
        ]
        assert "Souza" not in repr(book)


def holders(folder: Path, secret: str) -> list[Path]:
    """The files in which a secret stands."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


async def test_a_session_outlasts_the_controller_and_nothing_in_the_store_opens_it(
    staffed: Inn, tmp_path: Path
) -> None:
    async with at_work(staffed) as lobby:
        await sign_in(lobby.client, ALICE)
        cookies = httpx.Cookies(lobby.client.cookies)
    (secret,) = cookies.values()
    assert holders(tmp_path, "desk_sessions"), "the store is among the files that are looked into"
    assert not holders(tmp_path, secret)

    async with at_work(staffed) as lobby:
        lobby.client.cookies = cookies
        assert (await lobby.client.get("/api/rooms")).status_code == 200
