"""Runs an application on an address until the surrounding task is cancelled."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import anyio
import uvicorn
from fastapi import FastAPI

from reconciler.errors import Fatal


class _Server(uvicorn.Server):
    """Signals belong to the controller."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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


async def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve on a bound socket until cancelled."""
    # Who is believed about where a request comes from is for the desk's access to say: uvicorn itself would believe
    # everybody on this machine.
    config = uvicorn.Config(
        app,
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
