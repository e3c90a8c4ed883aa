"""One planned write as the calls that Zoom wants. Reading is tolerant, writing is strict.

Bodies are built here and nowhere else, from the few fields named below: never ``feature`` (false removes Zoom
Phone from a user), type, licences, emergency data or extension numbers. Whatever does not fit is refused
before anything leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from drivers.zoom import calling
from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.convert import silent
from drivers.zoom.details import calling_rules
from drivers.zoom.handling import HOURS, forwarding_body
from drivers.zoom.listing import understood
from drivers.zoom.verdicts import AlwaysOpen
from reconciler.account.operation import Operation
from reconciler.errors import Later, NameRefused, Permanent, Unsupported
from reconciler.ports import Clock

if TYPE_CHECKING:
    from reconciler.plan import Write

LONGEST_DND: Final = 1440
"""Minutes (Zoom API, Update a user's presence status)."""

_NAMES: Final = frozenset({"first_name", "last_name", "display_name"})

TEXTS: Final[Mapping[Operation, Mapping[str, tuple[str, int | None]]]] = {
    op.UPDATE_USER: {
        "first_name": ("first_name", 64),
        "last_name": ("last_name", 64),
        "display_name": ("display_name", 128),
        "department": ("dept", None),
    },
    op.UPDATE_COMMON_AREA: {"display_name": ("display_name", None), "department": ("department", None)},
    op.UPDATE_DEVICE: {"device_name": ("display_name", 255)},
}
"""What may be written as text: our field, Zoom's name for it, and the most characters that Zoom takes."""

_PATH_ID: Final[Mapping[Operation, str]] = {
    op.UPDATE_USER: "userId",
    op.UPDATE_COMMON_AREA: "commonAreaId",
    op.UPDATE_DEVICE: "deviceId",
}


class Writer:
    """Makes one planned write."""

    def __init__(self, calls: Calls, clock: Clock, home_country: str) -> None:
        self._calls = calls
        self._clock = clock
        self._home = home_country
        self._ways: Mapping[Operation, Callable[[Write], Awaitable[Write]]] = {
            op.UPDATE_USER: self._texts,
            op.UPDATE_COMMON_AREA: self._texts,
            op.UPDATE_DEVICE: self._texts,
            op.SET_PRESENCE: self._presence,
            op.SET_RING: self._area_handling,
            op.SET_USER_HANDLING: self._forward,
            op.SET_USER_CALLING: self._calling,
            op.SET_COMMON_AREA_CALLING: self._calling,
            op.DELETE_VOICEMAIL: self._delete,
        }

    async def write(self, write: Write) -> Write:
        """Make the calls of one write. Raises reconciler.errors.

        Returns the write when Zoom has accepted it, with ``always_open`` as it turned out to be.
        """
        way = self._ways.get(write.operation)
        if way is None:
            raise refused(f"{write.operation} is not a write of ours")
        return await way(write)

    async def _texts(self, write: Write) -> Write:
        body = text_body(write.operation, write.values)
        ids = {_PATH_ID[write.operation]: write.id}
        try:
            await self._calls.make(Call(write.operation, ids, body=body), write.priority)
        except NameRefused as error:
            if write.values.keys() & _NAMES:
                raise
            raise Permanent(f"{write.operation}: Zoom refuses the department", code=error.code) from None
        return write

    async def _presence(self, write: Write) -> Write:
        body = presence_body(_only(write, "dnd"), self._clock.now())
        await self._calls.make(Call(op.SET_PRESENCE, {"userId": write.id}, body=body), write.priority)
        return write

    async def _area_handling(self, write: Write) -> Write:
        return await (self._ring(write) if "dnd" in write.values else self._forward(write))

    async def _ring(self, write: Write) -> Write:
        """Closed hours first: business hours are what is read back, so they change when all else is done."""
        end = _only(write, "dnd")
        if not isinstance(end, datetime | None):
            raise refused("dnd is no moment")
        ring = end is None
        if not write.always_open:
            write = await self._ring_in_closed_hours(write, ring=ring)
        await self._set_ring(write, "business_hours", ring=ring)
        return write

    async def _ring_in_closed_hours(self, write: Write, *, ring: bool) -> Write:
        reading = Call(op.READ_RING, {"commonAreaId": write.id}, {"hour_type": "closed_hours"})
        present = understood(op.READ_RING, silent, await self._calls.read(reading, write.priority))
        if present is (not ring):
            return write
        try:
            await self._set_ring(write, "closed_hours", ring=ring)
        except AlwaysOpen:
            return replace(write, always_open=True)
        return write

    async def _set_ring(self, write: Write, hours: str, *, ring: bool) -> None:
        ids = {"commonAreaId": write.id, "hourType": hours}
        body = {"call_distribution_setting": {"ring_device": ring}}
        await self._calls.make(Call(op.SET_RING, ids, body=body), write.priority)

    async def _forward(self, write: Write) -> Write:
        """The values name the hours and where calls go on in them: Zoom's id of an extension."""
        hours = next(iter(write.values), "")
        extension_id = write.values.get(hours)
        if (
            len(write.values) != 1
            or hours not in HOURS
            or not isinstance(extension_id, str)
            or not extension_id
        ):
            raise refused(f"{write.operation}: takes the id of an extension for hours, and nothing else")
        user = write.operation is op.SET_USER_HANDLING
        ids = {"userId" if user else "commonAreaId": write.id, "hourType": hours}
        body = forwarding_body("user" if user else "common_area", extension_id)
        await self._calls.make(Call(write.operation, ids, body=body), write.priority)
        return write

    async def _calling(self, write: Write) -> Write:
        name, user = _only(write, "calling"), write.operation is op.SET_USER_CALLING
        if name not in calling.CLASSES:
            raise refused("calling is none of the four classes")
        present = await calling_rules(self._calls, write.id, write.priority, user=user)
        if self._home not in present:
            raise Unsupported(f"Zoom has no calling rule for {self._home}", code="home_country")
        ids = {"userId" if user else "commonAreaId": write.id}
        for body in calling.bodies(calling.changes(present, str(name), self._home)):
            await self._calls.make(Call(write.operation, ids, body=body), write.priority)
        return write

    async def _delete(self, write: Write) -> Write:
        _only(write, "voicemail")
        await self._calls.make(Call(op.DELETE_VOICEMAIL, {"voicemailId": write.id}), write.priority)
        return write


def text_body(operation: Operation, values: Mapping[str, object]) -> dict[str, Any]:
    """The body of a PATCH of names and department. Permanent for anything that is not on the list."""
    allowed = TEXTS[operation]
    if not values or not values.keys() <= allowed.keys():
        raise refused(f"{operation}: a field that is not on the list")
    if operation is op.UPDATE_USER and values.keys() & _NAMES and not values.keys() >= _NAMES:
        raise refused(f"{operation}: the three names go together")
    body: dict[str, Any] = {}
    for field, value in values.items():
        name, longest = allowed[field]
        text = "" if value is None else value
        if not isinstance(text, str) or (longest is not None and len(text) > longest):
            raise refused(f"{operation}: {field} does not fit")
        body[name] = text
    return body


def presence_body(end: object, now: datetime) -> dict[str, Any]:
    """The body that sets do-not-disturb until ``end``, never for longer than asked; None ends it."""
    if end is None:
        return {"status": "Available"}
    if not isinstance(end, datetime):
        raise refused("dnd is no moment")
    left = end - now
    if left <= timedelta():
        raise Later("the do-not-disturb has ended before it could be set", code="late")
    return {"status": "Do_Not_Disturb", "duration": min(max(left // timedelta(minutes=1), 1), LONGEST_DND)}


def refused(why: str) -> Permanent:
    """The error for a write that is stopped here, before anything leaves."""
    return Permanent(why, code="not_allowed")


def _only(write: Write, field: str) -> object:
    if write.values.keys() != {field}:
        raise refused(f"{write.operation}: takes {field} and nothing else")
    return write.values[field]
