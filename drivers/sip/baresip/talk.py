"""One call in the native library: sound in and out, keys, and how it ends."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from baresip import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    Call,
    Event,
    StackEvent,
    StaleHandleError,
    TransferFailed,
)

from drivers.sip.baresip.keys import Keys
from drivers.sip.setup import Srtp
from drivers.sip.stack import Reporter
from drivers.sip.wire import Established, Key, NotTransferred, Over, Played
from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE, End, Ended

_BYTES_A_MS: Final = SAMPLE_RATE * SAMPLE_BYTES // 1000
AHEAD: Final = 120 * _BYTES_A_MS
"""Bytes of sound that the library holds before they are due: enough for a late turn, and soon thrown away."""
MEDIA_WITHIN: Final = 2.0
"""Seconds after the answer by which the library should be ready for sound."""
TRANSFERRED_WITHIN: Final = 30.0
_END_WITHIN: Final = 1.0
_AT_ONCE: Final = 8192
_KEYED: Final = "a=crypto:"
"""What a description of encrypted media holds (RFC 4568)."""
_MEDIA_LOST: Final = "rtp"
_TIMED_OUT: Final = "timed out"
_NO_SRTP: Final = frozenset({406, 415, 488, 606})
"""What a telephone answers that takes none of the ways we offer to encrypt."""


class Talk:
    """A call with its number on the wire; ``turn`` is called every 40 ms for as long as it lives.

    ``again``, where there is one, dials once more in another way: it is called if the other side takes none of the
    ways to encrypt that were offered, and the call goes on under its number.
    """

    def __init__(
        self,
        number: int,
        call: Call,
        reporter: Reporter,
        *,
        dialled: bool,
        srtp: Srtp,
        again: Callable[[], object] | None = None,
    ) -> None:
        self.number = number
        self.call = call
        self.keys = Keys()
        self.over = False
        self.reached = not dialled
        """Whether the other side, or the PBX, has said anything."""
        self._reporter = reporter
        self._dialled = dialled
        self._srtp = srtp
        self._again = again
        self._secure = srtp != "required"
        """Whether sound may flow."""
        self._answered_at: float | None = None
        self._established = False
        self._ending: Ended | None = None
        """Why we end it ourselves."""
        self._listening = False
        self._out: deque[memoryview | int] = deque()
        """Sound to be played, and marks that are told when all before them is out."""
        call.on(self._happened)

    async def answer(self) -> None:
        """Send 200."""
        await self._do(self.call.answer())

    def ends_by_us(self, why: Ended = Ended.OURS) -> None:
        """Its end will be our doing."""
        self._ending = self._ending or why

    async def hang_up(self, why: Ended = Ended.OURS) -> None:
        """End it, in whatever state it is."""
        self.ends_by_us(why)
        await self._do(self.call.hangup())

    def described(self, sdp: str) -> bool:
        """The other side has described its media; False if that is not encrypted as it has to be."""
        self._secure = self._srtp != "required" or _KEYED in sdp
        return self._secure

    async def transfer(self, uri: str) -> None:
        """Send a REFER and wait how it goes; the call is over by us if it goes well."""
        self._ending = Ended.OURS
        try:
            await self.call.transfer(uri, timeout=TRANSFERRED_WITHIN)
        except (TransferFailed, BaresipError):
            self._ending = None
            if not self.over:
                self._reporter.tell(NotTransferred(self.number))

    def play(self, pcm: bytes) -> None:
        """Play this after what waits already."""
        self._out.append(memoryview(pcm))  # of which every turn takes some, without a copy of the rest

    def mark(self, mark: int) -> None:
        """Tell when everything before this is out."""
        self._out.append(mark)

    def silence(self) -> None:
        """Forget what is not out yet."""
        self._out.clear()
        with suppress(AudioNotActive, AudioRestarted):
            self.call.audio.flush_tx()

    def listen(self, *, on: bool) -> None:
        """Report what is heard from now on, or no more."""
        if on:
            with suppress(AudioNotActive, AudioRestarted):
                while self.call.audio.read(_AT_ONCE):
                    pass
        self._listening = on

    def pressed(self, key: str, *, info: bool) -> None:
        """A key has come, over INFO or as the library reports it."""
        now = time.monotonic()
        if self.keys.info(key, now) if info else self.keys.reported(key, now):
            self._reporter.tell(Key(self.number, key))

    def turn(self) -> None:
        """Move sound: ours out, theirs in."""
        if self._answered_at is None or not self._secure:
            return
        try:
            held = self.call.audio.info().tx_buffered
            if not self._established:
                self._say_established()
            self._feed(held)
            if self._listening and (pcm := self.call.audio.read(_AT_ONCE)):
                self._reporter.heard(self.number, pcm)
        except (AudioNotActive, AudioRestarted):  # between two descriptions of the media
            if not self._established and time.monotonic() - self._answered_at > MEDIA_WITHIN:
                self._say_established()

    def _feed(self, held: int) -> None:
        while self._out:
            first = self._out[0]
            if isinstance(first, int):
                if held:
                    return
                self._reporter.tell(Played(self.number, first))
                self._out.popleft()
                continue
            room = AHEAD - held
            if room <= 0:
                return
            taken = self.call.audio.write(first[:room])
            held += taken
            self._out[0] = first[taken:]
            if not self._out[0]:
                self._out.popleft()
            if not taken:
                return

    def _say_established(self) -> None:
        self._established = True
        self._reporter.tell(Established(self.number, self.call.call_id or ""))

    def _happened(self, event: StackEvent) -> None:
        match event.event:
            case Event.CALL_ESTABLISHED if self._answered_at is None:
                self._answered_at = time.monotonic()
            case Event.CALL_DTMF_START if event.text:
                # An INFO is in the trace, which comes by another thread: give it the time to be there first.
                asyncio.get_running_loop().call_later(
                    0.03, lambda: self.pressed(event.text or "", info=False)
                )
            case Event.CALL_CLOSED:
                self._close(event.text or "")

    def _close(self, text: str) -> None:
        if self.over:
            return
        self.over = True
        end = self._end(text)
        if self._again and end.code in _NO_SRTP:
            self._again()
        else:
            self._reporter.tell(Over(self.number, end.reason, end.code))

    def _end(self, text: str) -> End:
        code = int(text[:3]) if text[:3].isdigit() else 0
        if self._ending:
            unheard = self._ending is Ended.OURS and not self.reached
            return End(Ended.UNREACHABLE if unheard else self._ending)
        if _MEDIA_LOST in text.lower():
            return End(Ended.LOST)
        if self._answered_at is not None:
            return End(Ended.LOST) if _TIMED_OUT in text.lower() else End(Ended.FAR_END)
        if not self._dialled:
            # The caller has given up, or our 200 was never acknowledged.
            return End(Ended.LOST) if _TIMED_OUT in text.lower() else End(Ended.FAR_END, code)
        if self._srtp == "required" and code in _NO_SRTP:
            return End(Ended.UNENCRYPTED, code)
        return End.refused(code) if code else End(Ended.UNREACHABLE)

    async def _do(self, request: Awaitable[None]) -> None:
        try:
            await request
        except StaleHandleError:
            # It is gone already. Its end is on its way to us, or was told before anybody listened.
            asyncio.get_running_loop().call_later(_END_WITHIN, self._close, "")
        except BaresipError:
            pass  # the library's thread does not answer, which the stack's sign of life tells
