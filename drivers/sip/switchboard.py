"""Our channels at the PBX, whatever speaks SIP behind them: which is free, which works, who calls.

The worker process is started again within two seconds of its death; the calls that it had are lost, and say so.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Final

import anyio

from drivers.sip.line import Line
from drivers.sip.process import COMMAND, LOGGER, Worker
from drivers.sip.setup import Setup
from drivers.sip.wire import (
    Dial,
    Established,
    HangUp,
    Incoming,
    Key,
    Lamp,
    Message,
    Note,
    NotTransferred,
    Over,
    Packet,
    Played,
    Registered,
    Reject,
    Sound,
    Trace,
)
from reconciler.telephones.call import CallEnded, Channel, End, Ended

PACKETS: Final = logging.getLogger("housephone.packets.sip")
RESTART_AFTER: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds until a dead worker is started again; longer each time only for one that never came to work."""
TOLD_WITHIN: Final = 0.5
"""Seconds for the worker to say how a ring was that we have given up."""
STARTING: Final = "the telephone stack is being started"
_BUSY: Final = 486


class Switchboard:
    """All channels of a hotel. Fulfils ``reconciler.telephones.call.Telephones`` while ``serve`` runs."""

    def __init__(self, setup: Setup, now: Callable[[], datetime], command: Sequence[str] = COMMAND) -> None:
        self._setup = setup
        self._now = now
        self._command = command
        self._channels = {
            account.user: Channel(account.user, registered=False, busy=False, since=now(), why=STARTING)
            for account in setup.accounts
        }
        self._lines: dict[int, Line] = {}
        self._numbers = count(1, 2)
        self._worker: Worker | None = None
        self._changed = anyio.Event()
        self._tracing = False
        self._incoming, self._rings = anyio.create_memory_object_stream[Line](math.inf)

    async def serve(self) -> None:
        """Keep a worker alive, for ever."""
        pause = RESTART_AFTER
        while True:
            worker = self._worker = Worker(self._setup, self._take, self._command)
            if self._tracing:
                worker.send(Trace(on=True))
            try:
                await worker.live()
            except OSError:
                LOGGER.exception("the telephone stack cannot be started")
            finally:
                self._lose_all()
            pause = RESTART_AFTER if worker.lived else min(pause * 2, LONGEST_PAUSE)
            LOGGER.warning("the telephone stack is started again")
            await anyio.sleep(pause)

    async def hang_up(self) -> None:
        """End every call: nobody holds any of them any more."""
        for line in tuple(self._lines.values()):
            await line.hang_up()

    def close(self) -> None:
        """No more calls come in."""
        self._incoming.close()
        self._rings.close()

    def channels(self) -> Sequence[Channel]:
        """Every channel as it is now."""
        return tuple(self._channels.values())

    def light(self, extension: str, new: int, saved: int) -> None:
        """Tell the telephone of an extension how many messages wait; nothing comes back of it."""
        self._send(Lamp(extension, new, saved))

    def log_packets(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Log every SIP message, masked, to the logger ``housephone.packets.sip``, or no more."""
        if on is not self._tracing:
            self._tracing = on
            self._send(Trace(on))

    async def dial(self, extension: str, *, ring: float, name: str = "") -> Line:
        """Ring an extension over a free channel that works."""
        channel = await self._free_channel()
        line = Line(next(self._numbers), channel, self._send)
        self._occupy(line)
        self._send(Dial(line.number, channel, extension, name))
        try:
            with anyio.move_on_after(ring):
                await line.established()
                return line
        except anyio.get_cancelled_exc_class():
            await line.hang_up()
            raise
        raise CallEnded(await self._unanswered(line), channel)

    async def _unanswered(self, line: Line) -> End:
        """Give up a ring: nobody answers, or the worker knows that not even the PBX has said a word."""
        self._send(HangUp(line.number))
        with anyio.move_on_after(TOLD_WITHIN):
            await line.wait_ended()
        line.over(End(Ended.OURS))
        end = await line.wait_ended()
        return end if end.reason is Ended.UNREACHABLE else End(Ended.NO_ANSWER)

    async def incoming(self) -> AsyncIterator[Line]:
        """Calls that come in."""
        async for line in self._rings:
            yield line

    async def _free_channel(self) -> str:
        while True:
            working = [channel for channel in self._channels.values() if channel.registered]
            if not working:
                raise CallEnded(End(Ended.UNREACHABLE))
            for channel in working:
                if not channel.busy:
                    return channel.account
            await self._changed.wait()

    def _take(self, what: Message | Sound) -> None:
        match what:
            case Registered(account, ok, why):
                self._registered(account, ok=ok, why=why)
            case Incoming():
                self._ring(what)
            case Packet() | Note():
                _log(what)
            case Over(number, reason, code):
                self._over(number, End(Ended(reason), code))
            case Sound(number, pcm) if line := self._lines.get(number):
                line.said(pcm)
            case Established(number, call_id) if line := self._lines.get(number):
                line.answered(call_id)
            case Key(number, key) if line := self._lines.get(number):
                line.pressed(key)
            case Played(number, mark) if line := self._lines.get(number):
                line.played(mark)
            case NotTransferred(number) if line := self._lines.get(number):
                line.stays()

    def _registered(self, account: str, *, ok: bool, why: str) -> None:
        channel = self._channels[account]
        since = channel.since if channel.registered is ok else self._now()
        self._put(replace(channel, registered=ok, since=since, why=why))

    def _ring(self, call: Incoming) -> None:
        if self._channels[call.account].busy:
            self._send(Reject(call.call, _BUSY))
            return
        line = Line(call.call, call.account, self._send, call_id=call.call_id, headers=call.headers)
        self._occupy(line)
        self._incoming.send_nowait(line)

    def _occupy(self, line: Line) -> None:
        self._lines[line.number] = line
        self._put(replace(self._channels[line.channel], busy=True))

    def _over(self, number: int, end: End) -> None:
        if line := self._lines.pop(number, None):
            line.over(end)
            self._put(replace(self._channels[line.channel], busy=False))

    def _lose_all(self) -> None:
        self._worker = None
        for number in tuple(self._lines):
            self._over(number, End(Ended.DIED))
        for channel in self.channels():
            if channel.registered:
                self._put(replace(channel, registered=False, since=self._now(), why=STARTING))

    def _put(self, channel: Channel) -> None:
        self._channels[channel.account] = channel
        self._changed.set()
        self._changed = anyio.Event()

    def _send(self, what: Message | Sound) -> None:
        if self._worker is not None:
            self._worker.send(what)


def _log(what: Packet | Note) -> None:
    if isinstance(what, Packet):
        PACKETS.debug("%s", what.text)
    else:
        level = logging.getLevelNamesMapping().get(what.level.upper(), logging.WARNING)
        LOGGER.log(level, "%s", what.text)


@asynccontextmanager
async def switchboard(
    setup: Setup, now: Callable[[], datetime], command: Sequence[str] = COMMAND
) -> AsyncIterator[Switchboard]:
    """The channels of this setup, for as long as the block lasts; calls are hung up at its end.

    ``command`` starts the worker process, which gets the number of its end of the wire as the last argument.
    """
    board = Switchboard(setup, now, command)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(board.serve)
        try:
            yield board
        finally:
            tasks.cancel_scope.cancel()
            board.close()
