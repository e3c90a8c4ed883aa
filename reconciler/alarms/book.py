"""The alarms of a hotel, kept: which stand, who has seen them, whom they have been told.

They are looked for again and again, since every other part says only how it is. Telling comes before writing down: a
store that is in trouble is itself an alarm, so what cannot be written now is written with the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from reconciler.account.memory import Memory
from reconciler.alarms.finding import (
    Alarm,
    Kind,
    Manner,
    Seen,
    Severity,
    Situation,
    Standing,
    Turn,
    Watch,
    found,
)
from reconciler.alarms.messenger import Messenger, Notice
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.stays.frontdesk import Declined, not_noted
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Happened, HappeningRow, Json
from reconciler.wakeups.acknowledged import Acknowledged

NOTE: Final = "alarms"
"""The note in the store."""

LOOK_EVERY: Final = 2.0
"""Seconds between looks at the situation."""

log = logger("alarms")


class AlarmBook:
    """Which alarms stand. ``note`` is what was written down before."""

    def __init__(
        self,
        by_kind: Mapping[Kind, Manner],
        memory: Memory,
        clock: Clock,
        acknowledged: Acknowledged,
        note: Json,
    ) -> None:
        plain: Mapping[str, Any] = note if isinstance(note, dict) else {}
        self._watch = Watch(by_kind, standing_in(note))
        self._memory = memory
        self._clock = clock
        self._acknowledged = acknowledged
        self._strange = [each for each in plain.get("standing", ()) if not _is_known(each)]
        """What a newer housephone wrote down, and we do not understand: left for it as it is."""
        self._strange_news: dict[str, list[Json]] = {}
        self._untold: Mapping[str, Any] = plain.get("waiting", {})
        self._messengers: list[Messenger] = []
        self._happened: list[HappeningRow] = []
        self._unwritten = False
        for each in self._strange:
            log.warning("an alarm of a newer version is left alone", key=each["key"], kind=each["kind"])

    def send_with(self, messenger: Messenger) -> None:
        """Let a messenger tell of alarms, and of those that it had not told before the start."""
        untold = self._untold.get(messenger.name, ())
        messenger.delivered = self._write_soon
        messenger.take(Notice.from_json(each) for each in untold if _is_known(each))
        self._strange_news[messenger.name] = [each for each in untold if not _is_known(each)]
        self._messengers.append(messenger)

    @property
    def standing(self) -> Sequence[Standing]:
        """The alarms that are not over, the gravest first."""
        return self._watch.standing

    async def follow(self, look: Callable[[], Situation]) -> None:
        """Look at the situation again and again, until cancelled."""
        while True:
            self._step(look())
            await self._write()
            await self._clock.sleep(LOOK_EVERY)

    async def acknowledge(self, key: str, who: str) -> str:
        """Somebody at the desk knows of an alarm; the sentence that people read. Raises Declined.

        A wake-up call that woke nobody is over then, and the telephone is silent.
        """
        standing = next((each for each in self.standing if each.alarm.key == key), None)
        if standing is None:
            raise Declined(f"there is no alarm {key}", "it is over, or somebody has seen to it already")
        if self._memory.trouble is not None:
            raise not_noted(self._memory.trouble)
        seen = Seen(self._clock.now(), who)
        if standing.seen is not None:
            return f"{standing.seen.who} has acknowledged it before"
        self._watch.see(key, seen)
        if standing.alarm.kind is Kind.WAKEUP_FAILED:
            await self._acknowledged.note([key.partition(" ")[2]], who, by_telephone=False)
        else:
            said = HappeningRow(seen.at, Happened.ALERT_ACKNOWLEDGED, key, standing.alarm.room, who)
            self._happened.append(replace(said, body={"from": "desk"}))
        self._unwritten = True
        await self._write()
        return f"{who} has acknowledged it"

    def _step(self, situation: Situation) -> None:
        turns = self._watch.step(found(situation), self._clock.now(), situation.unknown)
        for turn in turns:
            _log(turn)
        if turns:
            self._happened += map(_happening, turns)
            for messenger in self._messengers:
                messenger.take(map(Notice.of, turns))
            self._unwritten = True

    def _write_soon(self) -> None:
        self._unwritten = True

    async def _write(self) -> None:
        if not self._unwritten:
            return
        happened, self._happened = self._happened, []
        self._unwritten = False
        try:
            await self._memory.run_once(self._write_down, self._to_note(), happened)
        except StoreUnavailable:
            self._happened = [*happened, *self._happened]
            self._unwritten = True

    def _write_down(self, note: Json, happened: Sequence[HappeningRow]) -> None:
        with self._memory.store.together():
            self._memory.store.put_note(NOTE, note)
            self._memory.store.note_happenings(happened)

    def _to_note(self) -> Json:
        waiting: dict[str, Json] = {
            messenger.name: [
                *self._strange_news[messenger.name],
                *(notice.to_json() for notice in messenger.waiting),
            ]
            for messenger in self._messengers
        }
        return {"standing": [*map(_plain, self.standing), *self._strange], "waiting": waiting}


def standing_in(note: Json) -> tuple[Standing, ...]:
    """The alarms that stood when the note was written."""
    plain: Mapping[str, Any] = note if isinstance(note, dict) else {}
    return tuple(_standing(each) for each in plain.get("standing", ()) if _is_known(each))


def _is_known(plain: Mapping[str, Any]) -> bool:
    """Whether this version knows such an alarm; after a downgrade one may stand that only a newer version finds."""
    return plain["kind"] in set(Kind) and plain.get("severity", Severity.MINOR) in set(Severity)


def _log(turn: Turn) -> None:
    alarm = turn.standing.alarm
    if turn.status == "raised":
        log.error("alarm", key=alarm.key, severity=alarm.severity.value, reason=alarm.message)
    else:
        log.info("alarm over", key=alarm.key, since=turn.standing.raised.isoformat())


def _happening(turn: Turn) -> HappeningRow:
    alarm = turn.standing.alarm
    kind = Happened.ALERT_RAISED if turn.status == "raised" else Happened.ALERT_RESOLVED
    body: Json = {"kind": alarm.kind.value, "severity": alarm.severity.value, "message": alarm.message}
    return HappeningRow(turn.at, kind, alarm.key, alarm.room, body=body)


def _plain(standing: Standing) -> Json:
    alarm, seen = standing.alarm, standing.seen
    return {
        "key": alarm.key, "kind": alarm.kind.value, "message": alarm.message, "room": alarm.room,
        "raised": standing.raised.isoformat(), "seen": [seen.at.isoformat(), seen.who] if seen else None,
    }  # fmt: skip


def _standing(plain: Mapping[str, Any]) -> Standing:
    alarm = Alarm(plain["key"], Kind(plain["kind"]), plain["message"], plain["room"])
    seen = plain["seen"]
    return Standing(
        alarm,
        datetime.fromisoformat(plain["raised"]),
        Seen(datetime.fromisoformat(seen[0]), seen[1]) if seen else None,
    )
