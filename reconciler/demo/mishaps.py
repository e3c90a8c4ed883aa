"""What goes wrong in a hotel sooner or later: a misspelled file, Zoom out of order, a bad script, a power cut."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import anyio

from fixtures.hotel import BrokenFile, Mistake, PowerCut, ZoomTrouble
from fixtures.zoom_cloud import Fault
from reconciler.demo.program import Answer
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.stage import occupied, vacant
from reconciler.demo.telephones import PATIENCE

UPDATE_USER = "/users/{userId}"


async def broken_file(scene: Scene, event: BrokenFile) -> None:
    """A file that cannot be right is named with its place, and its room keeps the last good one."""
    room, before = event.stay.room, scene.display(event.stay.room)
    right = occupied(event.stay, datetime.now(UTC).astimezone().date())
    text = right
    for good, wrong in event.wrong.items():
        text = text.replace(f"{good}:", f"{wrong}:")
    scene.stage.write(room, text)
    words = ", ".join(f"`{wrong}` for `{good}`" for good, wrong in event.wrong.items())
    scene.screen.tell(f"Check-in with a slip of the pen in {scene.stage.shown(room)}: {words}.", room=room)
    where = ""
    with anyio.move_on_after(PATIENCE):
        while not where:
            where = await _complaint(scene, room)
    if not where:
        scene.missed.append(f"the complaint about {room}")
        return
    scene.screen.add(where, mark="bad")
    scene.screen.add(f"Its last good version stays: Zoom shows “{before}”. All other rooms go on.")
    await anyio.sleep(4 * scene.tempo.pauses)
    scene.stage.write(room, right)
    scene.screen.tell("The word is corrected and the file saved again.", room=room)
    scene.reactions += await scene.welcome([event.stay], {room: time.monotonic()})


async def _complaint(scene: Scene, room: str) -> str:
    """What an audit says about a room's file, with file, line and column."""
    report = (await _audit(scene)).data
    found = [p for p in report["problems"] if str(p["where"]).startswith(scene.stage.shown(room))]
    return f"{found[0]['where']}: {found[0]['message']}" if found else ""


async def _audit(scene: Scene) -> Answer:
    """`reconcile --dry-run` beside the running controller, which makes the audit for it."""
    return await scene.program.ask("--dry-run", "--cached", "--format", "json")


async def zoom_trouble(scene: Scene, event: ZoomTrouble) -> None:
    """Zoom refuses every change for a while: first with 429, then with 503."""
    seconds = event.seconds * scene.tempo.trouble
    busy = Fault(
        "answer", path=UPDATE_USER, method="PATCH", status=429, headers={"Retry-After": "1"}, times=None
    )
    down = Fault("answer", path=UPDATE_USER, method="PATCH", status=503, times=None)
    scene.screen.tell(
        f"Zoom refuses every change for {within(seconds)}, with 429 and then with 503.", mark="bad"
    )
    scene.cloud.faults.add(busy)
    scene.screen.tell(f"{len(event.stays)} guests arrive just now.")
    saved = scene.save(event.stays)
    await anyio.sleep(seconds / 2)
    scene.cloud.faults.clear()
    scene.cloud.faults.add(down)
    await anyio.sleep(seconds / 2)
    scene.cloud.faults.clear()
    scene.ordered += busy.seen
    scene.screen.tell(f"Zoom works again. It had refused {busy.seen + down.seen} tries.")
    took = await scene.welcome(event.stays, saved)
    if len(took) == len(event.stays):
        scene.screen.add("Nothing was lost, and nobody had to do anything.", mark="good")


async def mistake(scene: Scene, event: Mistake) -> None:
    """Files that empty many rooms at once are not believed: that would need a check-out for each."""
    rooms = {room: scene.stage.read(room) for room in event.rooms}
    before = scene.telephones.all()
    for room in rooms:
        scene.stage.write(room, vacant(room))
    scene.screen.tell(
        f"A script gone wrong saves {len(rooms)} files without their guests, who are all still here."
    )
    refusals: list[Any] = []
    answer = Answer("", 0)
    with anyio.move_on_after(PATIENCE):
        while not refusals:
            answer = await _audit(scene)
            refusals = answer.data["refusals"]
    unchanged = all(scene.telephones.at(room) == before[room] for room in rooms)
    if not refusals or not unchanged:
        scene.missed.append("the refusal of a mass blanking")
        return
    scene.screen.add(f"Refused ({refusals[0]['rule']}): {refusals[0]['message']}.", mark="bad")
    scene.screen.add(
        f"Every telephone still shows its guest. `reconcile --dry-run` says so with exit code {answer.code}.",
        mark="good",
    )
    await anyio.sleep(4 * scene.tempo.pauses)
    for room, text in rooms.items():
        scene.stage.write(room, text)
    scene.screen.tell("The files are put back. No telephone has noticed anything.")


async def power_cut(scene: Scene, event: PowerCut) -> None:
    """The controller dies without warning, with check-ins on their way."""
    saved = scene.save(event.stays)
    first = event.stays[0]
    await scene.seen("the first name", lambda: scene.is_shown(first))
    await scene.program.cut_power()
    waiting = [stay for stay in event.stays if not scene.is_shown(stay)]
    scene.screen.tell(
        f"{len(event.stays)} guests arrive, and at that moment the controller dies (kill -9).", mark="bad"
    )
    for stay in event.stays:
        if stay not in waiting:
            scene.screen.tell(f"Zoom shows “{scene.display(stay.room)}” already.", room=stay.room)
    await anyio.sleep(2 * scene.tempo.pauses)
    scene.screen.tell("`reconcile run` is started again, and looks at Zoom before it writes anything.")
    await scene.program.start()
    await scene.welcome(waiting, saved)
    await scene.seen("the controller's return", scene.program.started)
    if not scene.cloud.redundant:
        scene.screen.add("It works again, and has written nothing twice.", mark="good")
