"""The far end of many calls: takes their sound in, with the kernel's time of arrival, and sends each packet back."""

from __future__ import annotations

import socket
import statistics
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

STAMPED = getattr(socket, "SO_TIMESTAMPNS", 35)
"""Linux's option for times of arrival, which Python 3.11 has no name for."""
_TIMESPEC = struct.Struct("@qq")
_RTP = struct.Struct("!BBHI")
HEAD = 12
"""Bytes before the sound."""
SAMPLES_A_MS = 8
BUFFER = 8 * 1024 * 1024
LATE = 40.0
"""Milliseconds between two packets from which a listener hears a gap."""
WEIGHT = 16
"""Of RFC 3550's running mean of jitter."""


@dataclass(frozen=True, slots=True)
class Packet:
    """When it arrived (nanoseconds of the wall clock), its sender's time (samples), and its bytes of sound."""

    at: int
    stamp: int
    sound: int


@dataclass(slots=True)
class FarEnd:
    """Who listens at ``port``; ``streams`` are the packets of each call."""

    port: int
    streams: dict[tuple[str, int], list[Packet]] = field(default_factory=dict)

    def between(self, start: int, end: int) -> list[list[Packet]]:
        """What came of each call within this time."""
        return [
            [each for each in stream if start <= each.at <= end] for stream in list(self.streams.values())
        ]


@contextmanager
def far_end() -> Iterator[FarEnd]:
    """Somebody to talk to, in a thread, while inside."""
    with socket.socket(type=socket.SOCK_DGRAM) as sound:
        sound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sound.setsockopt(socket.SOL_SOCKET, STAMPED, 1)
        sound.bind(("127.0.0.1", 0))
        end = FarEnd(sound.getsockname()[1])
        over = threading.Event()
        sound.settimeout(0.2)
        thread = threading.Thread(target=_echo, args=(sound, end, over))
        thread.start()
        try:
            yield end
        finally:
            over.set()
            thread.join()


def _echo(sound: socket.socket, end: FarEnd, over: threading.Event) -> None:
    space = socket.CMSG_SPACE(_TIMESPEC.size)
    while not over.is_set():
        try:
            data, ancillary, _, sender = sound.recvmsg(2048, space)
        except TimeoutError:
            continue
        sound.sendto(data, sender)
        seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
        _, _, _, stamp = _RTP.unpack_from(data)
        packet = Packet(seconds * 1_000_000_000 + nanoseconds, stamp, len(data) - HEAD)
        end.streams.setdefault(sender, []).append(packet)


def jitter(stream: Sequence[Packet]) -> float:
    """Milliseconds: the mean of what RFC 3550, 6.4.1 has a receiver estimate."""
    estimate, estimates = 0.0, []
    for one, other in pairwise(stream):
        arrived = (other.at - one.at) / 1_000_000
        sent = (other.stamp - one.stamp) / SAMPLES_A_MS
        estimate += (abs(arrived - sent) - estimate) / WEIGHT
        estimates.append(estimate)
    return statistics.fmean(estimates)


def intervals(streams: Iterable[Sequence[Packet]]) -> list[float]:
    """Milliseconds between packets that follow each other in one call."""
    return [(other.at - one.at) / 1_000_000 for stream in streams for one, other in pairwise(stream)]
