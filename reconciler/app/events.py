"""How Zoom's own events reach the controller: by web hook through the desk, or over a WebSocket of our own.

They only shorten the time until the next sweep would see it. So what is wrong here keeps nothing else from working:
it is shown, and the sweeps go on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drivers.zoom.events.hook import WebHook
from drivers.zoom.events.intake import Intake
from drivers.zoom.events.stream import EventStream, Subscription
from reconciler.app.online import Online
from reconciler.configuration.settings import secret
from reconciler.health import EventsHealth
from reconciler.logs import logger
from reconciler.loop import Controller
from reconciler.ports import Clock

SILENT: Final = timedelta(hours=80)
"""Zoom asks every 72 hours whether the web hook is still there, also where nothing happens (Zoom API, Webhooks)."""

log = logger("events")


@dataclass(frozen=True, slots=True)
class HookEvents:
    """Events by web hook. ``hook`` is None where the secret cannot be read, which ``trouble`` tells."""

    intake: Intake
    clock: Clock
    hook: WebHook | None
    trouble: str | None
    since: datetime

    async def run(self) -> None:
        """Nothing: Zoom comes to us."""

    def health(self) -> EventsHealth:
        """How they come in."""
        last = self.intake.last_at
        silent = self.clock.now() - (last or self.since) > SILENT
        problem = self.trouble or ("nothing has come from Zoom for more than three days" if silent else None)
        refused = {} if self.hook is None else dict(self.hook.refused)
        return EventsHealth("webhook", problem, self.since, last, dict(self.intake.counts), refused)


@dataclass(frozen=True, slots=True)
class StreamEvents:
    """Events over a WebSocket."""

    intake: Intake
    stream: EventStream
    hook: None = None

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        await self.stream.run()

    def health(self) -> EventsHealth:
        """How they come in."""
        stream, intake = self.stream, self.intake
        return EventsHealth(
            "websocket", stream.problem, stream.since, intake.last_at, dict(intake.counts), {}
        )


def events_of(room: Online, controller: Controller) -> HookEvents | StreamEvents | None:
    """What brings events to this controller, as its settings say; None where they are off."""
    zoom, clock = room.settings.zoom, room.shop.clock
    if zoom.events == "off":
        return None
    intake = Intake(clock, controller.hints.hear)
    if zoom.events == "websocket":
        subscription = Subscription(zoom.event_url, zoom.event_subscription)
        stream = EventStream(
            subscription, room.driver.event_tokens, intake, clock, controller.hints.gap, random.random
        )
        return StreamEvents(intake, stream)
    try:
        hook = WebHook(secret(zoom.event_secret, zoom.event_secret_file, "zoom.event_secret"), intake, clock)
    except ValueError as error:
        log.error("no events by web hook", reason=str(error))  # noqa: TRY400 - a setting, no fault of ours
        return HookEvents(intake, clock, None, str(error), clock.now())
    return HookEvents(intake, clock, hook, None, clock.now())
