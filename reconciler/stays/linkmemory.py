"""What is remembered of one PMS link: its last records, by which repetitions are known, and what was odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from datetime import datetime
from typing import Any

from desired.events import ResyncBegan, ResyncBroken, ResyncEnded, StatusTold, rooms_of
from desired.kept import told_from_json, told_to_json
from desired.redelivered import Redelivered
from reconciler.ports import Heard
from reconciler.store.rows import Json, LinkRow

_RESYNC = (ResyncBegan, ResyncEnded, ResyncBroken)


class LinkMemory:
    """The memory of one link, from the row that the store holds of it."""

    def __init__(self, row: LinkRow) -> None:
        memory: Any = row.memory or {}
        held = [_heard_from_json(each) for each in memory.get("held", ())]
        self._kept = row
        self._history: Redelivered[Heard] = Redelivered(memory.get("known"), held)
        self._in_resync = False
        self._history.lost()  # whoever has just started has no link yet
        self.anomalies = Counter(row.anomalies)

    def lost(self) -> None:
        """The link is gone."""
        self._in_resync = False
        self._history.lost()

    def connected(self, now: datetime) -> None:
        """The link is alive (again): what comes now may be a repetition."""
        self._history.connected(now)

    def overrule(self, rooms: Container[str]) -> None:
        """Desk or telephone have changed these rooms since the PMS spoke of them."""
        self._history.overrule(rooms)

    def wait_on(self, now: datetime) -> None:
        """Nobody has read for a while: what is in doubt waits from now on."""
        self._history.wait_on(now)

    def told_anew(self, heard: Heard) -> list[Heard]:
        """What is to be applied now: the record itself, nothing if it was known again, several after a doubt."""
        told, events = heard.told, heard.events
        frames = [event for event in events if isinstance(event, _RESYNC)]
        meant = self._history.flush() if frames or told.snapshot else []
        if frames:
            self._in_resync = isinstance(frames[0], ResyncBegan)
        is_status = all(isinstance(event, StatusTold) for event in events)
        # Statuses bear no mark of a resync: few of them are among what a PMS says again.
        if frames or told.snapshot or (self._in_resync and is_status):
            self._history.overrule()
        elif heard.print and events:
            rooms = tuple(dict.fromkeys([room for event in events for room in rooms_of(event)]))
            return self._history.feed(heard, heard.print, told.of, told.at, rooms=rooms, status=is_status)
        return [*meant, heard]

    def next_due(self) -> datetime | None:
        """When a doubt has lasted long enough."""
        return self._history.next_due()

    def due(self, now: datetime) -> list[Heard]:
        """What was held in doubt long enough and is to be applied now."""
        return self._history.due(now)

    @property
    def miscounted(self) -> bool:
        """True if the store does not know yet how often what was odd."""
        return self.anomalies != Counter(self._kept.anomalies)

    def news(self) -> LinkRow | None:
        """What the store must hold now, if that is anything else than it was asked to hold last."""
        held = [_heard_to_json(heard) for heard in self._history.held]
        row = LinkRow(self._kept.link, {"known": self._history.dump(), "held": held}, dict(self.anomalies))
        if row == self._kept:
            return None
        self._kept = row
        return row


def _heard_to_json(heard: Heard) -> Json:
    return {
        "events": [told_to_json(event, heard.told) for event in heard.events],
        "print": heard.print,
        "anomalies": list(heard.anomalies),
        "named": [list(pair) for pair in heard.named],
    }


def _heard_from_json(plain: Any) -> Heard:
    told = [told_from_json(each) for each in plain["events"]]
    return Heard(
        told[0][1],
        tuple(event for event, _ in told),
        plain["print"],
        tuple(plain["anomalies"]),
        tuple((room, name) for room, name in plain["named"]),
    )
