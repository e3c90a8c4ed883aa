"""``reconcile demo``: the product at work in a sample hotel, against a simulated Zoom, all on this machine.

The controller is `reconcile run` itself, in a process of its own, with a folder of files like any other hotel's. This
process plays the rest of the world: it is Zoom, it writes the files, it makes the mistakes, and it tells the story.
"""

from __future__ import annotations

import math
import signal
import sys
from functools import partial

import anyio

from fixtures.hotel import day, furnish, house, stays
from fixtures.zoom_cloud import ZoomCloud
from reconciler.app import entry
from reconciler.demo import ending, routine, story
from reconciler.demo.board import Board
from reconciler.demo.program import Program
from reconciler.demo.scene import Scene
from reconciler.demo.screen import Screen, console
from reconciler.demo.stage import staged
from reconciler.demo.telephones import Telephones, until
from reconciler.demo.tempo import QUICK, TO_READ
from reconciler.errors import Fatal

LATENCY = 0.025
"""Seconds that the simulated Zoom takes for an answer."""

LAG = 0.5
"""Seconds for which its lists still show what was there before a write, as Zoom's do."""

WELL_EVERY = 0.2
"""Seconds between looks whether the controller still runs."""


def show(*, quick: bool = False) -> int:
    """Show it until Ctrl-C; the exit code. Fatal if the controller cannot work.

    ``quick``: without pauses, and the end of the story is the end. 1 if anything happened that should not.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # guests' names must not depend on the terminal
    return entry.run(partial(_show, quick=quick))


async def _show(*, quick: bool) -> int:
    cloud, hotel, tempo = ZoomCloud(), house(), QUICK if quick else TO_READ
    cloud.latency, cloud.lag = LATENCY, LAG
    furnish(cloud, hotel)
    telephones = Telephones(cloud, hotel)
    async with cloud.serve() as url:
        with staged(cloud, url, hotel, tempo) as stage:
            program, out = Program(stage), console()
            screen = Screen(out, Board(telephones, hotel).draw)
            scene = Scene(stage, cloud, telephones, program, screen, tempo)
            try:
                with screen:
                    return await _until_signal(scene, quick=quick)
            finally:
                await program.stop()
                screen.plain("The hotel is closed, and its folder is gone.")


async def _until_signal(scene: Scene, *, quick: bool) -> int:
    code = 0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_on_signal, tasks.cancel_scope)
        tasks.start_soon(scene.screen.keep_drawing)
        tasks.start_soon(keep_an_eye_on, scene.program)
        code = await _tell(scene, quick=quick)
        tasks.cancel_scope.cancel()
    return code


async def _tell(scene: Scene, *, quick: bool) -> int:
    """The whole story, and then an open house that only a signal ends."""
    screen, stage, hotel = scene.screen, scene.stage, scene.telephones.hotel
    staff = scene.telephones.staff()
    screen.title("A day at Harbour View: 60 rooms, a simulated Zoom, and housephone between them.")
    screen.plain(f"Files:   {stage.folder}/rooms (look at them, change them)")
    screen.plain(f"Health:  {stage.desk}/readyz and {stage.desk}/metrics")
    screen.plain("The end: Ctrl-C")
    screen.plain("")
    await routine.open_house(scene, stays(), hotel.numbers())
    await story.live(scene, day())
    await ending.audit(scene)
    screen.chapter("Night", "The day in figures.")
    ending.summary(scene, staff)
    faults = ending.faults(scene, staff)
    for fault in faults:
        screen.add(fault, mark="bad")
    if quick:
        return 1 if faults else 0
    screen.title("The hotel stays open until Ctrl-C. In a second terminal, try:")
    ending.invite(scene)
    await ending.open_house(scene)
    return 0


async def _end_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for _ in signals:
            scope.cancel()
            return


async def keep_an_eye_on(program: Program) -> None:
    """A controller that ends by itself ends the demo, and says why."""
    await until(lambda: program.ended is not None, math.inf, every=WELL_EVERY)
    raise Fatal(f"the controller ended with code {program.ended}: {program.last_words()}")
