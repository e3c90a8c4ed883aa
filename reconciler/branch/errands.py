"""At the property: orders of the desk at the centre, carried out once, in time, or not at all.

An order waits in the database for as long as somebody waits for its answer. Whoever takes it back first has it: the
centre, when the time has run out, and then nothing was noted and never will be; or the property, which then carries
it out as an order of its own desk, and notes its number in the same transaction. So after a crash the property can
say which it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from anyio import to_thread

from reconciler.desk.orders import ORDER, AnyOrder
from reconciler.logs import logger
from reconciler.stays.frontdesk import Declined
from reconciler.store.branchrows import ErrandRow, Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store

NOTE: Final = "order of the centre"
"""The note in the property's own store: the last order of the centre that was written down."""

log = logger("centre")

Take = Callable[[AnyOrder, str, Mapping[str, Json]], Awaitable[str]]
"""Does what the desk asks for, and writes these notes with it. Raises Declined."""


_NOT_NOTED: Final[Json] = {
    "declined": "nothing was noted: the property broke off before",
    "remedy": "say it again",
}


class Errands:
    """At the property: takes the centre's orders. ``noted`` reads the note of the last one."""

    def __init__(self, take: Take, noted: Callable[[], Awaitable[Json]]) -> None:
        self._take = take
        self._noted = noted
        self._life = 0

    async def run(self, store: Store, life: int, waiting: Waiting) -> None:
        """Carry out what waits; first say what became of orders that an earlier life has broken off with."""
        if life != self._life:
            await self._answer_for_earlier(store)
            self._life = life
        if waiting.errands:
            for errand in await to_thread.run_sync(store.take_errands, life):
                await _answer(store, errand, await self._carry_out(errand))

    async def _carry_out(self, errand: ErrandRow) -> Json:
        order = order_of(errand)
        if order is None:
            log.warning(
                "an order of the centre is not understood", remedy="upgrade housephone at the property"
            )
            return {"declined": "nothing was noted: the property does not know such an order", "remedy": ""}
        try:
            return {"said": await self._take(order, errand.place, {NOTE: errand.number})}
        except Declined as declined:
            return {"declined": str(declined), "remedy": declined.remedy}

    async def _answer_for_earlier(self, store: Store) -> None:
        noted = await self._noted()
        for errand in await to_thread.run_sync(store.errands_broken_off):
            was_noted = noted == errand.number
            await _answer(store, errand, {"said": "noted"} if was_noted else _NOT_NOTED)


async def _answer(store: Store, errand: ErrandRow, answer: Json) -> None:
    await to_thread.run_sync(store.answer, errand.number, answer)


def order_of(errand: ErrandRow) -> AnyOrder | None:
    """The order; None if it is one of another version, which nobody here understands."""
    try:
        return ORDER.validate_python(errand.body)
    except ValueError:
        return None
