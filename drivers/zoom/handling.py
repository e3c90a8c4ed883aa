"""What Zoom does with a call to an extension: how long its telephone rings, and where a call goes on then.

Business hours and closed hours have settings of their own. Zoom shows how long a user's telephones ring only where
calls to him are forwarded outside as well, and a common area has no setting for calls that find it busy (Zoom API,
Get and Update call handling settings).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.convert import Item, Unfit, number, text
from drivers.zoom.listing import listed, understood
from observed.extension import Extension, Kind
from reconciler.account.capability import Feature
from reconciler.account.operation import Operation, Priority

Hours = Literal["business_hours", "closed_hours"]

BUSINESS: Final[Hours] = "business_hours"
CLOSED: Final[Hours] = "closed_hours"
HOURS: Final[tuple[Hours, ...]] = (BUSINESS, CLOSED)

NEEDED: Final[dict[Kind, Feature]] = {
    "user": Feature.USER_FORWARDING,
    "common_area": Feature.COMMON_AREA_FORWARDING,
}
"""What an account must be able to do, so that the call handling of such an extension can be read."""

NEEDED_TO_FIX: Final[dict[Kind, Feature]] = {
    "user": Feature.USER_FORWARDING_FIX,
    "common_area": Feature.COMMON_AREA_FORWARDING_FIX,
}
"""The same so that it can be set."""

FORWARD: Final[dict[Kind, Operation]] = {"user": op.SET_USER_HANDLING, "common_area": op.SET_RING}
"""The call that sets where calls to such an extension go on."""

TO_EXTENSION: Final = "forward_to_extension"
"""Zoom's word for a call that goes on to another extension."""

PHONE_USERS_A_PAGE: Final = 100
DEVICES_A_PAGE: Final = 300

_UNANSWERED: Final = "call_not_answer_action"
_BUSY: Final = "busy_on_another_call_action"
_DURATION: Final = {
    "simultaneous": "simultaneous_ring_max_wait_time",
    "sequential": "sequential_ring_duration",
}


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a call goes on: Zoom's word, and of an extension its number and the id that it has only for this."""

    action: str
    number: int | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """``rings`` are the seconds for which a telephone rings, None where Zoom does not show them.

    ``unanswered`` and ``busy`` are what becomes of a call then; ``busy`` is None where Zoom has no such setting.
    """

    rings: int | None
    unanswered: Onward
    busy: Onward | None


class Handlings:
    """Reads call handling, and finds what a call can be forwarded to."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def of(self, extension: Extension, hours: Hours) -> Handling:
        """That of one extension in these hours. Raises reconciler.errors."""
        user = extension.kind == "user"
        operation = op.READ_USER_HANDLING if user else op.READ_RING
        ids = {"userId" if user else "commonAreaId": extension.id}
        answer = await self._calls.read(Call(operation, ids, {"hour_type": hours}), Priority.REFRESH)
        return understood(operation, _handling, answer, extension.kind)

    async def target(self, wanted: int) -> str | None:
        """The id by which calls are forwarded to this extension: a user's, or that of who has a telephone.

        None where neither list shows it: a queue and a group of lines stand in lists of their own. Raises
        reconciler.errors.
        """
        query: dict[str, str | int] = {"keyword": str(wanted), "page_size": PHONE_USERS_A_PAGE}
        users = await listed(self._calls, Call(op.LIST_PHONE_USERS, query=query), "users", Priority.REFRESH)
        for item in users:
            if understood(op.LIST_PHONE_USERS, number, item) == wanted:
                return understood(op.LIST_PHONE_USERS, text, item, "extension_id") or None
        query = {"type": "assigned", "keyword": str(wanted), "page_size": DEVICES_A_PAGE}
        for item in await listed(
            self._calls, Call(op.LIST_DEVICES, query=query), "devices", Priority.REFRESH
        ):
            found = understood(op.LIST_DEVICES, _assignee, item, wanted)
            if found:
                return found
        return None


def forwarding_body(kind: Kind, extension_id: str) -> dict[str, Any]:
    """The body that lets calls go on to an extension, when nobody answers and, where Zoom can, when it is busy."""
    setting = {TO_EXTENSION: {"extension_id": extension_id}}
    actions = (_BUSY, _UNANSWERED) if kind == "user" else (_UNANSWERED,)
    return {
        "call_handling_setting": {
            name: value
            for action in actions
            for name, value in ((action, TO_EXTENSION), (f"{action}_setting", setting))
        }
    }


def _handling(answer: Item, kind: Kind) -> Handling:
    distribution, handling = (
        _part(answer, name) for name in ("call_distribution_setting", "call_handling_setting")
    )
    mode = text(distribution, "ring_mode")
    name = _DURATION.get(mode) if mode else "ring_duration"
    rings = distribution.get(name) if name else None
    if rings is not None and (not isinstance(rings, int) or isinstance(rings, bool)):
        raise Unfit(str(name))
    return Handling(
        rings, _onward(handling, _UNANSWERED), _onward(handling, _BUSY) if kind == "user" else None
    )


def _onward(handling: Item, name: str) -> Onward:
    action = text(handling, name)
    if action != TO_EXTENSION:
        return Onward(action)
    extension = _part(_part(handling, f"{name}_setting"), TO_EXTENSION)
    return Onward(action, number(extension), text(extension, "extension_id"))


def _assignee(item: Item, wanted: int) -> str:
    assignees = item.get("assignees") or []
    if not isinstance(assignees, list) or not all(isinstance(each, Mapping) for each in assignees):
        raise Unfit("assignees")
    return next((text(each, "extension_id") for each in assignees if number(each) == wanted), "")


def _part(answer: Item, name: str) -> Item:
    part = answer.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise Unfit(name)
    return part
