"""A test call: rings a telephone of the house, and tells what came of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import Field

from reconciler.desk.access import Right, allowed
from reconciler.desk.api.asked import Asked
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House


class AskedTestCall(Asked):
    """Which telephone is to ring."""

    room: str = Field(min_length=1, max_length=32, description="A room, or an extension of the house.")


def test_call_routes(house: House) -> APIRouter:
    """One route."""
    router = APIRouter(prefix="/api", responses=RESPONSES)

    @router.post("/testcall", dependencies=[Depends(allowed(Right.ADMIN))])
    async def test_call(asked: AskedTestCall) -> dict[str, Any]:
        """Ring a room, and show calls that come in meanwhile with their headers: what `reconcile testcall` does."""
        return await house.test_call(asked.room)

    return router
