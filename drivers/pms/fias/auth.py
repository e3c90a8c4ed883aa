"""The optional key of a link: what LD must carry so that the PMS takes us (FIAS, connection authentication).

A wrong answer stops the PMS's interface until somebody restarts it there, so a refused key is never tried again by
itself; the session sees to that.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

_KEY_PREFIX: Final = "FidCrypt0S|"
_ANSWER_PREFIX: Final = "FidCryptAB;"
_KEY_BYTES: Final = 16
BLOCK_BITS: Final = 128
BLOCK_BYTES: Final = BLOCK_BITS // 8

_LINE_BREAKS: Final = re.compile(r"\s+")


def key_of(text: str) -> bytes:
    """The key from the text that vendor and hotel exchange, with or without its ``FidCrypt0S|``.

    ValueError if it is not sixteen bytes in base64; the message does not quote it.
    """
    try:
        key = base64.b64decode(_LINE_BREAKS.sub("", text).removeprefix(_KEY_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"expected {_KEY_PREFIX} and sixteen bytes in base64")
    return key


def answer(key: bytes, challenge: str, random: Callable[[int], bytes]) -> str:
    """The value of CG for the digits of DA and TI in the last LS; ``random`` gives so many fresh bytes."""
    # Its native library takes a while to load, and few hotels have agreed on a key.
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.padding import PKCS7

    start = random(BLOCK_BYTES)
    padder = PKCS7(BLOCK_BITS).padder()
    plain = padder.update(challenge.encode("ascii")) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(start)).encryptor()
    secret = encryptor.update(plain) + encryptor.finalize()
    return _ANSWER_PREFIX + base64.b64encode(start).decode() + base64.b64encode(secret).decode()
