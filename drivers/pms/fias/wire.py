"""One TCP connection to a PMS that reads no further than it is asked to.

What was read and not yet stored is lost in a crash, so nobody may read ahead: asyncio's own streams take up to
256 KiB at once. Here every read asks the kernel for so many bytes and no more, and what stays there is the PMS's to
repeat.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from typing import Any, Final, Self

import anyio

_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""Seconds of silence, seconds between probes, probes: a vanished PMS shows within two minutes."""


class Wire:
    """A connection; OSError from any method means that it is lost."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Connect to the first address of the host that answers. OSError says why none did."""
        try:
            addresses = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, os.strerror(errno.EINVAL)) from None
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
        for family, kind, protocol, _, address in addresses:
            try:
                return cls(await _connected(socket.socket(family, kind, protocol), address))
            except OSError as error:
                failure = error
        raise failure

    async def read(self, at_most: int) -> bytes:
        """Wait for bytes; b"" when the peer has closed. What has arrived already is given without waiting."""
        while True:
            try:
                return self._socket.recv(at_most)
            except (BlockingIOError, InterruptedError):
                await anyio.wait_readable(self._socket)

    def is_closed_by_peer(self) -> bool:
        """Whether the peer has hung up and all it said before was read: what is written then, nobody takes."""
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except (BlockingIOError, InterruptedError):
            return False

    async def write(self, data: bytes) -> int:
        """Hand all bytes to the kernel, and say how many they were."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except (BlockingIOError, InterruptedError):
                await anyio.wait_writable(self._socket)
        return len(data)

    def close(self) -> None:
        """Close it; nobody may be reading or writing any more."""
        with suppress(OSError):
            self._socket.close()


async def _connected(sock: socket.socket, address: Any) -> socket.socket:
    try:
        _prepare(sock)
        with suppress(BlockingIOError):
            sock.connect(address)
        await anyio.wait_writable(sock)
        _raise_failure(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _prepare(sock: socket.socket) -> None:
    sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):  # macOS names one of them otherwise
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _raise_failure(sock: socket.socket) -> None:
    failure = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if failure:
        raise OSError(failure, os.strerror(failure))
