"""The process at a property: what it tells the centre, and what it takes from there."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from reconciler.alarms import book as alarmbook
from reconciler.app.doors import Doors
from reconciler.app.online import CONTROLLER
from reconciler.branch.errands import NOTE as LAST_ORDER
from reconciler.branch.errands import Errands
from reconciler.branch.filing import Mirror
from reconciler.branch.publishing import Publisher
from reconciler.branch.words import RoomTold
from reconciler.configuration.settings import Settings
from reconciler.health import ExchangeHealth
from reconciler.stays import anew, linkstate, turnover
from reconciler.stays.page import Page
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Json
from reconciler.store.store import Store
from reconciler.telephones import state as telephonestate
from reconciler.telephones.mail import COUNTS
from reconciler.wakeups import acknowledged

TOLD_OF_ITSELF: Final = (
    linkstate.NOTE, telephonestate.NOTE, acknowledged.NOTE, alarmbook.NOTE, COUNTS, anew.NOTE,
    turnover.NOTE,
)  # fmt: skip
"""The notes of the property's own store that the centre has as well."""

BEHIND: Final = 15.0
"""Seconds that the centre may be behind before anybody hears of it."""


@dataclass(slots=True)
class AtProperty:
    """The property as the centre hears of it (``reconciler.branch.publishing.Source``)."""

    doors: Doors
    publisher: Publisher = field(init=False)
    _notes: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        room, controller, office = self.doors.room, self.doors.controller, self.doors.office
        memory, settings = room.shop.memory, room.settings
        noted = partial(memory.run, room.store.note, LAST_ORDER)
        emptied = partial(controller.read_folder, accept_empty=True)
        self.publisher = Publisher(
            self,
            partial(open_centre, settings),
            room.shop.clock,
            (Errands(self.doors.take, noted).run, Mirror(settings.desired, memory, emptied).run),
        )
        office.reception.on_page.append(self._page_turned)
        controller.health.between = self.between

    async def run(self) -> None:
        """Tell the centre, and take what it has for us, until cancelled."""
        await self.publisher.run()

    def between(self) -> ExchangeHealth:
        """Whether the centre knows what we know."""
        lag, problem = self.publisher.lag, None
        if lag > BEHIND:
            why = self.publisher.trouble or "its database answers slowly, or not at all"
            problem = f"the centre is behind by {lag:.0f} s, so names at Zoom stay as they were: {why}"
        return ExchangeHealth("centre", problem, lag)

    def _page_turned(self, page: Page) -> None:
        rooms = {*page.words, *(entry.room for entry in page.entries), *(row.room for row in page.named)}
        if rooms:
            self.publisher.mark(rooms)

    # How it stands here

    def rooms(self) -> Iterable[str]:
        """Every room of which anything is known."""
        hotel = self.doors.room.shop.hotel
        return {*hotel.said, *hotel.pms_rooms, *self.doors.office.register.ledger.rooms()}

    def told(self, room: str) -> RoomTold:
        """How a room stands in our store."""
        hotel, register = self.doors.room.shop.hotel, self.doors.office.register
        named = register.rooms.row_of(room) if room in hotel.pms_rooms else None
        return RoomTold(hotel.said.get(room, ()), named, register.ledger.of_room(room))

    async def summary(self) -> dict[str, Json]:
        """How the house stands: the notes by which a command line knows it, and who tells."""
        memory, store = self.doors.room.shop.memory, self.doors.room.store
        try:
            notes = await memory.run_once(store.notes)
        except StoreUnavailable:  # its own alarm; the centre has what was known before
            notes = self._notes
        self._notes = {name: notes[name] for name in TOLD_OF_ITSELF if name in notes}
        by: dict[str, Json] = {"holder": CONTROLLER, "host": socket.gethostname(), "pid": os.getpid()}
        return {"by": by, "notes": self._notes}


def open_centre(settings: Settings) -> Store:
    """The centre's database, for what stands between it and the property. Raises Fatal."""
    assert settings.centre is not None
    address = settings.centre.get_secret_value()
    return Store.open(address, property_name=settings.property.name, account="", guest=True)
