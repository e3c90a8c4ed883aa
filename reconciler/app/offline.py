"""From the configuration to a hotel, without a network: the audit of a snapshot, and what every start shares."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from desired.aims import Aims
from desired.files import Folder, load_settled
from drivers.zoom.operations import writing
from observed.cache import Observed
from reconciler.account import expected
from reconciler.app.aimed import look_aimed
from reconciler.audit import Scope, audit
from reconciler.budget import limits
from reconciler.configuration.grounds import Grounds
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.outcome import Report
from reconciler.roster import Roster
from reconciler.safety import EMPTY_SOURCE
from reconciler.snapshot import Snapshot
from reconciler.store.version import FILE_NAME

DOCUMENTS = "documents.sqlite"
PLANS = "plans"
AIMS = "aims.json"
RECORDINGS = "mail"
"""The folder of guests' messages, in the state folder."""


def hotel_of(grounds: Grounds) -> Hotel:
    """An empty hotel with the rules of this configuration."""
    return Hotel(
        grounds.house,
        Roster(grounds.table),
        writing,
        withheld=grounds.withheld(),
        elsewhere=grounds.elsewhere,
    )


def open_folder(grounds: Grounds, *, grace: float = 0.0) -> Folder:
    """The drop-in folder, with its machine-local cache in the state folder."""
    root, table = Path(grounds.desired), grounds.table
    listed = {entry.room: entry.extensions for entry in table} if table is not None else None
    cache = state_folder(Path(grounds.state)) / DOCUMENTS
    return Folder(root, cache, shown_as=root.name, listed=listed, grace=grace)


def read_documents(
    grounds: Grounds, hotel: Hotel, scope: Scope, *, dry_run: bool = False, patient: bool = True
) -> None:
    """Read the drop-in folder into the hotel, once; ``patient`` waits a moment for a file that is being written.

    A dry run that lifts the rule ``empty-source`` only looks: what the files said last stays remembered.
    """
    accept_empty = EMPTY_SOURCE in scope.allow and not dry_run
    with open_folder(grounds) as folder:
        hotel.roster.take_documents(
            load_settled(folder, time.time, time.sleep, accept_empty=accept_empty)
            if patient
            else folder.load(time.time(), accept_empty=accept_empty)
        )


def audit_snapshot(grounds: Grounds, snapshot: Snapshot, scope: Scope) -> Report:
    """The audit against a saved snapshot: no credentials, no network, no writes."""
    started, state = datetime.now(UTC), Path(grounds.state)
    hotel = hotel_of(grounds)
    read_documents(grounds, hotel, scope, dry_run=True)
    _remember(grounds, hotel)
    hotel.observed, hotel.elsewhere = Observed(snapshot.extensions), False
    hotel.messages = dict(snapshot.messages)
    hotel.capabilities = snapshot.capabilities
    aims = Aims(state / AIMS, hotel.house)
    look = partial(look_aimed, aims)
    budget = limits(grounds.plan, grounds.share)
    found = audit(hotel, scope, grounds.limits, budget, datetime.now(UTC), look)
    if aims.changed:
        aims.save(frozenset(hotel.roster.known_rooms()))
    expected.keep(state / PLANS, found.plan)
    return found.report(hotel, grounds.name, started=started, finished=datetime.now(UTC), dry_run=True)


def _remember(grounds: Grounds, hotel: Hotel) -> None:
    """Fill the hotel from the store, if there is one; what reads it is only imported then."""
    store = state_file(Path(grounds.state))
    if not store.exists():
        return
    from reconciler.account.recall import OwnWrites, fill
    from reconciler.store.hotels import kept_as
    from reconciler.store.peek import peek, peek_acts

    own = OwnWrites(partial(peek_acts, store, account=grounds.account))
    fill(hotel, peek(store, property_name=kept_as(store, grounds.name), account=grounds.account), own)


def state_folder(state: Path) -> Path:
    """The folder of what must be remembered, made for its owner alone if missing. Fatal if that cannot be done."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Fatal(
            f"state: {state}: {error.strerror}",
            "name a folder with `state:` that the user who runs housephone may make and write to",
        ) from error
    return state


def state_file(state: Path) -> Path:
    """Where the store of one machine is."""
    return state / FILE_NAME
