"""The worker process and the wire to it: started, watched, and put an end to when it no longer answers."""

from __future__ import annotations

import logging
import math
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import anyio
from anyio.abc import Process

from drivers.sip.setup import Setup
from drivers.sip.wire import Alive, BrokenWire, Message, Sound, Start, Unpacker, packed

LOGGER: Final = logging.getLogger("housephone.telephones")
SILENT_FOR: Final = 5.0
"""Seconds without a sign of life after which a worker is as good as dead."""
BEGINS_WITHIN: Final = 20.0
"""Seconds until the first sign of life: a loaded machine takes its time to start a process."""
FAREWELL: Final = 4.0
"""Seconds for a worker to hang up and give the registrations back."""
_AT_ONCE: Final = 65536
"""Bytes."""
_SETTINGS: Final = "HOUSEPHONE_"
"""How the names of settings in the environment begin."""
COMMAND: Final = (sys.executable, "-P", "-m", "drivers.sip.worker")


class Worker:
    """One life of the worker process. The first thing that it is told is with what to begin."""

    def __init__(
        self, setup: Setup, take: Callable[[Message | Sound], None], command: Sequence[str] = COMMAND
    ) -> None:
        self.lived = False
        """Whether it has given a sign of life."""
        self.process: Process | None = None
        self._take = take
        self._command = command
        self._heard_at = math.inf
        self._outbox, self._out = anyio.create_memory_object_stream[bytes](math.inf)
        self.send(Start(setup))

    def send(self, what: Message | Sound) -> None:
        """Say something to it; what is said to a dead one is lost, as a call to it would be."""
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._outbox.send_nowait(packed(what))

    async def live(self) -> None:
        """Start it, and return when it is dead, whatever it died of. OSError if it cannot be started."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - the standard library's
        with self._outbox, self._out, ours:
            with theirs:
                # Passwords go over the socket: a command line or an environment could be read by others.
                process = self.process = await anyio.open_process(
                    [*self._command, str(theirs.fileno())],
                    stdin=None, stdout=None, stderr=None, pass_fds=[theirs.fileno()], env=_without_settings(),
                )  # fmt: skip
            try:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._write, ours)
                    tasks.start_soon(self._watch, process)
                    await self._read(ours)
                    tasks.cancel_scope.cancel()
            finally:
                ours.close()
                with anyio.CancelScope(shield=True):
                    await _bury(process)

    async def _read(self, wire: socket.socket) -> None:
        unpacker = Unpacker()
        try:
            while data := await _received(wire):
                for what in unpacker.feed(data):
                    if isinstance(what, Alive):
                        self.lived, self._heard_at = True, anyio.current_time()
                    else:
                        self._take(what)
        except (BrokenWire, LookupError, ValueError):
            LOGGER.exception("the telephone stack talks nonsense, and is put an end to")

    async def _write(self, wire: socket.socket) -> None:
        with suppress(OSError):
            async for frame in self._out:
                await _send(wire, frame)

    async def _watch(self, process: Process) -> None:
        self._heard_at = anyio.current_time() + BEGINS_WITHIN - SILENT_FOR
        while (left := self._heard_at + SILENT_FOR - anyio.current_time()) > 0:  # noqa: ASYNC110 - not a poll
            await anyio.sleep(min(left, 1.0))
        LOGGER.error("the telephone stack does not answer any more, and is put an end to")
        process.kill()


# Not anyio's stream for such sockets: it sets a future twice where something comes in while it is being cancelled.


async def _received(wire: socket.socket) -> bytes:
    """What comes in next; nothing where the other end is gone."""
    while True:
        await anyio.wait_readable(wire)
        try:
            return wire.recv(_AT_ONCE)
        except BlockingIOError:
            continue
        except OSError:
            return b""


async def _send(wire: socket.socket, frame: bytes) -> None:
    left = memoryview(frame)
    while left:
        try:
            left = left[wire.send(left) :]
        except BlockingIOError:
            await anyio.wait_writable(wire)


def _without_settings() -> dict[str, str]:
    """Our environment without what may be secrets of others than the PBX: native code reads what strangers send."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}


async def _bury(process: Process) -> None:
    """Wait for the end of a process whose wire is cut, and do not wait for ever."""
    with anyio.move_on_after(FAREWELL):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    elif process.returncode:
        LOGGER.warning("the telephone stack has ended with %d", process.returncode)
