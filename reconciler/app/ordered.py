"""An order of the desk where no controller runs: straight to the store, for the next pass to act on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from reconciler.account.recall import fill_wishes, recalled
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.presence import no_shadow
from reconciler.app.registry import around_of, register_of
from reconciler.audit import Scope
from reconciler.branch.asking import not_heard
from reconciler.configuration.settings import Settings
from reconciler.desk.orders import AnyOrder
from reconciler.stays import frontdesk
from reconciler.wakeups import secondbook
from reconciler.wakeups.entries import Entry


def at_the_store(settings: Settings, order: AnyOrder, where: str) -> str:
    """Do what the desk asks for; the sentence that people read. Raises Declined, OnlyWatching, LeftBehind.

    Also Declined where a process at the property keeps the register: only the controller here reaches it.
    """
    hotel, now = hotel_of(settings.grounds), datetime.now(UTC)
    read_documents(settings.grounds, hotel, Scope())
    with frontdesk.noting(), open_store(settings) as store:
        no_shadow(store, now)
        if store.branch() is not None:
            raise not_heard(
                "who is in which room is noted at the property, and no controller runs here to ask it"
            )
        fill_wishes(hotel, recalled(store))
        register = register_of(settings, hotel, store, now)
        told, around = frontdesk.by_hand(where, now), around_of(settings, hotel, store, now)
        said = frontdesk.at_the_store(order, hotel, register, store, told, around.telephones)
    _write_twice(settings, secondbook.worth_keeping(register.ledger, around.acknowledged, now))
    return said


def _write_twice(settings: Settings, calls: Iterable[Entry]) -> None:
    """Keep the second book in step where no controller does; one that cannot be written is the next one's to tell."""
    if settings.database is None:
        with suppress(OSError):
            secondbook.write(settings.state / secondbook.FILE, secondbook.content_of(calls))
