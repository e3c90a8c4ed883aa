"""The lists of an account: users, common areas and telephones, joined to extensions with few calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from drivers.zoom import convert
from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.capabilities import Abilities
from drivers.zoom.listing import listed, understood
from drivers.zoom.verdicts import NotAllowed
from observed.extension import Device, Extension
from reconciler.account.capability import Feature
from reconciler.account.operation import Operation, Priority
from reconciler.ports import Clock

USERS_A_PAGE: Final = 300
PHONE_A_PAGE: Final = 100
DEVICES_A_PAGE: Final = 300


class Lists:
    """Reads the lists of one account."""

    def __init__(self, calls: Calls, clock: Clock, abilities: Abilities) -> None:
        self._calls = calls
        self._clock = clock
        self._abilities = abilities

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """Every extension of the account, staff too, with as few calls as these numbers need.

        Raises reconciler.errors rather than answer a half-read listing.
        """
        found = await self._users()
        if wanted - {each.number for each in found}:
            found += await self._common_areas()
        missing = wanted - {each.number for each in found}
        if missing:
            found += [each for each in await self._pending() if each.number in missing]
        return tuple(convert.with_devices(found, await self._devices()) if devices else found)

    async def _users(self) -> list[Extension]:
        users = await self._list(op.LIST_USERS, "users", USERS_A_PAGE)
        phone_users = await self._list(op.LIST_PHONE_USERS, "users", PHONE_A_PAGE)
        now = self._clock.now()
        by_id = {each["id"]: each for each in users if isinstance(each.get("id"), str)}
        joined = (
            understood(op.LIST_PHONE_USERS, convert.user_extension, each, by_id.get(str(each.get("id"))), now)
            for each in phone_users
        )
        return _once_each(joined)

    async def _pending(self) -> list[Extension]:
        """Extensions of users who have not accepted their invitation; the plain lists leave them out."""
        phone_users = await self._list(op.LIST_PHONE_USERS, "users", PHONE_A_PAGE, status="pending")
        now = self._clock.now()
        return _once_each(
            understood(op.LIST_PHONE_USERS, convert.user_extension, {**each, "id": None}, None, now)
            for each in phone_users
        )

    async def _common_areas(self) -> list[Extension]:
        areas = await self._list_if(Feature.COMMON_AREAS, op.LIST_COMMON_AREAS, "common_areas", PHONE_A_PAGE)
        now = self._clock.now()
        return _once_each(understood(op.LIST_COMMON_AREAS, convert.common_area, each, now) for each in areas)

    async def _devices(self) -> list[Device]:
        phones = await self._list_if(
            Feature.DEVICES, op.LIST_DEVICES, "devices", DEVICES_A_PAGE, type="assigned"
        )
        found = (understood(op.LIST_DEVICES, convert.device, each) for each in phones)
        return [each for each in found if each is not None]

    async def _list(
        self, operation: Operation, container: str, page_size: int, **query: str
    ) -> list[dict[str, Any]]:
        call = Call(operation, query={**query, "page_size": page_size})
        return await listed(self._calls, call, container, Priority.REFRESH)

    async def _list_if(
        self, feature: Feature, operation: Operation, container: str, page_size: int, **query: str
    ) -> list[dict[str, Any]]:
        """The list, or nothing where the account has no such feature (its state says why)."""
        if not self._abilities.has(feature):
            return []
        try:
            return await self._list(operation, container, page_size, **query)
        except NotAllowed:
            return []


def _once_each(found: Iterable[Extension | None]) -> list[Extension]:
    """Each extension once: a list that grows while it is read shows some of them on two pages."""
    return list({each.id: each for each in found if each is not None}.values())
