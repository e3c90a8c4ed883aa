"""What calls a person: the desk says that it sees to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import Asked
from reconciler.desk.api.shapes import Said
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House


class AskedAcknowledge(Asked):
    """Which alarm it is."""

    key: str = Field(min_length=1, max_length=200, description="As the alarm itself names it.")


def alert_routes(house: House) -> APIRouter:
    """One route so far: somebody sees to it."""
    router = APIRouter(prefix="/api/alerts", responses=RESPONSES)

    @router.post("/acknowledge")
    async def acknowledge(
        asked: AskedAcknowledge, person: Annotated[Person, Depends(allowed(Right.DESK))]
    ) -> Said:
        """Somebody sees to it: telephone and page are silent from now on."""
        return Said(said=await house.acknowledge(asked.key, person.name))

    return router
