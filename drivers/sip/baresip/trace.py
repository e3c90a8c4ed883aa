"""What went over the wire, from the library's own trace of every SIP message.

The binding shows one value of a header where an INVITE has several, and does not say over which of two ways a key
came. The trace has it all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drivers.sip.headers import Headers, headers, key_of

_LINE: Final = re.compile(r"(RX|TX) (\w+) (\S+) -> (\S+)\r?\n")


@dataclass(frozen=True, slots=True)
class Seen:
    """One SIP message as it was read or written."""

    received: bool
    transport: str
    local: str
    remote: str
    first_line: str
    headers: Headers
    body: str

    def header(self, name: str) -> str:
        """The first value of a header, "" if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def method(self) -> str:
        """Of a request; "" for an answer."""
        word = self.first_line.partition(" ")[0]
        return "" if word.startswith("SIP/") else word

    @property
    def status(self) -> int:
        """Of an answer; 0 for a request."""
        words = self.first_line.split(" ", 2)
        return int(words[1]) if words[0].startswith("SIP/") and words[1:] and words[1].isdecimal() else 0

    @property
    def key(self) -> str:
        """The key that an INFO brings, "" if it brings none."""
        if self.method != "INFO":
            return ""
        return key_of(self.header("Content-Type"), self.body)


def seen(line: str) -> Seen | None:
    """What one entry of the trace shows; None if it is none."""
    start = _LINE.match(line)
    if start is None:
        return None
    head, _, body = line[start.end() :].replace("\r\n", "\n").partition("\n\n")
    first, _, rest = head.partition("\n")
    received = start[1] == "RX"
    local, remote = (start[4], start[3]) if received else (start[3], start[4])
    return Seen(received, start[2].lower(), local, remote, first.strip(), headers(rest), body)
