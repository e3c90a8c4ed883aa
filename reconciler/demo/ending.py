"""After the day: what it took, what to try, and an open house in which every change is told."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
from rich import box
from rich.table import Table

from fixtures.zoom_cloud import Call
from reconciler.demo.program import RECONCILE
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import Shown, differences

LOOK_EVERY = 0.1
TOO_MANY = 429
SUCCESS = range(200, 300)


def writes(calls: list[Call]) -> list[Call]:
    """The calls that have changed something."""
    return [c for c in calls if c.method in {"PATCH", "PUT", "DELETE"} and c.status in SUCCESS]


def too_fast(scene: Scene) -> int:
    """How often Zoom had to say that we ask too much, beside the refusals that the story ordered."""
    return sum(call.status == TOO_MANY for call in scene.cloud.calls) - scene.ordered


def faults(scene: Scene, staff: list[Shown]) -> list[str]:
    """Everything that should not have happened."""
    found = [*scene.missed]
    found += [f"a call that changed nothing: {text}" for text in scene.cloud.redundant]
    found += [f"against Zoom's rules: {text}" for text in scene.cloud.violations]
    if too_fast(scene):
        found.append(f"{too_fast(scene)} calls above Zoom's limits")
    if scene.telephones.staff() != staff:
        found.append("a telephone of the staff was changed")
    return found


def summary(scene: Scene, staff: list[Shown]) -> Table:
    """The day in figures."""
    table = Table(box=box.SIMPLE, show_header=False, padding=(0, 1))
    table.add_column(justify="right", style="bold")
    table.add_column()
    for figure, meaning in _figures(scene, staff):
        table.add_row(figure, meaning)
    return table


def _figures(scene: Scene, staff: list[Shown]) -> Iterator[tuple[str, str]]:
    calls = scene.cloud.calls
    yield str(len(calls)), f"calls to Zoom, {len(writes(calls))} of them changed something"
    yield str(len(scene.cloud.redundant)), "calls that changed nothing (each would be a bug)"
    yield str(len(scene.cloud.violations)), "requests against Zoom's documented rules"
    yield (
        str(too_fast(scene)),
        f"answers 429 for asking too fast, beside the {scene.ordered} that the story ordered",
    )
    yield (
        str(sum(now != then for now, then in zip(scene.telephones.staff(), staff, strict=True))),
        (f"changes at the {len(staff)} extensions of the staff"),
    )
    if scene.reactions:
        slowest = within(max(scene.reactions))
        yield (
            within(statistics.median(scene.reactions)),
            f"from a saved file to the telephone (slowest: {slowest})",
        )


def invitation(scene: Scene) -> Iterator[tuple[str, str]]:
    """Commands that work while the hotel is open, each with what it shows."""
    command, rooms = _command(), scene.stage.folder / "rooms"
    yield f"export HOUSEPHONE_CONFIG={scene.stage.config}", "once, so that the commands below find the hotel"
    yield f"{command} --dry-run", "the audit: in sync, exit code 0"
    yield f"{command} show 1207", "one room: wish, telephone, what is still to do"
    yield f"{command} explain 1207", "where each value comes from"
    yield f"{command} history", "every change, when and why"
    yield f"sed -i.bak s/Quintanilha/Silva/ {rooms}/1207.yaml", "a guest marries; any editor does as well"
    yield f"echo 'dnd: on' >> {rooms}/1203.yaml", "quiet, please"
    yield f"rm {rooms}/1401.yaml", "a missing file is no check-out: the name stays"
    yield f"curl {scene.stage.desk}/readyz", f"is it well? Figures: {scene.stage.desk}/metrics"


def invite(scene: Scene) -> None:
    """Show them, each on a line of its own that can be copied."""
    for command, meaning in invitation(scene):
        scene.screen.plain("")
        scene.screen.plain(f"  # {meaning}", style="dim")
        scene.screen.plain(f"  {command}", style="yellow")
    scene.screen.plain("")


async def audit(scene: Scene) -> None:
    """Let the product itself say whether everything is as it should be."""
    answer = await scene.program.ask("--dry-run", "--format", "json")
    if answer.code == 0:
        rooms = answer.data["summary"]["rooms"]
        scene.screen.tell(
            f"`reconcile --dry-run` at the end: {rooms} rooms, all in sync, exit code 0.", mark="good"
        )
    else:
        scene.missed.append(f"an audit in sync (exit code {answer.code})")


def _command() -> str:
    """How the reader has called us, as far as it works in another terminal."""
    if shutil.which("reconcile") == str(RECONCILE):
        return "reconcile"
    called = Path(sys.argv[0])
    return str(called) if os.path.lexists(called) and called.name == "reconcile" else str(RECONCILE)


async def open_house(scene: Scene) -> None:
    """Tell every change that others cause, until cancelled."""
    before = scene.telephones.all()
    scene.program.news()
    while True:
        await anyio.sleep(LOOK_EVERY)
        now = scene.telephones.all()
        for room, text in differences(before, now):
            scene.screen.tell(text, room=room, mark="good")
        before = now
        for record in scene.program.news():
            _pass_on(scene, record)


def _pass_on(scene: Scene, record: dict[str, Any]) -> None:
    """What the controller's log has to say to somebody who edits files."""
    match record:
        case {"event": "document", "where": where, "code": code}:
            scene.screen.tell(f"{where or 'rooms'}: {code}. The last good version stays.", mark="bad")
        case {"event": "refused", "rule": rule, "reason": reason}:
            scene.screen.tell(f"Refused ({rule}): {reason}", mark="bad")
        case _:
            pass
