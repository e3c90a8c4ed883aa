"""What may be looked at: rooms, wake-up calls, history, links."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from reconciler.desk.access import Right, allowed
from reconciler.desk.api.shapes import HistoryShape, RoomShape, RoomsShape, WakeupsShape
from reconciler.desk.errors import RESPONSES, refused
from reconciler.desk.house import House, View
from reconciler.livelog import KEPT
from reconciler.views.history import moment

MOST = 1000
"""Changes of the history in one answer."""

Since = Annotated[
    str | None, Query(description="From when on: 2026-11-22, 2026-11-22T14:00 (the hotel's time), 2h, 3d.")
]


def look_routes(house: House) -> APIRouter:
    """The GET half of the API."""
    router = APIRouter(prefix="/api", dependencies=[Depends(allowed(Right.LOOK))], responses=RESPONSES)

    @router.get("/rooms", response_model=RoomsShape)
    async def rooms() -> JSONResponse:
        """Every room: exactly what `reconcile show --format json` prints."""
        return JSONResponse(await house.show())

    @router.get("/rooms/{room}", response_model=RoomShape)
    async def room(room: str) -> JSONResponse:
        """One room's entry."""
        return JSONResponse((await house.show((_known(house, room),)))["rooms"][0])

    @router.get("/rooms/{room}/explain")
    async def explain(room: str) -> dict[str, Any]:
        """Each value of a room, who said so, what is next: `reconcile explain --format json`."""
        return await house.explain(_known(house, room))

    @router.get("/wakeups", response_model=WakeupsShape)
    async def wakeups() -> JSONResponse:
        """The wake-up calls to come, and how those of the last day ended."""
        return JSONResponse(house.wakeups())

    @router.get("/history", response_model=HistoryShape)
    async def history(
        room: str | None = None,
        since: Since = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> JSONResponse:
        """The changes, newest first."""
        return JSONResponse(await history_of(house, room, since, limit))

    @router.get("/log")
    async def log(limit: Annotated[int, Query(ge=1, le=KEPT)] = KEPT) -> dict[str, Any]:
        """The last records of the PMS and calls to Zoom, newest first; names and secrets are masked."""
        return house.log(limit)

    @router.get("/links")
    async def links() -> dict[str, Any]:
        """How PMS links, Zoom, telephones and store are, and what of Zoom's limits is used."""
        return house.standing() | await house.connections()

    return router


async def history_of(house: House, room: str | None, since: str | None, limit: int) -> View:
    """The history as somebody asks for it in words. Refused (422) where these mean nothing."""
    try:
        start = None if since is None else moment(since, house.now(), house.zone)
    except ValueError as error:
        raise refused(422, "bad_request", f"since {error}") from None
    return await house.figures.history(room, start, limit)


def _known(house: House, room: str) -> str:
    """The room, if there is one; 404 if not."""
    if room not in house.rooms():
        raise no_such_room(room)
    return room


def no_such_room(room: str) -> Exception:
    """What is raised for a room that no source knows."""
    return refused(404, "unknown_room", f"there is no room {room}", "see that the number is right")
