"""The doors to telephones: a call in our own words, and the channels over which calls come and go.

What stands behind them speaks SIP; menus, wake-up calls and mailboxes know only what is here. Sound is always
8 kHz, 16 bit, one channel, little-endian ("PCM"), whatever goes over the wire.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

SAMPLE_RATE: Final = 8_000
"""Samples a second."""
SAMPLE_BYTES: Final = 2
KEYS: Final = frozenset("0123456789*#")


class Ended(StrEnum):
    """Why a call is over, told apart by what follows for a wake-up."""

    FAR_END = "far_end"
    """The other side hung up after an answer."""
    OURS = "ours"
    """We hung up, or took a ringing call back."""
    BUSY = "busy"
    """486 or 600."""
    NO_ANSWER = "no_answer"
    """Nobody answered within the ring time; also 408, 480 and 487."""
    REJECTED = "rejected"
    """603 or 607: somebody at the telephone does not want this call."""
    UNREACHABLE = "unreachable"
    """The PBX does not put the call through (403, 404, 410, 5xx …), says nothing, or no channel works."""
    UNENCRYPTED = "unencrypted"
    """``srtp: required``, and the other side offers no SRTP."""
    LOST = "lost"
    """The media stopped, or an ACK never came."""
    DIED = "died"
    """The telephone stack died, and all its calls with it."""


_BUSY: Final = frozenset({486, 600})
_NO_ANSWER: Final = frozenset({408, 480, 487})
_DECLINED: Final = frozenset({603, 607})


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended; ``code`` is the SIP status where there was one, else 0."""

    reason: Ended
    code: int = 0

    @classmethod
    def refused(cls, code: int) -> End:
        """What a final answer other than 2xx means to us (RFC 3261, section 21; RFC 8197).

        Only a telephone says that it is busy or declines; whatever else is refused, nobody has heard it ring.
        """
        if code in _BUSY:
            return cls(Ended.BUSY, code)
        if code in _NO_ANSWER:
            return cls(Ended.NO_ANSWER, code)
        if code in _DECLINED:
            return cls(Ended.REJECTED, code)
        return cls(Ended.UNREACHABLE, code)


class CallEnded(Exception):
    """The call is over, so that nothing can be said or heard any more. ``channel`` is the account, if it had one."""

    def __init__(self, end: End, channel: str = "") -> None:
        super().__init__(f"{end.reason} {end.code}".rstrip(" 0"))
        self.end = end
        self.channel = channel


class TransferRefused(Exception):
    """The other side does not take a REFER; the call goes on."""


class Call(Protocol):
    """One call, incoming or dialled. Every method may raise CallEnded, except ``hang_up`` and ``wait_ended``."""

    @property
    def id(self) -> str:
        """Its Call-ID, for logs."""
        ...

    @property
    def channel(self) -> str:
        """The account over which it runs."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """The headers of an incoming INVITE as they came, in their order; empty for a dialled call."""
        ...

    async def answer(self) -> None:
        """Take an incoming call; returns when sound can flow both ways."""
        ...

    async def reject(self, code: int = 486) -> None:
        """Refuse an incoming call that was not answered."""
        ...

    async def hang_up(self) -> None:
        """End the call in whatever state it is. Nothing happens if it is over already."""
        ...

    async def play(self, pcm: bytes) -> None:
        """Let the other side hear this; returns when it was heard. Cancelled, it falls silent at once."""
        ...

    async def pass_on(self, pcm: bytes) -> None:
        """Let the other side hear this after all that was passed on before; returns at once."""
        ...

    async def key(self) -> str:
        """Wait for the next key that was pressed, each press once; those pressed before somebody asked are kept."""
        ...

    def heard(self) -> AsyncIterator[bytes]:
        """What the other side says from now on, in pieces of 20 to 40 ms; ends with CallEnded."""
        ...

    async def transfer(self, extension: str) -> None:
        """Hand the other side over to this extension (REFER); the call is over then, by us.

        TransferRefused if it will not go.
        """
        ...

    async def wait_ended(self) -> End:
        """Wait until the call is over, and tell why."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One account at the PBX, which carries one call at a time."""

    account: str
    registered: bool
    busy: bool
    since: datetime
    """When ``registered`` changed last."""
    why: str = ""
    """What the registrar said last, where it is not registered."""


class Telephones(Protocol):
    """The channels of one hotel."""

    def channels(self) -> Sequence[Channel]:
        """Every channel as it is now."""
        ...

    async def dial(self, extension: str, *, ring: float, name: str = "") -> Call:
        """Ring an extension for at most ``ring`` seconds over a free channel that works, and return when answered.

        ``name`` is what its display should show of us. Waits for a channel while all are busy. CallEnded with the
        reason if nobody answers; cancelled, the ringing is taken back.
        """
        ...

    def incoming(self) -> AsyncIterator[Call]:
        """Calls that come in from the configured PBX or proxy, not yet answered."""
        ...
