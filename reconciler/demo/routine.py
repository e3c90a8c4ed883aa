"""What happens at the front desk every day: each step is told by the PMS, and seen on the telephones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from fixtures.hotel_pms.day import Step
from reconciler.demo import landing, outages
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within

WAKEUP = "1305"
"""The room with a wake-up call this morning."""


async def open_house(scene: Scene) -> None:
    """Start the controller: it asks the PMS for every room, and the guests' names go up."""
    guests = scene.pms.in_house()
    scene.screen.tell(
        f"`reconcile run` starts. The PMS knows guests in {len(guests)} rooms; Zoom shows none of them."
    )
    await scene.program.start()
    told = await scene.seen("the whole house from the PMS", lambda: _ids(scene)[-1:] == ["DE"])
    if told is None:
        return
    records = scene.line.since(0)
    scene.screen.record(records[0].sign, records[0].text)
    scene.screen.add(
        f"The link is alive and knows nothing yet, so it asks for every room: {len(records)} records."
    )
    began = records[0].at
    if await scene.seen("the first name", lambda: any(map(scene.is_right, guests))) is None:
        return
    first = time.monotonic() - began
    if await scene.seen("all names", lambda: all(map(scene.is_right, guests))) is None:
        return
    last = within(time.monotonic() - began)
    scene.screen.tell(
        f"All {len(guests)} names are on their telephones, the first {within(first)} and the last {last} later.",
        mark="good",
    )


def _ids(scene: Scene) -> list[str]:
    return [record.id for record in scene.line.records]


async def step(scene: Scene, step: Step) -> None:
    """Something that people do at the PMS."""
    pms, mark, before = scene.pms, len(scene.line.records), scene.telephones.all()
    if step.linked:
        await scene.seen("the link", lambda: pms.alive)
    was_down = pms.down
    step.act(pms)
    scene.screen.tell(f"{step.text}.", room=step.rooms[0] if len(step.rooms) == 1 else "")
    if pms.down:
        await outages.while_down(scene, step.rooms)
        return
    if was_down:
        await outages.back_again(scene, mark)
        return
    took = await landing.land(scene, step.rooms, mark)
    landing.tell_records(scene, mark)
    reactions = landing.tell_telephones(scene, before, took)
    scene.reactions += reactions
    if not reactions:
        scene.screen.add(_nothing_to_change(scene, step.rooms))
    for room in step.rooms:
        messages = before[room].messages
        if messages and not pms.house.room(room).guests:
            scene.left[room] = scene.line.times(mark)[room]
            scene.screen.add(f"Its {_messages(messages)} in 20 s, once it is clear that this was not a move.")


def _nothing_to_change(scene: Scene, rooms: Sequence[str]) -> str:
    if not rooms:
        return "Nothing has to change in Zoom."
    if len(rooms) == 1 and len(scene.pms.house.room(rooms[0]).guests) > 1:
        return f"Noted. The telephone goes on showing “{scene.display(rooms[0])}”."
    return "Noted. Nothing has to change in Zoom."


def _messages(count: int) -> str:
    return "message goes" if count == 1 else f"{count} messages go"


async def messages(scene: Scene) -> None:
    """Callers leave messages for guests who are about to leave."""
    for room, minutes in (("1207", 600), ("1207", 30), ("1104", 75)):
        scene.cloud.add_voicemail(int(room), datetime.now(UTC) - timedelta(minutes=minutes))
    scene.screen.tell("Two messages from callers wait in 1207, one in 1104.")


async def empty_mailboxes(scene: Scene) -> None:
    """Who left long enough ago has left: the next guest finds no messages."""
    for room, left in scene.left.items():
        empty = partial(_is_empty, scene, room)
        if await scene.seen(f"the empty mailbox of {room}", empty) is not None:
            scene.screen.tell(
                f"{within(time.monotonic() - left)} after the check-out the mailbox is empty for the next guest.",
                room=room, mark="good",
            )  # fmt: skip


def _is_empty(scene: Scene, room: str) -> bool:
    return not scene.telephones.at(room).messages


async def nobody_is_woken(scene: Scene) -> None:
    """A wake-up call is due, but there is no telephone side yet that could ring."""
    results = scene.pms.wake_up_results
    if await scene.seen("the result of the wake-up call", lambda: bool(results())) is None:
        return
    scene.screen.tell("The wake-up call is due, and no telephone side (`sip:`) is set up here.", room=WAKEUP)
    scene.screen.record(*next((r.sign, r.text) for r in scene.line.records if r.id == "WA"))
    alert = await scene.program.complaint("wakeup_failed")
    if alert is None:
        scene.missed.append("the alert about the wake-up call")
        return
    scene.screen.add(f"Alert for the desk: {alert}.", mark="bad")
    scene.screen.add("The PMS has heard its result (UR) once. Nobody is left to believe that it rang.")
