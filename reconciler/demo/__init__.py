"""``reconcile demo``: a sample hotel's day, from its PMS to its telephones, all on this machine.

The controller is that of `reconcile run`, in a process of its own, with a PMS link and a folder as in any hotel; only
where it would speak SIP it is given simulated telephones. This process plays the rest of the world: it is the PMS,
Zoom, and whoever picks a telephone up, it makes the mistakes, and it tells the story.
"""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial

import anyio

from fixtures.hotel import furnish, house
from fixtures.hotel_pms import HotelPms, Options
from fixtures.hotel_pms.day import open_house
from fixtures.telephones import Exchange
from fixtures.telephones.served import served
from fixtures.zoom_cloud import ZoomCloud
from reconciler.app import entry
from reconciler.app.clock import SystemClock
from reconciler.app.starter import local_zone
from reconciler.demo import afterwards, ending, routine, story, waking
from reconciler.demo.board import Board
from reconciler.demo.calls import Calls
from reconciler.demo.keyboard import Keyboard, can_type, silent_keys
from reconciler.demo.line import Line
from reconciler.demo.program import Program
from reconciler.demo.scene import Scene
from reconciler.demo.screen import Screen, console
from reconciler.demo.stage import CHANNELS, Peers, staged
from reconciler.demo.telephones import Telephones, until
from reconciler.demo.tempo import QUICK, TO_READ
from reconciler.errors import Fatal

Signals = AsyncIterator[signal.Signals]

LATENCY = 0.025
"""Seconds that the simulated Zoom takes for an answer."""

LAG = 0.5
"""Seconds for which its lists still show what was there before a write, as Zoom's do."""

GRACE = 2.0
"""Seconds for which the PMS believes that we may not have read yet what it said: machines are busy sometimes."""

WELL_EVERY = 0.2
"""Seconds between looks whether the controller still runs."""


def show(*, quick: bool = False) -> int:
    """Show it until Ctrl-C; 0, or 1 if anything happened that should not. Fatal if the controller cannot work.

    ``quick``: without pauses, and the end of the story is the end.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # guests' names must not depend on the terminal
    return entry.run(partial(_show, quick=quick))


async def _show(*, quick: bool) -> int:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        return await _stage(signals, quick=quick)  # a second signal must not cut the tidying up short


async def _stage(signals: Signals, *, quick: bool) -> int:
    cloud, hotel, tempo = ZoomCloud(), house(), QUICK if quick else TO_READ
    cloud.latency, cloud.lag = LATENCY, LAG
    furnish(cloud, hotel)
    pms = HotelPms(hotel.numbers(), Options(encoding="utf-8"), zone=local_zone())
    pms.grace = GRACE
    open_house(pms)
    line, telephones, keyboard = Line(pms), Telephones(cloud, pms, hotel), Keyboard()
    async with (
        cloud.serve() as url,
        pms.serve() as port,
        Exchange(SystemClock(), CHANNELS) as exchange,
        served(exchange) as wire,
    ):
        waking.settle_in(exchange, pms)
        with staged(cloud, Peers(url, port, wire), hotel, tempo) as stage:
            program, out = Program(stage), console()
            screen = Screen(out, Board(telephones, hotel, line, keyboard).draw)
            calls = Calls(exchange, screen)
            scene = Scene(stage, cloud, pms, exchange, line, calls, telephones, program, screen, tempo)
            try:
                with screen, _typing(screen) as desk:
                    return await _until_signal(scene, signals, keyboard if desk else None, quick=quick)
            finally:
                await program.stop()
                screen.plain("The hotel is closed, and its folder is gone.")


@contextmanager
def _typing(screen: Screen) -> Iterator[bool]:
    """Whether somebody can type below the board."""
    if not screen.has_board or not can_type():
        yield False
        return
    with silent_keys():
        yield True


async def _until_signal(scene: Scene, signals: Signals, keyboard: Keyboard | None, *, quick: bool) -> int:
    """Tell the story until it ends or a signal does; 1 if something in it was not as it should be."""
    code = 0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_on_signal, signals, tasks.cancel_scope)
        tasks.start_soon(scene.screen.keep_drawing)
        tasks.start_soon(keep_an_eye_on, scene.program)
        code = await _tell(scene)
        if not quick:
            scene.screen.plain("")
            scene.screen.plain("The hotel stays open until Ctrl-C.", style="bold")
            afterwards.invite(scene, desk=keyboard is not None)
            await afterwards.open_house(scene, keyboard)
        tasks.cancel_scope.cancel()
    return code


async def _tell(scene: Scene) -> int:
    """The whole story; 1 if something in it was not as it should be."""
    screen, stage, staff = scene.screen, scene.stage, scene.telephones.staff()
    screen.title("A day at Harbour View: a PMS, 60 telephones in Zoom, and housephone between.")
    screen.plain("PMS, Zoom and whoever uses a telephone are simulated, and strict. The rest is the product.")
    screen.plain(f"Folder:  {stage.folder} (look at it, change it)")
    screen.plain(f"Desk:    {stage.desk}/ (open it in a browser, and watch the rooms)")
    screen.plain("The end: Ctrl-C")
    screen.plain("")
    await routine.open_house(scene)
    await story.live(scene)
    await ending.audit(scene)
    screen.chapter("The end", "The day in figures.")
    ending.summary(scene, staff)
    faults = ending.faults(scene, staff)
    for fault in faults:
        screen.add(fault, mark="bad")
    return 1 if faults else 0


async def _end_on_signal(signals: Signals, scope: anyio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()
        return


async def keep_an_eye_on(program: Program) -> None:
    """A controller that ends by itself ends the demo, and says why."""
    await until(lambda: program.ended is not None, math.inf, every=WELL_EVERY)
    raise Fatal(f"the controller ended with code {program.ended}: {program.last_words()}")
