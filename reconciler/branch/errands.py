"""Orders of the desk at the centre, carried out at the property: once, in time, or not at all.

An order waits in the database for as long as somebody waits for its answer. Whoever takes it back first has it: the
centre, when the time has run out, and then nothing was noted and never will be; or the property, which then carries
it out as an order of its own desk, and notes its number in the same transaction. So after a crash the property can
say which it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, cast

from anyio import to_thread

from reconciler.desk.orders import ORDER, AnyOrder
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.stays.frontdesk import Declined
from reconciler.store.branchrows import ErrandRow, Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store

WITHIN: Final = timedelta(seconds=10)
"""How long an order waits for the property."""

ANSWERS_WITHIN: Final = 10.0
"""Seconds for which the answer to an order is waited for that the property has taken."""

LOOK_EVERY: Final = 0.2

NOTE: Final = "order of the centre"
"""The note in the property's own store: the last order of the centre that was written down."""

log = logger("centre")

Take = Callable[[AnyOrder, str, Mapping[str, Json]], Awaitable[str]]
"""Does what the desk asks for, and writes these notes with it. Raises Declined."""


_NOT_NOTED: Final[Json] = {"declined": "nothing was noted", "remedy": "say it again"}


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
        try:
            order = ORDER.validate_python(errand.body)
            said = await self._take(order, errand.place, {NOTE: errand.number})
        except Declined as declined:
            return {"declined": str(declined), "remedy": declined.remedy}
        except ValueError:  # of a newer centre
            log.warning(
                "an order of the centre is not understood", remedy="upgrade housephone at the property"
            )
            return {"declined": "nothing was noted: the property does not know such an order", "remedy": ""}
        return {"said": said}

    async def _answer_for_earlier(self, store: Store) -> None:
        noted = await self._noted()
        for errand in await to_thread.run_sync(store.errands_broken_off):
            was_noted = noted == errand.number
            await _answer(store, errand, {"said": "noted"} if was_noted else _NOT_NOTED)


async def _answer(store: Store, errand: ErrandRow, answer: Json) -> None:
    await to_thread.run_sync(store.answer, errand.number, answer)


async def ask_property(
    run: Callable[..., Awaitable[Any]], store: Store, clock: Clock, order: AnyOrder, place: str
) -> str:
    """At the centre: let the property do what the desk asks for; the sentence that people read. Raises Declined.

    ``run`` runs a step of the store now or never.
    """
    body = order.model_dump(mode="json", exclude_unset=True) | {"verb": order.verb}
    number = await run(store.ask, body, place, WITHIN)
    until = clock.monotonic() + WITHIN.total_seconds()
    errand = await _watched(run, store, clock, number, until)
    if errand is not None and errand.answer is None and await run(store.withdraw, number):
        raise not_heard("the property has not answered for 10 seconds")
    errand = await _watched(run, store, clock, number, until + ANSWERS_WITHIN)
    if errand is None or errand.answer is None:
        raise Declined(
            f"room {order.room}: the property has taken this and not answered, so nobody knows whether it is noted",
            "look at the room when the property is heard of again: it is noted as a whole, or not at all",
        )
    await run(store.drop_errand, number)
    answer = cast("dict[str, Any]", errand.answer)
    if "said" in answer:
        return str(answer["said"])
    raise Declined(str(answer["declined"]), str(answer.get("remedy", "")))


async def _watched(
    run: Callable[..., Awaitable[Any]], store: Store, clock: Clock, number: int, until: float
) -> ErrandRow | None:
    """How an order stands: once it is answered, or at that time."""
    while True:
        errand: ErrandRow | None = await run(partial(store.errand, number))
        if errand is None or errand.answer is not None or clock.monotonic() >= until:
            return errand
        await clock.sleep(LOOK_EVERY)


def not_heard(why: str) -> Declined:
    """What the desk at the centre hears where the property cannot be reached."""
    return Declined(
        f"nothing was noted: {why}",
        "say it at the property's own page or telephone, or see that its machine runs and reaches the database",
    )
