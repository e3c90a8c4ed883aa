"""How Zoom's own events reach the controller: by web hook through the desk, or over a WebSocket of our own.

They only shorten the time until the next sweep would see it. So what is wrong here keeps nothing else from working:
it is shown, and the sweeps go on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from drivers.zoom.auth import Tokens
from drivers.zoom.events.hook import WebHook
from drivers.zoom.events.intake import Fate, Intake
from drivers.zoom.events.meaning import Meaning
from drivers.zoom.events.stream import EventStream, Subscription
from reconciler.configuration.settings import Zoom, secret
from reconciler.health import EventsHealth
from reconciler.logs import logger
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


Events = HookEvents | StreamEvents


class Hearing(Protocol):
    """Who hears what events mean."""

    def hear(self, meaning: Meaning) -> Fate:
        """Take what an event means; what became of it."""
        ...

    def gap(self) -> None:
        """Events may have been lost."""
        ...


class Hearers:
    """The hotels of an account hear its events together: each takes what concerns it."""

    def __init__(self) -> None:
        self._hotels: list[Hearing] = []

    @contextmanager
    def joined_by(self, hotel: Hearing) -> Iterator[None]:
        """One more hotel hears while inside."""
        self._hotels.append(hotel)
        try:
            yield
        finally:
            self._hotels.remove(hotel)

    def hear(self, meaning: Meaning) -> Fate:
        """Tell all; one that has taken it speaks for all, and one to whom it means something before the others."""
        fates = [hotel.hear(meaning) for hotel in self._hotels]
        return min(fates, key=_SPEAKS_FIRST.index, default="elsewhere")

    def gap(self) -> None:
        """Tell all."""
        for hotel in self._hotels:
            hotel.gap()


_SPEAKS_FIRST: Final[tuple[Fate, ...]] = ("taken", "known", "unused", "elsewhere", "duplicate", "unfit")


def events_of(zoom: Zoom, tokens: tuple[Tokens, Tokens], hearing: Hearing, clock: Clock) -> Events | None:
    """What brings an account's events to those who hear them, as the settings say; None where they are off."""
    if zoom.events == "off":
        return None
    intake = Intake(clock, hearing.hear)
    if zoom.events == "websocket":
        subscription = Subscription(zoom.event_url, zoom.event_subscription)
        stream = EventStream(subscription, tokens, intake, clock, hearing.gap, random.random)
        return StreamEvents(intake, stream)
    try:
        hook = WebHook(secret(zoom.event_secret, zoom.event_secret_file, "zoom.event_secret"), intake, clock)
    except ValueError as error:
        log.error("no events by web hook", reason=str(error))  # noqa: TRY400 - a setting, no fault of ours
        return HookEvents(intake, clock, None, str(error), clock.now())
    return HookEvents(intake, clock, hook, None, clock.now())
