"""A reverse proxy is believed about others, and nobody else is."""

from typing import Any

import httpx
import pytest

from tests.reconciler.desk.access.gate import ALICE, USERS, Clock, Shelf, browser, desk_of, sign_in

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.2"
BASE = "https://desk.hotel.example"
NAMES = {
    "listen": "10.0.0.8:8080",
    "proxy": {"addresses": [PROXY, "10.1.0.0/24"], "header": "X-Remote-User", "role_header": "X-Remote-Role"},
}
ORDER = {"room": "1207"}


async def ask(
    settings: dict[str, Any],
    method: str = "GET",
    path: str = "/api/rooms",
    *,
    address: str = PROXY,
    shelf: Shelf | None = None,
    **sent: str,
) -> httpx.Response:
    app = desk_of(settings, Clock(), shelf or Shelf())
    headers = {name.replace("_", "-"): value for name, value in sent.items()}
    async with browser(app, base="http://desk.hotel.example", address=address) as client:
        return await client.request(method, path, json=ORDER if method == "POST" else None, headers=headers)


async def test_whom_the_proxy_names_is_let_in_and_noted_with_the_own_address() -> None:
    shelf = Shelf()
    answer = await ask(
        NAMES, "POST", "/api/checkin", shelf=shelf, X_Remote_User="alice", X_Forwarded_For="10.0.0.77"
    )
    assert answer.json() == {"said": "alice: room 1207"}
    assert shelf.told() == [("did", "alice", "checkin", "1207")]
    assert shelf.noted[0].body == {"from": "10.0.0.77", "status": 200}


@pytest.mark.parametrize("address", ["10.0.0.3", "10.1.1.1", "127.0.0.1", "::1", "", "unix"])
async def test_the_same_header_of_anybody_else_means_nothing(address: str) -> None:
    assert (await ask(NAMES, address=address, X_Remote_User="alice")).status_code == 401
    forged = await ask(NAMES, address=address, X_Remote_User="alice", X_Forwarded_For=PROXY)
    assert forged.status_code == 401


@pytest.mark.parametrize("address", ["10.1.0.200", "::ffff:10.0.0.2"])
async def test_a_proxy_is_known_by_its_network_and_in_every_way_of_writing(address: str) -> None:
    assert (await ask(NAMES, address=address, X_Remote_User="alice")).status_code == 200


async def test_a_proxy_that_names_nobody_lets_nobody_in() -> None:
    assert (await ask(NAMES)).status_code == 401
    assert (await ask(NAMES, X_Remote_User="")).status_code == 401
    answer = await ask(NAMES, path="/", Accept="text/html")
    assert answer.status_code == 401, "there is no page on which to sign in"


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("desk", 403), ("look", 403), ("root", 403), ("", 403), ("Admin", 403)],
)
async def test_the_proxy_says_who_administers(role: str, status: int) -> None:
    answer = await ask(NAMES, "POST", "/api/rooms/1207/pause", X_Remote_User="omar", X_Remote_Role=role)
    assert answer.status_code == status


@pytest.mark.parametrize("sent", ["José".encode(), "José".encode("latin-1")])
async def test_a_name_may_have_accents(sent: bytes) -> None:
    shelf = Shelf()
    async with browser(
        desk_of(NAMES, Clock(), shelf), base="http://desk.hotel.example", address=PROXY
    ) as client:
        await client.post("/api/checkin", json=ORDER, headers={b"X-Remote-User": sent})
    assert shelf.told() == [("did", "José", "checkin", "1207")]


@pytest.mark.parametrize("name", ["a" * 65, "alice\x7f"])
async def test_what_is_no_name_lets_nobody_in(name: str) -> None:
    assert (await ask(NAMES, X_Remote_User=name)).json()["error"]["code"] == "unclear_proxy"


async def test_a_header_that_stands_twice_lets_nobody_in() -> None:
    app = desk_of(NAMES, Clock(), Shelf())
    async with browser(app, base="http://desk.hotel.example", address=PROXY) as client:
        client.headers = httpx.Headers([("X-Remote-User", "mallory"), ("X-Remote-User", "alice")])
        answer = await client.get("/api/rooms")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "unclear_proxy")


async def test_another_site_cannot_use_what_the_proxy_lets_in() -> None:
    answer = await ask(NAMES, "POST", "/api/checkin", X_Remote_User="alice", Origin="https://evil.example")
    assert answer.json()["error"]["code"] == "another_site"


@pytest.mark.parametrize(("host", "status"), [("front.hotel.example", 200), ("", 403)])
async def test_a_proxy_that_changes_the_host_says_which_it_was(host: str, status: int) -> None:
    answer = await ask(
        NAMES, "POST", "/api/checkin",
        X_Remote_User="alice", Origin="https://front.hotel.example", X_Forwarded_Host=host,
    )  # fmt: skip
    assert answer.status_code == status


# Only TLS in front


TLS = {"users": USERS, "proxy": {"addresses": ["127.0.0.1", PROXY]}}


async def test_behind_tls_the_cookie_goes_over_tls_alone() -> None:
    app = desk_of(TLS, Clock(), Shelf())
    async with browser(app, base=BASE) as client:
        client.headers["X-Forwarded-Proto"] = "https"
        cookie = (await sign_in(client, ALICE)).headers["set-cookie"]
        assert cookie.startswith("__Host-housephone-8080=")
        assert "; Secure" in cookie
        assert (await client.get("/api/rooms")).status_code == 200


async def test_a_user_named_in_a_header_must_sign_in_where_the_proxy_names_nobody() -> None:
    assert (await ask(TLS, X_Remote_User="Omar")).status_code == 401


async def test_each_client_behind_the_proxy_has_tries_of_its_own() -> None:
    app = desk_of(TLS, Clock(), Shelf())
    async with browser(app, base=BASE) as client:
        for _ in range(6):
            refused = await client.post(
                "/sign-in",
                data={"name": "x", "password": "y"},
                headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.66"},
            )
        assert refused.status_code == 429
        forged = await client.post(
            "/sign-in", data={"name": "z", "password": "y"}, headers={"X-Forwarded-For": "7.7.7.7, 10.0.0.66"}
        )
        assert forged.status_code == 429, "what the client itself has put there does not count"
        other = await client.post("/sign-in", data=ALICE, headers={"X-Forwarded-For": "10.0.0.67, 10.0.0.2"})
        assert other.status_code == 303


@pytest.mark.parametrize("forwarded", ["", "unknown", "10.0.0.5:1234, what", ","])
async def test_an_unreadable_way_ends_at_the_proxy(forwarded: str) -> None:
    shelf = Shelf()
    await ask(NAMES, "POST", "/api/checkin", shelf=shelf, X_Remote_User="a", X_Forwarded_For=forwarded)
    assert shelf.noted[0].body == {"from": PROXY, "status": 200}
