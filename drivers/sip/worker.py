"""What runs in the process of the telephone stack: ``python -m drivers.sip.worker FD``, started by the switchboard.

It takes messages from the socket that it inherits, hands them to the stack, and sends back what the stack reports. It
ends when that socket does, so it never outlives the controller.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final

from drivers.sip.stack import CannotWork, Stack, make
from drivers.sip.wire import Alive, BrokenWire, Message, Note, Registered, Sound, Start, Unpacker, packed
from reconciler.faults import told
from reconciler.ownmemory import keep_to_ourselves

PULSE: Final = 1.0
"""Seconds between two signs of life."""
_AT_ONCE: Final = 65536
_BACKLOG: Final = 4 * 1024 * 1024
"""Bytes that may wait for a controller that does not read; sound beyond that is dropped."""
_FAREWELL: Final = 3.0
"""Seconds for hanging up and giving registrations back."""


class Pipe:
    """Our end of the wire: reports go out over it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def tell(self, message: Message) -> None:
        """Send a message, if anybody is left to read it."""
        if not self._writer.is_closing():
            self._writer.write(packed(message))

    def heard(self, call: int, pcm: bytes) -> None:
        """Send sound, unless too much waits already."""
        if not self._writer.is_closing() and self._writer.transport.get_write_buffer_size() < _BACKLOG:
            self._writer.write(packed(Sound(call, pcm)))


async def work(inherited: socket.socket) -> None:
    """Serve until the other end is gone."""
    reader, writer = await asyncio.open_connection(sock=inherited)
    pipe, unpacker = Pipe(writer), Unpacker()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: _note(pipe, context))
    stack: Stack | None = None
    pulse: asyncio.Task[None] | None = None
    try:
        while data := await reader.read(_AT_ONCE):
            for what in unpacker.feed(data):
                if stack is None:
                    stack = await _started(what, pipe)
                    pulse = asyncio.create_task(_live(stack, pipe))
                elif isinstance(what, Sound):
                    stack.play(what.call, what.pcm)
                else:
                    await stack.take(what)
    except CannotWork as error:
        pipe.tell(Note("error", str(error)))
        with suppress(OSError):
            await writer.drain()
    finally:
        writer.close()
        if pulse is not None:
            pulse.cancel()
        if stack is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(stack.stop(), _FAREWELL)


async def _started(first: Message | Sound, pipe: Pipe) -> Stack:
    if not isinstance(first, Start):
        raise BrokenWire("the first message says how to begin")
    stack = make(first.setup, pipe)
    try:
        await stack.start()
    except CannotWork as error:
        for account in first.setup.accounts:
            pipe.tell(Registered(account.user, ok=False, why=str(error)))
        raise
    return stack


async def _live(stack: Stack, pipe: Pipe) -> None:
    while True:
        if await stack.alive():
            pipe.tell(Alive())
        await asyncio.sleep(PULSE)


def _note(pipe: Pipe, context: dict[str, Any]) -> None:
    """What nobody has caught, without its words: they may quote a message, and so a guest."""
    fault = context.get("exception")
    pipe.tell(
        Note("error", f"in the telephone stack: {told(fault) if fault else 'a fault of the event loop'}")
    )


def main() -> None:
    """Begin with the socket whose number is the only argument."""
    keep_to_ourselves()
    _keep_the_library_quiet()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl+C at the terminal is the controller's to handle
    try:
        with suppress(ConnectionError):
            asyncio.run(work(socket.socket(fileno=int(sys.argv[1]))))
    except Exception as fault:  # noqa: BLE001 - a traceback would quote what strangers have sent
        sys.exit(f"the telephone stack: {told(fault)}")


def _keep_the_library_quiet() -> None:
    """Let only Python write to the terminal: what native code prints there quotes whatever strangers send."""
    ours = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    sys.stderr = os.fdopen(ours, "w", encoding="utf-8", buffering=1)
    faulthandler.enable(sys.stderr)


if __name__ == "__main__":
    main()
