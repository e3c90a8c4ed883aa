"""A hotel as the store and the folder of documents have it: what looks at rooms without asking Zoom or a PMS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from observed.cache import Observed
from reconciler.account.recall import OwnWrites, acts_of, fill, recalled
from reconciler.account.refresh import FEATURES
from reconciler.account.standing import Stored
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.presence import in_office
from reconciler.app.registry import around_of, register_of
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.hotel import Hotel
from reconciler.snapshot import features_in
from reconciler.stays.notices import Around
from reconciler.stays.register import Register
from reconciler.store.peek import Acts
from reconciler.store.rows import Claimant


@dataclass(frozen=True, slots=True)
class Remembered:
    """A filled hotel, who is in it, what we last did to each field, what is around it, and who is in its office."""

    hotel: Hotel
    register: Register
    acts: Acts
    conditions: Stored
    around: Around
    office: Claimant | None


def remembered(settings: Settings, *, patient: bool = True) -> Remembered:
    """Read store and documents, also what is being written where ``patient``. Fatal where one cannot be read."""
    hotel = hotel_of(settings.grounds)
    with open_store(settings, only_look=True) as store:
        acts = acts_of(store)
        fill(hotel, recalled(store), OwnWrites(lambda: acts))
        hotel.observed = Observed(store.observed())
        features = store.note(FEATURES)
        conditions = store.conditions()
        now = datetime.now(UTC)
        register = register_of(settings, hotel, store, now)
        around, office = around_of(settings, hotel, store, now), in_office(store, now)
    if isinstance(features, dict):
        hotel.capabilities = features_in(features)
    read_documents(settings.grounds, hotel, Scope(), patient=patient)
    return Remembered(hotel, register, acts, conditions, around, office)


class UnknownRoom(HousephoneError):
    """No source of the hotel knows such a room."""

    remedy = "`reconcile show` lists the rooms"

    def __init__(self, room: str, *, listed: bool) -> None:
        where = "in `rooms:` or in a document" if listed else "in a document (there is no list `rooms:`)"
        super().__init__(f"room {room}: there is no such room {where}")


def known(hotel: Hotel, rooms: Sequence[str]) -> list[str]:
    """These rooms, or all that there are. UnknownRoom names the first that there is not."""
    everything = hotel.roster.known_rooms()
    present = set(everything)
    for room in rooms:
        if room not in present:
            raise UnknownRoom(room, listed=hotel.roster.table is not None)
    return list(dict.fromkeys(rooms)) or everything
