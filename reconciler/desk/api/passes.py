"""Audits and passes: what the command line does with `reconcile` and `reconcile --dry-run`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import AskedPass
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House


def pass_routes(house: House) -> APIRouter:
    """One route: the pass."""
    router = APIRouter(prefix="/api", responses=RESPONSES)

    @router.post("/reconcile")
    async def one_pass(
        asked: AskedPass,
        person: Annotated[Person, Depends(allowed(Right.ADMIN))],  # noqa: ARG001 - must be an administrator
    ) -> dict[str, Any]:
        """Audit the hotel, or close the difference; the answer is the report of contract 5."""
        return (await house.make_pass(asked.options())).to_json()

    return router
