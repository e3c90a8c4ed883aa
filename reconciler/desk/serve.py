"""Runs an application on an address until the surrounding task is cancelled.

Whoever reaches the address may open connections and say nothing. Each would take a file of this process, until
neither store nor Zoom could be opened any more: so there are only so many, and none may be silent for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

import anyio
import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import Fatal

MOST: Final = 400
"""Connections at a time, well below the 1,024 files that a process may usually open."""
SLOWEST_HEAD: Final = 10.0
"""Seconds within which the head of a request must have come, once a connection is there or a request has begun."""
SLOWEST_REST: Final = 40.0
"""Seconds within which the rest must have come, also of a request that was answered without it; longer than the desk
itself waits for one that it wants to read."""

# A stranger's nonsense is no news: else he could fill the log with it.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _Impatient(H11Protocol):
    """Drops connections that are too many, and those that do not come to the point."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._deadline: asyncio.TimerHandle | None = None
        self._waits_for: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
        else:
            self._wait(h11.IDLE, SLOWEST_HEAD)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        peer = self.conn.their_state
        if peer is h11.IDLE:
            self._wait(peer, SLOWEST_HEAD)
        elif peer is h11.SEND_BODY:
            self._wait(peer, SLOWEST_REST)
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self, state: object, seconds: float) -> None:
        """For the end of a head, or of a body; what has come of it already wins no time."""
        if self._waits_for is not state:
            self._wait_no_more()
            self._waits_for = state
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _wait_no_more(self) -> None:
        self._waits_for = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Server(uvicorn.Server):
    """Signals belong to the controller, and so does the end."""

    async def main_loop(self) -> None:
        """Keep the date of answers true; ten looks a second whether to end would be many in a group."""
        while True:
            await self.on_tick(0)
            await anyio.sleep(1)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Later:
    """An application that is put together when somebody first asks: in most hotels of a group nobody does."""

    def __init__(self, make: Callable[[], FastAPI]) -> None:
        self._make = make
        self._app: FastAPI | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, as ASGI has it."""
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


def bind(host: str, port: int) -> socket.socket:
    """Take an address; who knocks before it is served waits. Fatal, naming it, if somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise Fatal(
            f"desk.listen {host}:{port}: {error.strerror}", "choose another address or stop who has it"
        ) from error
    return listener


async def serve(app: FastAPI | Later, listener: socket.socket) -> None:
    """Serve on a bound socket until cancelled."""
    # Who is believed about where a request comes from is for the desk's access to say: uvicorn itself would believe
    # everybody on this machine.
    config = uvicorn.Config(
        app,
        http=_Impatient,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
        proxy_headers=False,
        server_header=False,
    )
    server = _Server(config)
    try:
        await server.serve(sockets=[listener])
    finally:
        server.should_exit = True
        with anyio.CancelScope(shield=True), anyio.move_on_after(1):
            await server.shutdown(sockets=[listener])
        listener.close()
