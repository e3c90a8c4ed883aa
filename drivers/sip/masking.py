"""SIP messages for a log that may be given away: their shape, without secrets and without anybody's name. Pure.

What is shown: request lines and statuses, headers that steer a call, extensions, the offers of a session description.
What is a star: display names, user parts that are no extension (outside numbers), credentials and challenges, keys of
SRTP, keys that a guest presses, and every header and body that is not known here.
"""

from __future__ import annotations

import re
from typing import Final

STAR: Final = "*"

_STEERING: Final = frozenset({
    "via", "cseq", "call-id", "i", "max-forwards", "content-type", "c", "content-length", "l", "expires", "allow",
    "supported", "k", "require", "session-expires", "x", "min-se", "min-expires", "event", "o", "retry-after",
    "user-agent", "server", "record-route", "route",
})  # fmt: skip
"""Headers that are shown, addresses in them masked."""
_NAMING: Final = frozenset({
    "from", "f", "to", "t", "contact", "m", "p-asserted-identity", "diversion", "history-info", "refer-to", "r",
    "referred-by", "b", "remote-party-id", "reason",
})  # fmt: skip
"""Headers that are shown without display names."""

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_BARE_NAME: Final = re.compile(r"(^|,)[^<>,:;]+(?=<)")
_USER: Final = re.compile(r"((?:sips?|tel):)(?:([^@<>]*)(@)|([^@;>\s,]+))", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"[0-9*#]{1,6}")
_PARAMETER: Final = re.compile(r";\s*([\w-]+)=([^;,>]+)")
_PARAMETERS: Final = frozenset({
    "tag", "reason", "counter", "index", "cause", "transport", "privacy", "screen", "expires", "q", "lr", "limit",
})  # fmt: skip
"""Parameters of such headers that are shown."""
_EMBEDDED: Final = re.compile(
    r"\?(?!Reason=[A-Z0-9.]+(?:%3B|;)cause(?:%3D|=)[0-9]+[>\s])[^>]*", re.IGNORECASE
)
_OFFERED: Final = re.compile(
    r"[vtcbm]=|a=(rtpmap|fmtp|ptime|maxptime|sendrecv|sendonly|recvonly|inactive|rtcp|rtcp-mux|mid|setup)\b"
)
"""Lines of a session description that are shown."""


def masked(text: str) -> str:
    """One entry of the trace."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((place for place, line in enumerate(lines) if place > 0 and not line.strip()), len(lines))
    kind = next((_value(line) for line in lines[:end] if _name(line) in {"content-type", "c"}), "")
    head = [*lines[:1], *map(_addresses, lines[1:2]), *map(_header, lines[2:end])]
    body = [line for line in lines[end + 1 :] if line.strip()]
    if kind.startswith("application/sdp"):
        shown = [_described(line) for line in body]
    else:
        shown = [f"({len(body)} lines of {kind or 'a body'})"] if body else []
    return "\n".join([*head, *([""] if shown else []), *shown])


def _header(line: str) -> str:
    name = _name(line)
    label, colon, value = line.partition(":")
    if name in _STEERING:
        return _addresses(line)
    if name in _NAMING:
        nameless = _BARE_NAME.sub(_nameless, _QUOTED.sub(STAR, value.strip()))
        return f"{label}: {_addresses(_EMBEDDED.sub('?' + STAR, _PARAMETER.sub(_parameter, nameless)))}"
    return f"{label}: {STAR}" if colon and re.fullmatch(r"[A-Za-z0-9-]{1,40}", label) else STAR


def _parameter(match: re.Match[str]) -> str:
    return match[0] if match[1].lower() in _PARAMETERS else f";{match[1]}={STAR}"


def _nameless(match: re.Match[str]) -> str:
    return f"{match[1]}{STAR} "


def _addresses(text: str) -> str:
    """Only extensions stay of the users in addresses."""
    return _USER.sub(_user, text)


def _user(match: re.Match[str]) -> str:
    scheme, user, at, host = match.groups(default="")
    is_shown = _EXTENSION.fullmatch(user or host) or (not at and "." in host)
    return match[0] if is_shown else f"{scheme}{STAR}{at}"


def _described(line: str) -> str:
    if line.startswith("o="):
        return f"o={STAR} {line.partition(' ')[2]}"
    return line if _OFFERED.match(line) else f"{line[:2]}{STAR}"


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _value(line: str) -> str:
    return line.partition(":")[2].strip().lower()
