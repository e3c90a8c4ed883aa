"""Wake-up calls: guests who confirm, snooze, are busy or sleep on, and the operator who hears of the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from drivers.voice.alerts import NAME as ALERT
from drivers.voice.wakeup import NAME as WAKEUP
from fixtures.hotel_pms import HotelPms
from fixtures.telephones import Dialled, Exchange, Guest, Line, busy, no_answer, picks_up
from reconciler.app.starter import local_zone
from reconciler.demo.line import FROM_PMS, TO_PMS, Record
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.stage import OPERATOR

AWAKE: Final = picks_up(1.5, "1", pause=1.0)
SLEEPERS: Final[dict[str, tuple[Guest, ...]]] = {
    "1305": (AWAKE,),
    "1503": (picks_up(1.0, "2", pause=1.5), AWAKE),
    "1101": (busy(), AWAKE),
    "1401": (no_answer(), no_answer()),
}
"""The guests who want to be woken in the morning, and what each does when the telephone rings."""

LATE_AT_MOST: Final = 1.0
"""Seconds by which a wake-up call may ring after its time."""

Asked = tuple[str, datetime]
"""A room, and the local time for which it has asked for a wake-up call."""


def settle_in(exchange: Exchange, pms: HotelPms) -> None:
    """Put somebody behind every telephone: the operator, and in each room whoever stays there."""
    exchange.at(OPERATOR, picks_up(1.0, "1", pause=2.0))
    for room in pms.house.rooms:
        exchange.at(room, *SLEEPERS.get(room, ()), _whoever_is_there(pms, room))


def _whoever_is_there(pms: HotelPms, room: str) -> Guest:
    async def script(line: Line) -> None:
        await (AWAKE if pms.house.room(room).guests else no_answer())(line)

    return script


async def in_the_morning(scene: Scene) -> None:
    """Wait for the calls and what comes of them."""
    results = scene.pms.wake_up_results
    if await scene.seen("the results of the wake-up calls", lambda: len(results()) == len(SLEEPERS)) is None:
        return
    for record in scene.line.since(0, TO_PMS):
        if record.id == "WA":
            scene.screen.record(record.sign, record.text)
    slowest = within(max(lateness(scene)))
    scene.screen.add(
        f"The PMS has one result of each. The first rings came at most {slowest} late.", mark="good"
    )
    alert = await scene.program.complaint("wakeup_failed")
    if alert is None:
        scene.missed.append("the alert about the wake-up call")
        return
    scene.screen.add(f"Alert for the desk: {alert}.", mark="bad")
    heard = scene.calls.named
    if (
        await scene.seen("the operator's key", lambda: any(call.pressed for _, call in heard(ALERT)))
        is not None
    ):
        scene.screen.tell("The operator has heard it, and said so with a key.", room=OPERATOR, mark="good")


def asked(records: Sequence[Record], now: datetime) -> list[Asked]:
    """The wake-up calls that the PMS has asked for, not taken back, and whose time has come."""
    wanted = {_key(record): None for record in records if (record.sign, record.id) == (FROM_PMS, "WR")}
    taken_back = {_key(record) for record in records if (record.sign, record.id) == (FROM_PMS, "WC")}
    return [key for key in wanted if key not in taken_back and key[1] <= now]


def miscounted(records: Sequence[Record], now: datetime) -> Iterator[str]:
    """Wake-up calls of which the PMS has not heard exactly one result."""
    told = Counter(_key(record) for record in records if (record.sign, record.id) == (TO_PMS, "WA"))
    for room, at in asked(records, now):
        if told[room, at] != 1:
            yield f"{told[room, at]} results of the wake-up call of {room} at {at:%H:%M:%S}"


def lateness(scene: Scene) -> Iterator[float]:
    """By how many seconds the first ring of each call came after its time."""
    for room, due in asked(scene.line.records, scene.pms.local()):
        rings = [local for call in scene.exchange.dialled if (local := _rang(call, room)) and local >= due]
        yield (min(rings) - due).total_seconds() if rings else float("inf")


def _rang(call: Dialled, room: str) -> datetime | None:
    """When a wake-up call of this room rang, by the hotel's clock."""
    if (call.extension, call.name) != (room, WAKEUP):
        return None
    return call.at.astimezone(ZoneInfo(local_zone())).replace(tzinfo=None)


def _key(record: Record) -> Asked:
    values = {part[:2]: part[2:] for part in record.text.split("|")}
    return values["RN"], datetime.strptime(values["DA"] + values["TI"], "%y%m%d%H%M%S")  # noqa: DTZ007 - as FIAS has it
