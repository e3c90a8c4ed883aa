"""The emergency address of an extension: where help is sent when somebody calls for it there. Only ever read.

Whether an address is there is all that is kept of it. Zoom shows its state of verification of common areas only (Zoom
API, Get a user's profile; Get common area details).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.convert import Item, Unfit, text
from drivers.zoom.listing import understood
from observed.extension import Extension, Kind
from reconciler.account.capability import Feature
from reconciler.account.operation import Priority

NEEDED: Final[dict[Kind, Feature]] = {
    "user": Feature.USER_ADDRESSES,
    "common_area": Feature.COMMON_AREAS,
}
"""What an account must be able to do, so that the address of such an extension can be read."""

_GOOD: Final = frozenset({1, 4})
"""Verification not required; verified."""


class Address(StrEnum):
    """Whether help would find the way."""

    MISSING = "missing"
    UNVERIFIED = "unverified"
    THERE = "there"


class Addresses:
    """Reads emergency addresses."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def of(self, extension: Extension) -> Address:
        """That of one extension. Raises reconciler.errors."""
        user = extension.kind == "user"
        operation = op.READ_PHONE_USER if user else op.READ_COMMON_AREA
        call = Call(operation, {"userId" if user else "commonAreaId": extension.id})
        return understood(operation, _address, await self._calls.read(call, Priority.REFRESH))


def _address(answer: Item) -> Address:
    address = answer.get("emergency_address")
    if address is None:
        return Address.MISSING
    if not isinstance(address, dict):
        raise Unfit("emergency_address")
    if not text(address, "address_line1"):
        return Address.MISSING
    status = address.get("status")
    if not isinstance(status, int | None):
        raise Unfit("status")
    return Address.THERE if status is None or status in _GOOD else Address.UNVERIFIED
