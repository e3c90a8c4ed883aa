"""What can be checked of Zoom's own events: the running controller says how they come in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from reconciler import control
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.premises import secret_file
from reconciler.configuration.settings import Settings, secret
from reconciler.moments import local

WHAT: Final = "Zoom events"


async def zoom_events(settings: Settings) -> AsyncIterator[Finding]:
    """Whether they are asked for, and whether they come."""
    zoom = settings.zoom
    if zoom.events == "off":
        said = f"off: a change in Zoom is found at the next sweep, every {zoom.drift_check:g} minutes"
        yield Finding("off", WHAT, said)
        return
    for finding in secret_file(zoom.event_secret_file):
        yield finding
    if zoom.events == "webhook":
        try:
            secret(zoom.event_secret, zoom.event_secret_file, "zoom.event_secret")
        except ValueError as error:
            yield Finding("warn", WHAT, str(error), "copy the secret token from the features of Zoom's app")
            return
    told = await control.events(settings)
    if told is None:
        yield Finding(
            "off", WHAT, "not tried: only a controller takes them", "`reconcile run`, then check again"
        )
    elif told.get("way") != zoom.events:
        said = "the running controller takes none this way: it could not use the changed configuration"
        yield Finding("warn", WHAT, said, "see the controller's log, or stop it and start it again")
    else:
        for finding in _told(told, settings):
            yield finding


def _told(told: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    zone = settings.property.zone
    since = local(datetime.fromisoformat(told["since"]), zone)
    last = (
        f"last one {local(datetime.fromisoformat(told['last_at']), zone)}" if told["last_at"] else "none yet"
    )
    fixes = {
        "webhook": "see that Zoom reaches https://…/hooks/zoom through the hotel's proxy: validate it in the app",
        "websocket": "see zoom.event_subscription, and that the app is active; sweeps find changes meanwhile",
    }
    if told["problem"]:
        yield Finding("warn", WHAT, f"{told['way']}: {told['problem']}, since {since}", fixes[told["way"]])
    else:
        yield Finding("ok", WHAT, f"{told['way']} since {since}, {told['taken']} events, {last}")
    if forged := told["refused"].get("signature"):
        said = f"{forged} requests at the web hook had a wrong signature"
        fix = "if they are Zoom's: copy the app's secret token to zoom.event_secret_file; else nobody was let in"
        yield Finding("warn", WHAT, said, fix)
    if late := told["refused"].get("time"):
        said = f"{late} requests at the web hook were signed at another time than ours"
        yield Finding("warn", WHAT, said, "let NTP set this machine's clock, or events are not taken")
