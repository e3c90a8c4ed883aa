"""What the native library can do and its Python binding does not offer: some calls into it, past the binding.

The wheel is pinned to one exact version, and every function used here is part of the public interface of libre,
libbaresip or OpenSSL; only the way from a user agent to its registration goes through two of their structures, and is
checked step by step (docs/decisions/registration.md). All of it may only be called on the library's own thread, by
``Runtime.inside``: elsewhere its sockets and timers belong to nobody. Never import this but in the worker process.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from baresip import _native
from baresip import runtime as binding

from drivers.sip.headers import quotable

T = TypeVar("T")
ANSWERS_WITHIN: Final = 2.0
"""Seconds within which the library's thread says that it is there."""

PING: Final[int] = _native.lib.BP_CMD_PING
REGISTER: Final[int] = _native.lib.BP_CMD_UA_REGISTER
"""Commands of the binding that it gives no name to."""

_POINTER: Final = ctypes.c_void_p
_WORD: Final = ctypes.sizeof(_POINTER)
_LIBRARY: Final = ctypes.CDLL(_native.__file__)

# The words of struct ua (a list element of four, the account, the list of registrations), of struct le (previous,
# next, list, data) and of struct reg (a list element, its ua, its sipreg).
_REGISTRATIONS: Final = 5
_LIST_OF: Final = 2
_OWNER: Final = 4
_SIPREG: Final = 5

# enum sdp_dir
_NEITHER_WAY: Final = 0
_BOTH_WAYS: Final = 3


_ANSWER: Final = ctypes.CFUNCTYPE(None, ctypes.c_int, _POINTER, _POINTER)
"""What hears of the answer to a request."""


def _declare(name: str, result: object, *arguments: object) -> None:
    function = getattr(_LIBRARY, name)
    function.restype, function.argtypes = result, arguments


_declare("uag_find_aor", _POINTER, ctypes.c_char_p)
_declare("uag_call_find", _POINTER, ctypes.c_char_p)
_declare("uag_tls", _POINTER)
_declare("ua_account", _POINTER, _POINTER)
_declare("account_set_display_name", ctypes.c_int, _POINTER, ctypes.c_char_p)
_declare("account_set_mediaenc", ctypes.c_int, _POINTER, ctypes.c_char_p)
_declare("call_get_ua", _POINTER, _POINTER)
_declare("call_set_media_estdir", None, _POINTER, ctypes.c_int, ctypes.c_int)
_declare("ua_hangup", None, _POINTER, _POINTER, ctypes.c_uint16, ctypes.c_char_p)
_declare(
    "sip_req_send",
    ctypes.c_int,
    _POINTER,
    ctypes.c_char_p,
    ctypes.c_char_p,
    _ANSWER,
    _POINTER,
    ctypes.c_char_p,
)
_declare("sipreg_send", ctypes.c_int, _POINTER)
_declare("tls_ssl_ctx", _POINTER, _POINTER)
_declare("SSL_CTX_get0_param", _POINTER, _POINTER)
_declare("X509_VERIFY_PARAM_set1_ip_asc", ctypes.c_int, _POINTER, ctypes.c_char_p)


class Changed(LookupError):
    """The library is not built as this module knows it."""


class Runtime(binding.Runtime):
    """The binding's runtime, with a way to do something on the library's own thread."""

    def __init__(self) -> None:
        super().__init__()
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    async def inside(self, work: Callable[[], T]) -> T:
        """Do this on the library's thread. BaresipError if that does not answer; whatever ``work`` raises."""
        future: Future[T] = Future()
        self._work.append((future, work))
        await self.cmd(PING, timeout=ANSWERS_WITHIN)
        return future.result(timeout=0)

    def _on_native_event(self, ev: int, handle: int, payload: bytes | None) -> None:
        """On the library's thread: its answer to any command, and so to the one that ``inside`` has sent."""
        while self._work:
            future, work = self._work.popleft()
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 - it goes to who has asked
                future.set_exception(error)
        super()._on_native_event(ev, handle, payload)


def register_again(aor: str) -> None:
    """Send this account's REGISTER once more, as its own timer would: no un-registering, the same dialogue.

    Changed if the account or its registration cannot be found; OSError if it cannot be sent.
    """
    agent = _LIBRARY.uag_find_aor(aor.encode())
    if not agent:
        raise Changed("no such account")
    if error := _LIBRARY.sipreg_send(_registration(agent)):
        raise OSError(error, "REGISTER could not be sent")


def _registration(agent: int) -> int:
    head, tail, count = (_word(agent, _REGISTRATIONS + place) for place in range(3))
    if not head or head != tail or count != 1:
        raise Changed("an account has one registration")
    if _word(head, _LIST_OF) != agent + _REGISTRATIONS * _WORD or _word(head, _OWNER) != agent:
        raise Changed("a registration names its account")
    return _word(head, _SIPREG)


def _word(address: int, place: int) -> int:
    return _POINTER.from_address(address + place * _WORD).value or 0


def refuse(call_id: str, code: int) -> bool:
    """Refuse a ringing call with this status, whatever the binding's own is; False if there is no such call."""
    call = _LIBRARY.uag_call_find(call_id.encode())
    if call:
        _LIBRARY.ua_hangup(_LIBRARY.call_get_ua(call), call, code, b"Declined")
    return bool(call)


def sound_only(call_id: str) -> None:
    """Let an incoming call be without pictures from the start; else the library asks for none a moment later.

    It would do so by a re-INVITE right after the answer, which is legal, and which not every gateway takes well.
    """
    if call := _LIBRARY.uag_call_find(call_id.encode()):
        _LIBRARY.call_set_media_estdir(call, _BOTH_WAYS, _NEITHER_WAY)


def call_oneself(aor: str, name: str) -> None:
    """Let this account's From show a name from now on; "" for none."""
    if agent := _LIBRARY.uag_find_aor(aor.encode()):
        _LIBRARY.account_set_display_name(_LIBRARY.ua_account(agent), quotable(name).encode() or None)


def encrypt(aor: str, way: str) -> None:
    """Let this account's next call offer this encryption: srtp or srtp-mand."""
    if agent := _LIBRARY.uag_find_aor(aor.encode()):
        _LIBRARY.account_set_mediaenc(_LIBRARY.ua_account(agent), way.encode())


_ANSWERED: Final = _ANSWER(lambda _error, _message, _argument: None)
"""What comes of a request outside of calls concerns nobody."""


def send(aor: str, method: str, uri: str, rest: str) -> None:
    """Send a request outside of any call in this account's name; ``rest`` are further headers and the body.

    Changed if there is no such account; OSError if it cannot be sent.
    """
    agent = _LIBRARY.uag_find_aor(aor.encode())
    if not agent:
        raise Changed("no such account")
    text = rest.replace("%", "%%").encode()  # the library takes it for a format
    if error := _LIBRARY.sip_req_send(agent, method.encode(), uri.encode(), _ANSWERED, None, text):
        raise OSError(error, f"{method} could not be sent")


def demand_address(address: str) -> None:
    """Let every TLS connection fail unless the server's certificate names this IP address.

    The library checks host names only; a server that is given by its address could show any certificate of a trusted
    authority.
    """
    rules = _LIBRARY.SSL_CTX_get0_param(_LIBRARY.tls_ssl_ctx(_LIBRARY.uag_tls()))
    if not _LIBRARY.X509_VERIFY_PARAM_set1_ip_asc(rules, address.encode()):
        raise ValueError(f"no IP address: {address}")
