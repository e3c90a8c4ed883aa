"""Signing in and out: the two pages, and what they note."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from reconciler.configuration.deskusers import LONGEST_NAME
from reconciler.desk.access.arrival import Arrival, form_fields, local_path
from reconciler.desk.access.entrance import Entrance
from reconciler.desk.access.person import who
from reconciler.desk.access.roll import Enrolled
from reconciler.desk.ourfiles import address
from reconciler.logs import logger
from reconciler.store.rows import Happened, HappeningRow

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"

AT_ONCE: Final = 2
"""Passwords that are checked at the same time: each takes 64 MiB."""

_TEMPLATES = Path(__file__).parent.parent / "page" / "templates"

log = logger("desk")


def signing_pages(entrance: Entrance, hotel: str) -> APIRouter:
    """``/sign-in`` and ``/sign-out``."""
    return _Pages(entrance, hotel).router()


class _Pages:
    def __init__(self, entrance: Entrance, hotel: str) -> None:
        self._entrance = entrance
        self._hotel = hotel
        self._templates = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
        self._templates.globals["static"] = address
        self._few = anyio.CapacityLimiter(AT_ONCE)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(SIGN_IN, self.page, methods=["GET"])
        router.add_api_route(SIGN_IN, self.sign_in, methods=["POST"])
        router.add_api_route(SIGN_OUT, self.sign_out, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        """The form; whoever is in already goes on."""
        wanted = local_path(request.query_params.get("next", "/"))
        return self._form(wanted) if who(request) is None else _go(wanted)

    async def sign_in(self, request: Request) -> Response:
        """Name and password, and back to where they wanted to go."""
        form = form_fields(await request.body())
        name, password, wanted = (form.get(field, "") for field in ("name", "password", "next"))
        arrived: Arrival = request.state.arrived
        enrolled = self._entrance.roll.user(name)
        wait = self._entrance.throttle.ask(_counted(name), arrived.address, self._entrance.clock.monotonic())
        if wait:
            return self._too_fast(local_path(wanted), name, wait)
        right = await to_thread.run_sync(self._entrance.roll.fits, name, password, limiter=self._few)
        if not right or enrolled is None:
            await self._note(Happened.SIGN_IN_REFUSED, enrolled.person.name if enrolled else "", arrived)
            return self._form(local_path(wanted), name, "Name or password is wrong.", 401)
        self._entrance.throttle.was_right(_counted(name), arrived.address)
        return await self._let_in(enrolled, local_path(wanted), arrived)

    async def _let_in(self, enrolled: Enrolled, wanted: str, arrived: Arrival) -> Response:
        secret = await self._entrance.open(enrolled.person, self._entrance.secret_of(arrived))
        await self._note(Happened.SIGNED_IN, enrolled.person.name, arrived)
        response = _go(wanted)
        # Without an end of its own, so that closing the browser of a shared machine ends it too.
        response.set_cookie(
            self._entrance.cookie(secure=arrived.secure),
            secret,
            secure=arrived.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session of this browser."""
        arrived: Arrival = request.state.arrived
        person, secret = who(request), self._entrance.secret_of(arrived)
        await self._entrance.close(secret)
        if person is not None and secret:
            await self._note(Happened.SIGNED_OUT, person.name, arrived)
        response = _go(SIGN_IN)
        response.delete_cookie(
            self._entrance.cookie(secure=arrived.secure),
            secure=arrived.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def _too_fast(self, wanted: str, name: str, wait: float) -> Response:
        seconds = math.ceil(wait)
        told = f"Too many tries. Wait {_duration(seconds)}, then try again."
        response = self._form(wanted, name, told, 429)
        response.headers["Retry-After"] = str(seconds)
        return response

    def _form(self, wanted: str, name: str = "", told: str = "", status: int = 200) -> Response:
        values: dict[str, Any] = {"hotel": self._hotel, "next": wanted, "name": name, "told": told}
        return HTMLResponse(self._templates.get_template("sign_in.html").render(values), status)

    async def _note(self, kind: Happened, name: str, arrived: Arrival) -> None:
        """Who came from where; a name that nobody has is left out, because it may be a mistyped password."""
        log.info(kind.value.replace("_", " "), who=name, address=arrived.address)
        row = HappeningRow(
            self._entrance.now(), kind, subject="desk", who=name, body={"from": arrived.address}
        )
        await self._entrance.books.note(row)


def _counted(name: str) -> str:
    """The name under which tries are counted, whether or not anybody has it."""
    return name.strip().casefold()[:LONGEST_NAME]


def _go(path: str) -> RedirectResponse:
    """Show another page; 303, so that a browser asks for it and sends nothing again."""
    return RedirectResponse(path, 303)


def _duration(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    if seconds == 1:
        return "1 second"
    return f"{seconds} seconds" if seconds < 100 else f"{minutes} minutes"  # noqa: PLR2004 - read at a glance
