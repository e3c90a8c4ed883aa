"""The controller's private door for the command line: passes, snapshots and hints.

It is on loopback, and whoever knocks shows a token from a file.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from reconciler.audit import Scope
from reconciler.configuration.manners import Dialled
from reconciler.desk.orders import AnyOrder
from reconciler.errors import HousephoneError
from reconciler.health import EventsHealth, LinkHealth, TelephoneHealth
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.snapshot import Snapshot, snapshot_out
from reconciler.sought import Sought
from reconciler.views.events import events_view
from reconciler.views.links import link_view
from reconciler.views.shape import iso
from reconciler.views.telephones import channel_view

Word = Annotated[str, Field(max_length=1000)]
"""Text without half characters, which a plain ``str`` may have and no store takes."""


class AskedPass(BaseModel):
    """A pass as the command line asks for it."""

    rooms: tuple[Word, ...] = ()
    allow: tuple[Word, ...] = ()
    dry_run: bool = False
    cached: bool = False
    expect: Word | None = None
    wait: bool = False

    def options(self) -> Options:
        """The pass in the core's terms."""
        scope = Scope(self.rooms, frozenset(self.allow))
        return Options(scope, self.dry_run, self.cached, self.expect, self.wait)


class Poked(BaseModel):
    """Rooms whose stored wishes have changed."""

    rooms: tuple[Word, ...] = ()


class AskedOrder(BaseModel):
    """What the desk wants done, and from where it asks."""

    order: Annotated[AnyOrder, Field(discriminator="verb")]
    where: Word


class AskedResync(BaseModel):
    """Which PMS links are to tell every room; all without a name."""

    links: tuple[Word, ...] = ()
    where: Word
    release: bool = False


class AskedForget(BaseModel):
    """Whom to forget; a dry run only tells what is kept, an ``export`` all of it."""

    reservation: Word | None = None
    room: Word | None = None
    name: Word | None = None
    before: AwareDatetime | None = None
    who: Word
    dry_run: bool = True
    export: bool = False

    def sought(self) -> Sought:
        """Whom, in the core's terms."""
        return Sought(self.reservation, self.room, self.name, self.before)


class AskedTestCall(BaseModel):
    """The extension that is to ring."""

    extension: Dialled


class Doorkeeper(Protocol):
    """What the controller does for the command line. All but ``poke`` raise HousephoneError."""

    async def make_pass(self, options: Options) -> Report:
        """Make a pass with the controller's own budget and traffic."""
        ...

    async def photograph(self) -> Snapshot:
        """Read all that Zoom shows."""
        ...

    async def poke(self, rooms: tuple[str, ...]) -> None:
        """Read what the store says by now, and look at these rooms."""
        ...

    async def take(self, order: AnyOrder, where: str) -> str:
        """Do what the desk asks for; the sentence that people read. Raises Declined."""
        ...

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        """Ask PMS links for every room, or let a held resync through. Raises Declined."""
        ...

    async def forget(self, sought: Sought, who: str, *, dry_run: bool, export: bool) -> dict[str, Any]:
        """Erase a guest of the past, or tell what is kept of him (``reconciler.app.forgetting``)."""
        ...

    def links(self) -> Sequence[LinkHealth]:
        """How the PMS links are."""
        ...

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is; None where there is none."""
        ...

    def events(self) -> EventsHealth | None:
        """How Zoom's own events come in; None where nobody asks for them."""
        ...

    async def test_call(self, extension: str) -> dict[str, Any]:
        """Ring an extension (``reconciler.views.trial``). Raises Declined without telephones."""
        ...

    def present(self) -> tuple[bool, int, datetime]:
        """Whether this is a shadow, its process, and since when it is at work."""
        ...


def passes_app(token: str, keeper: Doorkeeper) -> FastAPI:
    """The door; whoever can read the token's file may knock."""

    def known(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(known)])
    app.add_exception_handler(RequestValidationError, _misunderstood)

    @app.post("/pass")
    async def one_pass(asked: AskedPass) -> dict[str, Any]:
        """Make a pass and answer its report."""
        with _told():
            return (await keeper.make_pass(asked.options())).to_json()

    @app.post("/snapshot")
    async def one_snapshot() -> JSONResponse:
        """Read all that Zoom shows and answer it."""
        with _told():
            return JSONResponse(snapshot_out(await keeper.photograph()))

    @app.post("/poke", status_code=204)
    async def look_again(poked: Poked) -> None:
        """Read the stored wishes of these rooms again and look at them."""
        await keeper.poke(poked.rooms)

    @app.post("/order")
    async def order(given: AskedOrder) -> dict[str, str]:
        """Do what the desk asks for."""
        with _told():
            return {"said": await keeper.take(given.order, given.where)}

    @app.post("/resync")
    async def resync(asked: AskedResync) -> dict[str, str]:
        """Ask PMS links for every room, or let a held resync through."""
        with _told():
            return {"said": await keeper.resync(asked.links, asked.where, release=asked.release)}

    @app.post("/forget")
    async def forget(asked: AskedForget) -> dict[str, Any]:
        """Erase a guest of the past, or tell what is kept of him."""
        with _told():
            return await keeper.forget(asked.sought(), asked.who, dry_run=asked.dry_run, export=asked.export)

    @app.post("/testcall")
    async def test_call(asked: AskedTestCall) -> dict[str, Any]:
        """Ring an extension, and tell what came of it."""
        with _told():
            return await keeper.test_call(asked.extension)

    _looks(app, keeper)
    return app


def _looks(app: FastAPI, keeper: Doorkeeper) -> None:
    """What is only looked at."""

    @app.post("/links")
    async def links() -> dict[str, Any]:
        """How the PMS links are."""
        return {"links": [link_view(link) for link in keeper.links()]}

    @app.post("/channels")
    async def channels() -> dict[str, Any]:
        """How the channels of the telephone side are."""
        telephones = keeper.telephones()
        return {"channels": [channel_view(each) for each in telephones.channels] if telephones else []}

    @app.post("/events")
    async def events() -> dict[str, Any]:
        """How Zoom's own events come in."""
        found = keeper.events()
        return {"events": None if found is None else events_view(found)}

    @app.post("/present")
    async def present() -> dict[str, Any]:
        """Who answers here."""
        shadow, pid, since = keeper.present()
        return {"shadow": shadow, "pid": pid, "since": iso(since)}


async def _misunderstood(_request: Request, _error: Exception) -> JSONResponse:
    """Say no more: what was sent may hold a guest's name, or half a character that no answer can repeat."""
    return JSONResponse({"detail": "not understood"}, 422)


@contextmanager
def _told() -> Iterator[None]:
    """Answer what kept the controller from doing it, and what would help."""
    try:
        yield
    except HousephoneError as error:
        raise HTTPException(409, {"message": str(error), "remedy": error.remedy}) from error
