"""The headers of a SIP message under their long names, and the key that an INFO brings. Pure."""

from __future__ import annotations

import re
from typing import Final

_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_NAME: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
# RFC 3261, section 20, and the RFCs of the other headers.
_COMPACT: Final = {
    "a": "Accept-Contact", "b": "Referred-By", "c": "Content-Type", "d": "Request-Disposition",
    "e": "Content-Encoding", "f": "From", "i": "Call-ID", "j": "Reject-Contact", "k": "Supported",
    "l": "Content-Length", "m": "Contact", "n": "Identity-Info", "o": "Event", "r": "Refer-To", "s": "Subject",
    "t": "To", "u": "Allow-Events", "v": "Via", "x": "Session-Expires", "y": "Identity",
}  # fmt: skip
_KEYS: Final = {
    "application/dtmf-relay": re.compile(r"\s*Signal\s*=\s*([0-9*#])", re.IGNORECASE),
    "application/dtmf": re.compile(r"\s*([0-9*#])\s*"),
}

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order in which they came."""


def headers(text: str) -> Headers:
    """What stands below the first line of a message; a line that is no header is left out."""
    found = []
    for line in _FOLD.sub(" ", text).replace("\r\n", "\n").split("\n"):
        name, colon, value = line.partition(":")
        name = name.strip()
        if colon and _NAME.fullmatch(name):
            found.append((_COMPACT.get(name.lower(), name), value.strip()))
    return tuple(found)


def quotable(name: str) -> str:
    """A display name without what would end its quotes or its header: it may be a stranger's, or a guest's."""
    return "".join(letter for letter in name if letter.isprintable() and letter not in '"\\<>')


def key_of(kind: str, body: str) -> str:
    """The key in an INFO with this Content-Type, "" if there is none."""
    pattern = _KEYS.get(kind.partition(";")[0].strip().lower())
    found = pattern.match(body) if pattern else None
    return found[1] if found else ""
