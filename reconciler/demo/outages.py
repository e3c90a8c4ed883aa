"""When the line breaks, the machine dies, or the PMS has forgotten something."""

from __future__ import annotations

import time
from collections.abc import Sequence

from fixtures.hotel_pms import Guest
from fixtures.hotel_pms.day import CHOIR
from fixtures.hotel_pms.outgoing import REMEMBERED
from reconciler.demo import landing
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import writes

LATECOMERS = (("1109", Guest("Tlacuilo", "Xóchitl", language="es")),
              ("1112", Guest("Brûlé-Saintonge", "Héloïse", language="fr")))  # fmt: skip
LEAVING = "1401"


async def while_down(scene: Scene, rooms: Sequence[str]) -> None:
    """The PMS cannot tell us anything."""
    if rooms:
        scene.screen.add("Its record waits at the PMS.")
        return
    reason = await scene.program.down("pms")
    if reason is None:
        scene.missed.append("the notice that the link is down")
    else:
        scene.screen.add(f"/readyz says so: {reason}.", mark="bad")


async def back_again(scene: Scene, mark: int) -> None:
    """The link is alive again: the PMS repeats what it had said last, and goes on with what is new."""
    waiting = [room for room in scene.pms.house.rooms if not scene.is_right(room)]
    before, wrote = scene.telephones.all(), len(scene.cloud.calls)
    if await scene.seen("the link", lambda: scene.pms.alive) is None:
        return
    took = await landing.land(scene, waiting, mark)
    again = scene.line.repeated(mark)
    _tell_repetition(scene, mark)
    landing.tell_telephones(scene, before, took)
    extra = [
        call for call in writes(scene.cloud.calls[wrote:]) if not scene.telephones.concerns(call, waiting)
    ]
    if extra:
        scene.missed.append(f"a repetition without effect: {len(extra)} calls to Zoom changed other rooms")
    else:
        scene.screen.add(f"{len(again)} records came again: 0 changes.", mark="good")


def _tell_repetition(scene: Scene, mark: int) -> None:
    again = scene.line.repeated(mark)
    for record in again[:1]:
        scene.screen.record(record.sign, record.text)
    if len(again) > 1:
        scene.screen.add(f"… and {len(again) - 1} more that we had heard before. What is new:")
    landing.tell_records(scene, mark + len(again))


async def power_cut(scene: Scene) -> None:
    """The controller dies without warning, with records on their way, and comes back."""
    pms, mark, before = scene.pms, len(scene.line.records), scene.telephones.all()
    rooms = [LEAVING, *(room for room, _ in LATECOMERS)]
    pms.options.repeat_last = REMEMBERED
    pms.check_out(LEAVING)
    for room, guest in LATECOMERS:
        pms.check_in(room, guest)
    await scene.seen("the PMS's records", lambda: pms.silent)
    await scene.program.cut_power()
    done = [room for room in rooms if scene.is_right(room)]
    scene.screen.tell(
        "One guest leaves, two arrive, and just then the controller dies (kill -9).", mark="bad"
    )
    landing.tell_records(scene, mark)
    for room in done:
        scene.screen.add(f"Zoom shows “{scene.display(room)}” already.", room=room)
    await scene.seen("the end of the connection", lambda: pms.session is None)
    pms.forgive("no_le")  # whoever is killed says no goodbye
    await scene.rest(2)
    back = len(scene.line.records)
    scene.screen.tell("`reconcile run` is started again, and looks at Zoom before it writes anything.")
    await scene.program.start()
    await landing.land(scene, rooms, mark)
    for room in rooms:
        if room not in done and scene.display(room) != before[room].display:
            scene.screen.add(f"Zoom shows “{scene.display(room)}”.", room=room, mark="good")
    await scene.seen("the controller's return", scene.program.started)
    if not scene.cloud.redundant:
        again = len(scene.line.repeated(back))
        scene.screen.add(f"{again} records came again. Nothing was lost, nothing written twice.", mark="good")


async def forgotten_group(scene: Scene) -> None:
    """A resync does not know twenty guests any more: too many to be believed, until somebody says that it is so."""
    pms, rooms = scene.pms, [room for room, _, _ in CHOIR]
    pms.go_down()
    for room in rooms:
        pms.check_out(room)
    pms.forget_what_waits()
    pms.come_up()
    scene.screen.tell("The group of twenty leaves before dawn. The PMS is being updated, and never tells us.")
    if await scene.seen("the link", lambda: pms.alive) is None:
        return
    mark, shown = len(scene.line.records), scene.telephones.all()
    pms.resync()
    scene.screen.tell("In the morning somebody lets the PMS tell the whole house once more.")
    held = await scene.program.complaint("resync_held")
    landing.tell_records(scene, mark)
    if held is None or scene.telephones.all() != shown:
        scene.missed.append("a resync that is held")
        return
    scene.screen.add(f"Held: {held}.", mark="bad")
    scene.screen.add(
        f"{len(rooms)} guests at once are not believed to be gone: their names stay.", mark="good"
    )
    await scene.rest(5)
    await _release(scene, rooms)


async def _release(scene: Scene, rooms: Sequence[str]) -> None:
    scene.screen.tell("The bus has left indeed. The desk types `reconcile pms resync --release`.")
    asked = time.monotonic()
    answer = await scene.program.ask("pms", "resync", "--release")
    scene.screen.add(f"It answers: {answer.text.strip()}.")
    if await scene.seen("the group's departure", lambda: all(map(scene.is_right, rooms))) is not None:
        later = within(time.monotonic() - asked)
        scene.screen.add(f"All {len(rooms)} names are gone, {later} after the command.", mark="good")
