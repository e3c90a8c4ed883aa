"""What may be asked for: the desk's verbs, as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends
from pydantic import ValidationError

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import (
    AskedCheckIn,
    AskedCheckOut,
    AskedDebug,
    AskedDnd,
    AskedMove,
    AskedPause,
    AskedResync,
    AskedRoomState,
    AskedSwap,
    AskedWakeup,
    OfRoom,
)
from reconciler.desk.api.look import no_such_room
from reconciler.desk.api.shapes import Said
from reconciler.desk.errors import RESPONSES, of_validation, refused
from reconciler.desk.house import House
from reconciler.desk.orders import AnyOrder, CancelWakeup
from reconciler.views.history import ahead

AtDesk = Annotated[Person, Depends(allowed(Right.DESK))]
Admin = Annotated[Person, Depends(allowed(Right.ADMIN))]
Order = TypeVar("Order", bound=AnyOrder)


def where(person: Person) -> str:
    """How an order names its origin, in ``explain`` and the history."""
    return "desk page" if person.name == "desk" else f"desk page, {person.name}"


def order_routes(house: House) -> APIRouter:
    """The POST half of the API."""
    router = APIRouter(prefix="/api", responses=RESPONSES)
    _guests(router, house)
    _telephones(router, house)
    _administration(router, house)
    return router


def _guests(router: APIRouter, house: House) -> None:
    """Who is in which room."""

    @router.post("/checkin")
    async def checkin(asked: AskedCheckIn, person: AtDesk) -> Said:
        """Check a guest in; into an occupied room as a sharer. The PMS does not hear of it."""
        return await carry_out(house, person, asked.order)

    @router.post("/checkout")
    async def checkout(asked: AskedCheckOut, person: AtDesk) -> Said:
        """Check a room out: nothing of the stay remains."""
        return await carry_out(house, person, asked.order)

    @router.post("/move")
    async def move(asked: AskedMove, person: AtDesk) -> Said:
        """Move guests to another room, with their wake-up calls."""
        return await carry_out(house, person, asked.order)

    @router.post("/swap")
    async def swap(asked: AskedSwap, person: AtDesk) -> Said:
        """Let the guests of two rooms change places."""
        return await carry_out(house, person, asked.order)


def _telephones(router: APIRouter, house: House) -> None:
    """What a room's telephone does."""

    @router.post("/dnd")
    async def dnd(asked: AskedDnd, person: AtDesk) -> Said:
        """Switch a room's do-not-disturb. What a document says of it outranks the desk."""
        return await carry_out(house, person, asked.order)

    @router.post("/wakeup/add")
    async def add(asked: AskedWakeup, person: AtDesk) -> Said:
        """Set a wake-up call; the PMS is told."""
        return await carry_out(house, person, lambda: asked.set(_there(house)))

    @router.post("/wakeup/cancel")
    async def cancel(asked: AskedWakeup, person: AtDesk) -> Said:
        """Cancel a wake-up call, whoever had set it; the PMS is told."""
        return await carry_out(house, person, lambda: asked.cancel(_there(house)))

    @router.post("/roomstatus")
    async def roomstatus(asked: AskedRoomState, person: AtDesk) -> Said:
        """Tell the PMS that a room is clean, dirty or inspected."""
        return await carry_out(house, person, asked.order)


def _administration(router: APIRouter, house: House) -> None:
    """What is for who looks after the system, except that the desk may pause a room."""

    @router.post("/pause")
    async def pause(asked: AskedPause, person: AtDesk) -> Said:
        """Leave a room alone: nothing is written for it, except what a check-out's privacy needs."""
        _make_sure(house, asked.room)
        try:
            now = house.now().replace(microsecond=0)
            until = None if asked.until is None else ahead(asked.until, now, house.zone)
        except ValueError as error:
            raise refused(422, "bad_request", f"until {error}") from None
        return Said(said=await house.pause(asked.room, asked.reason, until, where(person)))

    @router.post("/resume")
    async def resume(asked: OfRoom, person: AtDesk) -> Said:  # noqa: ARG001 - must be somebody of the desk
        """Look after a paused room again."""
        _make_sure(house, asked.room)
        return Said(said=await house.resume(asked.room))

    @router.post("/pms/resync")
    async def resync(asked: AskedResync, person: Admin) -> Said:
        """Ask the PMS for every room, or let a held resync through."""
        said = await house.resync(asked.links, where(person), release=asked.release)
        return Said(said=said)

    @router.post("/debug")
    async def debug(asked: AskedDebug, person: Admin) -> Said:  # noqa: ARG001 - must be an administrator
        """Log all that goes to Zoom, PMS and PBX, masked, for 24 hours."""
        return Said(said=await house.debug(asked.parts, on=asked.on))


async def carry_out(house: House, person: Person, order: Callable[[], Order]) -> Said:
    """Carry an order out. Refused (422) where its words mean nothing, (404) where no room is called so."""
    try:
        made = order()
    except ValidationError as error:
        raise of_validation(error.errors(include_url=False)) from None
    except (ValueError, OverflowError) as error:
        raise refused(422, "bad_request", f"time {error}") from None
    for room in made.rooms():
        if not (isinstance(made, CancelWakeup) and _has_calls(house, room)):
            _make_sure(house, room)
    return Said(said=await house.take(made, where(person)))


def _make_sure(house: House, room: str) -> None:
    if room not in house.rooms():
        raise no_such_room(room)


def _has_calls(house: House, room: str) -> bool:
    """Calls may wait in a room that is listed no more."""
    return any(call["room"] == room for call in house.wakeups()["wakeups"])


def _there(house: House) -> datetime:
    """Now, by the hotel's clock."""
    return house.now().astimezone(house.zone)
