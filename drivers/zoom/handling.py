"""What Zoom does with a call to an extension: how long its telephone rings, and what becomes of a call then.

Business hours and closed hours have settings of their own. Zoom shows how long a user's telephones ring only where
calls to him are forwarded outside as well (Zoom API, Get user's call handling settings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.convert import Item, Unfit, text
from drivers.zoom.listing import understood
from observed.extension import Extension, Kind
from reconciler.account.capability import Feature
from reconciler.account.operation import Priority

HOURS: Final = ("business_hours", "closed_hours")

NEEDED: Final[dict[Kind, Feature]] = {
    "user": Feature.USER_FORWARDING,
    "common_area": Feature.COMMON_AREA_FORWARDING,
}
"""What an account must be able to do, so that the call handling of such an extension can be read."""

_DURATION: Final = {
    "simultaneous": "simultaneous_ring_max_wait_time",
    "sequential": "sequential_ring_duration",
}


@dataclass(frozen=True, slots=True)
class Handling:
    """``rings`` are the seconds for which a telephone rings, None where Zoom does not show them.

    ``unanswered`` is what becomes of the call then, in Zoom's words, such as ``forward_to_extension``.
    """

    rings: int | None
    unanswered: str


class Handlings:
    """Reads call handling."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def of(self, extension: Extension, hours: str) -> Handling:
        """That of one extension in these hours. Raises reconciler.errors."""
        user = extension.kind == "user"
        operation = op.READ_USER_HANDLING if user else op.READ_RING
        ids = {"userId" if user else "commonAreaId": extension.id}
        answer = await self._calls.read(Call(operation, ids, {"hour_type": hours}), Priority.REFRESH)
        return understood(operation, _handling, answer)


def _handling(answer: Item) -> Handling:
    distribution = _part(answer, "call_distribution_setting")
    mode = text(distribution, "ring_mode")
    name = _DURATION.get(mode) if mode else "ring_duration"
    rings = distribution.get(name) if name else None
    if rings is not None and (not isinstance(rings, int) or isinstance(rings, bool)):
        raise Unfit(str(name))
    return Handling(rings, text(_part(answer, "call_handling_setting"), "call_not_answer_action"))


def _part(answer: Item, name: str) -> Item:
    part = answer.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise Unfit(name)
    return part
