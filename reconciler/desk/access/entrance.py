"""Recognises people: by a token, by what a trusted proxy says, by a session, or because the machine is theirs."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from hashlib import sha256
from ipaddress import ip_network
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from reconciler.configuration.deskusers import LONGEST_NAME, Desk, Proxy
from reconciler.desk.access.arrival import Arrival, Network, is_loopback
from reconciler.desk.access.books import Books
from reconciler.desk.access.person import Person, Right
from reconciler.desk.access.roll import Roll
from reconciler.desk.access.sessions import Sessions
from reconciler.desk.access.throttle import Throttle
from reconciler.desk.errors import Refused, refused
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.ports import Clock

HERE: Final = Person("desk", Right.ADMIN)
"""Everybody on a machine for which nobody is named."""

log = logger("desk")


class Via(Enum):
    """By what somebody was recognised; a browser sends all but a token without its owner's doing."""

    NOTHING = auto()
    MACHINE = auto()
    PROXY = auto()
    SESSION = auto()
    TOKEN = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """Who asks; ``secret`` is the id of the session, where there is one."""

    person: Person | None = None
    via: Via = Via.NOTHING
    secret: str = ""

    @property
    def csrf(self) -> str:
        """What a form or script of our own page sends back, and another site cannot know."""
        if not self.secret:
            return ""
        code = hmac.digest(self.secret.encode(), b"csrf", sha256)
        return urlsafe_b64encode(code).decode("ascii").rstrip("=")


NOBODY: Final = Known()


def _new_id() -> str:
    return secrets.token_urlsafe(32)


class Entrance:
    """The way in, of one configuration. ``new_id`` makes what cannot be guessed."""

    def __init__(
        self, desk: Desk, books: Books, clock: Clock, *, new_id: Callable[[], str] = _new_id
    ) -> None:
        self.desk = desk
        self.books = books
        self.clock = clock
        self.roll = Roll(desk)
        for trouble in self.roll.troubles:
            log.error("cannot come in", reason=trouble)
        self.throttle = Throttle()
        self.proxies: tuple[Network, ...] = (
            tuple(map(ip_network, desk.proxy.addresses)) if desk.proxy is not None else ()
        )
        self._new_id = new_id
        self._sessions = Sessions(self._proof_of)
        self._remembered = not desk.users

    def _proof_of(self, name: str) -> str | None:
        enrolled = self.roll.user(name)
        return None if enrolled is None else enrolled.proof

    def cookie(self, *, secure: bool) -> str:
        """The cookie's name. Cookies know no ports, so two hotels on one machine have two names."""
        name = f"housephone-{self.desk.address[1]}"
        return f"__Host-{name}" if secure else name

    def now(self) -> datetime:
        """The time on the wall."""
        return self.clock.now()

    async def recognise(self, arrived: Arrival) -> Known:
        """Who asks, and note that they are about. Refused for a token that is none, or a role that is none."""
        await self._remember()
        known = self.look(arrived)
        if known.via is Via.SESSION and self._sessions.touch(known.secret, self.now()):
            await self._keep()
        return known

    def look(self, arrived: Arrival) -> Known:
        """Who asks, without noting it. Refused as above."""
        scheme, _, token = arrived.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(token.strip())
        if self.desk.is_open:
            # A page of another site may have let its own name mean this machine, but not ours.
            return Known(HERE, Via.MACHINE) if is_loopback(arrived.host) else NOBODY
        proxy = self.desk.proxy
        if proxy is not None and proxy.header is not None and arrived.by_proxy:
            named = _brought(arrived.headers, proxy, proxy.header)
            if named is not None:
                return Known(named, Via.PROXY)
        return self._by_session(arrived)

    def _by_token(self, token: str) -> Known:
        holder = self.roll.holder(token)
        if holder is None:
            raise refused(
                401,
                "unknown_token",
                "this token is not known",
                "desk.tokens in housephone.yaml lists those that are",
                headers={"WWW-Authenticate": 'Bearer realm="housephone", error="invalid_token"'},
            )
        return Known(holder, Via.TOKEN)

    def _by_session(self, arrived: Arrival) -> Known:
        secret = self.secret_of(arrived)
        name = self._sessions.find(secret, self.now())
        enrolled = None if name is None else self.roll.user(name)
        return NOBODY if enrolled is None else Known(enrolled.person, Via.SESSION, secret)

    def secret_of(self, arrived: Arrival) -> str:
        """The id that the browser sends; empty where it sends none."""
        cookies = cookie_parser(arrived.headers.get("cookie", ""))
        return cookies.get(self.cookie(secure=arrived.secure), "")

    async def open(self, person: Person, former: str) -> str:
        """Begin a session under a new id, in place of a former one."""
        await self._remember()
        secret = self._new_id()
        self._sessions.close(former)
        self._sessions.open(secret, person.name, self.now())
        await self._keep()
        return secret

    async def close(self, secret: str) -> None:
        """End a session."""
        self._sessions.close(secret)
        await self._keep()

    async def _remember(self) -> None:
        """Take in the sessions of the process before; tried again while the store cannot say."""
        if self._remembered:
            return
        try:
            kept = await self.books.sessions()
        except HousephoneError as error:
            log.warning("sign-ins not read", reason=str(error), remedy=error.remedy)
            return
        self._remembered = True
        self._sessions.take_in(kept, self.now())

    async def _keep(self) -> None:
        if self._remembered:
            await self.books.keep_sessions(self._sessions.out(self.now()))


def _brought(headers: Headers, proxy: Proxy, header: str) -> Person | None:
    """Whom the proxy names; None where it names nobody. Refused where it is not clear whom, or as what."""
    names = headers.getlist(header)
    if not names or names == [""]:
        return None
    if len(names) > 1:
        raise _unclear(f"the header {header} stands twice", "let the proxy set it and drop what clients send")
    name = _text(names[0])
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise _unclear(
            f"the header {header} is no name", f"let the proxy send up to {LONGEST_NAME} characters"
        )
    if proxy.role_header is None or proxy.role_header.lower() not in headers:
        return Person(name, Right(proxy.role))
    roles = headers.getlist(proxy.role_header)
    if len(roles) > 1 or roles[0] not in set(Right):
        raise _unclear(
            f"the header {proxy.role_header} names no role", "let the proxy send look, desk or admin"
        )
    return Person(name, Right(roles[0]))


def _text(value: str) -> str:
    """A header as it was meant: HTTP reads bytes as Latin-1, and most proxies write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def _unclear(message: str, remedy: str) -> Refused:
    return refused(403, "unclear_proxy", message, remedy)
