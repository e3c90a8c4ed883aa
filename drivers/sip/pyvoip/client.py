"""What we say over SIP: pyVoIP's texts where they are right, ours where they are not.

pyVoIP cannot take a call back, answers 200 with an ACK of another dialogue, forgets the way that a dialogue was
recorded to take, and numbers its Call-IDs alike at every start.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drivers.sip.headers import quotable
from drivers.sip.pyvoip.library import PayloadType, SIPClient, TransmitType
from drivers.sip.pyvoip.message import SDP, VERSION, Message
from drivers.sip.setup import Account, Setup

Codecs = Mapping[int, PayloadType]
"""Kinds of sound by their number in a session."""
OFFERED: Final[Codecs] = {0: PayloadType.PCMU, 8: PayloadType.PCMA, 101: PayloadType.EVENT}
ALLOWED: Final = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "NOTIFY")
_PHRASES: Final = {
    100: "Trying", 180: "Ringing", 200: "OK", 202: "Accepted", 403: "Forbidden", 405: "Method Not Allowed",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 486: "Busy Here",
    487: "Request Terminated", 488: "Not Acceptable Here", 600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip


def token() -> str:
    """A text that nobody has used: for tags, branches and Call-IDs."""
    return uuid.uuid4().hex


def branch() -> str:
    """The name of a new transaction (RFC 3261, section 8.1.1.7)."""
    return f"z9hG4bK{token()}"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Who talks with whom, from the answer on. ``local`` and ``remote`` are From and To as we write them."""

    call_id: str
    local: str
    remote: str
    target: str
    route: tuple[str, ...]


def dialled(answer: Message) -> Dialogue:
    """The dialogue that an answer to our INVITE makes."""
    route = tuple(reversed(answer.values("record-route")))
    return Dialogue(answer.call_id, answer.first("from"), answer.first("to"), answer.contact, route)


def accepted(invite: Message, tag: str) -> Dialogue:
    """The dialogue that our answer to an INVITE makes."""
    route = tuple(invite.values("record-route"))
    local = f"{invite.first('to')};tag={tag}"
    return Dialogue(invite.call_id, local, invite.first("from"), invite.contact, route)


class _Texts(SIPClient):
    """pyVoIP's texts, with tags and Call-IDs of ours."""

    tag = ""
    registration = ""

    def gen_tag(self) -> str:
        """A tag. pyVoIP would keep each for ever."""
        return self.tag

    def gen_call_id(self) -> str:
        """The Call-ID of the registration, which is one for as long as we run; calls have their own."""
        return self.registration


class Client:
    """One account's words; ``address`` is ours."""

    def __init__(self, setup: Setup, account: Account, address: tuple[str, int]) -> None:
        self.account = account
        self.host = setup.domain if setup.register_domain else setup.registrar
        """The host part of its own address at the PBX."""
        self.dialled_at = setup.dialled_at
        """The host part of whom it calls."""
        self.address = address
        self.registration = f"{token()}@{address[0]}"
        phone: Any = None  # only pyVoIP's own waiting needs one
        self._texts = _Texts(
            self.host, 0, account.user, account.password, phone=phone, myIP=address[0], myPort=address[1]
        )
        self._texts.registration = self.registration
        self._texts.tag = token()
        # The tag of a registration is made once, before there was one of ours.
        self._texts.tagLibrary["register"] = token()
        self.expires = setup.expires

    @property
    def contact(self) -> str:
        """Where we are to be reached."""
        return f"<sip:{self.account.user}@{self.address[0]}:{self.address[1]}>"

    @property
    def home(self) -> str:
        """By which name we are known."""
        return f"<sip:{self.account.user}@{self.host}>"

    def register(self, credentials: str = "", *, give_back: bool = False) -> str:
        """A REGISTER; ``credentials`` is a whole header line."""
        self._texts.default_expires, self._texts.server = self.expires, self.host
        text = self._texts.gen_first_response(deregister=give_back)
        # Some registrars look at the header Expires, some only at the contact.
        text = text.replace("\r\nAllow:", f";expires={0 if give_back else self.expires}\r\nAllow:", 1)
        return _with(text, credentials)

    def invite(self, extension: str, call_id: str, port: int, name: str = "", credentials: str = "") -> str:
        """An INVITE that offers what we can hear and say."""
        if not credentials:
            self._texts.tag = token()
        text = self._session(extension, port, OFFERED, branch(), call_id)
        text = text.replace(
            f"From: <sip:{self.account.user}@{self.address[0]}>", f"From: {_display(name)}{self.home}", 1
        )
        return _with(text, credentials)

    def description(self, port: int, codecs: Codecs) -> str:
        """What we can hear and say, for an answer."""
        return self._session("", port, codecs, "", "").partition("\r\n\r\n")[2]

    def _session(self, extension: str, port: int, codecs: Codecs, branch: str, call_id: str) -> str:
        self._texts.server = self.dialled_at
        media: Any = {port: codecs}  # pyVoIP's annotation of these is wrong
        text = self._texts.gen_invite(extension, "1", media, TransmitType.SENDRECV, branch, call_id)
        del self._texts.tagLibrary[call_id]
        return text

    def cancel(self, invite: Message) -> str:
        """Take an INVITE back that was not answered: the same transaction (RFC 3261, section 9.1)."""
        return self._request("CANCEL", invite.uri, _same(invite, "CANCEL"))

    def refusal_heard(self, invite: Message, answer: Message) -> str:
        """The ACK to an answer other than 2xx: of the INVITE's transaction (RFC 3261, section 17.1.1.3)."""
        lines = [line for line in _same(invite, "ACK") if not line.startswith("To:")]
        return self._request("ACK", invite.uri, [*lines, f"To: {answer.first('to')}"])

    def within(self, dialogue: Dialogue, method: str, number: int, *lines: str) -> str:
        """A request within a dialogue."""
        return self._request(
            method,
            dialogue.target,
            [
                f"Via: {VERSION}/UDP {self.address[0]}:{self.address[1]};branch={branch()};rport",
                *(f"Route: {way}" for way in dialogue.route),
                f"From: {dialogue.local}",
                f"To: {dialogue.remote}",
                f"Call-ID: {dialogue.call_id}",
                f"CSeq: {number} {method}",
                f"Contact: {self.contact}",
                *lines,
            ],
        )

    def _request(self, method: str, uri: str, lines: Sequence[str]) -> str:
        head = [f"{method} {uri} {VERSION}", *lines, "Max-Forwards: 70", "Content-Length: 0"]
        return "\r\n".join(head) + "\r\n\r\n"


def answer(request: Message, code: int, tag: str = "", *lines: str, body: str = "") -> str:
    """Our answer to a request; ``tag`` makes it one of ours in a dialogue that has none yet."""
    to = request.first("to")
    if tag and not request.tag("to"):
        to = f"{to};tag={tag}"
    head = [
        f"{VERSION} {code} {_PHRASES.get(code, 'Refused')}",
        *(f"Via: {way}" for way in request.lines("via")),
        *(f"Record-Route: {way}" for way in request.lines("record-route")),
        f"From: {request.first('from')}",
        f"To: {to}",
        f"Call-ID: {request.call_id}",
        f"CSeq: {request.first('cseq')}",
        *lines,
        *([f"Content-Type: {SDP}"] if body else []),
        f"Content-Length: {len(body.encode())}",
    ]
    return "\r\n".join(head) + "\r\n\r\n" + body


def _same(invite: Message, method: str) -> list[str]:
    """The headers of an INVITE that its CANCEL and its ACK repeat."""
    return [
        f"Via: {invite.lines('via')[0]}",
        f"From: {invite.first('from')}",
        f"To: {invite.first('to')}",
        f"Call-ID: {invite.call_id}",
        f"CSeq: {invite.cseq} {method}",
    ]


def _display(name: str) -> str:
    safe = quotable(name)
    return f'"{safe}" ' if safe else ""


def _with(text: str, line: str) -> str:
    """The text of a request with one more header."""
    return text.replace("\r\nContent-Length", f"\r\n{line}\r\nContent-Length", 1) if line else text
