"""How the channels are and which alerts are open, for machines and for `reconcile check`."""

from __future__ import annotations

from drivers.voice.alerts import Alert
from reconciler.store.rows import Json
from reconciler.telephones.call import Channel
from reconciler.views.shape import iso


def channel_view(channel: Channel) -> dict[str, Json]:
    """One channel. ``since`` is when ``registered`` changed last, ``why`` what the registrar said last."""
    return {
        "channel": channel.account, "registered": channel.registered, "busy": channel.busy,
        "since": iso(channel.since), "why": channel.why or None,
    }  # fmt: skip


def alert_view(alert: Alert) -> dict[str, Json]:
    """A wake-up call that woke nobody, of which no person has acknowledged the alert; ``at`` is local time."""
    return {"room": alert.room, "at": alert.at.isoformat(), "why": alert.why}
