"""What calls a person: the desk says that it sees to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import Asked
from reconciler.desk.api.shapes import Said
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House


class SeenShape(BaseModel):
    """Who has said that he sees to it."""

    at: str
    who: str


class AlertShape(BaseModel):
    """Something that must call a person."""

    key: str = Field(description="Tells it from every other.")
    kind: str
    severity: str = Field(description="urgent, serious or minor.")
    room: str | None
    message: str
    remedy: str
    raised_at: str
    acknowledged: SeenShape | None


class AlertsShape(BaseModel):
    """What stands now."""

    version: int
    alarms: list[AlertShape]


class AskedAcknowledge(Asked):
    """Which alarm it is."""

    key: str = Field(min_length=1, max_length=200, description="As the alarm itself names it.")


def alert_routes(house: House) -> APIRouter:
    """What stands, and that somebody sees to it."""
    router = APIRouter(prefix="/api/alerts", responses=RESPONSES)

    @router.get("", dependencies=[Depends(allowed(Right.LOOK))])
    async def alerts() -> AlertsShape:
        """What calls for a person, the gravest first; it goes when its cause has gone."""
        return AlertsShape.model_validate(house.alarms())

    @router.post("/acknowledge")
    async def acknowledge(
        asked: AskedAcknowledge, person: Annotated[Person, Depends(allowed(Right.DESK))]
    ) -> Said:
        """Somebody sees to it: telephone and page are silent from now on."""
        return Said(said=await house.acknowledge(asked.key, person.name))

    return router
