"""What a PMS has told a hotel whose controller does not run at present: it stands in the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from desired.events import Event, Told
from desired.said import Source
from reconciler.account.recall import fill_wishes, recalled
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.registry import register_of
from reconciler.audit import Scope
from reconciler.configuration.file import load
from reconciler.ports import Heard
from reconciler.stays.page import write
from reconciler.stays.register import Register
from reconciler.store.store import Store
from tests.reconciler.house import House

PMS = {"kind": "fias", "host": "127.0.0.1", "port": 1}
"""A link that nobody makes as long as no controller runs."""

_PRINTS = count()


def tell(
    house: House, *events: Event, ago: timedelta = timedelta(), anomalies: tuple[str, ...] = (), **more: Any
) -> None:
    """The PMS has told all of this in one breath, so long ago."""
    at = datetime.now(UTC).replace(microsecond=0) - ago

    def heard(event: Event) -> Heard:
        told = Told(Source.PMS, f"pms {type(event).__name__} {at.isoformat()}", at, link="pms", **more)
        return Heard(told, (event,), str(next(_PRINTS)), anomalies)

    with register_in(house) as (store, register):
        write(store, register.hear("pms", [heard(event) for event in events], at))


@contextmanager
def register_in(house: House) -> Iterator[tuple[Store, Register]]:
    """The store of a hotel, and the register as it stands there."""
    settings = load(house.config, {})
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope())
    with open_store(settings) as store:
        fill_wishes(hotel, recalled(store))
        yield store, register_of(settings, hotel, store, datetime.now(UTC))
