"""Alerts by telephone: a wake-up call has woken nobody, and a person must know it, and say so with a key.

The contacts are called one after the other until one of them presses a key, and all of them again after a pause,
for as long as it takes. One call tells of all alerts that are open, since an operator who is called ten times in a
minute hears none of them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import anyio

from drivers.voice.conversation import Conversation, Speaker
from drivers.voice.ending import hung_up
from drivers.voice.phrases import Phrase
from reconciler.ports import Clock
from reconciler.telephones.call import CallEnded, Telephones
from reconciler.timelimit import for_at_most

LOGGER: Final = logging.getLogger("housephone.voice")

RING: Final = 40.0
"""Seconds for which a contact's telephone rings."""
LISTENING: Final = 60.0
"""Seconds for which a contact hears the alerts again and again."""
AT_ONCE: Final = 5
"""Alerts that one call tells; the others have the next."""
NAME: Final = "Wake-up alert"

Why = Literal["no_answer", "busy", "unreachable", "late"]


@dataclass(frozen=True, slots=True)
class Alert:
    """The wake-up call of a room at this time (property's local time, naive), and why it woke nobody.

    ``room`` is what is spelled out: digits and letters.
    """

    room: str
    at: datetime
    why: Why

    @property
    def words(self) -> Phrase:
        """How it is told."""
        room, at = self.room, self.at.time()
        match self.why:
            case "no_answer":
                return Phrase("alert_no_answer", room=room, at=at)
            case "busy":
                return Phrase("alert_busy", room=room, at=at)
            case "unreachable":
                return Phrase("alert_unreachable", room=room, at=at)
            case "late":
                return Phrase("alert_late", room=room, at=at)


Acknowledged = Callable[[Sequence[Alert], str], Awaitable[None]]
"""Told the alerts that a person has heard, and at which extension."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The extensions that are called, in this order; again after ``repeat`` seconds. ``language`` is the house's."""

    extensions: Sequence[str]
    repeat: float
    language: str


class Alerts:
    """The alerts that nobody has acknowledged yet. They end with the process: who sounded them must do so again."""

    def __init__(
        self,
        telephones: Telephones,
        speaker: Speaker,
        clock: Clock,
        contacts: Contacts,
        acknowledged: Acknowledged,
    ) -> None:
        self._telephones = telephones
        self._speaker = speaker
        self._clock = clock
        self._contacts = contacts
        self._acknowledged = acknowledged
        self._open: dict[Alert, None] = {}
        self._news = anyio.Event()

    @property
    def open(self) -> tuple[Alert, ...]:
        """What nobody has acknowledged, oldest first."""
        return tuple(self._open)

    def sound(self, alert: Alert) -> None:
        """Tell somebody of this, now."""
        if alert not in self._open:
            self._open[alert] = None
            self._news.set()

    def withdraw(self, alert: Alert) -> None:
        """Somebody has seen it elsewhere, on the page for example."""
        self._open.pop(alert, None)

    async def run(self) -> None:
        """Call the contacts whenever there is something to tell, until cancelled."""
        while True:
            self._news = anyio.Event()
            if not self._open:
                await self._news.wait()
            elif not await self._tell_somebody():
                await for_at_most(self._clock, self._contacts.repeat, self._news.wait)

    async def _tell_somebody(self) -> bool:
        """Call one contact after the other; True when one of them has acknowledged."""
        for extension in self._contacts.extensions:
            alerts = self.open[:AT_ONCE]
            if not alerts:
                return True
            if await self._told(extension, alerts):
                for alert in alerts:
                    self.withdraw(alert)
                await self._report(alerts, extension)
                return True
            LOGGER.warning("%d alerts: nobody at %s has acknowledged them", len(alerts), extension)
        return False

    async def _report(self, alerts: Sequence[Alert], extension: str) -> None:
        try:
            await self._acknowledged(alerts, extension)
        except Exception:
            LOGGER.exception("alerts were acknowledged at %s, which could not be kept", extension)

    async def _told(self, extension: str, alerts: Sequence[Alert]) -> bool:
        try:
            call = await self._telephones.dial(extension, ring=RING, name=NAME)
        except CallEnded:
            return False
        key: str | None = None
        talk = Conversation(call, self._speaker, self._clock, self._contacts.language)
        try:
            async with hung_up(call):
                words = [alert.words for alert in alerts]
                key = await talk.insist(*words, Phrase("alert_confirm"), limit=LISTENING)
                if key is not None:
                    await talk.tell(Phrase("alert_confirmed"))
        except CallEnded:
            LOGGER.debug("%s has hung up", extension)
        return key is not None
