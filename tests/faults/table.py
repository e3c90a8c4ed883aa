"""Everything that goes wrong: each fault by its name, whose it is, and which alarm people must hear of it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import anyio

from fixtures.telephones import answers_in_silence, picks_up, refuses
from fixtures.zoom_cloud.faults import Fault as ZoomFault
from reconciler.store.errors import StoreUnavailable
from reconciler.store.session import Session
from reconciler.wakeups import secondbook
from tests.faults.stage import ACCOUNTS, EVENING, Stage
from tests.faults.wire import Way
from tests.reconciler.front import ROOMS

Peer = Literal["zoom", "pms", "sip", "disk", "store", "clock"]
Strike = Callable[[Stage], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault lasts as long as its context. ``alarm`` is the kind of alarm that it must raise ("": none needs to).

    ``results`` are what a wake-up call may come to that is due meanwhile, beside its usual end.
    """

    peer: Peer
    strike: Strike
    alarm: str = ""
    results: frozenset[str] = frozenset()
    loses: bool = False
    """Records may be lost on the way, of which neither side can know: somebody at the PMS tells them anew."""
    hours: float = 0.0
    """For so long what it has stopped may rest before it is tried again."""
    begins: str = EVENING
    """When the trial begins: so that it falls into a night in which the clocks change."""


DAILY = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "Daily-limit"}
SECOND = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "QPS"}


@asynccontextmanager
async def zoom_says(stage: Stage, *faults: ZoomFault) -> AsyncIterator[None]:
    """Zoom answers so, to every call that the faults strike."""
    for fault in faults:
        stage.inn.cloud.faults.add(fault)
    yield
    stage.inn.cloud.faults.clear()


def zoom(kind: Any, alarm: str = "", **how: Any) -> Fault:
    """Zoom goes wrong for every call, unless ``how`` says for which."""
    return Fault("zoom", lambda stage: zoom_says(stage, ZoomFault(kind, times=None, **how)), alarm)


def for_good(**how: Any) -> Fault:
    """Zoom refuses every write in a way that is for good; it is tried again after six hours all the same."""
    return replace(zoom("answer", method="PATCH", **how), hours=6.1)


@asynccontextmanager
async def zoom_wire(way: Way, after: int, stage: Stage) -> AsyncIterator[None]:
    stage.to_zoom.way, stage.to_zoom.after = way, after
    stage.to_zoom.drop()
    yield
    stage.to_zoom.way = "well"
    stage.to_zoom.drop()


@asynccontextmanager
async def pms_wire(way: Way, after: int, stage: Stage) -> AsyncIterator[None]:
    stage.to_pms.way, stage.to_pms.after = way, after
    if way != "silent":
        stage.to_pms.drop()
    yield
    stage.to_pms.way = "well"
    stage.to_pms.drop()


@asynccontextmanager
async def deaf(stage: Stage) -> AsyncIterator[None]:
    """The PMS takes everything and says nothing."""
    stage.pms.options.deaf = True
    stage.pms.drop()
    yield
    stage.pms.options.deaf = False
    stage.pms.drop()


@asynccontextmanager
async def again_and_again(act: Callable[[Stage], object], every: float, stage: Stage) -> AsyncIterator[None]:
    """Somebody does this again and again, with so many seconds between."""

    async def do() -> None:
        while True:
            act(stage)
            await stage.clock.sleep(every)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(do)
        yield
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def two_masters(stage: Stage) -> AsyncIterator[None]:
    """Another program connects to the PMS again and again, and pushes us off."""

    async def other() -> None:
        while True:
            stream = await anyio.connect_tcp("127.0.0.1", stage.to_pms.port)
            async with stream:
                await stage.clock.sleep(20)
            await stage.clock.sleep(20)

    stage.strangers = True
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        yield
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def endless_resync(stage: Stage) -> AsyncIterator[None]:
    """A resync begins and does not end: the line breaks within it, time and again."""
    async with again_and_again(_begin_and_break, 60, stage):
        yield


def _begin_and_break(stage: Stage) -> None:
    with suppress(RuntimeError):  # the link is down, or the last one is still under way
        stage.pms.resync()
    stage.to_pms.drop()


@asynccontextmanager
async def registrar_down(stage: Stage) -> AsyncIterator[None]:
    for account in ACCOUNTS:
        stage.exchange.fail(account)
    yield
    for account in ACCOUNTS:
        stage.exchange.recover(account)


@asynccontextmanager
async def telephones_do(guest: Any, stage: Stage) -> AsyncIterator[None]:
    for room in ROOMS:
        stage.exchange.at(room, guest)
    yield
    for room in ROOMS:
        stage.exchange.at(room, picks_up(keys="1"))


@contextmanager
def writing(instead: Callable[[], None]) -> Iterator[None]:
    """Whoever writes to the store meets with this first."""
    real = Session._writing

    @contextmanager
    def met(session: Session, **how: Any) -> Iterator[Any]:
        instead()
        with real(session, **how) as connection:
            yield connection

    Session._writing = met  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Session._writing = real  # type: ignore[method-assign]


def _refused(why: str) -> None:
    raise StoreUnavailable("the store", why)


def _book_refused(*_args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@asynccontextmanager
async def no_writing(why: str, _stage: Stage) -> AsyncIterator[None]:
    """Neither the store nor its second book can be written."""
    write = secondbook.write
    secondbook.write = _book_refused  # type: ignore[assignment]
    try:
        with writing(partial(_refused, why)):
            yield
    finally:
        secondbook.write = write


@asynccontextmanager
async def slow_disk(_stage: Stage) -> AsyncIterator[None]:
    with writing(partial(time.sleep, 0.05)):  # a second of the hotel's time
        yield


_OVERWRITE = """
import os, sys
for name in sys.argv[1:]:
    if os.path.exists(name):
        with open(name, "r+b") as file:
            file.write(os.urandom(os.path.getsize(name)))
"""


@asynccontextmanager
async def corrupt(both: bool, stage: Stage) -> AsyncIterator[None]:
    """The disk loses the store, and its log, under the controller; of ``both``, the second book is one."""
    names = [stage.database, f"{stage.database}-wal"]
    if both:
        names.append(stage.database.with_name(secondbook.FILE))
    # From another process: it holds none of our locks, and so ends none.
    await anyio.run_process([sys.executable, "-c", _OVERWRITE, *map(str, names)], stderr=subprocess.DEVNULL)
    yield


@asynccontextmanager
async def wall_jumps(stage: Stage, **distance: float) -> AsyncIterator[None]:
    """The wall clock is put on, or back; nothing else notices."""
    stage.clock._start += timedelta(**distance)
    yield
    stage.clock._start -= timedelta(**distance)


@asynccontextmanager
async def asleep(stage: Stage) -> AsyncIterator[None]:
    """The machine was suspended: for three hours nobody did anything."""
    stage.clock.advance(hours=3)
    yield


@asynccontextmanager
async def nothing(_stage: Stage) -> AsyncIterator[None]:
    yield


LATE = frozenset({"unreachable"})
ANY = frozenset({"ok", "unreachable", "no_answer", "busy"})
USER = "/users/{userId}"

FAULTS: Mapping[str, Fault] = {
    "Zoom: 401, tokens revoked": zoom("token_revoked"),
    "Zoom: 401 for good": zoom("answer", "zoom_down", status=401, code=124),
    "Zoom: 403 to every read": zoom("answer", status=403, method="GET"),
    "Zoom: 404 to every read": zoom("answer", status=404, code=1001, method="GET"),
    "Zoom: 403 to every write": for_good(status=403),
    "Zoom: 404 to every write": for_good(status=404, code=1001),
    "Zoom: 429 of the second": zoom("answer", status=429, headers=SECOND),
    "Zoom: 429 of the second, Retry-After": zoom("answer", status=429, headers=SECOND | {"Retry-After": "3"}),
    "Zoom: 429 without a header": zoom("answer", status=429),
    "Zoom: 429 of the day": zoom(
        "answer", status=429, headers=DAILY | {"Retry-After": "2026-11-23T02:45:00Z"}, method="PATCH"
    ),
    "Zoom: 500": zoom("answer", "zoom_down", status=500),
    "Zoom: 503": zoom("answer", "zoom_down", status=503),
    "Zoom: a proxy's 502": zoom("bad_gateway", "zoom_down"),
    "Zoom: no answer": zoom("drop", "zoom_down"),
    "Zoom: done, no answer": zoom("apply_then_drop", "zoom_down"),
    "Zoom: cut body": zoom("drop_mid_body", "zoom_down"),
    "Zoom: no JSON": zoom("malformed", "zoom_down"),
    "Zoom: wrong types": zoom("wrong_types", "zoom_down"),
    "Zoom: slow": zoom("slow", "zoom_down", seconds=60.0),
    "Zoom: redirects elsewhere": zoom(
        "answer", "zoom_down", status=302, headers={"Location": "http://127.0.0.1:9/"}
    ),
    "Zoom: not reached": Fault("zoom", partial(zoom_wire, "refuse", 0), "zoom_down"),
    "Zoom: silence": Fault("zoom", partial(zoom_wire, "silent", 0), "zoom_down"),
    "Zoom: no HTTP": Fault("zoom", partial(zoom_wire, "broken", 0), "zoom_down"),
    "Zoom: cut within the header": Fault("zoom", partial(zoom_wire, "cut", 40), "zoom_down"),
    "PMS: not reached": Fault("pms", partial(pms_wire, "refuse", 0), "pms_down"),
    "PMS: silence": Fault("pms", partial(pms_wire, "silent", 0), "pms_down", loses=True),
    "PMS: deaf": Fault("pms", deaf, "pms_down", loses=True),
    "PMS: cut within LS": Fault("pms", partial(pms_wire, "cut", 3), "pms_down", loses=True),
    "PMS: cut within the records": Fault("pms", partial(pms_wire, "cut", 150), loses=True),
    "PMS: garbage": Fault("pms", partial(pms_wire, "garbage", 0)),
    "PMS: flood": Fault("pms", partial(pms_wire, "flood", 0)),
    "PMS: LE again and again": Fault(
        "pms", partial(again_and_again, lambda stage: stage.pms.say_goodbye(), 90), loses=True
    ),
    "PMS: drops again and again": Fault(
        "pms", partial(again_and_again, lambda stage: stage.pms.drop(), 45), loses=True
    ),
    "PMS: two masters": Fault("pms", two_masters, loses=True),
    "PMS: DS without DE": Fault("pms", endless_resync, loses=True),
    "SIP: registrar down": Fault("sip", registrar_down, "no_channel", LATE),
    "SIP: 503 to every call": Fault("sip", partial(telephones_do, refuses(503)), "wakeup_failed", ANY),
    "SIP: no media, no key": Fault("sip", partial(telephones_do, answers_in_silence()), "wakeup_failed", ANY),
    "SIP: the stack dies": Fault(
        "sip", partial(again_and_again, lambda stage: stage.exchange.die(), 7), "", ANY
    ),
    "disk full": Fault("disk", partial(no_writing, "database or disk is full"), "store_trouble"),
    "disk read-only": Fault(
        "disk", partial(no_writing, "attempt to write a readonly database"), "store_trouble"
    ),
    "disk slow": Fault("disk", slow_disk),
    "store corrupt": Fault("store", partial(corrupt, False), "store_rebuilt"),
    "store and second book corrupt": Fault("store", partial(corrupt, True), "store_rebuilt"),
    "clock put on by 3 hours": Fault("clock", partial(wall_jumps, hours=3), "", LATE),
    "clock put back by 3 hours": Fault("clock", partial(wall_jumps, hours=-3), "", LATE),
    "machine asleep for 3 hours": Fault("clock", asleep, "", LATE),
    "the night the clocks go back": Fault("clock", nothing, begins="2026-11-01T05:20:00+00:00"),
    "the night the clocks go forward": Fault("clock", nothing, begins="2027-03-14T06:35:00+00:00"),
}
