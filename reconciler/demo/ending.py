"""After the day: whether all is as it should be, and what it took."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from reconciler.demo import waking
from reconciler.demo.program import Answer
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.telephones import Shown, writes

TOO_MANY = 429


def too_fast(scene: Scene) -> int:
    """How often Zoom had to say that we ask too much, beside the refusals that the story ordered."""
    return sum(call.status == TOO_MANY for call in scene.cloud.calls) - scene.ordered


def faults(scene: Scene, staff: list[Shown]) -> list[str]:
    """Everything that should not have happened."""
    found = [f"not seen in time, or not as it should be: {what}" for what in scene.missed]
    found += [f"a call that changed nothing: {text}" for text in scene.cloud.redundant]
    found += [f"against Zoom's rules: {text}" for text in scene.cloud.violations]
    found += [f"a mistake that the PMS found: {mistake}" for mistake in scene.pms.mistakes]
    found += [f"a mistake on the telephone: {mistake}" for mistake in scene.exchange.mistakes]
    found += waking.miscounted(scene.line.records, scene.pms.local())
    found += [
        f"a wake-up call {within(late)} late" for late in waking.lateness(scene) if late > waking.LATE_AT_MOST
    ]
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
    calls, line = scene.cloud.calls, scene.line
    yield str(len(line.since(0, "→"))), f"records from the PMS, {len(line.since(0, '←'))} to it"
    yield str(len(scene.pms.mistakes)), "mistakes of ours that the PMS found"
    yield from _telephone_figures(scene)
    yield str(len(calls)), f"calls to Zoom, {len(writes(calls))} of them changed something"
    yield str(len(scene.cloud.redundant)), "calls that changed nothing (each would be a bug)"
    yield str(len(scene.cloud.violations)), "requests against Zoom's documented rules"
    yield str(too_fast(scene)), f"answers 429 for asking too fast, beside the {scene.ordered} of the story"
    changed = sum(now != then for now, then in zip(scene.telephones.staff(), staff, strict=True))
    yield str(changed), f"changes at the {len(staff)} extensions of the staff"
    if scene.reactions:
        slowest = within(max(scene.reactions))
        median = within(statistics.median(scene.reactions))
        yield median, f"median from a record of the PMS to the telephone (slowest: {slowest})"


def _telephone_figures(scene: Scene) -> Iterator[tuple[str, str]]:
    records, now = scene.line.records, scene.pms.local()
    wrong = sum(1 for _ in waking.miscounted(records, now))
    yield str(len(waking.asked(records, now))), f"wake-up calls, {wrong} of them without exactly one result"
    latest = within(max(waking.lateness(scene), default=0))
    yield latest, "by which the latest of them rang after its second"
    yield (
        str(len(scene.calls.over)),
        f"calls by telephone, {len(scene.exchange.mistakes)} mistakes of ours in them",
    )


async def audit(scene: Scene) -> None:
    """Let the product itself say whether everything is as it should be, and compare it with the PMS."""
    answer = await scene.program.ask("--dry-run", "--cached", "--format", "json")
    if answer.code == 0:
        rooms = answer.data["summary"]["rooms"]
        scene.screen.tell(
            f"`reconcile --dry-run` at the end: {rooms} rooms, all in sync, exit code 0.", mark="good"
        )
    else:
        scene.missed.append(f"an audit in sync (exit code {answer.code}): {_pending(answer)}")
    wrong = [entry["room"] for entry in await _rooms(scene) if not _is_true(scene, entry)]
    if wrong:
        scene.missed.append(f"documents that agree with the PMS: {', '.join(wrong)} do not")
    else:
        guests = sum(map(len, scene.pms.in_house().values()))
        scene.screen.tell(
            f"`reconcile show`: {guests} guests, each in the room where the PMS has them.", mark="good"
        )


async def _rooms(scene: Scene) -> list[dict[str, Any]]:
    rooms: list[dict[str, Any]] = (await scene.program.ask("show", "--format", "json")).data["rooms"]
    return rooms


def _is_true(scene: Scene, entry: dict[str, Any]) -> bool:
    """Whether a room's document says what the PMS knows of it."""
    room = scene.pms.house.room(entry["room"])
    guests = [guest.reservation for guest in room.guests]
    light = "on" if room.lamp else "off"
    return [guest["reservation"] for guest in entry["guests"]] == guests and entry["message_light"] == light


def _pending(answer: Answer) -> str:
    """What an audit would change, without the values."""
    return ", ".join(f"{c['field']} of {c['room']} ({c['cause']})" for c in answer.data["changes"])
