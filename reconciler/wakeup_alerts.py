"""Wake-up calls that woke nobody: people are called until one of them has said that he knows.

What was acknowledged stands in the store, so that a restart neither forgets an alert nor repeats one that was heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from drivers.voice.alerts import Alert, Alerts, Contacts, Why
from drivers.voice.conversation import Speaker
from reconciler.entries import Entry, WakeupStatus
from reconciler.ledger import Ledger
from reconciler.logs import logger
from reconciler.memory import Memory
from reconciler.ports import Clock
from reconciler.store.rows import Json
from reconciler.telephone import Telephones

HEARD: Final = "alerts heard"
"""The note that says which alerts a person has acknowledged, when and at which extension."""

REMEMBERED: Final = timedelta(hours=12)
"""For so long after its end a call that woke nobody is somebody's business."""

_WHY: Final[dict[WakeupStatus, Why]] = {
    WakeupStatus.NO_ANSWER: "no_answer",
    WakeupStatus.BUSY: "busy",
    WakeupStatus.UNREACHABLE: "unreachable",
}

log = logger("wakeups")


class WakeupAlerts:
    """Calls the contacts about failed wake-up calls. ``heard`` is what the store knows to be acknowledged."""

    def __init__(
        self,
        telephones: Telephones,
        speaker: Speaker,
        clock: Clock,
        contacts: Contacts,
        memory: Memory,
        heard: Json,
    ) -> None:
        self._alerts = Alerts(telephones, speaker, clock, contacts, self._acknowledged)
        self._clock = clock
        self._memory = memory
        self._heard: dict[str, Json] = dict(heard) if isinstance(heard, dict) else {}

    @property
    def open(self) -> Sequence[Alert]:
        """What nobody has acknowledged yet, oldest first."""
        return self._alerts.open

    @property
    def heard(self) -> Json:
        """What a person has acknowledged, as the note has it."""
        return self._heard

    def sound(self, entry: Entry, *, late: bool = False) -> None:
        """This call has woken nobody; ``late``: it could not even be tried in time."""
        why = "late" if late else _WHY.get(entry.status)
        if why is not None and acknowledgement(entry, self._heard) is None:
            self._alerts.sound(Alert(entry.room, entry.at, why))

    def sound_again(self, ledger: Ledger) -> None:
        """After a start: what failed lately and was acknowledged by nobody."""
        for entry in reversed(ledger.failed(self._clock.now() - REMEMBERED)):
            self.sound(entry)

    async def run(self) -> None:
        """Call people until cancelled."""
        await self._alerts.run()

    async def _acknowledged(self, alerts: Sequence[Alert], extension: str) -> None:
        now = self._clock.now()
        for alert in alerts:
            log.info("alert acknowledged", room=alert.room, at=alert.at.isoformat(), extension=extension)
        lately = {name: value for name, value in self._heard.items() if _since(value) > now - 2 * REMEMBERED}
        self._heard = lately | {_name(alert): [now.isoformat(), extension] for alert in alerts}
        await self._memory.run_first(self._memory.store.put_note, HEARD, dict(self._heard))


def acknowledgement(entry: Entry, heard: Json) -> tuple[datetime, str] | None:
    """When and at which extension a person has acknowledged the alert of this call; None if nobody has.

    ``heard`` is what the note of that name says.
    """
    found = heard.get(_name(entry)) if isinstance(heard, dict) else None
    match found:
        case [str(at), str(extension)]:
            return datetime.fromisoformat(at), extension
    return None


def _name(alert: Alert | Entry) -> str:
    return f"{alert.room} {alert.at.isoformat()}"


def _since(value: Json) -> datetime:
    moment = value[0] if isinstance(value, list) and value else None
    assert isinstance(moment, str)
    return datetime.fromisoformat(moment)
