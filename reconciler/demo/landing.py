"""From a record of the PMS to the telephone: waits for it, takes the time, and tells it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from reconciler.demo.line import some
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import Shown

FEW = 2
"""So many records or rooms are told one by one."""


async def land(scene: Scene, rooms: Sequence[str], mark: int) -> dict[str, float]:
    """Wait until the PMS has said all, and these telephones show it; by room the seconds since its last record."""
    right: dict[str, float] = {}

    def is_done() -> bool:
        for room in rooms:
            if room not in right and scene.is_right(room):
                right[room] = time.monotonic()
        return scene.pms.alive and scene.pms.silent and len(right) == len(rooms)

    await scene.seen(f"the telephone of {', '.join(rooms)}" if rooms else "the PMS's records", is_done)
    told = scene.line.times(mark)
    return {room: at - told[room] for room, at in right.items() if room in told}


def tell_records(scene: Scene, mark: int) -> None:
    """The records that have gone since then."""
    records, more = some(scene.line.since(mark), FEW)
    for record in records:
        scene.screen.record(record.sign, record.text)
    if more:
        scene.screen.add(f"… and {more} more records.")


def tell_telephones(scene: Scene, before: Mapping[str, Shown], took: Mapping[str, float]) -> list[float]:
    """What is different on the telephones now, and how many seconds each took."""
    changed = {room: took[room] for room in took if _state(before[room]) != _state(scene.telephones.at(room))}
    if len(changed) > FEW:
        first, last = within(min(changed.values())), within(max(changed.values()))
        scene.screen.add(f"All {len(changed)} telephones show it, each {first} to {last} later.", mark="good")
    else:
        for room, seconds in changed.items():
            scene.screen.add(_sentence(scene, room, before[room], within(seconds)), room=room, mark="good")
    return list(changed.values())


def _state(telephone: Shown) -> tuple[str, bool]:
    return telephone.display, telephone.disturb


def _sentence(scene: Scene, room: str, before: Shown, later: str) -> str:
    now = scene.telephones.at(room)
    if now.display != before.display:
        return f"Zoom shows “{now.display}” {later} later."
    if now.disturb:
        return f"May be disturbed again {later} later."
    area = int(room) in scene.telephones.areas()
    how = "by the ring switch of a common area" if area else "by the presence of a user"
    return f"Quiet {later} later, {how}."
