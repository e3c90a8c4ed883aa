"""A PBX that does just what a test says, on loopback, and a stack that works with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar, cast

import anyio
import pytest

from drivers.sip.pyvoip.client import answer
from drivers.sip.pyvoip.message import Message, Unreadable, read
from drivers.sip.pyvoip.stack import PyVoipStack, make
from drivers.sip.setup import Account, Setup
from drivers.sip.wire import Message as Told
from drivers.sip.wire import Registered

T = TypeVar("T")
HOST = "127.0.0.1"
CHALLENGE = 'Digest realm="pbx.example", nonce="4711"'


class Desk(asyncio.DatagramProtocol):
    """Everything that has come to a socket, and a way to answer."""

    def __init__(self) -> None:
        self.came: list[Message] = []
        self._transport: asyncio.DatagramTransport
        self.us: tuple[str, int] = (HOST, 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's own transport does not say that it is one.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with suppress(Unreadable):
            self.came.append(read(data))
        self.us = addr

    @property
    def port(self) -> int:
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def send(self, text: str | bytes) -> None:
        self._transport.sendto(text if isinstance(text, bytes) else text.encode(), self.us)

    def answers(self, request: Message, code: int, *lines: str, body: str = "", tag: str = "theirs") -> None:
        contact = f"Contact: <sip:room@{HOST}:{self.port}>"
        self.send(answer(request, code, "" if code == 100 else tag, contact, *lines, body=body))

    async def registers(self) -> None:
        """Take the next REGISTER without more ado."""
        self.answers(await self.next(method="REGISTER"), 200)

    async def next(self, *, method: str = "", code: int = 0, within: float = 5) -> Message:
        """The next request with this method, or answer with this status; what came before it is forgotten."""
        with anyio.fail_after(within):
            while True:
                while self.came:
                    message = self.came.pop(0)
                    if message.method == method and message.code == code:
                        return message
                await anyio.sleep(0.002)

    def close(self) -> None:
        self._transport.close()


class Reports:
    """What the stack has told."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._sound: dict[int, bytes] = {}

    def tell(self, message: Told) -> None:
        self.told.append(message)

    def heard(self, call: int, pcm: bytes) -> None:
        self._sound[call] = self._sound.get(call, b"") + pcm

    async def sound(self, call: int, length: int, *, within: float = 2) -> bytes:
        """What was heard of a call, once that is so many bytes."""
        with anyio.fail_after(within):
            while True:
                if len(heard := self._sound.get(call, b"")) >= length:
                    return heard
                await anyio.sleep(0.002)

    async def until(self, kind: type[T], *, within: float = 5) -> T:
        """The next of this kind; what was told before it is forgotten."""
        with anyio.fail_after(within):
            while True:
                while self.told:
                    message = self.told.pop(0)
                    if isinstance(message, kind):
                        return message
                await anyio.sleep(0.002)


def setup_at(pbx: Desk, **changes: object) -> Setup:
    """One channel at this PBX."""
    values: dict[str, object] = {
        "backend": "pyvoip", "registrar": HOST, "registrar_port": pbx.port, "local_address": HOST, "local_port": 0,
        "media_ports": (0, 0), "accounts": (Account("9001", password="open sesame"),),
    }  # fmt: skip
    return Setup(**(values | changes))  # type: ignore[arg-type]


async def desk() -> Desk:
    """A socket of its own on loopback."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(Desk, local_addr=(HOST, 0))
    return made


@pytest.fixture
async def pbx() -> AsyncIterator[Desk]:
    """The PBX that the stack is told about."""
    made = await desk()
    yield made
    made.close()


@pytest.fixture
def reports() -> Reports:
    """Where the stack tells."""
    return Reports()


@pytest.fixture
async def stack(pbx: Desk, reports: Reports) -> AsyncIterator[PyVoipStack]:
    """A stack that has registered."""
    made = make(setup_at(pbx), reports)
    await made.start()
    await pbx.registers()
    assert (await reports.until(Registered)).ok
    yield made
    await made.stop()
