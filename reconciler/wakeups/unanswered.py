"""Wake-up calls that woke nobody: people are called until one of them, or somebody at the desk, knows of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from drivers.voice.alerts import Alert, Alerts, Contacts, Why
from drivers.voice.conversation import Speaker
from reconciler.ports import Clock
from reconciler.telephones.call import Telephones
from reconciler.wakeups.acknowledged import Acknowledged, name_of, unheard
from reconciler.wakeups.entries import Entry, WakeupStatus
from reconciler.wakeups.ledger import Ledger

_WHY: Final[dict[WakeupStatus, Why]] = {
    WakeupStatus.NO_ANSWER: "no_answer",
    WakeupStatus.BUSY: "busy",
    WakeupStatus.UNREACHABLE: "unreachable",
}


class WakeupAlerts:
    """Calls the contacts about failed wake-up calls that nobody has ``acknowledged``."""

    def __init__(
        self,
        telephones: Telephones,
        speaker: Speaker,
        clock: Clock,
        contacts: Contacts,
        acknowledged: Acknowledged,
    ) -> None:
        self._alerts = Alerts(telephones, speaker, clock, contacts, self._acknowledge)
        self._clock = clock
        self._acknowledged = acknowledged
        acknowledged.told.append(self._withdraw)

    @property
    def open(self) -> Sequence[Alert]:
        """What nobody has acknowledged yet, oldest first."""
        return self._alerts.open

    def sound(self, entry: Entry, *, late: bool = False) -> None:
        """This call has woken nobody; ``late``: it could not even be tried in time."""
        why = "late" if late else _WHY.get(entry.status)
        if why is not None and name_of(*entry.key) not in self._acknowledged.known:
            self._alerts.sound(Alert(entry.room, entry.at, why))

    def sound_again(self, ledger: Ledger) -> None:
        """After a start: what failed lately and was acknowledged by nobody."""
        for entry in reversed(unheard(ledger, self._acknowledged.known, self._clock.now())):
            self.sound(entry)

    async def run(self) -> None:
        """Call people until cancelled."""
        await self._alerts.run()

    async def _acknowledge(self, alerts: Sequence[Alert], extension: str) -> None:
        names = [name_of(alert.room, alert.at) for alert in alerts]
        await self._acknowledged.note(names, extension, by_telephone=True)

    def _withdraw(self, names: Collection[str]) -> None:
        for alert in self.open:
            if name_of(alert.room, alert.at) in names:
                self._alerts.withdraw(alert)
