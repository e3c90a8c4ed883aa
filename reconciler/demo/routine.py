"""What happens at the front desk every day: each step is told by the PMS, and seen on the telephones."""

from __future__ import annotations

import time
from collections.abc import Sequence

from fixtures.hotel_pms.day import Step
from reconciler.demo import landing, outages
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within


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


def _nothing_to_change(scene: Scene, rooms: Sequence[str]) -> str:
    if not rooms:
        return "Nothing has to change in Zoom."
    if len(rooms) == 1 and len(scene.pms.house.room(rooms[0]).guests) > 1:
        return f"Noted. The telephone goes on showing “{scene.display(rooms[0])}”."
    return "Noted. Nothing has to change in Zoom."
