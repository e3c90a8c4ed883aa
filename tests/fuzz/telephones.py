"""The real telephone stack: what comes to its SIP port and to the sound of a call, from its PBX and from strangers.

An input is who sends it (``pbx`` or ``stranger``), a line break, and a datagram.
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import anyio

from drivers.sip.pyvoip.client import answer
from drivers.sip.pyvoip.message import Message, Unreadable, read
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from reconciler.telephones.call import Call, CallEnded
from tests.conformance.telephones.conftest import next_call, now, registered, until
from tests.conformance.telephones.peers import HOST, PASSWORD, free_port, free_range
from tests.conformance.telephones.test_calls import pid
from tests.conformance.telephones.torture import request, rubbish, torture
from tests.fuzz.bending import WORDS, bytes_of
from tests.fuzz.portal import waited_for
from tests.fuzz.target import Target

STRANGER: Final = "127.0.0.2"
WITHIN: Final = 30.0
"""Seconds within which the good question must be answered."""
GROWS_AT_MOST: Final = 64.0
"""Megabytes by which the process of the stack may grow from the first input to the last."""
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
TO: Final = "sip:9001@127.0.0.1"
HEADERS: Final = (
    b"\r\nVia: SIP/2.0/UDP 0.0.0.0:0;rport;branch=",
    b"\r\nRoute: <sip:",
    b"\r\nRecord-Route: ",
    b"\r\nRefer-To: <sip:x@y>",
    b"\r\nReplaces: x;to-tag=1;from-tag=2",
    b"\r\nRequire: 100rel",
    b"\r\nSession-Expires: 0",
    b"\r\nDiversion: <sip:%00>",
    b"\r\nContent-Length: 99999999999",
    b"\r\nContent-Length: -1",
    b"\r\nContent-Type: multipart/mixed;boundary=",
    b"a=rtpmap:",
    b"\r\nm=audio 0 RTP/AVP",
    b"c=IN IP6 ::1",
    b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:",
    b"a=fmtp:101 0-16",
    b"m=video 1 X 1",
)
EVENT_PAYLOAD: Final = 101
OK: Final = 200
SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
)


@dataclass
class Pbx:
    """Takes every registration, and can say anything to our port."""

    setup: Setup
    said: socket.socket
    stranger: socket.socket
    answered: set[str] = field(default_factory=set)
    media: int = 0
    """Where the stack wants to hear the sound of the call that it took last."""

    @property
    def us(self) -> tuple[str, int]:
        """Where the stack listens."""
        return self.setup.local_address, self.setup.local_port

    async def serve(self) -> None:
        """Answer what is asked, and note what is answered."""
        while True:
            await anyio.wait_readable(self.said)
            with suppress(BlockingIOError, Unreadable):
                data, sender = self.said.recvfrom(65536)
                self._take(read(data), data, sender)

    def _take(self, message: Message, data: bytes, sender: tuple[str, int]) -> None:
        if message.method == "REGISTER":
            contact = message.first("contact")
            self.said.sendto(answer(message, 200, "pbx", f"Contact: {contact};expires=3600").encode(), sender)
        elif message.code:
            self.answered.add(message.call_id)
            if message.cseq_method == "INVITE" and message.code == OK:
                self.media = _media_port(data) or self.media
                to, call = message.first("to"), message.call_id
                self.say(request(TO, "ACK", To=to, Call_ID=call, body="").encode())

    def say(self, datagram: bytes, *, stranger: bool = False) -> None:
        """Send it from our address, or from one that the stack has never heard of."""
        with suppress(OSError):  # longer than a datagram can be
            (self.stranger if stranger else self.said).sendto(datagram, self.us)

    async def asks(self) -> None:
        """Ask until there is an answer."""
        port, name = self.said.getsockname()[1], uuid4().hex
        question = request(
            TO, "OPTIONS", Via=f"SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK{name}", Call_ID=name, body=""
        )
        with anyio.fail_after(WITHIN):
            while name not in self.answered:
                self.say(question.encode())
                with anyio.move_on_after(0.2):
                    await until(lambda: name in self.answered)
        self.answered.clear()

    def rings(self, sound: int) -> None:
        """Call the stack; ``sound`` is where we want to hear it."""
        port, name = self.said.getsockname()[1], uuid4().hex
        body = SDP.format(host=HOST, port=sound)
        via = f"SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK{name}"
        contact = f"<sip:room@{HOST}:{port}>"
        self.say(request(TO, Via=via, Call_ID=name, Contact=contact, body=body).encode())


@asynccontextmanager
async def exchange() -> AsyncIterator[tuple[Pbx, Switchboard]]:
    """A PBX that listens, and the stack in its own process, registered there."""
    with socket.socket(type=socket.SOCK_DGRAM) as ours, socket.socket(type=socket.SOCK_DGRAM) as stranger:
        ours.bind((HOST, 0))
        stranger.bind((STRANGER, 0))
        ours.setblocking(False)
        setup = Setup(
            "baresip",
            HOST,
            ours.getsockname()[1],
            accounts=(Account("9001", password=PASSWORD),),
            local_address=HOST,
            local_port=free_port(),
            media_ports=free_range(100),
        )
        pbx = Pbx(setup, ours, stranger)
        async with anyio.create_task_group() as tasks, switchboard(setup, now) as board:
            tasks.start_soon(pbx.serve)
            await registered(board, within=WITHIN)
            yield pbx, board
            tasks.cancel_scope.cancel()


def datagrams(chance: random.Random) -> bytes:
    """A SIP message as nobody should send it."""
    sender = chance.choice((b"pbx", b"pbx", b"stranger"))
    match chance.randrange(3):
        case 0:
            return sender + b"\n" + next(rubbish(TO, 1, chance))
        case 1:
            return sender + b"\n" + bytes_of(tuple(torture(TO).values()), HEADERS)(chance)
        case _:
            method = chance.choice(
                ("INVITE", "ACK", "BYE", "CANCEL", "INFO", "NOTIFY", "REFER", "UPDATE", "PRACK", "SUBSCRIBE")
            )
            good = request(TO, method, body=SDP.format(host=HOST, port=40000)).encode()
            return sender + b"\n" + bytes_of((good,), HEADERS)(chance)


def packets(chance: random.Random) -> bytes:
    """Sound, reports about it, and pressed keys, as nobody should send them."""
    kind = chance.choice((0, 8, EVENT_PAYLOAD, 72, 73, 127, 200, 201))
    head = struct.pack(
        "!BBHII",
        chance.choice((0x80, 0x9F, 0x90, 0xB0, 0)),
        kind,
        chance.randrange(65536),
        160,
        chance.randrange(2**32),
    )
    body = chance.choice(
        (bytes(160), b"\x05\x8a\x03\xc0", b"", b"\xff" * 40, struct.pack("!BBH", 16, 255, 65535))
    )
    return chance.choice((b"pbx", b"stranger")) + b"\n" + bytes_of((head + body,), WORDS)(chance)


@asynccontextmanager
async def opened_port() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """The SIP port. At the end the process is the same, has not grown, and a good call rings."""
    async with exchange() as (pbx, board):
        process, before = pid(board), 0.0

        async def take(data: bytes) -> None:
            nonlocal before
            sender, _, datagram = data.partition(b"\n")
            pbx.say(datagram, stranger=sender == b"stranger")
            await pbx.asks()
            await _reject_all(board)
            before = before or megabytes(process)

        yield take
        await until(lambda: not any(channel.busy for channel in board.channels()), within=WITHIN)
        pbx.rings(40000)
        await (await next_call(board, within=WITHIN)).reject()
        assert pid(board) == process
        assert megabytes(process) - (before or megabytes(process)) < GROWS_AT_MOST


@asynccontextmanager
async def opened_sound() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """The port of a call's sound; a key that is pressed behind whatever came is heard."""
    async with exchange() as (pbx, board):
        with (
            socket.socket(type=socket.SOCK_DGRAM) as sound,
            socket.socket(type=socket.SOCK_DGRAM) as stranger,
        ):
            sound.bind((HOST, 0))
            stranger.bind((STRANGER, 0))
            pbx.rings(sound.getsockname()[1])
            call = await next_call(board, within=WITHIN)
            await call.answer()
            await until(lambda: pbx.media, within=WITHIN)
            process, keys = pid(board), Keys(call, sound, pbx.media)

            async def take(data: bytes) -> None:
                sender, _, datagram = data.partition(b"\n")
                for there in (pbx.media, pbx.media + 1):
                    with suppress(OSError):
                        (stranger if sender == b"stranger" else sound).sendto(datagram, (HOST, there))
                await keys.press()

            yield take
            assert pid(board) == process
            await call.hang_up()


@dataclass
class Keys:
    """Who presses keys in a call until one is heard (RFC 4733): each press is a new event of a stream of its own."""

    call: Call
    sound: socket.socket
    port: int
    presses: int = 0

    async def press(self) -> None:
        """Press 5 until it is heard; what is heard of the others goes by."""
        with anyio.fail_after(WITHIN):
            while True:
                self._send()
                with anyio.move_on_after(0.2):
                    while await self.call.key() != "5":
                        pass
                    return

    def _send(self) -> None:
        self.presses += 1
        stamp = self.presses * 8000
        for number, (ends, lasts) in enumerate(((0, 160), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480))):
            sequence = (self.presses * 5 + number) % 65536
            head = struct.pack(
                "!BBHII", 0x80, EVENT_PAYLOAD | (0x80 if number == 0 else 0), sequence, stamp, 4711
            )
            self.sound.sendto(head + struct.pack("!BBH", 5, ends | 10, lasts), (HOST, self.port))


def _media_port(data: bytes) -> int:
    found = re.search(rb"m=audio ([0-9]+) ", data)
    return int(found[1]) if found else 0


def megabytes(process: int) -> float:
    """What a process holds in memory."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6


async def _reject_all(board: Switchboard) -> None:
    """Calls that made sense are offered to us like any other."""
    while board._rings.statistics().current_buffer_used:
        with suppress(CallEnded):
            await board._rings.receive_nowait().reject()


PORT: Final = Target(
    "sip", datagrams, partial(waited_for, opened_port), examples=5_000, few=15, at_a_time=1000
)
SOUND: Final = Target(
    "rtp", packets, partial(waited_for, opened_sound), examples=5_000, few=15, at_a_time=1000
)
