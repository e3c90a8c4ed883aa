"""What passes between us and the worker process: messages and sound, over a pair of sockets.

A frame is a kind (one byte), a call's number (four bytes), a length (four bytes), both in network order, and that
many bytes: JSON for a message, PCM for sound. Both ends are started from the same installation, so there is no
version. A call's number is chosen by whoever begins it: ours are odd, the worker's even.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from drivers.sip.setup import Account, Setup

_HEAD: Final = struct.Struct("!cII")
_MESSAGE: Final = b"m"
_SOUND: Final = b"s"
LONGEST: Final = 8 * 1024 * 1024
"""Bytes of the longest frame; more is a broken pipe."""


class BrokenWire(Exception):
    """The other end sends what is no frame: it cannot be understood any more."""


# To the worker.


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: begin to work with this."""

    setup: Setup


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring an extension over this account."""

    call: int
    account: str
    extension: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Take an incoming call."""

    call: int


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse an incoming call with this SIP status."""

    call: int
    code: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a call in whatever state it is."""

    call: int


@dataclass(frozen=True, slots=True)
class Played:
    """To the worker: tell when the sound that was sent before this is out. Back: it is."""

    call: int
    mark: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Throw away the sound that was sent and is not out yet."""

    call: int


@dataclass(frozen=True, slots=True)
class Listen:
    """Send what is heard from now on, or no more."""

    call: int
    on: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """Ask the other side to call this extension instead of us."""

    call: int
    extension: str


@dataclass(frozen=True, slots=True)
class Lamp:
    """Tell the telephone of an extension how many messages wait (SIP NOTIFY, RFC 3842)."""

    extension: str
    new: int
    saved: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Tell every SIP message that goes out or comes in, or no more."""

    on: bool


# From the worker.


@dataclass(frozen=True, slots=True)
class Alive:
    """Sent every second while the stack answers."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registrar says of an account."""

    account: str
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call comes in."""

    call: int
    account: str
    call_id: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Established:
    """A call is answered, and sound can flow both ways."""

    call: int
    call_id: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed."""

    call: int
    key: str


@dataclass(frozen=True, slots=True)
class NotTransferred:
    """The other side does not go; the call goes on."""

    call: int


@dataclass(frozen=True, slots=True)
class Over:
    """A call is over; ``reason`` is one of ``reconciler.telephones.call.Ended``."""

    call: int
    reason: str
    code: int


@dataclass(frozen=True, slots=True)
class Packet:
    """A SIP message, masked."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log."""

    level: str
    text: str


Message = (
    Start | Dial | Answer | Reject | HangUp | Played | Silence | Listen | Transfer | Lamp | Trace
    | Alive | Registered | Incoming | Established | Key | NotTransferred | Over | Packet | Note
)  # fmt: skip

_KINDS: Final[dict[str, Any]] = {kind.__name__: kind for kind in Message.__args__}


_PLAIN: Final = {"int": int, "str": str, "bool": bool}
"""Annotations of this module are text."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Some PCM of a call."""

    call: int
    pcm: bytes


def packed(what: Message | Sound) -> bytes:
    """One frame."""
    if isinstance(what, Sound):
        return _HEAD.pack(_SOUND, what.call, len(what.pcm)) + what.pcm
    body = json.dumps([type(what).__name__, asdict(what)]).encode()
    return _HEAD.pack(_MESSAGE, 0, len(body)) + body


class Unpacker:
    """Cuts a stream of bytes into what it carries. BrokenWire if it cannot."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message | Sound]:
        """Whatever is complete with these bytes."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            kind, call, length = _HEAD.unpack_from(self._buffer)
            if kind not in {_MESSAGE, _SOUND} or length > LONGEST:
                raise BrokenWire("no frame begins here")
            end = _HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            yield Sound(call, body) if kind == _SOUND else _message(body)


def _message(body: bytes) -> Message:
    try:
        name, values = json.loads(body)
        match name:
            case "Start":
                return Start(_setup(values["setup"]))
            case "Incoming":
                headers = tuple((str(name), str(value)) for name, value in values.pop("headers"))
                return _whole(Incoming(**values, headers=headers))
            case _:
                return _whole(_KINDS[name](**values))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenWire(f"no message: {type(error).__name__}") from None  # its text may hold a password


def _whole(message: Message) -> Message:
    """The message, if every value is of the kind that its field has. TypeError if not."""
    for field in fields(message):
        kind = _PLAIN.get(str(field.type))
        if kind is not None and type(getattr(message, field.name)) is not kind:
            raise TypeError
    return message


def _setup(values: dict[str, Any]) -> Setup:
    accounts = tuple(Account(**account) for account in values.pop("accounts"))
    low, high = values.pop("media_ports")
    return Setup(**values, accounts=accounts, media_ports=(low, high))
