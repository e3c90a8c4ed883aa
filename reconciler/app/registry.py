"""The register of a hotel as its settings rule it and its store remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desired.stays import LinkRules, Rules
from reconciler.app.imported import users_of
from reconciler.app.presence import SHADOW, in_office
from reconciler.audit import Scope
from reconciler.configuration.links import PmsLink
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.hotel import Hotel
from reconciler.outcome import Report
from reconciler.stays import anew
from reconciler.stays.anew import Anew
from reconciler.stays.linkstate import NOTE, links_in, seen_from_outside
from reconciler.stays.notices import Around, notices
from reconciler.stays.oddities import Tell, to_log
from reconciler.stays.page import kept_in
from reconciler.stays.register import Register
from reconciler.store.rows import Claimant, Json
from reconciler.store.store import Store
from reconciler.telephones import state as telephonestate
from reconciler.telephones.mail import COUNTS, counter, counts_in
from reconciler.telephones.state import TelephoneState, channels_in
from reconciler.wakeups import acknowledged
from reconciler.wakeups.acknowledged import acknowledged_in


def name_of(link: PmsLink) -> str:
    """The name of a link; the settings give one to each."""
    return link.name or ""


def rules_of(settings: Settings) -> Rules:
    """The hotel's rules for stays."""
    return Rules(
        zone=settings.property.zone,
        occupied_calling=settings.calling.occupied,
        vacant_calling=settings.calling.vacant,
        max_blanked=settings.safety.max_blanked,
        links={name_of(link): LinkRules(link.trust_gs, link.guest_shown) for link in settings.pms},
    )


def register_of(
    settings: Settings,
    hotel: Hotel,
    store: Store,
    now: datetime,
    *,
    shadow: bool = False,
    tell: Tell = to_log,
) -> Register:
    """The register as the store has it; ``tell`` hears what is odd."""
    feeds = {name_of(link): link.choice.__contains__ for link in settings.pms}
    return Register(hotel, rules_of(settings), feeds, kept_in(store, now), shadow=shadow, tell=tell)


def around_of(settings: Settings, hotel: Hotel, store: Store, now: datetime) -> Around:
    """What is known beside the register, as the store has it, or as the process at the property has told."""
    branch = store.branch()
    if branch is not None:
        return around_told(settings, branch[1])
    links = [name_of(link) for link in settings.pms]
    there = in_office(store, now)
    states = seen_from_outside(store.note(NOTE), links, at_work=there is not None)
    return Around(
        states,
        _telephones(settings, store, there, now),
        acknowledged_in(store.note(acknowledged.NOTE)),
        counter(store.messages(), hotel),
        Anew.of(store.note(anew.NOTE)),
    )


def around_told(settings: Settings, summary: Mapping[str, Any]) -> Around:
    """What is around the register at the property, as its process has told last."""
    notes: Mapping[str, Json] = summary.get("notes") or {}
    channels, counts = channels_in(notes.get(telephonestate.NOTE)), counts_in(notes.get(COUNTS))
    ring = (settings.voice or Voice()).wakeup.ring
    return Around(
        tuple(links_in(notes.get(NOTE)).values()),
        TelephoneState(channels, ring=ring) if channels else None,
        acknowledged_in(notes.get(acknowledged.NOTE)),
        lambda room: counts.get(room, (0, 0)),
        Anew.of(notes.get(anew.NOTE)),
    )


def _telephones(
    settings: Settings, store: Store, there: Claimant | None, now: datetime
) -> TelephoneState | None:
    """The telephone side; None where there is none, and beside a shadow, which leaves it to another system."""
    if settings.sip is None or (there is not None and there.holder == SHADOW):
        return None
    ring = (settings.voice or Voice()).wakeup.ring
    note = store.note(telephonestate.NOTE)
    return telephonestate.seen_from_outside(
        note, users_of(settings), now, at_work=there is not None, ring=ring
    )


def noting(report: Report, register: Register, around: Around, scope: Scope, now: datetime) -> Report:
    """A pass's report with what people must see to of these rooms and of what is around them."""
    problems = (p for p in notices(register, now, around) if p.room is None or scope.covers(p.room))
    return report.with_notices(problems, register.anomalies())
