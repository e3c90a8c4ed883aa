"""When the story is told: what people can try, and an open house in which everything is told that they cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio

from fixtures.hotel_pms.console import QUIT, Console
from reconciler.demo import landing
from reconciler.demo.keyboard import Keyboard
from reconciler.demo.program import RECONCILE
from reconciler.demo.scene import Scene
from reconciler.demo.telephones import differences
from reconciler.outcome import BROKEN_FILE_CODES

LOOK_EVERY = 0.1

ENOUGH = 1000
"""Resyncs for which people may ask; the PMS takes the first one only for a matter of course."""

DESK = (
    "checkin 1204 Ana Souza · move 1204 1302 · swap 1201 1203 · wakeup 1207 06:30",
    "checkout 1207 · dnd 1305 on · down · up · resync · audit · mistakes · help",
)
"""What can be typed at the PMS's front desk."""


def invitation(scene: Scene) -> Iterator[tuple[str, str]]:
    """Commands that work in the demo's folder while the hotel is open, each with what it shows."""
    yield "reconcile show 1207", "what should be, and what is"
    yield "reconcile explain 1207", "which record or file says so"
    yield "reconcile pms resync", "every room anew: DR"
    yield "reconcile checkin 1205 --last Souza", "without the PMS, until its next resync"
    yield "reconcile move 1205 1310", "the guest moves"
    yield "reconcile wakeup add 1207 630", "the PMS hears WR"
    yield "reconcile roomstatus 1207 clean", "the PMS hears RE"
    yield "echo 'dnd: on' >> rooms/1501.yaml", "a file outranks the PMS"
    yield f"curl {scene.stage.desk}/readyz", "is it well?"


def invite(scene: Scene, *, desk: bool) -> None:
    """Show them as lines that can be copied; ``desk``: somebody can type here."""
    if desk:
        scene.screen.plain("Here you are the front desk at the PMS. Type a line, such as:")
        for line in DESK:
            scene.screen.plain(f"  {line}", style="yellow")
    scene.screen.plain("In a second terminal, look at housephone:")
    scene.screen.plain(f'  cd {scene.stage.folder} && export PATH="{RECONCILE.parent}:$PATH"', style="yellow")
    commands = list(invitation(scene))
    width = max(len(command) for command, _ in commands)
    for command, meaning in commands:
        scene.screen.plain(f"  {command:{width}}  # {meaning}", style="yellow")
    scene.screen.plain("")


async def open_house(scene: Scene, keyboard: Keyboard | None) -> None:
    """Tell whatever others cause, until cancelled or told to quit."""
    scene.pms.resyncs_expected = ENOUGH
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_tell_changes, scene)
        if keyboard is None:
            await anyio.sleep_forever()
        else:
            await _attend(scene, keyboard)
        tasks.cancel_scope.cancel()


async def _attend(scene: Scene, keyboard: Keyboard) -> None:
    """Do at the PMS what is typed."""
    console = Console(scene.pms)
    async for line in keyboard.lines():
        if line.strip() == QUIT[0]:
            return
        if answer := console.do(line):
            scene.screen.quote(answer)


async def _tell_changes(scene: Scene) -> None:
    before = scene.telephones.all()
    mark, mistakes = len(scene.line.records), len(scene.pms.mistakes)
    scene.program.news()
    while True:
        await anyio.sleep(LOOK_EVERY)
        reached = len(scene.line.records)
        landing.tell_records(scene, mark)
        for mistake in scene.pms.mistakes[mistakes:]:
            scene.screen.tell(f"The PMS objects: {mistake}.", mark="bad")
        mark, mistakes = reached, len(scene.pms.mistakes)
        now = scene.telephones.all()
        for room, text in differences(before, now):
            scene.screen.tell(text, room=room, mark="good")
        before = now
        for record in scene.program.news():
            _pass_on(scene, record)


def _pass_on(scene: Scene, record: dict[str, Any]) -> None:
    """What the controller's log has to say to somebody who tries things."""
    match record:
        case {"event": "document", "where": where, "code": code, "reason": reason}:
            stays = ". The last good version stays" if code in BROKEN_FILE_CODES else ""
            scene.screen.tell(f"{where or 'rooms'}: {reason}{stays}.", mark="bad")
        case {"event": "refused", "rule": rule, "reason": reason}:
            scene.screen.tell(f"Refused ({rule}): {reason}", mark="bad")
        case {"event": "wake-up call failed", "room": room, "reason": reason}:
            scene.screen.tell(f"The wake-up call failed: {reason}.", room=room, mark="bad")
        case _:
            pass
