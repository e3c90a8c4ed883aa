"""One trial: a hotel in step meets with a fault or two at once, goes on with its evening, and must be right after."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exception

import anyio

from reconciler.app.entry import unwrapped
from tests.faults.stage import EVENING, Stage, guest_list, stage
from tests.faults.table import FAULTS, LATE
from tests.reconciler.conftest import until

ZOOM_CALLS = 600
"""In the twenty minutes of a fault, of a hotel of twelve rooms: one every two seconds is no storm."""
PMS_CONNECTIONS = 200
RINGS = 40

AT_MOST = 240.0
"""Seconds of ours for one trial, on a machine that has others to do."""

TOO_LATE = 600.0
"""Seconds after which no guest is woken any more.

Where nobody was at work for so long, as with a damaged store on a full disk, what the PMS said last before that is
told anew; calls that stood already must be there.
"""

RECOVERED = 90
"""Minutes of the hotel's time after which everything must be right again, whatever was put off meanwhile."""


@dataclass
class Outcome:
    """What came of it. ``wrong`` is empty where everything was as it should be."""

    faults: tuple[str, ...]
    wrong: list[str] = field(default_factory=list)
    calls: int = 0
    connections: int = 0
    rings: int = 0
    recovered: float = 0.0
    """Minutes of the hotel's time from the end of the faults until everything was right."""


async def trial(*names: str) -> Outcome:
    """Let these faults strike a hotel at once."""
    outcome = Outcome(names)
    begins = max(
        (FAULTS[name].begins for name in names), key=lambda moment: moment != EVENING, default=EVENING
    )
    with TemporaryDirectory(prefix="faults-") as folder:
        try:
            with unwrapped(), anyio.fail_after(AT_MOST):
                async with stage(Path(folder), begins=begins) as hotel:
                    hotel.line_loses = any(FAULTS[name].peer == "pms" for name in names)
                    await _evening(hotel, outcome)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other trials go on, and this one has failed
            outcome.wrong += ["".join(format_exception(each)) for each in _leaves(error)]
    return outcome


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]


async def _evening(hotel: Stage, outcome: Outcome) -> None:
    pms, inn = hotel.pms, hotel.inn
    who = guest_list(7)
    inn.document("1011", "mailbox: {description: Ocean wing}")  # the folder never is empty
    await until(lambda: hotel.running and hotel.running.controller.health.zoom_read_at)
    staying = {
        room: pms.check_in(room, guest)
        for room, guest in zip(("1001", "1002", "1003", "1004"), who, strict=False)
    }
    await hotel.pass_time(minutes=17)  # what comes now is acts, no state any more
    due, morning = hotel.local(minutes=8), hotel.local(hours=9)
    pms.wake_up("1002", due)
    pms.wake_up("1003", morning)
    calls = {("1002", due): frozenset({"pending"}), ("1003", morning): frozenset({"pending"})}
    await until(lambda: not hotel.differences(calls))
    await hotel.pass_time(seconds=10)  # the second book is in step as well
    before, connections, rings = len(inn.cloud.calls), hotel.to_pms.connections, len(hotel.exchange.dialled)
    hotel.alarms.clear()

    async with AsyncExitStack() as struck:
        for name in outcome.faults:
            await struck.enter_async_context(FAULTS[name].strike(hotel))
        await hotel.pass_time(minutes=2)
        pms.check_in("1005", who[5])
        pms.check_out("1001", staying["1001"])
        inn.document("1012", 'name: {display: "Concierge 1012"}')
        pms.wake_up("1004", morning)
        await hotel.pass_time(minutes=18)
        outcome.calls = len(inn.cloud.calls) - before
        outcome.connections = hotel.to_pms.connections - connections
        outcome.rings = len(hotel.exchange.dialled) - rings
    (inn.folder / "rooms" / "1012.yaml").unlink()
    hotel.clock.advance(hours=max((FAULTS[name].hours for name in outcome.faults), default=0.0))

    nobody_there = hotel.idle > TOO_LATE
    if nobody_there or any(FAULTS[name].loses for name in outcome.faults):
        await _told_anew(hotel, morning)
    expected = {
        ("1002", due): _may_end(outcome.faults) | (LATE if nobody_there else frozenset()),
        ("1003", morning): frozenset({"pending"}),
        ("1004", morning): frozenset({"pending"}),
    }
    await _recovers(hotel, outcome, expected)
    _judge_the_manners(hotel, outcome)


async def _told_anew(hotel: Stage, morning: datetime) -> None:
    """What the PMS believes to have told is told again: the rooms by a resync, wake-up calls by whoever set them."""
    while True:
        await hotel.pass_time(seconds=30)
        with suppress(RuntimeError):  # the link is not up yet
            hotel.pms.resync()
            break
    await hotel.pass_time(seconds=30)
    hotel.pms.wake_up("1004", morning)


def _may_end(faults: Sequence[str]) -> frozenset[str]:
    """How the call that is due during the faults may end."""
    return frozenset({"ok"}).union(*(FAULTS[name].results for name in faults))


async def _recovers(
    hotel: Stage, outcome: Outcome, expected: dict[tuple[str, datetime], frozenset[str]]
) -> None:
    started, asked_again = hotel.clock.monotonic(), False
    while True:
        await hotel.pass_time(seconds=30)
        if hotel.calls_lost and not asked_again and hotel.pms.alive and hotel.pms.silent:
            asked_again = True
            _ask_again(hotel, expected)
        with suppress(TimeoutError):
            await until(lambda: not _wrong(hotel, expected), within=0.3)
        found = _wrong(hotel, expected)
        outcome.recovered = (hotel.clock.monotonic() - started) / 60
        if not found or outcome.recovered > RECOVERED:
            outcome.wrong += found
            return


def _ask_again(hotel: Stage, expected: dict[tuple[str, datetime], frozenset[str]]) -> None:
    """Calls may be lost, as an alarm says: the front desk asks for them again, unless it is too late for that."""
    for (room, at), allowed in expected.items():
        if at > hotel.local():
            hotel.pms.wake_up(room, at)
        else:
            expected[room, at] = allowed | {"missing"}


def _wrong(hotel: Stage, expected: dict[tuple[str, datetime], frozenset[str]]) -> list[str]:
    return hotel.differences(expected)


def _judge_the_manners(hotel: Stage, outcome: Outcome) -> None:
    """No storm on the way, no mistake of ours at any peer, and every alarm that was due."""
    bounds = (
        ("calls to Zoom", outcome.calls, ZOOM_CALLS),
        ("connections to the PMS", outcome.connections, PMS_CONNECTIONS),
        ("calls by telephone", outcome.rings, RINGS),
    )
    outcome.wrong += [f"{count} {what}, more than {bound}" for what, count, bound in bounds if count > bound]
    due = {FAULTS[name].alarm for name in outcome.faults} - {""}
    outcome.wrong += [f"the alarm {kind} was not raised" for kind in sorted(due - hotel.alarms.keys())]
    outcome.wrong += [f"Zoom: {each}" for each in hotel.inn.cloud.violations]
    outcome.wrong += [f"telephones: {each}" for each in hotel.exchange.mistakes]
