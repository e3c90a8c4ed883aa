"""The sound of one call, over RTP.

pyVoIP reads and writes the packets. Its own threads are not started, its sound of 8 bits becomes one of 16, and a key
is told once by the time that its packets carry: of these the first may be lost, and pyVoIP goes by that one alone.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from drivers.sip.pyvoip.client import Codecs
from drivers.sip.pyvoip.library import (
    PayloadType,
    RTPClient,
    RTPMessage,
    RTPParseError,
    TransmitType,
    audioop,
)
from reconciler.telephones.call import KEYS, SAMPLE_BYTES, SAMPLE_RATE

PACKET: Final = 0.02
"""Seconds of sound in one packet."""
GAP: Final = 0.05
"""Seconds without sound after which the other side counts as silent: what is heard goes on like time."""
_SAMPLES: Final = int(PACKET * SAMPLE_RATE)
_SILENCE: Final = bytes(_SAMPLES * SAMPLE_BYTES)
_HEAD: Final = struct.Struct("!BBHII")
_LARGEST: Final = 2048
_EVENTS: Final = "0123456789*#"
_CODES: Final = {PayloadType.PCMU: 0, PayloadType.PCMA: 8}


class NoPort(Exception):
    """Every port for sound is taken."""


class Media(RTPClient):
    """A port for one call's sound. It hears at once, and speaks from ``begin`` on, silence if nothing else."""

    def __init__(
        self, sock: socket.socket, heard: Callable[[bytes], None], pressed: Callable[[str], None]
    ) -> None:
        super().__init__({}, "", sock.getsockname()[1], "", 0, TransmitType.SENDRECV)
        self.port: int = sock.getsockname()[1]
        self.last = asyncio.get_running_loop().time()
        """When the last packet came, by the loop's clock."""
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._heard = heard
        self._pressed = pressed
        self._waiting = bytearray()
        self._marks: deque[tuple[int, Callable[[], None]]] = deque()
        self._said = 0
        self._event: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._sequence = random.getrandbits(15)
        self._time = random.getrandbits(31)
        self._source = random.getrandbits(32)
        self._due = 0.0
        self._sounded = 0.0
        self._loop.add_reader(sock, self._readable)

    def begin(self, codecs: Codecs, remote: tuple[str, int]) -> None:
        """Speak to this address, in the first of these codecs that is one; later calls change it."""
        self.assoc = dict(codecs)
        self.preference = next(codec for codec in codecs.values() if codec in _CODES)
        self.outIP, self.outPort = remote
        if self._timer is None:
            self._due = self._loop.time()
            self._speak()

    def play(self, pcm: bytes) -> None:
        """Say this after what waits already."""
        self._waiting += pcm

    def mark(self, reached: Callable[[], None]) -> None:
        """Call this when everything before is out."""
        self._marks.append((self._said + len(self._waiting), reached))

    def silence(self) -> None:
        """Forget what is not out yet; its marks are reached."""
        self._waiting.clear()
        self._said = max([self._said, *(place for place, _ in self._marks)])

    def close(self) -> None:
        """Free the port."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        if self._timer is not None:
            self._timer.cancel()

    def _speak(self) -> None:
        pcm = bytes(self._waiting[: _SAMPLES * SAMPLE_BYTES])
        del self._waiting[: len(pcm)]
        self._said += len(pcm)
        with suppress(OSError):  # nobody is there (any more), which the silence tells
            self._socket.sendto(
                self._packet(pcm.ljust(_SAMPLES * SAMPLE_BYTES, b"\0")), (self.outIP, self.outPort)
            )
        while self._marks and self._marks[0][0] <= self._said:
            self._marks.popleft()[1]()
        if self._loop.time() - self._sounded > GAP:
            self._heard(_SILENCE)
        self._due = max(self._due + PACKET, self._loop.time() - PACKET)
        self._timer = self._loop.call_at(self._due, self._speak)

    def _packet(self, pcm: bytes) -> bytes:
        head = _HEAD.pack(0x80, _CODES[self.preference], self._sequence, self._time, self._source)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._time = (self._time + _SAMPLES) & 0xFFFFFFFF
        encode = audioop.lin2ulaw if self.preference is PayloadType.PCMU else audioop.lin2alaw
        return head + encode(pcm, SAMPLE_BYTES)

    def _readable(self) -> None:
        with suppress(BlockingIOError, ConnectionError):
            while True:
                data, source = self._socket.recvfrom(_LARGEST)
                if source[0] == self.outIP or not self.outIP:
                    self._take(data)

    def _take(self, data: bytes) -> None:
        with suppress(RTPParseError, ValueError, IndexError):  # no RTP, or of a kind that we did not offer
            self.parse_packet(data)
            self.last = self._loop.time()

    def _sound(self, pcm: bytes) -> None:
        self._sounded = self._loop.time()
        self._heard(pcm)

    def parse_pcmu(self, packet: RTPMessage) -> None:
        """Sound has come."""
        self._sound(audioop.ulaw2lin(packet.payload, SAMPLE_BYTES))

    def parse_pcma(self, packet: RTPMessage) -> None:
        """Sound has come, in Europe's way."""
        self._sound(audioop.alaw2lin(packet.payload, SAMPLE_BYTES))

    def parse_telephone_event(self, packet: RTPMessage) -> None:
        """A key, in one of the several packets that each press has (RFC 4733)."""
        key = _EVENTS[packet.payload[0]]
        if packet.timestamp != self._event and key in KEYS:
            self._event = packet.timestamp
            self._pressed(key)


class Ports:
    """The ports for sound, taken one after the other so that none is used again at once."""

    def __init__(self, address: str, low: int, high: int) -> None:
        self._address = address
        self._ports = range(low + low % 2, high + 1, 2)
        self._next = 0

    def open(self) -> socket.socket:
        """A bound socket. NoPort if none is free."""
        for _ in self._ports:
            port = self._ports[self._next % len(self._ports)]
            self._next += 1
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                sock.bind((self._address, port))
            except OSError:
                sock.close()
                continue
            sock.setblocking(False)  # noqa: FBT003 - the socket's own way
            return sock
        raise NoPort
