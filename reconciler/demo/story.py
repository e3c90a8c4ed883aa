"""The day, event by event."""

from __future__ import annotations

from collections.abc import Iterable

import anyio

from fixtures.hotel import (
    BrokenFile,
    Chapter,
    CheckIn,
    CheckOut,
    Dnd,
    Event,
    Message,
    Mistake,
    PowerCut,
    RenameByHand,
    ZoomTrouble,
)
from reconciler.demo import mishaps, routine
from reconciler.demo.scene import Scene


async def live(scene: Scene, events: Iterable[Event]) -> None:
    """Let it all happen, with pauses to read."""
    for event in events:
        await anyio.sleep(event.pause * scene.tempo.pauses)
        await _happen(scene, event)


async def _happen(scene: Scene, event: Event) -> None:  # noqa: C901 - one line a kind of event
    match event:
        case Chapter():
            scene.screen.chapter(event.title, event.text)
        case Message():
            routine.message(scene, event)
        case CheckIn():
            await routine.check_in(scene, event)
        case CheckOut():
            await routine.check_out(scene, event)
        case Dnd():
            await routine.dnd(scene, event)
        case RenameByHand():
            await routine.rename_by_hand(scene, event)
        case BrokenFile():
            await mishaps.broken_file(scene, event)
        case ZoomTrouble():
            await mishaps.zoom_trouble(scene, event)
        case Mistake():
            await mishaps.mistake(scene, event)
        case PowerCut():
            await mishaps.power_cut(scene, event)
