"""`reconcile store`: what is done to a hotel's store while nobody is at work.

It moves to PostgreSQL, or back into a file, and what was restored with PostgreSQL's own tools is brought up to date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reconciler.app.online import Busy, open_store, ourselves, ownership_name
from reconciler.app.presence import Occupied
from reconciler.app.restored import Settled, settle_store
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.store.rows import Held, office_ownership
from reconciler.store.store import Store

HOLDER: Final = "reconcile store migrate"

LASTS: Final = timedelta(minutes=2)
"""For so long nobody else begins to work here; it is given back as soon as the copy is whole."""


def migrate(settings: Settings, target: str) -> Mapping[str, int]:
    """Copy the hotel to ``target``, an address of PostgreSQL or a file; how many rows of each table it took.

    Busy or Occupied while somebody is at work here or there, KnownThere if the target knows the hotel.
    """
    place: Path | str = target if "://" in target else Path(target)
    name, account = settings.property.name, settings.zoom.account_id
    with open_store(settings) as source, Store.open(place, property_name=name, account=account) as there:
        if source.place == there.place:
            raise Fatal(f"{source.place} is where this hotel's store is", "name another place with --to")
        account_name, office = ownership_name(settings), office_ownership(source.property_name)
        # Other hotels of the account may be at work there.
        with _alone(source, account_name, office), _alone(there, office_ownership(name)):
            size = source.size()
            there.move_in(source.everything(), size)
    return size


def settle(settings: Settings, replaced: str | None) -> Settled:
    """Bring debts and wake-up calls of a store up to date that was just restored (``reconciler.app.restored``).

    ``replaced`` is the address of the database whose place it takes, where that can be read. Busy or Occupied while
    somebody is at work.
    """
    name, account = settings.property.name, settings.zoom.account_id
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings))
        former = None
        if replaced is not None:
            former = stack.enter_context(
                Store.open(replaced, property_name=name, account=account, stands_by=True)
            )
            if former.place == store.place:
                raise Fatal(f"{store.place} is where this hotel's store is", "name the one before it")
        stack.enter_context(_alone(store, ownership_name(settings), office_ownership(store.property_name)))
        return settle_store(store, settings, former, datetime.now(UTC))


@contextmanager
def _alone(store: Store, *names: str) -> Iterator[None]:
    """Own these while inside, so that nobody begins to work. Busy or Occupied where somebody does."""
    got = store.acquire_all(names, ourselves(HOLDER), now=datetime.now(UTC), ttl=LASTS)
    if isinstance(got, Held):
        by = got.ownership.by
        raise Occupied(by) if got.ownership.name.startswith(office_ownership("")) else Busy(by)
    try:
        yield
    finally:
        store.release_all(names)
