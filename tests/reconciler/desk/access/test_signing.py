"""People sign in at the desk with name and password, and out again."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from reconciler.desk.access import still
from tests.reconciler.desk.access.gate import (
    ALICE,
    OMAR,
    OMARS_HASH,
    USERS,
    Clock,
    Shelf,
    browser,
    csrf_of,
    desk_of,
    sign_in,
)

pytestmark = pytest.mark.anyio

SETTINGS = {"listen": "10.0.0.8:8080", "users": USERS}
BASE = "http://10.0.0.8:8080"
ORDER = {"room": "1207", "guest": "Ana Souza"}
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def desk(clock: Clock, shelf: Shelf) -> FastAPI:
    return desk_of(SETTINGS, clock, shelf)


@pytest.fixture
async def clerk(desk: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(desk, base=BASE, address="10.0.0.5") as client:
        yield client


# Before the sign-in


async def test_a_browser_is_shown_where_to_sign_in_and_comes_back_from_there(
    clerk: httpx.AsyncClient,
) -> None:
    answer = await clerk.get("/wakeups?day=today&x=1", headers=PAGE)
    assert answer.status_code == 303
    form = await clerk.get(answer.headers["location"])
    assert form.status_code == 200
    assert 'name="next" value="/wakeups?day=today&amp;x=1"' in form.text
    assert "Harbour View" in form.text

    back = await sign_in(clerk, ALICE, next="/wakeups?day=today&x=1")

    assert (back.status_code, back.headers["location"]) == (303, "/wakeups?day=today&x=1")


@pytest.mark.parametrize(
    "path", ["/api/rooms", "/api/openapi.json", "/api/nothing", "/events", "/readyz/", "/static"]
)
async def test_a_stranger_learns_nothing_not_even_what_there_is(clerk: httpx.AsyncClient, path: str) -> None:
    answer = await clerk.get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_page_of_the_api_is_no_page(clerk: httpx.AsyncClient) -> None:
    assert (await clerk.get("/api/rooms", headers=PAGE)).status_code == 401


@pytest.mark.parametrize(
    "path", ["/api/checkin", "/api/rooms/1207/pause", "/api/careless", "/sign-out", "/api/x"]
)
async def test_a_stranger_changes_nothing(clerk: httpx.AsyncClient, shelf: Shelf, path: str) -> None:
    assert (await clerk.post(path, json=ORDER)).status_code == 401
    assert shelf.noted == []


async def test_probes_are_answered_and_told_nothing_of_the_house(clerk: httpx.AsyncClient) -> None:
    assert (await clerk.get("/livez")).status_code == 200
    assert (await clerk.get("/readyz")).json() == {"who": None}
    await sign_in(clerk, ALICE)
    assert (await clerk.get("/readyz")).json() == {"who": "Alice"}


# Signing in


@pytest.mark.parametrize("name", ["Alice", "alice", " ALICE "])
async def test_who_has_signed_in_gives_orders(clerk: httpx.AsyncClient, shelf: Shelf, name: str) -> None:
    await sign_in(clerk, ALICE | {"name": name})
    done = await clerk.post("/api/checkin", json=ORDER, headers={"X-CSRF-Token": await csrf_of(clerk)})
    assert done.json() == {"said": "Alice: room 1207"}
    assert shelf.told() == [("signed_in", "Alice", "desk", None), ("did", "Alice", "checkin", "1207")]
    assert [row.body for row in shelf.noted] == [{"from": "10.0.0.5"}, {"from": "10.0.0.5", "status": 200}]


async def test_the_cookie_is_for_this_page_alone(clerk: httpx.AsyncClient) -> None:
    cookie = (await sign_in(clerk, ALICE)).headers["set-cookie"]
    name, *rest = cookie.split("; ")
    assert name.startswith("housephone-8080=")
    assert {each.lower() for each in rest} == {"httponly", "path=/", "samesite=lax"}


@pytest.mark.parametrize(
    ("name", "password", "noted"),
    [
        ("Alice", "seven quiet corridors", "Alice"),
        ("alice", "", "Alice"),
        ("bright harbour lamp", "bright harbour lamp", ""),
        ("", "", ""),
        ("Alice", "x" * 100_000, "Alice"),
    ],
)
async def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    clerk: httpx.AsyncClient, shelf: Shelf, name: str, password: str, noted: str
) -> None:
    answer = await sign_in(clerk, {"name": name, "password": password})
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert "set-cookie" not in answer.headers
    assert shelf.told() == [("sign_in_refused", noted, "desk", None)]
    assert "harbour" not in repr(shelf.noted)


async def test_what_was_typed_as_name_is_text_on_the_page(clerk: httpx.AsyncClient) -> None:
    answer = await sign_in(clerk, {"name": '"><script>x</script>', "password": "wrong"}, next='/"><script>')
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "",
        "/sign-out",
        "/\r\nX: y",
        "/\t/evil.example",
        "x",
        "/" + "a" * 5000,
    ],
)
async def test_nobody_is_sent_elsewhere_after_the_sign_in(clerk: httpx.AsyncClient, wanted: str) -> None:
    assert (await sign_in(clerk, ALICE, next=wanted)).headers["location"] == "/"
    again = await clerk.get("/sign-in", params={"next": wanted})
    assert again.headers["location"] == "/"


@pytest.mark.parametrize("sent", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_cannot_sign_a_clerk_in_as_somebody_else(
    clerk: httpx.AsyncClient, sent: dict[str, str]
) -> None:
    answer = await clerk.post("/sign-in", data=OMAR, headers=sent)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [b"\xff\xfe", b"name=Alice", b"{}", b"&".join([b"a=b"] * 2000)])
async def test_what_is_no_form_signs_nobody_in(clerk: httpx.AsyncClient, body: bytes) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await clerk.post("/sign-in", content=body, headers=kind)).status_code == 401


async def test_after_five_wrong_passwords_the_right_one_waits_too(
    clerk: httpx.AsyncClient, clock: Clock, shelf: Shelf
) -> None:
    for _ in range(5):
        assert (await sign_in(clerk, ALICE | {"password": "guess"})).status_code == 401
    answer = await sign_in(clerk, ALICE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Wait 1 second, then try again." in answer.text
    assert len(shelf.noted) == 5

    clock.advance(seconds=1)

    assert (await sign_in(clerk, ALICE)).status_code == 303


async def test_names_that_nobody_has_are_slowed_down_just_like_others(clerk: httpx.AsyncClient) -> None:
    for _ in range(5):
        await sign_in(clerk, {"name": "nobody", "password": "guess"})
    assert (await sign_in(clerk, {"name": "nobody", "password": "guess"})).status_code == 429


# What a session may


async def test_an_order_of_a_browser_carries_the_token_of_its_session(
    desk: FastAPI, clerk: httpx.AsyncClient, shelf: Shelf
) -> None:
    await sign_in(clerk, ALICE)
    async with browser(desk, base=BASE) as other:
        await sign_in(other, OMAR)
        of_another = await csrf_of(other)
    for given in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": of_another}):
        answer = await clerk.post("/api/checkin", json=ORDER, headers=given)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert [row.kind for row in shelf.noted] == ["signed_in", "signed_in"]


async def test_a_form_carries_it_as_a_field(clerk: httpx.AsyncClient) -> None:
    await sign_in(clerk, OMAR)
    token = await csrf_of(clerk)
    assert (await clerk.post("/api/rooms/1207/pause", data={"csrf": "x"})).status_code == 403
    assert (await clerk.post("/api/rooms/1207/pause", data={"csrf": token})).status_code == 200


async def test_another_site_with_the_token_is_another_site_still(clerk: httpx.AsyncClient) -> None:
    await sign_in(clerk, ALICE)
    sent = {"X-CSRF-Token": await csrf_of(clerk), "Origin": "http://evil.example"}
    assert (await clerk.post("/api/checkin", json=ORDER, headers=sent)).status_code == 403


async def test_a_clerk_does_not_do_what_is_for_the_administrator(clerk: httpx.AsyncClient) -> None:
    await sign_in(clerk, ALICE)
    token = {"X-CSRF-Token": await csrf_of(clerk)}
    answer = await clerk.post("/api/rooms/1207/pause", headers=token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")

    await sign_in(clerk, OMAR)
    token = {"X-CSRF-Token": await csrf_of(clerk)}
    assert (await clerk.post("/api/rooms/1207/pause", headers=token)).status_code == 200


# Its end


def cookie_of(client: httpx.AsyncClient) -> str:
    return client.cookies["housephone-8080"]


def carrying(secret: str) -> dict[str, str]:
    return {"Cookie": f"housephone-8080={secret}"}


async def test_a_sign_in_makes_a_new_session_and_ends_the_one_before(
    desk: FastAPI, clerk: httpx.AsyncClient
) -> None:
    await clerk.post("/sign-in", data=ALICE, headers=carrying("planted"))
    first = cookie_of(clerk)
    assert first != "planted"
    await sign_in(clerk, OMAR)
    assert cookie_of(clerk) != first
    async with browser(desk, base=BASE) as other:
        for former in ("planted", first):
            assert (await other.get("/api/rooms", headers=carrying(former))).status_code == 401


async def test_after_the_sign_out_the_cookie_opens_nothing(
    desk: FastAPI, clerk: httpx.AsyncClient, shelf: Shelf
) -> None:
    await sign_in(clerk, ALICE)
    former, token = cookie_of(clerk), await csrf_of(clerk)
    assert (await clerk.post("/sign-out")).status_code == 403, "another site cannot sign anybody out"

    left = await clerk.post("/sign-out", data={"csrf": token})

    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert "housephone-8080" not in clerk.cookies
    assert shelf.told()[-1] == ("signed_out", "Alice", "desk", None)
    async with browser(desk, base=BASE) as other:
        assert (await other.get("/api/rooms", headers=carrying(former))).status_code == 401


async def test_a_browser_that_nobody_used_for_a_shift_asks_again(
    clerk: httpx.AsyncClient, clock: Clock
) -> None:
    await sign_in(clerk, ALICE)
    clock.advance(hours=11)
    assert (await clerk.get("/api/rooms")).status_code == 200
    clock.advance(hours=11)
    assert (await clerk.get("/api/rooms")).status_code == 200
    clock.advance(hours=12)
    assert (await clerk.get("/api/rooms")).status_code == 401


async def test_events_that_flow_for_hours_notice_the_end(
    desk: FastAPI, clerk: httpx.AsyncClient, clock: Clock
) -> None:
    asked: list[Request] = []

    @desk.get("/api/events")
    async def events(request: Request) -> None:
        asked.append(request)

    await sign_in(clerk, ALICE)
    await clerk.get("/api/events")
    assert still(asked[0])
    clock.advance(hours=11)
    assert still(asked[0])
    clock.advance(hours=1)
    assert not still(asked[0]), "to look whether somebody is still let in is no use of the page"


async def test_a_session_outlasts_a_restart(clerk: httpx.AsyncClient, clock: Clock, shelf: Shelf) -> None:
    await sign_in(clerk, ALICE)
    cookies = carrying(cookie_of(clerk))
    async with browser(desk_of(SETTINGS, clock, shelf), base=BASE) as same:
        assert (await same.get("/api/rooms", headers=cookies)).status_code == 200


@pytest.mark.parametrize(
    "users",
    [
        [USERS[1]],
        [USERS[0] | {"password_hash": OMARS_HASH}, USERS[1]],
        [USERS[0] | {"name": "Bob"}, USERS[1]],
    ],
)
async def test_a_session_does_not_outlast_its_user_and_its_password(
    clerk: httpx.AsyncClient, clock: Clock, shelf: Shelf, users: list[dict[str, str]]
) -> None:
    await sign_in(clerk, ALICE)
    cookies = carrying(cookie_of(clerk))
    async with browser(desk_of(SETTINGS | {"users": users}, clock, shelf), base=BASE) as same:
        assert (await same.get("/api/rooms", headers=cookies)).status_code == 401


async def test_an_administrator_who_becomes_a_clerk_is_one_at_once(
    clerk: httpx.AsyncClient, clock: Clock, shelf: Shelf
) -> None:
    await sign_in(clerk, OMAR)
    cookies = carrying(cookie_of(clerk))
    users = [USERS[0], {"name": "Omar", "role": "desk", "password_hash": OMARS_HASH}]
    async with browser(desk_of(SETTINGS | {"users": users}, clock, shelf), base=BASE) as same:
        token = (await same.get("/api/rooms", headers=cookies)).json()["csrf"]
        answer = await same.post("/api/rooms/1207/pause", headers=cookies | {"X-CSRF-Token": token})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")


async def test_while_the_disk_is_full_people_sign_in_all_the_same(clock: Clock, shelf: Shelf) -> None:
    shelf.away = True
    app = desk_of(SETTINGS, clock, shelf)
    async with browser(app, base=BASE) as clerk:
        assert (await sign_in(clerk, ALICE)).status_code == 303
        assert (await clerk.get("/api/rooms")).status_code == 200
        shelf.away = False
        clock.advance(minutes=2)
        assert (await clerk.get("/api/rooms")).status_code == 200
        cookies = carrying(cookie_of(clerk))
    async with browser(desk_of(SETTINGS, clock, shelf), base=BASE) as after:
        assert (await after.get("/api/rooms", headers=cookies)).status_code == 200


async def test_two_hotels_on_one_machine_do_not_share_their_cookies(clock: Clock) -> None:
    one = desk_of(SETTINGS, clock, Shelf())
    two = desk_of(SETTINGS | {"listen": "10.0.0.8:8081"}, clock, Shelf())
    async with browser(one, base=BASE) as clerk:
        await sign_in(clerk, ALICE)
        jar = clerk.cookies
    async with browser(two, base="http://10.0.0.8:8081") as clerk:
        clerk.cookies = jar
        await sign_in(clerk, OMAR)
        assert {cookie.name for cookie in clerk.cookies.jar} == {"housephone-8080", "housephone-8081"}
