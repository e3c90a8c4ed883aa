"""Passwords as argon2id hashes, by argon2-cffi with the parameters that it recommends (RFC 9106, low memory).

Both functions are slow on purpose (about 0.05 s and 64 MiB): call them from a worker thread.
"""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b64encode
from functools import cache
from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 8
"""Characters; more would be better, and a desk's password is typed many times a day."""

LONGEST: Final = 1024


def hash_of(password: str) -> str:
    """What to keep of a new password. ValueError if it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    return PasswordHasher().hash(_same_on_every_keyboard(password))


def fits(encoded: str, password: str) -> bool:
    """Tell whether this is the password; an unusable hash fits none."""
    if len(password) > LONGEST:
        return False
    try:
        return PasswordHasher().verify(encoded, _same_on_every_keyboard(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def like(encoded: str) -> str:
    """A hash that no password fits and that takes as long to try: for names that nobody has."""
    asked = extract_parameters(encoded)
    costs = f"m={asked.memory_cost},t={asked.time_cost},p={asked.parallelism}"
    return f"$argon2id$v=19${costs}${_noise(asked.salt_len)}${_noise(asked.hash_len)}"


def _noise(length: int) -> str:
    return b64encode(secrets.token_bytes(length)).decode("ascii").rstrip("=")


def _same_on_every_keyboard(password: str) -> str:
    """Some keyboards send é as one character, others as two."""
    return unicodedata.normalize("NFC", password)
