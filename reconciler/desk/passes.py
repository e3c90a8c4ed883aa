"""The controller's private door for the command line: passes and hints, on loopback, with a token from a file."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

from reconciler.audit import Scope
from reconciler.errors import HousephoneError
from reconciler.outcome import Report
from reconciler.passes import Options


class AskedPass(BaseModel):
    """A pass as the command line asks for it."""

    rooms: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    dry_run: bool = False
    cached: bool = False
    expect: str | None = None
    wait: bool = False

    def options(self) -> Options:
        """The pass in the core's terms."""
        scope = Scope(self.rooms, frozenset(self.allow))
        return Options(scope, self.dry_run, self.cached, self.expect, self.wait)


class Poked(BaseModel):
    """Rooms whose stored wishes have changed."""

    rooms: tuple[str, ...] = ()


MakePass = Callable[[Options], Awaitable[Report]]
Poke = Callable[[tuple[str, ...]], Awaitable[None]]


def passes_app(token: str, make_pass: MakePass, poke: Poke) -> FastAPI:
    """The door; whoever can read the token's file may knock."""

    def known(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(known)])

    @app.post("/pass")
    async def one_pass(asked: AskedPass) -> dict[str, Any]:
        """Make a pass and answer its report, or what kept it from being made and what would help."""
        try:
            return (await make_pass(asked.options())).to_json()
        except HousephoneError as error:
            raise HTTPException(409, {"message": str(error), "remedy": error.remedy}) from error

    @app.post("/poke", status_code=204)
    async def look_again(poked: Poked) -> None:
        """Read the stored wishes of these rooms again and look at them."""
        await poke(poked.rooms)

    return app
