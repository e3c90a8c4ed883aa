"""The day: the steps of the front desk, and between them what else happens in a hotel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import partial
from operator import attrgetter

from fixtures.hotel_pms.day import day
from reconciler.demo import dialling, mishaps, outages, routine, waking
from reconciler.demo.scene import Scene

Tell = Callable[[Scene], Awaitable[None]]

BETWEEN = 2.3
"""Seconds between two steps, to read about the first."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time of the day, after a pause (seconds)."""

    at: time
    tell: Tell
    pause: float = BETWEEN


async def live(scene: Scene) -> None:
    """Let it all happen, with pauses to read."""
    for event in programme():
        await scene.rest(event.pause)
        await event.tell(scene)


def programme() -> list[Event]:
    """From early morning to the next. What comes at one time stays in the order in which it stands here."""
    steps = (Event(step.at, partial(routine.step, step=step)) for step in day())
    return sorted([*_chapters(), *_besides(), *steps], key=attrgetter("at"))


def _chapters() -> Iterator[Event]:
    for at, title, text in (
        (time(6), "Morning", "Wake-up calls, messages, departures, a move and a swap."),
        (time(11, 50), "Noon", "What the PMS does not know, and what somebody does by hand."),
        (time(12, 50), "Afternoon", "Arrivals, and a group of twenty."),
        (time(17, 30), "Evening", "Things go wrong, as they do."),
        (time(21, 50), "Night", "The PMS tidies up."),
    ):
        yield Event(at, partial(_chapter, title=title, text=text), 2.0)


async def _chapter(scene: Scene, title: str, text: str) -> None:
    scene.screen.chapter(title, text)


def _besides() -> Iterator[Event]:
    yield Event(time(6, 31), waking.in_the_morning)
    yield Event(time(7, 10), dialling.messages)
    yield Event(time(7, 40), dialling.maid)
    yield Event(time(12, 0), mishaps.file_for_a_suite)
    yield Event(time(12, 10), mishaps.slip_of_the_pen)
    yield Event(time(12, 20), mishaps.rename_by_hand)
    yield Event(time(13, 10), dialling.nothing_is_left)
    yield Event(time(17, 40), mishaps.zoom_trouble)
    yield Event(time(19, 0), outages.power_cut)
    yield Event(time(23, 55), outages.forgotten_group)
