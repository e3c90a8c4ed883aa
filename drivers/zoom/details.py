"""What no list of Zoom shows: one read for each extension and kind of field.

A department of 500 common areas is 500 calls, so a spell of failures ends the reading early: whatever was not
read is UNKNOWN, which the difference never acts on, and the next refresh asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import anyio

from drivers.zoom import calling, convert
from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.capabilities import Abilities
from drivers.zoom.listing import listed, understood
from observed.extension import UNKNOWN, Extension
from reconciler.account.capability import Feature
from reconciler.account.operation import Priority
from reconciler.errors import CallError, Fatal, Gone, Later, Permanent, Throttled
from reconciler.ports import Clock

AT_ONCE: Final = 16
"""Extensions read side by side; the reads of one extension follow each other, as Zoom wants it."""
GIVE_UP_AFTER: Final = 5
"""Failures in a row that look like Zoom's and not like the extension's."""

FIELDS: Final = ("names", "dnd", "calling")


class Details:
    """Reads the details of extensions."""

    def __init__(self, calls: Calls, clock: Clock, abilities: Abilities, home_country: str) -> None:
        self._calls = calls
        self._clock = clock
        self._abilities = abilities
        self._home = home_country

    async def of(
        self, extensions: Sequence[Extension], fields: frozenset[str], priority: Priority
    ) -> tuple[Extension, ...]:
        """The extensions, in their order, with these fields freshly read; without those that are gone.

        Raises Fatal only.
        """
        reading = _Reading(self, fields, priority)
        found: dict[int, Extension | None] = {}
        async with anyio.create_task_group() as readers:
            places = anyio.Semaphore(AT_ONCE)

            async def read(place: int, extension: Extension) -> None:
                async with places:
                    found[place] = await reading.whole(extension)

            for place, extension in enumerate(extensions):
                readers.start_soon(read, place, extension)
        if reading.fatal is not None:
            raise reading.fatal
        return tuple(each for place in range(len(extensions)) if (each := found[place]) is not None)

    async def field(self, extension: Extension, field: str, priority: Priority) -> Extension:
        """One kind of field of one extension. Raises reconciler.errors."""
        if field == "names":
            return await self._names(extension, priority)
        if field == "dnd":
            return await self._dnd(extension, priority)
        return await self._calling(extension, priority)

    async def _names(self, extension: Extension, priority: Priority) -> Extension:
        if extension.kind == "user":
            call = Call(op.READ_USER, {"userId": extension.id})
            user = await self._calls.read(call, priority)
            return understood(call.operation, convert.named, extension, user, self._clock.now())
        if not self._abilities.has(Feature.COMMON_AREAS):
            return extension
        call = Call(op.READ_COMMON_AREA, {"commonAreaId": extension.id})
        area = await self._calls.read(call, priority)
        return understood(call.operation, convert.common_area_details, extension, area, self._clock.now())

    async def _dnd(self, extension: Extension, priority: Priority) -> Extension:
        if extension.kind == "user":
            if not self._abilities.has(Feature.DND_READ):
                return extension
            call = Call(op.READ_PRESENCE, {"userId": extension.id})
            answer = await self._calls.read(call, priority)
            return replace(extension, dnd=understood(call.operation, convert.presence, answer))
        if not self._abilities.has(Feature.RING_SWITCH):
            return extension
        call = Call(op.READ_RING, {"commonAreaId": extension.id}, {"hour_type": "business_hours"})
        answer = await self._calls.read(call, priority)
        return replace(extension, dnd=understood(call.operation, convert.silent, answer))

    async def _calling(self, extension: Extension, priority: Priority) -> Extension:
        user = extension.kind == "user"
        if not self._abilities.has(Feature.USER_CALLING if user else Feature.COMMON_AREA_CALLING):
            return extension
        present = await calling_rules(self._calls, extension.id, priority, user=user)
        return replace(extension, calling=calling.service_class(present, self._home))


class _Reading:
    """One reading of many extensions, which ends early when Zoom seems to be down or used up."""

    def __init__(self, details: Details, fields: frozenset[str], priority: Priority) -> None:
        self._details = details
        self._fields = [field for field in FIELDS if field in fields]
        self._priority = priority
        self._failures = 0
        self.fatal: Fatal | None = None

    async def whole(self, extension: Extension) -> Extension | None:
        for field in self._fields:
            extension = _forgotten(extension, field)
            if self._failures >= GIVE_UP_AFTER:
                continue
            try:
                extension = await self._details.field(extension, field, self._priority)
            except Gone:
                return None
            except Permanent as error:
                if error.code == PENDING_CODE:
                    extension = replace(extension, pending=True)
            except (CallError, Fatal) as error:
                self._note(error)
            else:
                self._failures = 0
        return extension

    def _note(self, error: CallError | Fatal) -> None:
        if isinstance(error, Fatal):
            self.fatal, self._failures = error, GIVE_UP_AFTER
        elif isinstance(error, Throttled) and error.scope == "day":
            self._failures = GIVE_UP_AFTER
        elif isinstance(error, Later):
            self._failures += 1


PENDING_CODE: Final = "400/1120"


async def calling_rules(calls: Calls, id_: str, priority: Priority, *, user: bool) -> dict[str, int]:
    """The outbound-calling rules of one extension, country to rule. Raises reconciler.errors."""
    operation = op.READ_USER_CALLING if user else op.READ_COMMON_AREA_CALLING
    call = Call(operation, {"userId" if user else "commonAreaId": id_}, {"page_size": calling.MOST})
    return understood(operation, calling.rules, await listed(calls, call, "countries_regions", priority))


def _forgotten(extension: Extension, field: str) -> Extension:
    """The extension without what is about to be read, so that a failed read leaves UNKNOWN behind."""
    if field == "dnd":
        return replace(extension, dnd=UNKNOWN)
    if field == "calling":
        return replace(extension, calling=UNKNOWN)
    if extension.kind == "user":
        return replace(
            extension, first_name=UNKNOWN, last_name=UNKNOWN, display_name=UNKNOWN, department=UNKNOWN
        )
    return replace(extension, display_name=UNKNOWN, department=UNKNOWN)
