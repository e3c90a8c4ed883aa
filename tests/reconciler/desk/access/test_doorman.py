"""What stands before every route, on a real server: headers, sizes, slow requests, events that flow."""

import contextlib
import socket
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from reconciler.desk.access import incoming
from reconciler.desk.access.incoming import LARGEST_BODY
from tests.reconciler.conftest import until
from tests.reconciler.desk.access.gate import USERS, Clock, Shelf, desk_of, served

pytestmark = pytest.mark.anyio


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def app(shelf: Shelf) -> FastAPI:
    return desk_of({}, Clock(), shelf)


@pytest.fixture
async def desk(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with served(app) as client:
        yield client


# Headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/livez", 200),
        ("GET", "/sign-in", 303),
        ("GET", "/api/rooms", 200),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/broken", 500),
        ("PUT", "/api/rooms", 405),
        ("POST", "/api/checkin", 422),
    ],
)
async def test_no_answer_goes_without_the_headers_that_protect_it(
    desk: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await desk.request(method, path, json={})
    assert answer.status_code == status
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules["default-src"] == rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


async def test_what_browsers_want_only_over_tls_is_not_sent_without_it(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/livez", headers={"Host": "desk.hotel.example"})
    assert "cross-origin-opener-policy" not in answer.headers


async def test_only_our_own_files_may_be_kept_by_a_browser(app: FastAPI) -> None:
    @app.get("/static/desk.css")
    async def style() -> str:
        return "body{}"

    @app.get("/static/for-ever.css")
    @app.get("/api/for-ever")
    async def for_ever(response: Response) -> str:
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
        return "body{}"

    async with served(app) as desk:
        assert (await desk.get("/static/desk.css")).headers["cache-control"] == "no-cache"
        kept = await desk.get("/static/for-ever.css")
        assert kept.headers["cache-control"] == "max-age=31536000, immutable"
        assert (await desk.get("/api/for-ever")).headers["cache-control"] == "no-store"


async def test_a_stranger_gets_them_too() -> None:
    async with served(desk_of({"users": USERS}, Clock(), Shelf())) as desk:
        for path in ("/", "/api/rooms", "/sign-in"):
            answer = await desk.get(path)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"


# What goes wrong


async def test_an_answer_that_fails_names_no_guest_neither_to_the_client_nor_in_the_log(
    desk: httpx.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await desk.get("/api/broken")
    assert answer.json()["error"]["code"] == "failed"
    (line,) = logged
    assert (line["event"], line["fault"].split()[0]) == ("an answer failed", "RuntimeError")
    assert "gate.py" in line["fault"]
    assert "Souza" not in answer.text + repr(logged)


async def test_what_failed_halfway_is_noted_too(desk: httpx.AsyncClient, shelf: Shelf) -> None:
    assert (await desk.post("/api/broken")).status_code == 500
    assert shelf.told() == [("did", "desk", "broken", None)]
    assert shelf.noted[0].body == {"from": "127.0.0.1", "status": 500}


# Size and time


async def of_size(size: int) -> AsyncIterator[bytes]:
    """A request whose length nobody says beforehand."""
    for start in range(0, size, 65_536):
        yield b"x" * min(65_536, size - start)


async def test_a_request_of_one_mebibyte_is_taken_whole(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/hooks/zoom", content=b"x" * LARGEST_BODY)
    assert answer.json() == {"bytes": LARGEST_BODY}
    answer = await desk.post("/hooks/zoom", content=of_size(LARGEST_BODY))
    assert answer.json() == {"bytes": LARGEST_BODY}


@pytest.mark.parametrize("path", ["/hooks/zoom", "/api/checkin", "/sign-in", "/nowhere"])
async def test_a_larger_one_is_refused_whether_or_not_it_says_how_long_it_is(
    desk: httpx.AsyncClient, path: str
) -> None:
    for content in (b"x" * (LARGEST_BODY + 1), of_size(LARGEST_BODY + 1)):
        answer = await desk.post(path, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def wire(client: httpx.AsyncClient) -> socket.socket:
    assert client.base_url.port
    return socket.create_connection(("127.0.0.1", client.base_url.port), timeout=10)


def said(sock: socket.socket, request: bytes) -> bytes:
    with sock:
        sock.sendall(request)
        heard = b""
        with contextlib.suppress(ConnectionError):
            while chunk := sock.recv(65_536):
                heard += chunk
        return heard


async def test_a_request_that_says_it_is_huge_is_refused_before_it_is_sent(desk: httpx.AsyncClient) -> None:
    head = b"POST /api/checkin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    with wire(desk) as sock:
        await anyio.to_thread.run_sync(sock.sendall, head)
        heard = await anyio.to_thread.run_sync(sock.recv, 65_536)
    assert heard.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("users", "status"), [([], b"413"), (USERS, b"401")])
async def test_whoever_listens_only_when_all_is_sent_hears_why_it_is_refused(
    users: list[dict[str, str]], status: bytes
) -> None:
    """As most programs do: a connection that is closed while they send takes the answer with it."""
    size = 30_000_000
    head = b"POST /api/checkin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    async with served(desk_of({"users": users}, Clock(), Shelf())) as desk:
        heard = await anyio.to_thread.run_sync(said, wire(desk), head % size + bytes(size))
    assert heard.split(b" ", 2)[1] == status


async def test_a_request_that_never_ends_is_given_up(
    desk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "SLOWEST_BODY", 0.2)
    head = b'POST /api/checkin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"room": '
    heard = await anyio.to_thread.run_sync(said, wire(desk), head)
    assert heard.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/rooms HTTP/1.1\r\n\r\n",
        b"GET /api/rooms HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET /api/rooms HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/api/rooms HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
)
async def test_a_request_that_does_not_say_for_whom_it_is_sees_nothing(
    desk: httpx.AsyncClient, head: bytes
) -> None:
    heard = await anyio.to_thread.run_sync(said, wire(desk), head)
    assert heard.split(b" ", 2)[1] in {b"400", b"403"}
    assert b"1207" not in heard


async def test_nobody_on_the_machine_can_pass_for_the_proxy() -> None:
    settings = {"proxy": {"addresses": ["10.0.0.2"], "header": "X-Remote-User"}}
    async with served(desk_of(settings, Clock(), Shelf())) as behind:
        forged = {"X-Forwarded-For": "10.0.0.2", "X-Remote-User": "mallory"}
        assert (await behind.get("/api/rooms", headers=forged)).status_code == 401


# What flows


async def test_events_come_through_one_by_one_and_their_end_is_noticed(app: FastAPI) -> None:
    more, ended = anyio.Event(), anyio.Event()

    async def events() -> AsyncIterator[str]:
        try:
            yield "data: first\n\n"
            await more.wait()
            yield "data: second\n\n"
            await anyio.sleep_forever()
        finally:
            ended.set()

    @app.get("/api/events")
    async def stream() -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    async with served(app) as desk:
        with anyio.fail_after(10):
            async with desk.stream("GET", "/api/events") as answer:
                lines = answer.aiter_lines()
                assert await anext(lines) == "data: first"
                more.set()
                assert [await anext(lines), await anext(lines)] == ["", "data: second"]
            await ended.wait()


@pytest.mark.parametrize(
    "said", [b'{"room": "1207"}', b'{"from": "1207", "to": "1208"}', b'{"a": "1207", "b": "1208"}']
)
async def test_the_book_says_which_room_it_was_and_of_two_the_one_that_was_named_first(
    desk: httpx.AsyncClient, shelf: Shelf, said: bytes
) -> None:
    assert (await desk.post("/api/careless", content=said)).status_code == 200
    assert shelf.told() == [("did", "desk", "careless", "1207")]


async def test_nothing_that_is_sent_keeps_out_of_the_book_what_was_done(
    desk: httpx.AsyncClient, shelf: Shelf
) -> None:
    for sent in (b"[" * 200_000, b"9" * 10_000, b"\xff", b'{"room": "\\ud800"}', b'{"room": ["1207"]}'):
        assert (await desk.post("/api/careless", content=sent)).status_code == 200
    assert shelf.told() == [("did", "desk", "careless", None)] * 5


async def test_an_order_whose_sender_has_gone_is_still_noted_if_it_was_done(
    app: FastAPI, shelf: Shelf
) -> None:
    done = anyio.Event()

    @app.post("/api/slow")
    async def slow() -> dict[str, bool]:
        await anyio.sleep(0.1)
        done.set()
        return {"done": True}

    async with served(app) as desk:
        request = b"POST /api/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        with wire(desk) as sock:
            sock.sendall(request)
        with anyio.fail_after(10):
            await done.wait()
        await until(lambda: bool(shelf.noted))
    assert shelf.told() == [("did", "desk", "slow", None)]
