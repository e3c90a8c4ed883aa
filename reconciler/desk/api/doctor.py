"""The doctor: what `reconcile check` finds, for programs and for the page."""

from __future__ import annotations

from typing import Annotated

import anyio
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House


class FindingShape(BaseModel):
    """One thing that was looked at."""

    level: str = Field(description="ok, off (not there and not asked for), warn or bad.")
    what: str
    said: str
    fix: str = Field(description="What puts it right; may be empty.")


class Examined(BaseModel):
    """All that was looked at."""

    version: int
    findings: list[FindingShape]


def doctor_routes(house: House) -> APIRouter:
    """One route: the examination. Two who ask at once wait for one another, because each asks Zoom for a token."""
    router = APIRouter(prefix="/api", responses=RESPONSES)
    one_at_a_time = anyio.Lock()

    @router.post("/check")
    async def check(
        person: Annotated[Person, Depends(allowed(Right.DESK))],  # noqa: ARG001 - must be somebody of the desk
    ) -> Examined:
        """Test all that can be wrong: configuration, credentials, scopes, links, telephones, extensions, clock."""
        async with one_at_a_time:
            return Examined.model_validate(await house.check())

    return router
