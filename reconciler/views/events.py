"""How Zoom's own events come in, for machines and for `reconcile check`."""

from __future__ import annotations

from reconciler.health import EventsHealth
from reconciler.store.rows import Json
from reconciler.views.shape import iso


def events_view(events: EventsHealth) -> dict[str, Json]:
    """``problem`` is None while events can come; ``taken`` counts those that came, ``refused`` what was no event."""
    refused: dict[str, Json] = {str(reason): count for reason, count in events.refused.items()}
    return {
        "way": events.way, "problem": events.problem, "since": iso(events.since),
        "last_at": iso(events.last_at), "taken": sum(events.counts.values()), "refused": refused,
    }  # fmt: skip
