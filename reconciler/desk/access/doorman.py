"""Stands before every route: who asks, from where, may they, is it small enough; and notes who did what.

It refuses by default. Whatever is not open to all needs a person with LOOK, and DESK to change anything, so a route
that forgets to say what it needs lets nobody in from outside.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desired.document import ROOM_PATTERN
from reconciler.configuration.deskusers import Desk
from reconciler.desk.access.arrival import arrival, form_fields, from_another_site
from reconciler.desk.access.books import Books
from reconciler.desk.access.entrance import NOBODY, Entrance, Known, Via
from reconciler.desk.access.headers import protect
from reconciler.desk.access.incoming import Incoming
from reconciler.desk.access.person import Right, foreign_host, not_allowed, unknown
from reconciler.desk.access.signing import SIGN_IN, SIGN_OUT, signing_pages
from reconciler.desk.answers import answer, tell_errors
from reconciler.desk.errors import Refused, refused
from reconciler.faults import told
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.rows import Happened, HappeningRow

HOOKS: Final = "/hooks/"
"""Programs knock here, never people."""

PUBLIC: Final = ("/livez", "/readyz", "/metrics", SIGN_IN, "/static/", HOOKS)
"""Open to all: probes, what the sign-in page needs, and hooks, which prove their callers themselves.

What ends with a slash is open with all below it. Routes here ask ``who`` before they show what is the hotel's own.
"""

ROOM_FIELDS: Final = ("room", "from", "a")
"""Where an order names its room: a move has two, ``from`` and ``to``, a swap ``a`` and ``b``."""

log = logger("desk")


def guard(app: FastAPI, desk: Desk, books: Books, clock: Clock, *, hotel: str = "") -> Entrance:
    """Let nobody into an application but those who may. Adds the sign-in pages, and one shape for all errors.

    Call it after all other middleware was added, so that it stands before them. ``hotel`` is shown at the sign-in.
    """
    entrance = Entrance(desk, books, clock)
    tell_errors(app)
    app.include_router(signing_pages(entrance, hotel))
    app.add_middleware(Doorman, entrance=entrance)
    return entrance


class Doorman:
    """The middleware. Written against ASGI itself, because events must pass through it as they come."""

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await _Visit(self._app, self._entrance, scope, send).go(receive)


class _Visit:
    """One request."""

    def __init__(self, app: ASGIApp, entrance: Entrance, scope: Scope, send: Send) -> None:
        self._app = app
        self._entrance = entrance
        self._scope = scope
        self._send = send
        self._status = 0
        self._arrived = arrival(scope, entrance.proxies)

    async def go(self, receive: Receive) -> None:
        """Answer it, with the headers that every answer has, whatever happens inside."""
        request = Incoming(receive)
        try:
            known = await self._admitted()
            body = None if self._arrived.is_safe else await request.body(self._arrived.headers)
            self._make_sure_it_is_meant(known, body)
        except Refused as error:
            await self._turn_away(error, request)
            return
        try:
            await self._inside(receive if body is None else _again(body, receive))
        finally:
            await self._note(known, body)

    async def _inside(self, receive: Receive) -> None:
        try:
            await self._app(self._scope, receive, self._answer)
        except Exception as error:
            log.error("an answer failed", fault=told(error))  # noqa: TRY400 - its text may hold a guest's name
            if self._status:
                raise
            failed = refused(
                500, "failed", "this did not work", "see housephone's log; say it again if it matters"
            )
            await failed.answer()(self._scope, receive, self._answer)

    async def _admitted(self) -> Known:
        """Who asks, if they may at all; what routes ask for is left with the request."""
        arrived, public = self._arrived, _is_public(self._arrived.path)
        known = await self._recognised(public=public)
        state = self._scope.setdefault("state", {})
        state.update(arrived=arrived, person=known.person, csrf=known.csrf, still=self._still)
        if public:
            return known
        if known.person is None:
            raise foreign_host() if self._entrance.desk.is_open else unknown()
        needed = Right.LOOK if arrived.is_safe or arrived.path == SIGN_OUT else Right.DESK
        if not known.person.may(needed):
            raise not_allowed(needed)
        return known

    async def _recognised(self, *, public: bool) -> Known:
        try:
            return await self._entrance.recognise(self._arrived)
        except Refused:
            if public:
                return NOBODY
            raise

    def _still(self) -> bool:
        try:
            return self._entrance.look(self._arrived).person is not None
        except Refused:
            return False

    def _make_sure_it_is_meant(self, known: Known, body: bytes | None) -> None:
        """What changes something must be the person's own doing, and not that of another site in their browser."""
        arrived = self._arrived
        if body is None or known.via is Via.TOKEN or arrived.path.startswith(HOOKS):
            return
        if from_another_site(arrived):
            raise refused(
                403, "another_site", "a page of another site has sent this", "open the desk's own page"
            )
        if (
            known.via is Via.SESSION
            and arrived.path != SIGN_IN
            and not _shows(known.csrf, arrived.headers, body)
        ):
            raise refused(
                403,
                "csrf",
                "the page is out of date",
                "load it again (programs: send X-CSRF-Token, or use a token)",
            )

    async def _turn_away(self, error: Refused, request: Incoming) -> None:
        """A browser without a person is shown where to sign in; all others hear why.

        Who is still sending is heard out before the connection may be closed: it would take the answer with it.
        """

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await self._answer({**message, "more_body": True})
                await request.hear_out()
                message = {"type": "http.response.body", "body": b""}
            await self._answer(message)

        arrived = self._arrived
        response = answer(error, as_page=arrived.wants_page)
        if error.status == 401 and arrived.wants_page and self._entrance.desk.users:  # noqa: PLR2004 - HTTP
            wanted = arrived.path + (f"?{arrived.query}" if arrived.query else "")
            response = RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", 303)
        await response(self._scope, request.receive, send)

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            protect(MutableHeaders(scope=message), self._arrived)
        await self._send(message)

    async def _note(self, known: Known, body: bytes | None) -> None:
        """Who did what, in which room; the room only where the request was found to be one."""
        path = self._arrived.path
        if body is None or known.person is None or path in {SIGN_IN, SIGN_OUT} or path.startswith(HOOKS):
            return
        done = self._status < 400  # noqa: PLR2004 - HTTP
        row = HappeningRow(
            self._entrance.now(),
            Happened.DID,
            subject=_verb(self._scope),
            room=_room(self._scope, body) if done else None,
            who=known.person.name,
            body={"from": self._arrived.address, "status": self._status},
        )
        await self._entrance.books.note(row)


def _is_public(path: str) -> bool:
    return any(path.startswith(each) if each.endswith("/") else path == each for each in PUBLIC)


def _shows(csrf: str, headers: Headers, body: bytes) -> bool:
    """Tell whether a request carries the session's token, as header or as a form's field."""
    given = headers.get("x-csrf-token")
    if given is None and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given = form_fields(body).get("csrf")
    return hmac.compare_digest((given or "").encode(), csrf.encode())


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a request that has been read to whoever reads it next."""
    read = False

    async def receive_again() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _verb(scope: Scope) -> str:
    """What was asked for, as its route names it, without rooms and other variable parts."""
    path = getattr(scope.get("route"), "path_format", "")
    words = [word for word in path.split("/") if word and not word.startswith("{") and word != "api"]
    return "/".join(words)


def _room(scope: Scope, body: bytes) -> str | None:
    """The room that it was about: in the path, or in what was sent; of two, the one that is named first."""
    room: Any = scope.get("path_params", {}).get("room")
    if room is None:
        sent = _fields(body)
        room = next((sent[name] for name in ROOM_FIELDS if name in sent), None)
    # Half a character, as JSON may have it, is not printable; no store would take it.
    named = isinstance(room, str) and room.isprintable() and re.fullmatch(ROOM_PATTERN, room)
    return room if named else None


def _fields(body: bytes) -> Mapping[str, Any]:
    """What was sent, as JSON or as a form; nothing where it is neither."""
    try:
        sent = json.loads(body)
    except ValueError:
        return form_fields(body)
    except RecursionError:
        return {}
    return sent if isinstance(sent, dict) else {}
