"""At the centre: hands the orders of its desk to the property, and keeps in mind those of which nobody knows.

An order that the property has taken and not answered, because it or the database went in that moment, is answered
when it is back. Until then people see that nobody knows, and whoever gives the same order again waits for that answer
instead of giving a second one. What turns out not to be noted stands there for an hour, or until it is said again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import anyio

from desired.problem import Problem
from reconciler.branch.errands import order_of
from reconciler.desk.orders import AnyOrder
from reconciler.logs import logger
from reconciler.moments import local
from reconciler.ports import Clock
from reconciler.stays.frontdesk import Declined
from reconciler.store.branchrows import ErrandRow
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Json
from reconciler.store.store import Store

WITHIN: Final = timedelta(seconds=10)
"""How long an order waits for the property."""

ANSWERS_WITHIN: Final = timedelta(seconds=10)
"""For how long the answer to an order is waited for that the property has taken."""

LOOK_EVERY: Final = 0.2
"""Seconds between looks whether an order is answered that somebody waits for …"""

LOOK_LATER: Final = 2.0
"""… and that nobody waits for any more."""

SHOWN: Final = timedelta(hours=1)
"""How long people see that an order was not noted."""

log = logger("centre")

Run = Callable[..., Awaitable[Any]]
"""Runs a step of the store now or never."""


class Asking:
    """The orders of one hotel. Those that another process of the centre has given are known, too, after ``run``."""

    def __init__(self, run: Run, store: Store, clock: Clock, zone: ZoneInfo) -> None:
        self._run = run
        self._store = store
        self._clock = clock
        self._zone = zone
        self._waited: Counter[int] = Counter()
        self._left: dict[int, ErrandRow] = {}
        """Orders whose answer nobody has heard."""
        self._unsure = anyio.Event()
        self._unsure.set()

    async def ask(self, order: AnyOrder, place: str) -> str:
        """Let the property do what the desk asks for; the sentence that people read. Raises Declined."""
        body: Json = order.model_dump(mode="json", exclude_unset=True) | {"verb": order.verb}
        again = next((row.number for row in self._unanswered() if row.body == body), None)
        number = await self._run(self._store.ask, body, place, WITHIN) if again is None else again
        self._waited[number] += 1
        try:
            return await self._answer(number, order)
        finally:
            self._waited[number] -= 1

    async def run(self) -> None:
        """Find out what became of orders whose answer nobody has heard, until cancelled."""
        while True:
            await self._unsure.wait()
            with suppress(StoreUnavailable):  # which is told where the store is looked after
                await self.look()
            await self._clock.sleep(LOOK_LATER)

    async def look(self) -> None:
        """Look once."""
        now = self._clock.now()
        rows: list[ErrandRow] = await self._run(self._store.errands_taken)
        self._unsure = anyio.Event()
        mine = {row.number: row for row in rows if self._waited[row.number] <= 0}
        for number, row in list(mine.items()):
            noted = _said(row)
            if noted is not None:
                log.info("an order is noted after all", answer=noted)
            if noted is not None or now > row.deadline + SHOWN:
                await self._run(self._store.drop_errand, number)
                del mine[number]
        self._left = mine
        if mine:
            self._unsure.set()

    def problems(self) -> Iterator[Problem]:
        """Orders of which nobody knows yet whether they are noted, and those that turned out not to be."""
        for row in self._left.values():
            order = order_of(row)
            if order is None:
                continue
            asked = local(row.deadline - WITHIN, self._zone)
            what = f"what the desk here asked for at {asked} ({order.sentence(self._zone)})"
            room, number = order.room, str(row.number)
            if row.answer is None:
                unknown = (
                    f"room {room}: nobody knows yet whether the property has noted {what}; it is asked again"
                )
                yield Problem("order_unanswered", unknown, room=room, subject=number)
            else:
                lost = f"room {room}: {what} was not noted, because the property broke off; say it again"
                yield Problem("order_not_noted", lost, room=room, subject=number)

    def _unanswered(self) -> Iterator[ErrandRow]:
        return (row for row in self._left.values() if row.answer is None)

    async def _answer(self, number: int, order: AnyOrder) -> str:
        until = self._clock.monotonic() + WITHIN.total_seconds()
        try:
            errand = await self._watched(number, until)
            if errand is not None and errand.answer is None and await self._run(self._store.withdraw, number):
                raise not_heard("the property has not answered for 10 seconds")
            errand = await self._watched(number, until + ANSWERS_WITHIN.total_seconds())
        except StoreUnavailable:
            errand = None
        if errand is None or errand.answer is None:
            self._unsure.set()
            raise Declined(
                f"room {order.room}: the property has taken this and not answered, so nobody knows whether it is "
                "noted",
                "the page says which it was when the property is back; it is noted as a whole, or not at all",
            )
        await self._forget(number, order)
        said = _said(errand)
        if said is not None:
            return said
        answer = cast("dict[str, Any]", errand.answer)
        raise Declined(str(answer["declined"]), str(answer.get("remedy", "")))

    async def _watched(self, number: int, until: float) -> ErrandRow | None:
        """How an order stands: once it is answered, or at that time."""
        while True:
            errand: ErrandRow | None = await self._run(partial(self._store.errand, number))
            if errand is None or errand.answer is not None or self._clock.monotonic() >= until:
                return errand
            await self._clock.sleep(LOOK_EVERY)

    async def _forget(self, number: int, order: AnyOrder) -> None:
        """The answer was heard, and what was not noted for this room before is no matter any more."""
        past = [
            row.number
            for row in self._left.values()
            if row.answer is not None and (was := order_of(row)) is not None and was.room == order.room
        ]
        for each in (number, *past):
            self._left.pop(each, None)
            with suppress(StoreUnavailable):  # it goes later, with all that is old
                await self._run(self._store.drop_errand, each)


def not_heard(why: str) -> Declined:
    """What the desk at the centre hears where the property cannot be reached."""
    return Declined(
        f"nothing was noted: {why}",
        "say it at the property's own page or telephone, or see that its machine runs and reaches the database",
    )


def _said(row: ErrandRow) -> str | None:
    answer = row.answer
    return str(answer["said"]) if isinstance(answer, dict) and "said" in answer else None
