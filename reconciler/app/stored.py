"""A hotel as the store and the folder of documents have it: what looks at rooms without asking Zoom."""

from __future__ import annotations

from dataclasses import dataclass

from observed.cache import Observed
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.audit import Scope
from reconciler.hotel import Hotel
from reconciler.recall import fill, recalled
from reconciler.settings import Settings
from reconciler.standing import Stored
from reconciler.store.peek import Peeked


@dataclass(frozen=True, slots=True)
class Remembered:
    """A filled hotel, and what the store says beside it."""

    hotel: Hotel
    book: Peeked
    conditions: Stored


def remembered(settings: Settings) -> Remembered:
    """Read store and documents. Raises Fatal where one of them cannot be read."""
    hotel = hotel_of(settings)
    with open_store(settings) as store:
        book = recalled(store)
        fill(hotel, book)
        hotel.observed = Observed(store.observed())
        conditions = store.conditions()
    read_documents(settings, hotel, Scope())
    return Remembered(hotel, book, conditions)
