"""From settings to a hotel without any network: the audit against a saved snapshot, and what every start shares."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from desired.aims import Aims
from desired.files import Folder, load_settled
from desired.target import DepartmentRule, House
from drivers.zoom.operations import writing
from observed.cache import Observed
from reconciler import expected
from reconciler.app.aimed import look_aimed
from reconciler.audit import Scope, audit
from reconciler.budget import limits
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.outcome import Report
from reconciler.safety import EMPTY_SOURCE, Limits
from reconciler.settings import Settings
from reconciler.snapshot import Snapshot
from reconciler.store.version import FILE_NAME

DOCUMENTS = "documents.sqlite"
PLANS = "plans"
AIMS = "aims.json"


def hotel_of(settings: Settings) -> Hotel:
    """An empty hotel with the rules of these settings."""
    return Hotel(house_of(settings), settings.room_table, writing, withheld=settings.calling.withheld())


def house_of(settings: Settings) -> House:
    """What is the same for all rooms."""
    words, calling = settings.department_words, settings.calling
    return House(
        templates=settings.names.templates(),
        zone=settings.property.zone,
        department=DepartmentRule(settings.department, words.occupied, words.vacant, words.date_format),
        tenant=settings.property.tenant,
        site=settings.property.site,
        calling=(calling.occupied, calling.vacant) if calling.enabled else None,
        clear_mailboxes=settings.message_management,
        language=str((settings.voice or {}).get("language", "en")),
    )


def safety_limits(settings: Settings) -> Limits:
    """The limits of the safety rules."""
    return Limits(settings.safety.max_blanked, settings.safety.max_deletes)


def open_folder(settings: Settings, *, grace: float = 0.0) -> Folder:
    """The drop-in folder of these settings, with its machine-local cache in the state folder."""
    table = settings.room_table
    listed = {entry.room: entry.extensions for entry in table} if table is not None else None
    shown_as = settings.desired.name
    return Folder(settings.desired, state_folder(settings) / DOCUMENTS, shown_as, listed=listed, grace=grace)


def read_documents(settings: Settings, hotel: Hotel, scope: Scope, *, dry_run: bool = False) -> None:
    """Read the drop-in folder into the hotel, once.

    A dry run that lifts the rule ``empty-source`` only looks: what the files said last stays remembered.
    """
    accept_empty = EMPTY_SOURCE in scope.allow and not dry_run
    with open_folder(settings) as folder:
        hotel.take_documents(load_settled(folder, time.time, time.sleep, accept_empty=accept_empty))


def audit_snapshot(settings: Settings, snapshot: Snapshot, scope: Scope) -> Report:
    """The audit against a saved snapshot: no credentials, no network, no writes."""
    started = datetime.now(UTC)
    hotel = hotel_of(settings)
    read_documents(settings, hotel, scope, dry_run=True)
    _remember(settings, hotel)
    hotel.observed = Observed(snapshot.extensions)
    hotel.messages = dict(snapshot.messages)
    hotel.capabilities = snapshot.capabilities
    budget = limits(settings.zoom.plan, settings.zoom.share)
    aims = Aims(settings.state / AIMS, hotel.house)
    look = partial(look_aimed, aims)
    found = audit(hotel, scope, safety_limits(settings), budget, datetime.now(UTC), look)
    if aims.changed:
        aims.save(frozenset(hotel.known_rooms()))
    expected.keep(settings.state / PLANS, found.plan)
    return found.report(
        hotel, settings.property.name, started=started, finished=datetime.now(UTC), dry_run=True
    )


def _remember(settings: Settings, hotel: Hotel) -> None:
    """Fill the hotel from the store, if there is one; what reads it is only imported then."""
    store = state_file(settings)
    if not store.exists():
        return
    from reconciler.recall import OwnWrites, fill
    from reconciler.store.peek import peek, peek_acts

    account = settings.zoom.account_id
    own = OwnWrites(partial(peek_acts, store, account=account))
    fill(hotel, peek(store, property_name=settings.property.name, account=account), own)


def state_folder(settings: Settings) -> Path:
    """The folder of what must be remembered, made for its owner alone if missing. Fatal if that cannot be done."""
    try:
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Fatal(
            f"state: {settings.state}: {error.strerror}",
            "name a folder with `state:` that the user who runs housephone may make and write to",
        ) from error
    return settings.state


def state_file(settings: Settings) -> Path:
    """Where the store of one machine is."""
    return settings.state / FILE_NAME
