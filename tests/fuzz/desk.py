"""The desk's page and API, and the controller's own door, as bytes on a socket: no 500, and the next request works.

An input is a whole request of HTTP. ``@token@`` in it stands for the secret of the door.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote_from_bytes

import anyio

from reconciler.app.doors import Doors
from reconciler.desk.passes import passes_app
from reconciler.desk.serve import bind, serve
from tests.fuzz.bending import VALUES, bytes_of, either, json_of
from tests.fuzz.portal import waited_for
from tests.fuzz.target import Target
from tests.reconciler.conftest import FastClock, inn_at, usual_cloud
from tests.reconciler.desk.conftest import Lobby, at_work

SECRET: Final = "the-doors-own-secret"
ORDERS: Final[tuple[tuple[str, Any], ...]] = (
    (
        "/api/checkin",
        {"room": "1001", "first": "Ana", "last": "Souza", "reservation": "1", "arrival": "2026-11-22"},
    ),
    ("/api/checkout", {"room": "1001", "reservation": "1"}),
    ("/api/move", {"from": "1001", "to": "1002", "reservation": "1"}),
    ("/api/swap", {"a": "1003", "b": "1004"}),
    ("/api/dnd", {"room": "1005", "dnd": "on"}),
    ("/api/wakeup/add", {"room": "1001", "time": "06:30"}),
    ("/api/wakeup/cancel", {"room": "1001", "time": "2026-11-24T06:30"}),
    ("/api/roomstatus", {"room": "1001", "status": "clean", "id": "7"}),
    ("/api/pause", {"room": "1006", "reason": "painters", "until": "2h"}),
    ("/api/resume", {"room": "1006"}),
    ("/api/pms/resync", {"links": [], "release": False}),
    ("/api/debug", {"on": False, "parts": ["zoom"]}),
    ("/hooks/zoom", {"event": "user.updated", "payload": {}}),
    ("/sign-in", {"name": "Alice", "password": "x"}),
)
LOOKS: Final = (
    b"/",
    b"/room/1001",
    b"/api/rooms",
    b"/api/rooms/1001",
    b"/api/rooms/1001/history?since=2d",
    b"/api/history?since=2026-11-22",
    b"/api/wakeups",
    b"/api/links",
    b"/api/alerts",
    b"/api/report?day=2026-11-22",
    b"/wakeups",
    b"/links",
    b"/report",
    b"/log",
    b"/metrics",
    b"/readyz",
    b"/static/desk.css",
    b"/static/../../housephone.yaml",
    b"/api/openapi.json",
    b"/alerts",
)
AT_DOOR: Final[tuple[tuple[str, Any], ...]] = (
    ("/order", {"order": {"verb": "dnd", "room": "1005", "switch": "on"}, "where": "command line"}),
    ("/order", {"order": {"verb": "checkin", "room": "1001", "guest": {"last": "Souza"}}, "where": "x"}),
    ("/order", {"order": {"verb": "wakeup", "room": "1001", "at": "2026-11-24T06:30"}, "where": "x"}),
    ("/poke", {"rooms": ["1001"]}),
    ("/resync", {"links": ["pms"], "where": "x", "release": True}),
    ("/forget", {"room": "1001", "name": "Souza", "before": "2026-11-22T00:00:00Z", "who": "x", "dry_run": True}),
    ("/testcall", {"extension": "1001"}),
    ("/present", {}), ("/links", {}), ("/channels", {}), ("/events", {}),
)  # fmt: skip
WORDS: Final = (
    b"\r\nContent-Length: 5",
    b"\r\nContent-Length: -1",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nHost: evil.example",
    b"\r\nOrigin: http://evil.example",
    b"\r\nExpect: 100-continue",
    b"\r\nCookie: session=x; session=y",
    b"\r\nUpgrade: websocket",
    b"\r\nX-Zm-Signature: v0=\xff\r\nX-Zm-Request-Timestamp: 99999999999999",
    b"\r\nAuthorization: Bearer \xff",
    b"\r\n\r\n",
    b"HTTP/9.9",
    b"\r\nContent-Type: multipart/form-data; boundary=x",
    b"\r\nLast-Event-ID: 99999999999999999999",
    b"%ff",
    b"%2e%2e/",
)
ANSWERS_WITHIN: Final = 20.0
GIVES_UP_AFTER: Final = 1.0
"""Seconds: of what is no whole request the rest is waited for, for longer than we care."""


def request(path: bytes, body: bytes | None, *headers: bytes) -> bytes:
    """A request of HTTP that ends the connection after its answer."""
    lines = [
        b"%s %s HTTP/1.1" % (b"GET" if body is None else b"POST", path),
        b"Host: 127.0.0.1",
        b"Connection: close",
        *headers,
    ]
    if body is not None:
        lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body or b""])


def orders(routes: tuple[tuple[str, Any], ...], *headers: bytes) -> Callable[[random.Random], bytes]:
    """An order, well sent, that is not as it should be."""

    def make(chance: random.Random) -> bytes:
        path, plain = chance.choice(routes)
        return request(path.encode(), json_of((plain,))(chance), *headers)

    return make


def looks(chance: random.Random) -> bytes:
    """A look at something with an odd path or query."""
    path = chance.choice(LOOKS)
    odd = str(chance.choice(VALUES)).encode("utf-8", "surrogatepass")[:2000]
    piece = quote_from_bytes(odd, safe="").encode()
    return request(
        chance.choice(
            (path.replace(b"1001", piece), path + b"/" + piece, path.split(b"=")[0] + b"?since=" + piece)
        ),
        None,
    )


_KEY: Final = b"Authorization: Bearer @token@"
at_desk = either(
    orders(ORDERS),
    orders(ORDERS),
    looks,
    bytes_of([request(b"/api/dnd", b'{"room": "1005", "dnd": "on"}'), request(b"/", None)], WORDS),
)
at_door = either(
    orders(AT_DOOR, _KEY), orders(AT_DOOR, _KEY), bytes_of([request(b"/poke", b'{"rooms": []}', _KEY)], WORDS)
)


@dataclass
class Knock:
    """Where to knock, and the request that must work after each of the others."""

    port: int
    good: bytes
    statuses: set[int] = field(default_factory=set)

    async def take(self, data: bytes) -> None:
        """Send it, and hear anything but that it failed here."""
        status = await self._ask(data.replace(b"@token@", SECRET.encode()), within=GIVES_UP_AFTER)
        assert status < 500 or status == 503, f"answered {status}"
        assert await self._ask(self.good.replace(b"@token@", SECRET.encode()), within=ANSWERS_WITHIN) in {
            200,
            204,
        }

    async def _ask(self, data: bytes, *, within: float) -> int:
        """The status of the answer; 0 where there is none, as to what is no whole request."""
        said = b""
        with anyio.move_on_after(within):
            async with await anyio.connect_tcp("127.0.0.1", self.port) as stream:
                try:
                    await stream.send(data)
                    while len(said) < 12:
                        said += await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    pass
        return int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0


@asynccontextmanager
async def hotel() -> AsyncIterator[Lobby]:
    """A whole hotel at work, with its desk open."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as folder:
        clock = FastClock()
        async with inn_at(Path(folder), usual_cloud(clock), clock) as inn, at_work(inn) as lobby:
            yield lobby


@asynccontextmanager
async def opened_desk() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """The desk."""
    async with hotel() as lobby:
        port = int(lobby.url.rpartition(":")[2])
        yield Knock(port, request(b"/api/dnd", json.dumps({"room": "1012", "dnd": "on"}).encode())).take


@asynccontextmanager
async def opened_door() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """The controller's door, by which the command line comes in."""
    async with hotel() as lobby, anyio.create_task_group() as tasks:
        running = lobby.running
        doors = Doors(
            running.room, running.controller, running.office, running.room.shop.clock.now(), debug=False
        )
        listener = bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        tasks.start_soon(serve, passes_app(SECRET, doors), listener)
        yield Knock(port, request(b"/present", b"{}", _KEY)).take
        tasks.cancel_scope.cancel()


DESK: Final = Target(
    "desk", at_desk, partial(waited_for, opened_desk), examples=2_000, few=5, at_a_time=150, slowest=10.0
)
DOOR: Final = Target(
    "controller",
    at_door,
    partial(waited_for, opened_door),
    examples=2_000,
    few=5,
    at_a_time=150,
    slowest=10.0,
)
