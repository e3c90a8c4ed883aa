"""``reconcile --dry-run --cached``: the audit against what was last read of Zoom. No credentials, no network."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.account import expected
from reconciler.account.recall import forget_unanswered
from reconciler.app.offline import PLANS
from reconciler.app.registry import noting
from reconciler.app.stored import remembered
from reconciler.audit import Scope, audit
from reconciler.budget import limits
from reconciler.configuration.settings import Settings
from reconciler.outcome import Report
from reconciler.passes import NotReadYet


def audit_cached(settings: Settings, scope: Scope) -> Report:
    """Look at the hotel as store and documents have it. Fatal where Zoom has never been read."""
    started = datetime.now(UTC)
    seen = remembered(settings)
    hotel = seen.hotel
    if not len(hotel.observed):
        raise NotReadYet
    forget_unanswered(hotel, seen.acts.writes)
    budget = limits(settings.zoom.plan, settings.zoom.share)
    found = audit(hotel, scope, settings.grounds.limits, budget, started)
    expected.keep(settings.state / PLANS, found.plan)
    finished = datetime.now(UTC)
    report = found.report(hotel, settings.property.name, started=started, finished=finished, dry_run=True)
    noted = settings.pms or settings.sip
    return noting(report, seen.register, seen.around, scope, finished) if noted else report
