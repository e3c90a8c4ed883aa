"""Our end of one call, which menus and wake-up calls hold in their hands. What it does is said to the worker."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import count
from typing import Final

import anyio

from drivers.sip.wire import (
    Answer,
    HangUp,
    Listen,
    Message,
    Played,
    Reject,
    Silence,
    Sound,
    Transfer,
)
from reconciler.telephones.call import CallEnded, End, Ended, TransferRefused

_KEPT: Final = 9_000
"""Pieces of sound, at least three minutes of them, that wait for a listener who does not take them."""


class Line:
    """A call over one of our channels. Fulfils ``reconciler.telephones.call.Call``."""

    def __init__(
        self,
        number: int,
        channel: str,
        send: Callable[[Message | Sound], None],
        *,
        call_id: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.number = number
        self._channel = channel
        self._send = send
        self._id = call_id
        self._headers = tuple(headers)
        self._end: End | None = None
        self._established = False
        self._not_transferred = False
        self._keys: deque[str] = deque()
        self._sound: deque[bytes] = deque(maxlen=_KEPT)
        self._marks = count(1)
        self._played = 0
        self._changed = anyio.Event()

    # What is asked of it.

    @property
    def id(self) -> str:
        """Its Call-ID."""
        return self._id

    @property
    def channel(self) -> str:
        """The account over which it runs."""
        return self._channel

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """The headers of an incoming INVITE."""
        return self._headers

    async def answer(self) -> None:
        """Take it."""
        self._check()
        self._send(Answer(self.number))
        await self.established()

    async def established(self) -> None:
        """Wait until it is answered."""
        await self._until(lambda: self._established)

    async def reject(self, code: int = 486) -> None:
        """Refuse it."""
        self._check()
        self._send(Reject(self.number, code))
        self.over(End(Ended.OURS))

    async def hang_up(self) -> None:
        """End it."""
        if self._end is None:
            self._send(HangUp(self.number))
            self.over(End(Ended.OURS))

    async def play(self, pcm: bytes) -> None:
        """Let the other side hear this."""
        self._check()
        mark = next(self._marks)
        self._send(Sound(self.number, pcm))
        self._send(Played(self.number, mark))
        try:
            await self._until(lambda: self._played >= mark)
        except anyio.get_cancelled_exc_class():
            self._send(Silence(self.number))
            raise

    async def pass_on(self, pcm: bytes) -> None:
        """Let the other side hear this, too."""
        self._check()
        self._send(Sound(self.number, pcm))

    async def key(self) -> str:
        """The next key."""
        await self._until(lambda: bool(self._keys))
        return self._keys.popleft()

    async def heard(self) -> AsyncIterator[bytes]:
        """What the other side says from now on."""
        self._check()
        self._sound.clear()
        self._send(Listen(self.number, on=True))
        try:
            while True:
                await self._until(lambda: bool(self._sound))
                yield self._sound.popleft()
        finally:
            self._send(Listen(self.number, on=False))

    async def transfer(self, extension: str) -> None:
        """Hand the other side over."""
        self._check()
        self._not_transferred = False
        self._send(Transfer(self.number, extension))
        try:
            await self._until(lambda: self._not_transferred)
        except CallEnded as ended:
            if ended.end.reason is Ended.OURS:
                return
            raise
        raise TransferRefused

    async def wait_ended(self) -> End:
        """Wait until it is over."""
        while self._end is None:
            await self._changed.wait()
        return self._end

    # What the worker says of it.

    def answered(self, call_id: str) -> None:
        """It is answered, and sound can flow."""
        self._id = call_id or self._id
        self._established = True
        self._tell()

    def over(self, end: End) -> None:
        """It is over; the first reason counts."""
        if self._end is None:
            self._end = end
            self._tell()

    def pressed(self, key: str) -> None:
        """The other side has pressed a key."""
        self._keys.append(key)
        self._tell()

    def said(self, pcm: bytes) -> None:
        """The other side says this."""
        self._sound.append(pcm)
        self._tell()

    def played(self, mark: int) -> None:
        """The other side has heard everything up to this mark."""
        self._played = max(self._played, mark)
        self._tell()

    def stays(self) -> None:
        """The other side was not handed over."""
        self._not_transferred = True
        self._tell()

    def _check(self) -> None:
        if self._end is not None:
            raise CallEnded(self._end, self._channel)

    async def _until(self, true: Callable[[], bool]) -> None:
        """Wait for this to come true; what was there before the end is still given out."""
        while not true():
            self._check()
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
