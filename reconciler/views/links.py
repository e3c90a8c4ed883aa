"""How the PMS links are, for machines and for `reconcile check`."""

from __future__ import annotations

from reconciler.health import LinkHealth
from reconciler.store.rows import Json
from reconciler.views.shape import iso


def link_view(link: LinkHealth) -> dict[str, Json]:
    """One link. ``problem`` is None while records can come and go, ``clock_ahead`` are seconds."""
    return {
        "link": link.name, "peer": link.peer, "state": link.state, "since": iso(link.since),
        "last_record_at": iso(link.last_record_at), "problem": link.problem, "held": link.held,
        "clock_ahead": link.clock_ahead,
    }  # fmt: skip
