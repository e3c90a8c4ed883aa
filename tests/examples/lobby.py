"""An example of a PMS driver: a PMS that says one thing a line, over TCP. docs/developing.md goes through it.

IN 1207 84311 Souza, Ana         a guest has checked in: room, reservation, name
OUT 1207 84311                   a guest has left
MOVE 1207 1301 84311             a guest went from one room to another
WAKE 1207 2026-11-24T06:30       a guest wants to be woken
STATE 1207 clean occupied        what we say: housekeeping was there
WOKEN 1207 2026-11-24T06:30 OK   what we say: how the wake-up call has ended
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

import anyio
from anyio.abc import SocketStream

from desired.events import CheckedIn, CheckedOut, Event, Moved, Told, WakeupAsked
from desired.said import Source
from reconciler.ports import Clock, Heard, Outbox, Reception
from reconciler.stays.owed import Dispatch, RoomStateOwed, WakeupResultOwed

READ_AHEAD: Final = 16 * 1024
PAUSE: Final = 5.0
"""Seconds until a lost connection is tried again."""


# What its lines mean: pure, so that every case is one line of a test


def heard(line: str, link: str, at: datetime) -> Heard:
    """What a line means that was received ``at`` (aware). One that cannot be read is counted, and says nothing."""
    told = Told(Source.PMS, f"{link} {line.partition(' ')[0]} {at:%H:%M:%S}", at, link=link)
    print_ = blake2b(line.encode(), digest_size=12).hexdigest()
    try:
        return Heard(told, (event_of(line.split()),), print_)
    except (IndexError, ValueError):
        return Heard(told, (), print_, ("malformed_frame",))


def event_of(words: Sequence[str]) -> Event:
    """The event that these words are. IndexError or ValueError if they are none."""
    match words[0]:
        case "IN":
            last, _, first = " ".join(words[3:]).partition(", ")
            return CheckedIn(words[1], words[2], {"last": last or None, "first": first or None})
        case "OUT":
            return CheckedOut(words[1], words[2])
        case "MOVE":
            return Moved(words[2], words[1], words[3])
        case "WAKE":
            return WakeupAsked(words[1], datetime.fromisoformat(words[2]))
    raise ValueError(words[0])


def line_of(dispatch: Dispatch) -> str | None:
    """What we say of something that is owed; None where this PMS has no word for it."""
    match dispatch.owed:
        case RoomStateOwed(state=state):
            return f"STATE {dispatch.room} {state} {'occupied' if dispatch.occupied else 'vacant'}"
        case WakeupResultOwed(time=time, result=result):
            return f"WOKEN {dispatch.room} {time:%Y-%m-%dT%H:%M} {result}"
    return None


# The connection: kept, and never read further than what is durable


class LobbyLink:
    """One link, kept until it is cancelled."""

    def __init__(
        self, name: str, peer: tuple[str, int], house: Reception, owed: Outbox, clock: Clock
    ) -> None:
        self._name, self._peer = name, peer
        self._house, self._owed, self._clock = house, owed, clock

    async def run(self) -> None:
        """Connect, talk, and connect again after every loss."""
        while True:
            try:
                async with await anyio.connect_tcp(*self._peer) as wire:
                    await self._talk(wire)
            except (OSError, anyio.BrokenResourceError):
                pass  # a real driver tells people why: in its status, and once in the log
            await self._house.lost(self._name)
            await self._clock.sleep(PAUSE)

    async def _talk(self, wire: SocketStream) -> None:
        await self._house.connected(self._name)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._send, wire)
            rest = b""
            try:
                while True:
                    *lines, rest = (rest + await wire.receive(READ_AHEAD)).split(b"\n")
                    texts = [line.decode("utf-8", "replace").strip() for line in lines]
                    now = self._clock.now()
                    # Durable when it returns, and only then more is read.
                    await self._house.hear(
                        self._name, [heard(text, self._name, now) for text in texts if text]
                    )
            except anyio.EndOfStream:
                tasks.cancel_scope.cancel()

    async def _send(self, wire: SocketStream) -> None:
        while True:
            dispatch = await self._owed.next(self._name)
            line = line_of(dispatch)
            if line is not None:
                await wire.send(f"{line}\n".encode())
            await self._owed.sent(dispatch)  # only now: a crash before it sends the line once more
