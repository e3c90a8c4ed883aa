"""`reconcile check --forwarding --fix`: lets every room's calls come to our lines, as a write like all others.

So it owns the account while it writes, announces each call in the store, goes through the budget, and is fenced: only
extensions of `rooms:` are ever written to. A room that somebody has paused is left alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Final

import anyio

from drivers.zoom.calls import PATIENCE
from drivers.zoom.handling import FORWARD, NEEDED_TO_FIX
from drivers.zoom.verdicts import AlwaysOpen
from reconciler.account.memory import Aftermath
from reconciler.account.operation import Priority
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.forwarding import Fault, Judged, name_of, told
from reconciler.app.online import Online, owning
from reconciler.change import Change
from reconciler.errors import CallError, Later, Uncertain
from reconciler.plan import Write
from reconciler.ports import Clock

HOLDER: Final = "reconcile check --fix"
FIELD: Final = "forwarding"
"""How the history calls what is set."""

AGAIN: Final = (1.0, 5.0)
"""Seconds before the second and the third try of what Zoom has no time for."""

_BY_HAND: Final = "set it in Zoom (call handling)"
_LATER: Final = "run it again: it looks first, and sets only what is still wrong"


@dataclass(frozen=True, slots=True)
class _Order:
    """Where calls should come to: the number, and Zoom's id of it."""

    pilot: int
    target: str


async def mend(room: Online, judged: Judged, tell: Callable[[Finding], None]) -> None:
    """Set what is wrong, and tell each room. Busy while a controller works on the account."""
    if not judged.faults:
        return
    pilot = judged.pilot
    target = judged.target or await _target(room, pilot)
    if not target:
        said = (
            f"Zoom shows {pilot} neither as a user nor as who has a telephone, and no room forwards there yet"
        )
        fix = "let one room forward there by hand; then --fix finds how, and sets all others"
        tell(Finding("bad", f"voice.pilot {pilot}", said, fix))
        for fault in judged.faults:
            tell(told(fault, _BY_HAND))
        return
    room.driver.allow(room.shop.hotel.ids(room.shop.hotel.roster.known_rooms()))
    order = _Order(pilot, target)
    async with owning(room, holder=HOLDER), anyio.create_task_group() as mending:
        for _, faults in groupby(judged.faults, key=lambda fault: fault.read.extension.id):
            mending.start_soon(_mend, room, list(faults), order, tell)


async def _target(room: Online, pilot: int) -> str | None:
    try:
        return await room.driver.handlings.target(pilot)
    except CallError:
        return None


async def _mend(room: Online, faults: list[Fault], order: _Order, tell: Callable[[Finding], None]) -> None:
    """One extension: its hours one after the other."""
    for fault in faults:
        tell(await _outcome(room, fault, order))


async def _outcome(room: Online, fault: Fault, order: _Order) -> Finding:
    hotel, extension = room.shop.hotel, fault.read.extension
    paused = hotel.pause(fault.read.room, room.shop.clock.now())
    if paused is not None:
        return told(
            fault, f"the room is paused ({paused.reason}): `reconcile resume {fault.read.room}` first"
        )
    if reason := room.driver.capabilities().reason(NEEDED_TO_FIX[extension.kind]):
        return told(fault, f"{_BY_HAND}: {reason}")
    try:
        await _set(room, _write(fault, order))
    except AlwaysOpen:
        now = room.shop.clock.now()
        hotel.observed.wrote(extension, {"always_open": now}, now)
        await room.shop.memory.run(room.store.remember, [hotel.observed.at(extension.number)[0]])
        return Finding("ok", name_of(fault.read), "has no closed hours, so there is nothing to set in them")
    except CallError as error:
        fix = _LATER if isinstance(error, Later) else _BY_HAND
        return replace(told(fault, fix), said=f"{fault.said}; it could not be set: {error.message}")
    return Finding("ok", name_of(fault.read), f"set to {order.pilot} ({fault.hours.replace('_', ' ')})")


def _write(fault: Fault, order: _Order) -> Write:
    read = fault.read
    change = Change(
        room=read.room, extension=str(read.extension.number), kind=read.extension.kind, field=FIELD,
        observed=fault.said, desired=f"{order.pilot} in {fault.hours.replace('_', ' ')}", cause="intentional",
        source=HOLDER, id=read.extension.id,
    )  # fmt: skip
    return Write(
        operation=FORWARD[change.kind], kind=change.kind, id=change.id, room=change.room,
        extension=change.extension, values={fault.hours: order.target}, changes=(change,), priority=Priority.REPAIR,
    )  # fmt: skip


async def _set(room: Online, write: Write) -> None:
    """Announce it, write it, keep what came of it. Raises reconciler.errors."""
    memory, clock = room.shop.memory, room.shop.clock
    sent = clock.now()

    async def make() -> Write:
        await memory.intend(write, clock.now())
        return write

    try:
        await _patiently(partial(room.driver.write, write.operation, write.priority, make), clock)
    except CallError as error:
        await memory.refused(write, clock.now(), error)
        raise
    await memory.applied(write, sent, clock.now(), Aftermath(None, None, ()))


async def _patiently(attempt: Callable[[], Awaitable[object]], clock: Clock) -> None:
    """Try again what Zoom has no time for; a call whose answer was lost is not sent twice."""
    for pause in AGAIN:
        try:
            await attempt()
        except Uncertain:
            raise
        except Later as error:
            named = 0.0 if error.at is None else (error.at - clock.now()).total_seconds()
            if named > PATIENCE:
                raise
            await clock.sleep(max(pause, named))
        else:
            return
    await attempt()
