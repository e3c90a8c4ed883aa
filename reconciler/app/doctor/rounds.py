"""A round through the house: something is asked of Zoom for every extension of every room, many at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from observed.extension import Extension
from reconciler.hotel import Hotel

AT_ONCE: Final = 16
"""Extensions asked about side by side."""

Look = Callable[[str, Extension], Awaitable[None]]


async def go_round(hotel: Hotel, look: Look) -> None:
    """Look at each extension that Zoom shows of our rooms, but not at those of users who have not come yet."""
    places = anyio.Semaphore(AT_ONCE)

    async def visit(room: str, extension: Extension) -> None:
        async with places:
            await look(room, extension)

    async with anyio.create_task_group() as visits:
        for room in hotel.roster.known_rooms():
            for extension in hotel.extensions_of(room):
                if not extension.pending:
                    visits.start_soon(visit, room, extension)
