"""Audits in the background: begun with one request, looked at with another, since a large hotel's takes minutes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from reconciler.audit import Scope
from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import Asked, Rule
from reconciler.desk.api.shapes import Said
from reconciler.desk.audits import Made, Running
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House
from reconciler.views.shape import VERSION, iso


class AskedAudit(Asked):
    """What to look at."""

    rooms: str = Field(
        default="", max_length=1000, description="Shell patterns with blanks between; empty: all."
    )
    cached: bool = Field(default=False, description="Do not read Zoom anew first.")
    allow: tuple[Rule, ...] = Field(default=(), description="Safety rules that are lifted.")


class AskedApply(Asked):
    """Which plan to apply."""

    digest: str = Field(min_length=1, max_length=200, description="As the last audit has it.")


def audit_routes(house: House) -> APIRouter:
    """Begin, look, apply."""
    router = APIRouter(prefix="/api/audit", responses=RESPONSES)

    @router.get("", dependencies=[Depends(allowed(Right.LOOK))])
    async def last() -> dict[str, Any]:
        """What runs at present, the last audit's report, and what came of applying it."""
        audits = house.audits
        return {
            "version": VERSION,
            "running": _running(audits.running),
            "audit": _report(audits.audit),
            "applied": _report(audits.applied),
        }

    @router.post("")
    async def begin(asked: AskedAudit, person: Annotated[Person, Depends(allowed(Right.DESK))]) -> Said:
        """Begin an audit: nothing is written."""
        scope = Scope(tuple(asked.rooms.split()), frozenset(asked.allow))
        return Said(said=house.audits.look(scope, person.name, cached=asked.cached))

    @router.post("/apply")
    async def apply(asked: AskedApply, person: Annotated[Person, Depends(allowed(Right.ADMIN))]) -> Said:
        """Begin to apply the last audit's plan, and only that: rooms that are other by now are left out."""
        return Said(said=house.audits.apply(asked.digest, person.name))

    return router


def _running(running: Running | None) -> dict[str, Any] | None:
    return (
        None if running is None else {"what": running.what, "who": running.who, "since": iso(running.since)}
    )


def _report(made: Made | None) -> dict[str, Any] | None:
    return None if made is None else made.report.to_json()
