"""Whoever can only knock takes nothing away from those inside, and whoever answers us leads us nowhere else."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import anyio
import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_socket
from websockets.exceptions import InvalidStatus
from websockets.http11 import Request, Response

from drivers.zoom.auth import Token
from drivers.zoom.events.stream import Subscription
from reconciler.desk import serve as desk
from reconciler.desk.serve import bind, serve

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A desk that takes five connections and waits half a second for the head of a request."""
    monkeypatch.setattr(desk, "MOST", 5)
    monkeypatch.setattr(desk, "SLOWEST_HEAD", 0.5)
    monkeypatch.setattr(desk, "SLOWEST_REST", 0.5)
    app = FastAPI()

    @app.get("/livez")
    async def alive() -> str:
        return "alive"

    @app.get("/audit")
    async def audit() -> str:
        await anyio.sleep(1.2)
        return "in sync"

    listener = bind(HOST, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve, app, listener)
        yield int(listener.getsockname()[1])
        tasks.cancel_scope.cancel()


async def is_dropped(stream: anyio.abc.SocketStream) -> bool:
    """Wait until the other side lets go, whatever it says before."""
    with anyio.fail_after(10):
        try:
            while await stream.receive():
                pass
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return True
        return False


async def test_who_opens_a_connection_and_says_nothing_is_let_go(port: int) -> None:
    async with await anyio.connect_tcp(HOST, port) as silent:
        assert await is_dropped(silent)


HEAD = b"GET /livez HTTP/1.1\r\nHost: desk.example\r\nX-Slow: "
ANSWERED = b"GET /livez HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 99999999\r\n\r\n"
"""A request whose answer waits for nothing that it says."""


@pytest.mark.parametrize("said", [HEAD, ANSWERED])
async def test_who_says_a_letter_now_and_then_wins_no_time(port: int, said: bytes) -> None:
    async with await anyio.connect_tcp(HOST, port) as slow, anyio.create_task_group() as tasks:

        async def drip() -> None:
            await slow.send(said)
            for letter in b"a" * 10_000:
                await slow.send(bytes([letter]))
                await anyio.sleep(0.02)

        async def dripping() -> None:
            try:
                await drip()
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

        tasks.start_soon(dripping)
        assert await is_dropped(slow)
        tasks.cancel_scope.cancel()


async def test_who_takes_all_connections_keeps_the_clerks_out_for_a_moment_only(port: int) -> None:
    crowd = [await anyio.connect_tcp(HOST, port) for _ in range(12)]
    assert all([await is_dropped(each) for each in crowd])
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://{HOST}:{port}/livez")).json() == "alive"
    for each in crowd:
        await each.aclose()


async def test_an_answer_may_take_its_time(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SLOWEST_HEAD", 1.0)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://{HOST}:{port}/audit")).json() == "in sync"


async def test_zooms_event_socket_cannot_lead_us_to_another_machine() -> None:
    visitors: list[str] = []

    def inside(_: ServerConnection, request: Request) -> Response | None:
        visitors.append(request.path)
        return None

    async def welcome(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve_socket(welcome, HOST, 0, process_request=inside) as within:
        inner = next(iter(within.sockets)).getsockname()[1]

        def lead_away(connection: ServerConnection, _: Request) -> Response:
            response = connection.respond(HTTPStatus.FOUND, "")
            response.headers["Location"] = f"ws://{HOST}:{inner}/admin"
            return response

        async with serve_socket(welcome, HOST, 0, process_request=lead_away) as outside:
            port = next(iter(outside.sockets)).getsockname()[1]
            dialled = Subscription(f"ws://{HOST}:{port}", "s").dial(Token("secret", "", None, 0, 0))
            with pytest.raises(InvalidStatus) as refused:
                await dialled
    assert refused.value.response.status_code == HTTPStatus.FOUND
    assert visitors == []
