"""A wire between housephone and a peer, which can go wrong at any byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

NOTICED = 0.5
"""Seconds within which we close a connection whose other end has gone."""

Way = Literal["well", "refuse", "reset", "silent", "cut", "garbage", "flood", "broken"]


@dataclass
class Wire:
    """Passes bytes on as ``way`` says: those from the peer may be held, cut after ``after`` bytes, or spoilt."""

    host: str
    port: int
    way: Way = "well"
    after: int = 0
    connections: int = 0
    """How often we have connected."""
    taken: bytearray = field(default_factory=bytearray)
    """All that we have sent into it, whatever became of it then: who sends cannot know more."""
    _open: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    """Our end and the peer's of each connection."""

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[int]:
        """Serve until the block ends; gives the port."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.drop()

    def drop(self) -> None:
        """Every connection ends now, with what is under way in it."""
        for ours, writer in self._open:
            self.taken += _waiting_in(ours)
            for each in (ours, writer):
                each.transport.abort()

    async def _connected(self, ours: asyncio.StreamReader, to_us: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.way in {"refuse", "reset"}:
            to_us.transport.abort()
            return
        try:
            theirs, to_them = await asyncio.open_connection(self.host, self.port)
        except OSError:
            to_us.transport.abort()
            return
        both = (to_us, to_them)
        self._open.add(both)
        tasks = [
            asyncio.create_task(self._carry(ours, to_them, spoils=False)),
            asyncio.create_task(self._carry(theirs, to_us, spoils=True)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._hear_out(ours, to_us)
            self._open.discard(both)
            for writer in both:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _hear_out(self, ours: asyncio.StreamReader, to_us: asyncio.StreamWriter) -> None:
        """The peer has gone: what we say until we notice that is taken, and nobody hears it."""
        with suppress(OSError, RuntimeError, TimeoutError):
            to_us.write_eof()
            while data := await asyncio.wait_for(ours.read(65536), NOTICED):
                self.taken += data

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, spoils: bool
    ) -> None:
        passed = 0
        with suppress(OSError):
            while data := await source.read(65536):
                if not spoils:
                    self.taken += data
                if self.way == "silent":
                    continue
                if spoils and self.way == "cut" and passed + len(data) > self.after:
                    target.write(data[: max(self.after - passed, 0)])
                    await target.drain()
                    return
                passed += len(data)
                target.write(self._spoilt(data) if spoils else data)
                await target.drain()

    def _spoilt(self, data: bytes) -> bytes:
        match self.way:
            case "garbage":
                return b"\xff\x00\x02\x02GI|RN\xfe\x03junk\x03" + data
            case "flood":
                return b"\x02XX|RN9999|" + b"z" * 6000 + b"\x03" * 3 + data
            case "broken":
                return b"\x16\x03\x01\x02\x00 this is no TLS and no HTTP\r\n\r\n"
            case _:
                return data


def _waiting_in(ours: asyncio.StreamWriter) -> bytes:
    """What we have sent over a connection, and nobody has read."""
    with suppress(OSError), ours.get_extra_info("socket")._sock.dup() as end:
        return bytes(end.recv(65536, socket.MSG_DONTWAIT))
    return b""
