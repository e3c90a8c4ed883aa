"""A property that takes orders of its centre's desk, between the two a file for the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.branch.errands import NOTE, Errands
from reconciler.desk.orders import AnyOrder, CheckOut
from reconciler.stays.frontdesk import Declined
from reconciler.store.branchrows import Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store

ORDER: Final = CheckOut(room="1001")
NEWS: Final = Waiting(None, errands=True)


@dataclass
class Inn:
    """The property, and what was noted there."""

    store: Store
    noted: list[AnyOrder] = field(default_factory=list)
    last: Json = None
    refuses: bool = False
    before_noting: Callable[[], None] = lambda: None
    after_noting: Callable[[], None] = lambda: None

    async def take(self, order: AnyOrder, _where: str, notes: Mapping[str, Json]) -> str:
        if self.refuses:
            raise Declined("room 1001: nobody is checked in there", "see `reconcile show 1001`")
        self.before_noting()
        self.noted.append(order)
        self.last = notes[NOTE]
        self.after_noting()
        return "room 1001: checked out"

    async def note(self) -> Json:
        return self.last

    def errands(self) -> Errands:
        return Errands(self.take, self.note)

    async def looks(self, life: int) -> None:
        await self.errands().run(self.store, life, NEWS)

    async def dies_amid(self) -> None:
        """Its process takes the orders that wait, and is gone before it has noted them."""
        self.store.take_errands(self.store.claim())

    async def begins_again(self) -> None:
        """Its next process looks for the first time."""
        await self.looks(self.store.claim())


def power_cut() -> None:
    """Nobody gets any further."""
    raise KeyboardInterrupt
