"""A hotel's office while its controller is at work: which one it is, and that the store knows how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import anyio

from reconciler.app.office import Moved, Office, office_of
from reconciler.app.online import Online
from reconciler.app.outpost import outpost_of
from reconciler.app.telephony import Lines
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.app.unstored import mark
from reconciler.logs import logger
from reconciler.store.rows import Happened, HappeningRow
from reconciler.store.store import Store

AT_WORK: Final = "at work"
"""The note that stands in the store while a controller runs; one found at the start tells of an unclean stop."""

log = logger("office")


@asynccontextmanager
async def opened(  # noqa: PLR0913 - what tests and roles bring along
    room: Online,
    moved: Moved,
    stop: anyio.Event,
    lines: Lines | None = None,
    *,
    shadow: bool,
    files: Callable[[], Mapping[str, str] | None] = lambda: None,
    kept: Uninterrupted | None = None,
) -> AsyncIterator[Office]:
    """The office at work while inside; the store then knows whether it was tidied up in the end.

    At the centre it is that of the property, as far as it is told; ``files`` says which documents were read for it.
    ``kept`` is what the last one has left standing, and may be left to the next.
    """
    memory, name = room.shop.memory, room.settings.property.name
    if room.store.property_name != name:
        log.info("the hotel has another name than before", name=name, kept_as=room.store.property_name)
    unclean = await memory.run(memory.store.note, AT_WORK) is True
    if room.roles.at_centre:
        office: Office = await outpost_of(room, moved, files)
    else:
        office = await office_of(room, moved, lines, shadow=shadow, unclean=unclean and not shadow, kept=kept)
    if not shadow:
        await memory.run(_at_work, memory.store, room.shop.clock.now(), unclean=unclean)
    if room.missed:
        log.warning("records never stored", remedy="the PMS is asked for every room")
        mark(room.settings.state, unstored=False)
    try:
        async with office.open(stop):
            yield office
    except Exception:
        # Whatever we end of, nobody has read what the PMS was saying when the line broke.
        if not shadow:
            mark(room.settings.state, unstored=True)
        raise
    if not shadow:
        await memory.run_last(_leaves_work, memory.store, room.shop.clock.now())


def _at_work(store: Store, now: datetime, *, unclean: bool) -> None:
    with store.together():
        store.put_note(AT_WORK, value=True)
        store.note_happenings([HappeningRow(now, Happened.STARTED, "controller", body={"unclean": unclean})])


def _leaves_work(store: Store, now: datetime) -> None:
    with store.together():
        store.put_note(AT_WORK, value=False)
        store.note_happenings([HappeningRow(now, Happened.STOPPED, "controller")])
