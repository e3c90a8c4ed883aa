"""An order of the desk where no controller runs: straight to the store, for the next pass to act on."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.account.recall import fill_wishes, recalled
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.presence import no_shadow
from reconciler.app.registry import around_of, register_of
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings
from reconciler.desk.orders import AnyOrder
from reconciler.stays import frontdesk


def at_the_store(settings: Settings, order: AnyOrder, where: str) -> str:
    """Do what the desk asks for; the sentence that people read. Raises Declined, OnlyWatching, LeftBehind."""
    hotel, now = hotel_of(settings.grounds), datetime.now(UTC)
    read_documents(settings.grounds, hotel, Scope())
    with frontdesk.noting(), open_store(settings) as store:
        no_shadow(store, now)
        fill_wishes(hotel, recalled(store))
        register = register_of(settings, hotel, store, now)
        told, telephones = frontdesk.by_hand(where, now), around_of(settings, hotel, store, now).telephones
        return frontdesk.at_the_store(order, hotel, register, store, told, telephones)
