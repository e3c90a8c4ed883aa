"""What people do beside the PMS: a file for what it does not know, a slip of the pen, a telephone renamed by hand.

And Zoom, which is out of order sooner or later.
"""

from __future__ import annotations

import time

import anyio

from fixtures.hotel_pms import Guest
from fixtures.zoom_cloud import Fault
from reconciler.demo import landing
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import PATIENCE

SUITE = "1501"
DEPARTMENT = "Suites"
OFFICE = "1211"
OFFICE_NAME = "Night Manager 1211"
FILES = {
    SUITE: f'room: "{SUITE}"\ndepartment: {DEPARTMENT}\n',
    OFFICE: f'room: "{OFFICE}"\nname: {{display: {OFFICE_NAME}}}\n',
}
RENAMED = "1301"
TROUBLE = 5.0
"""Seconds for which Zoom refuses."""
ARRIVING = (("1106", Guest("Wanjiru-Odhiambo", "Makena", language="sw")),
            ("1108", Guest("선우", "유나", language="ko")),
            ("1303", Guest("Vasconcelos", "Tiago", language="pt")))  # fmt: skip


async def rename_by_hand(scene: Scene) -> None:
    """Drift: somebody has changed Zoom itself; the next sweep finds it."""
    right = scene.display(RENAMED)
    scene.cloud.extension(int(RENAMED)).display_name = "Temporary name"
    scene.screen.tell(
        f"Somebody opens Zoom's web page and renames “{right}” to “Temporary name”.", room=RENAMED
    )
    took = await scene.seen(f"the repair of {RENAMED}", lambda: scene.display(RENAMED) == right)
    if took is not None:
        scene.screen.add(
            f"Found and set right {within(took)} later. Zoom is looked through every {within(scene.tempo.sweep)} "
            "here, every 15 minutes in a hotel.",
            mark="good",
        )


async def file_for_a_suite(scene: Scene) -> None:
    """A file says what the PMS does not know, and outranks what follows from it."""
    before, saved = scene.telephones.at(SUITE).department, time.monotonic()
    scene.stage.write(SUITE, FILES[SUITE])
    scene.screen.tell(
        f"What the PMS does not know stands in a file. This is {scene.stage.shown(SUITE)}:", room=SUITE
    )
    scene.screen.quote(scene.stage.read(SUITE))
    if (
        await scene.seen(
            "the suite's department", lambda: scene.telephones.at(SUITE).department == DEPARTMENT
        )
        is None
    ):
        return
    later = within(time.monotonic() - saved)
    scene.screen.add(f"Zoom's department is “{DEPARTMENT}” {later} later, and not “{before}”.", mark="good")


async def slip_of_the_pen(scene: Scene) -> None:
    """A file that cannot be right is named with its place; everything else goes on."""
    before, file = scene.display(OFFICE), scene.stage.shown(OFFICE)
    scene.stage.write(OFFICE, FILES[OFFICE].replace("name:", "nmae:", 1))
    scene.screen.tell(
        f"1211 is the night manager's, says {file}, but with a slip of the pen: `nmae`.", room=OFFICE
    )
    where = ""
    with anyio.move_on_after(PATIENCE):
        while not where:
            where = await _complaint(scene, file)
    if not where:
        scene.missed.append(f"the complaint about {file}")
        return
    scene.screen.add(where, mark="bad")
    scene.screen.add(f"Zoom goes on showing “{before}”, and all other rooms go on.")
    await scene.rest(2)
    scene.stage.write(OFFICE, FILES[OFFICE])
    saved = time.monotonic()
    scene.filed[OFFICE] = OFFICE_NAME
    if await scene.seen(f"the name on {OFFICE}", lambda: scene.is_right(OFFICE)) is not None:
        later = within(time.monotonic() - saved)
        scene.screen.add(f"The word is corrected: Zoom shows “{OFFICE_NAME}” {later} later.", mark="good")


async def _complaint(scene: Scene, file: str) -> str:
    """What an audit says about a file, with line and column; the running controller makes it for us."""
    report = (await scene.program.ask("--dry-run", "--cached", "--format", "json")).data
    found = [p for p in report["problems"] if str(p["where"]).startswith(file)]
    return f"{found[0]['where']}: {found[0]['message']}" if found else ""


async def zoom_trouble(scene: Scene) -> None:
    """Zoom refuses every change for a while: first with 429, then with 503."""
    seconds = TROUBLE * scene.tempo.trouble
    busy = Fault("answer", method="PATCH", status=429, headers={"Retry-After": "1"}, times=None)
    down = Fault("answer", method="PATCH", status=503, times=None)
    scene.screen.tell(
        f"Zoom refuses every change for {within(seconds)}, with 429 and then with 503.", mark="bad"
    )
    scene.cloud.faults.add(busy)
    mark, before = len(scene.line.records), scene.telephones.all()
    for room, guest in ARRIVING:
        scene.pms.check_in(room, guest)
    scene.screen.tell(f"{len(ARRIVING)} guests arrive just now.")
    await anyio.sleep(seconds / 2)
    landing.tell_records(scene, mark)
    scene.cloud.faults.clear()
    scene.cloud.faults.add(down)
    await anyio.sleep(seconds / 2)
    scene.cloud.faults.clear()
    scene.ordered += busy.seen
    scene.screen.tell(f"Zoom works again. It had refused {busy.seen + down.seen} tries.")
    took = await landing.land(scene, [room for room, _ in ARRIVING], mark)
    if len(landing.tell_telephones(scene, before, took)) == len(ARRIVING):
        scene.screen.add("Nothing was lost, and nobody had to do anything.", mark="good")
