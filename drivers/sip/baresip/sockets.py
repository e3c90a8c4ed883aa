"""The connections of this process to the PBX, which the native library opens and does not watch.

They are watched by the kernel: keep-alive probes close one whose other end has silently gone within a minute, so that
it is enough to look whether any is left.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

IDLE: Final = 20
EVERY: Final = 10
PROBES: Final = 3
"""Seconds of silence before the first probe, seconds between two, and how many may stay unanswered."""
_FDS: Final = Path("/dev/fd")
_ESTABLISHED: Final = 1
_OPTIONS: Final = (("TCP_KEEPIDLE", IDLE), ("TCP_KEEPINTVL", EVERY), ("TCP_KEEPCNT", PROBES))


def alive(port: int) -> bool:
    """Whether a connection to this port of another end lives; each found is watched from then on."""
    return sum(_watched(int(fd.name), port) for fd in _FDS.iterdir() if fd.is_socket()) > 0


def _watched(fd: int, port: int) -> bool:
    """Only for a socket: a copy that turns out to be none would stay open."""
    with suppress(OSError), socket.socket(fileno=os.dup(fd)) as connection:
        if connection.family not in {socket.AF_INET, socket.AF_INET6}:
            return False
        if connection.type != socket.SOCK_STREAM or connection.getpeername()[1] != port:
            return False
        if connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != _ESTABLISHED:
            return False
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _OPTIONS:
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        # Unanswered data counts too, which probes would wait for.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (IDLE + EVERY * PROBES) * 1000)
        return True
    return False
