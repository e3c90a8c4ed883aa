"""A SIP message as it came, read so that pyVoIP cannot stumble over it.

pyVoIP knows headers by their long names in one spelling, wants a blank after each colon, takes the first of several
values, and drops what it does not understand with an error in the midst of reading. Here every message is taken apart
first; pyVoIP reads the session description.
"""

from __future__ import annotations

import re
from typing import Final

from drivers.sip.headers import headers
from drivers.sip.pyvoip.library import SIPMessage, SIPMessageType

VERSION: Final = "SIP/2.0"
_TAG: Final = re.compile(r";\s*tag\s*=\s*([^;\s]+)", re.IGNORECASE)
_URI: Final = re.compile(r"<([^>]*)>")
_COMMA: Final = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^<]*>)')
_NEEDED: Final = ("via", "from", "to", "call-id", "cseq")
SDP: Final = "application/sdp"


class Unreadable(Exception):
    """No SIP message, or one that nobody can answer."""


class Message(SIPMessage):
    """A request or an answer. ``pairs`` are its headers in their order; ``code`` is 0 for a request."""

    def parse(self, data: bytes) -> None:
        """Take it apart. Unreadable if that cannot be done."""
        head, _, content = data.partition(b"\r\n\r\n")
        first, _, rest = head.decode("utf-8", "replace").partition("\r\n")
        self.content = content
        self.pairs = headers(rest)
        words = first.split(" ", 2)
        self.code = 0
        self.method = self.uri = ""
        try:
            if words[0] == VERSION:
                self.type, self.code = SIPMessageType.RESPONSE, int(words[1])
            elif words[2] == VERSION:
                self.type, self.method, self.uri = SIPMessageType.MESSAGE, words[0], words[1]
            else:
                raise Unreadable("another version of SIP")
            number, self.cseq_method = self.first("cseq").split()
            self.cseq = int(number)
        except (IndexError, ValueError) as error:
            raise Unreadable("no SIP message") from error
        if not all(self.first(name) for name in _NEEDED):
            raise Unreadable("a header is missing that every message needs")
        if content and self.first("content-type").lower().startswith(SDP):
            self._describe(content)

    def _describe(self, content: bytes) -> None:
        self.headers["Content-Type"] = SDP
        try:
            self.parse_raw_body(content, self.parse_body)
        except (ValueError, LookupError, UnboundLocalError, TypeError):
            self.body.clear()  # as if there were none

    def values(self, name: str) -> list[str]:
        """Every value of a header that may have several, in their order; ``name`` in small letters."""
        return [value.strip() for line in self._lines(name) for value in _COMMA.split(line) if value.strip()]

    def first(self, name: str) -> str:
        """The first line of a header, "" if there is none; ``name`` in small letters."""
        return next(iter(self._lines(name)), "")

    def lines(self, name: str) -> list[str]:
        """The lines of a header, not cut at commas; ``name`` in small letters."""
        return list(self._lines(name))

    def tag(self, name: str) -> str:
        """The tag of From or To, "" if it has none."""
        found = _TAG.search(_URI.sub("", self.first(name)))
        return found[1] if found else ""

    @property
    def call_id(self) -> str:
        """Its Call-ID."""
        return self.first("call-id")

    @property
    def contact(self) -> str:
        """The address at which the sender wants to be reached, "" if it does not say."""
        contact = next(iter(self.values("contact")), "")
        return address(contact)

    def _lines(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key.lower() == name]


def address(value: str) -> str:
    """The URI of a header's value, with or without angle brackets."""
    found = _URI.search(value)
    return found[1] if found else value.partition(";")[0].strip()


def read(data: bytes) -> Message:
    """The message of one datagram. Unreadable if it is none."""
    return Message(data)
