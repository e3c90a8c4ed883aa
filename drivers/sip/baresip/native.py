"""What the native library can do and its Python binding does not offer: five calls into it, past the binding.

The wheel is pinned to one exact version, and every function used here is part of the public interface of libre,
libbaresip or OpenSSL; only the way from a user agent to its registration goes through two of their structures, and is
checked step by step (docs/decisions/registration.md). Never import this but in the worker process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from baresip import _native

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


def _declare(name: str, result: object, *arguments: object) -> None:
    function = getattr(_LIBRARY, name)
    function.restype, function.argtypes = result, arguments


_declare("uag_find_aor", _POINTER, ctypes.c_char_p)
_declare("uag_call_find", _POINTER, ctypes.c_char_p)
_declare("uag_tls", _POINTER)
_declare("ua_account", _POINTER, _POINTER)
_declare("account_set_display_name", ctypes.c_int, _POINTER, ctypes.c_char_p)
_declare("call_get_ua", _POINTER, _POINTER)
_declare("ua_hangup", None, _POINTER, _POINTER, ctypes.c_uint16, ctypes.c_char_p)
_declare("sipreg_send", ctypes.c_int, _POINTER)
_declare("tls_ssl_ctx", _POINTER, _POINTER)
_declare("SSL_CTX_get0_param", _POINTER, _POINTER)
_declare("X509_VERIFY_PARAM_set1_ip_asc", ctypes.c_int, _POINTER, ctypes.c_char_p)


class Changed(Exception):
    """The library is not built as this module knows it."""


@contextmanager
def _inside() -> Iterator[ctypes.CDLL]:
    """Hold the lock of the library's own thread, without which nothing of it may be touched."""
    _LIBRARY.re_thread_enter()
    try:
        yield _LIBRARY
    finally:
        _LIBRARY.re_thread_leave()


def register_again(aor: str) -> None:
    """Send this account's REGISTER once more, as its own timer would: no un-registering, the same dialogue.

    Changed if the account or its registration cannot be found; OSError if it cannot be sent.
    """
    with _inside() as library:
        agent = library.uag_find_aor(aor.encode())
        if not agent:
            raise Changed("no such account")
        error = library.sipreg_send(_registration(agent))
    if error:
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
    with _inside() as library:
        call = library.uag_call_find(call_id.encode())
        if call:
            library.ua_hangup(library.call_get_ua(call), call, code, b"Declined")
    return bool(call)


def call_oneself(aor: str, name: str) -> None:
    """Let this account's From show a name from now on; "" for none."""
    safe = "".join(letter for letter in name if letter.isprintable() and letter not in '"\\<>')
    with _inside() as library:
        agent = library.uag_find_aor(aor.encode())
        if agent:
            library.account_set_display_name(library.ua_account(agent), safe.encode() or None)


def demand_address(address: str) -> None:
    """Let every TLS connection fail unless the server's certificate names this IP address.

    The library checks host names only; a server that is given by its address could show any certificate of a trusted
    authority.
    """
    with _inside() as library:
        context = library.tls_ssl_ctx(library.uag_tls())
        if not library.X509_VERIFY_PARAM_set1_ip_asc(library.SSL_CTX_get0_param(context), address.encode()):
            raise ValueError(f"no IP address: {address}")
