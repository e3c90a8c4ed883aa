"""Digest authentication (RFC 2617, RFC 8760): the header that answers a challenge. Pure.

pyVoIP knows MD5 without ``qop`` only, names another address than the request goes to, and has no name for the digest
that differs from the user's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

_FIELD: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_ALGORITHMS: Final[Mapping[str, str]] = {"MD5": "md5", "SHA-256": "sha256"}

Challenge = Mapping[str, str]


class Unanswerable(Exception):
    """No challenge is one that we can answer; the text says why."""


def challenge(offered: Iterable[str]) -> Challenge:
    """The first challenge that we can answer, of the values of WWW-Authenticate or Proxy-Authenticate."""
    algorithms = []
    for value in offered:
        fields = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(value)}
        algorithm = fields.get("algorithm", "MD5").upper()
        if value.lower().startswith("digest") and algorithm in _ALGORITHMS and "nonce" in fields:
            return fields
        algorithms.append(algorithm)
    raise Unanswerable(f"the PBX asks for a digest that we cannot give: {', '.join(algorithms) or 'none'}")


def credentials(asked: Challenge, user: str, password: str, method: str, uri: str, cnonce: str) -> str:
    """The value of Authorization or Proxy-Authorization for one request; ``cnonce`` is a fresh random text."""
    algorithm = asked.get("algorithm", "MD5").upper()

    def hashed(text: str) -> str:
        return hashlib.new(_ALGORITHMS[algorithm], text.encode()).hexdigest()

    realm, nonce = asked.get("realm", ""), asked["nonce"]
    who, what = hashed(f"{user}:{realm}:{password}"), hashed(f"{method}:{uri}")
    fields = [
        f'username="{user}"',
        f'realm="{realm}"',
        f'nonce="{nonce}"',
        f'uri="{uri}"',
        f"algorithm={algorithm}",
    ]
    if "auth" in re.split(r"[\s,]+", asked.get("qop", "")):
        count = "00000001"
        fields += [f'response="{hashed(f"{who}:{nonce}:{count}:{cnonce}:auth:{what}")}"']
        fields += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
    else:
        fields += [f'response="{hashed(f"{who}:{nonce}:{what}")}"']
    if "opaque" in asked:
        fields.append(f'opaque="{asked["opaque"]}"')
    return "Digest " + ", ".join(fields)
