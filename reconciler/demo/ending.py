"""After the day: what it took, what to try, and an open house in which every change is told."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import anyio

from fixtures.zoom_cloud import Call
from reconciler.demo.program import RECONCILE, Answer
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import Shown, differences
from reconciler.outcome import BROKEN_FILE_CODES

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


def summary(scene: Scene, staff: list[Shown]) -> None:
    """The day in figures."""
    for figure, meaning in _figures(scene, staff):
        scene.screen.plain(f"{figure:>9}  {meaning}")


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
        f"changes at the {len(staff)} extensions of the staff",
    )
    if scene.reactions:
        slowest = within(max(scene.reactions))
        yield (
            within(statistics.median(scene.reactions)),
            f"from a saved file to the telephone (slowest: {slowest})",
        )


def invitation(scene: Scene) -> Iterator[tuple[str, str]]:
    """Commands that work in the demo's folder while the hotel is open, each with what it shows."""
    yield "reconcile --dry-run", "the audit: in sync, exit code 0"
    yield "reconcile show 1207", "what should be, and what is"
    yield "reconcile explain 1207", "where each value comes from"
    yield "reconcile history 1207", "every change, when and why"
    yield "sed -i.bak s/Quintanilha/Silva/ rooms/1207.yaml", "a new name; any editor will do"
    yield "echo 'dnd: on' >> rooms/1203.yaml", "quiet, please"
    yield "echo 'dmd: on' >> rooms/1206.yaml", "a slip of the pen"
    yield "rm rooms/1401.yaml", "no check-out: the name stays"
    yield f"curl {scene.stage.desk}/readyz", "is it well?"


def invite(scene: Scene) -> None:
    """Show them as lines that can be copied."""
    commands = list(invitation(scene))
    width = max(len(command) for command, _ in commands)
    scene.screen.plain(f'  cd {scene.stage.folder} && export PATH="{RECONCILE.parent}:$PATH"', style="yellow")
    for command, meaning in commands:
        scene.screen.plain(f"  {command:{width}}  # {meaning}", style="yellow")
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
        scene.missed.append(f"an audit in sync (exit code {answer.code}): {_pending(answer)}")


def _pending(answer: Answer) -> str:
    """What an audit would change, without the values."""
    return ", ".join(f"{c['field']} of {c['room']} ({c['cause']})" for c in answer.data["changes"])


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
        case {"event": "document", "where": where, "code": code, "reason": reason}:
            stays = ". The last good version stays" if code in BROKEN_FILE_CODES else ""
            scene.screen.tell(f"{where or 'rooms'}: {reason}{stays}.", mark="bad")
        case {"event": "refused", "rule": rule, "reason": reason}:
            scene.screen.tell(f"Refused ({rule}): {reason}", mark="bad")
        case _:
            pass
