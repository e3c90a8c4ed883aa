"""What the PMS is owed: rows of the store that wait for their link, in order, across restarts and outages.

A row holds what is meant. How the PMS calls the room, and whether the room is occupied, is looked up when the row is
about to leave, because both may have changed while it waited (D-16).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import anyio

from desired.said import Field
from reconciler.account.memory import Memory
from reconciler.hotel import Hotel
from reconciler.ports import Clock
from reconciler.stays.owed import Dispatch
from reconciler.store.links import OwedRow
from reconciler.store.store import Store


class StoredOutbox:
    """An ``Outbox`` over the store. ``name_of`` says how a link's PMS calls a room."""

    def __init__(
        self, hotel: Hotel, memory: Memory, clock: Clock, name_of: Callable[[str, str], str]
    ) -> None:
        self._hotel = hotel
        self._memory = memory
        self._clock = clock
        self._name_of = name_of
        self._bells: dict[str, anyio.Event] = {}

    @property
    def _store(self) -> Store:
        return self._memory.store

    async def next(self, link: str) -> Dispatch:
        """Wait for the oldest thing that this link owes; the same one until it is marked as sent."""
        while True:
            bell = self._bells.setdefault(link, anyio.Event())
            row = await self._memory.run_first(self._store.oldest_owed, link)
            if row is not None:
                return self._dispatch(row)
            await bell.wait()

    async def sent(self, dispatch: Dispatch) -> None:
        """It was written to the link's socket."""
        await self._memory.run_first(self._store.mark_sent, dispatch.number, self._clock.now())

    def ring(self, links: Iterable[str] | None = None) -> None:
        """Something was put into the outbox for these links, or by another process for any."""
        for link in list(self._bells) if links is None else links:
            bell = self._bells.pop(link, None)
            if bell is not None:
                bell.set()

    def _dispatch(self, row: OwedRow) -> Dispatch:
        room = row.owed.room
        occupied = bool(self._hotel.wish(room).get(Field.OCCUPIED))
        return Dispatch(row.number, row.link, row.owed, self._name_of(row.link, room), occupied)
