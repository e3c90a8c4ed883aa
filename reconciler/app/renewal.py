"""The two threads that renew what a process owns in PostgreSQL, all of it in one statement, and end what they cannot.

Threads, because a process that looks after hundreds of hotels can be busy for seconds, which is no reason to lose
them all; an event loop that gives no sign of life for longer is one: then nothing is renewed. One thread asks the
database, which may hang; the other watches the time.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import anyio
from anyio import to_thread

from reconciler.logs import logger
from reconciler.store.errors import Lapsed, StaleEpoch, StoreUnavailable
from reconciler.store.store import Store

SHARED_TTL: Final = timedelta(seconds=6)
"""How long an ownership in PostgreSQL outlives its last renewal. With half a second until whoever stands by has
noticed, and one or two until he is at work, ten seconds hold with a margin."""

RENEW_EVERY: Final = 1.0
AGAIN_IN: Final = 0.25
STOPS_AFTER: Final = 4.0
"""Seconds after the last renewal that was granted until the work is cancelled …"""

GONE_AFTER: Final = 5.5
"""… and until the process ends where that hangs; who has noticed later than that gets ``A_MOMENT``."""

A_MOMENT: Final = 0.5
HANGS_AFTER: Final = 15.0
"""Seconds without a sign of life of the event loop after which nothing is renewed any more."""

log = logger("run")


def uptime() -> float:
    """Seconds by a clock that nobody sets; where the system has such a one, it goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True, eq=False)
class Member:
    """Some work under ownerships that its store has taken. ``granted``: when the last grant was asked for."""

    store: Store
    names: tuple[str, ...]
    granted: float
    lost: anyio.Event = field(default_factory=anyio.Event)
    why: Lapsed | StaleEpoch | None = None
    """Why its ownerships are not ours any more."""
    gone_at: float = math.inf
    """When the process ends if the work has not."""


class _Renewal:
    """Renews for its members while there are any. Use ``renewed_with``."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard = uptime()
        self._members: list[Member] = []
        self._news = threading.Condition()
        self._begun = False
        self._asking = False

    def join(self, member: Member) -> None:
        with self._news:
            self._members.append(member)
            self._news.notify_all()
        if not self._begun:
            self._begun = True
            for work in (self._renew, self._guard):
                threading.Thread(target=work, name=f"ownership{work.__name__}", daemon=True).start()

    def leave(self, member: Member) -> bool:
        """Let a member go; whether it was the last."""
        with self._news:
            self._members.remove(member)
            self._news.notify_all()
            return not self._members

    def settle(self) -> None:
        """Wait in a thread until nothing is asked of the database any more, unless it hangs."""
        with self._news:
            self._news.wait_for(lambda: not self._asking, A_MOMENT)

    @property
    def has_lapsed(self) -> bool:
        """Whether somebody's ownerships could not be renewed: its thread may hang."""
        return any(isinstance(member.why, Lapsed) for member in self._members)

    def _renew(self) -> None:
        """Ask the database every so often, until nobody is left."""
        pause, said = RENEW_EVERY, False
        while self._rest(pause):
            with self._news:
                members = [member for member in self._members if member.why is None]
                self._asking = bool(members) and self._loop_lives()
            if not self._asking:
                pause = RENEW_EVERY
                continue
            try:
                self._ask(members)
            except StoreUnavailable as error:
                if not said:
                    log.warning("ownership not renewed", reason=error.message, remedy=error.remedy)
                pause, said = AGAIN_IN, True
            else:
                pause, said = RENEW_EVERY, False
            finally:
                with self._news:
                    self._asking = False
                    self._news.notify_all()

    def _rest(self, seconds: float) -> bool:
        """Wait; False as soon as nobody is left."""
        with self._news:
            return not self._news.wait_for(lambda: not self._members, seconds)

    def _ask(self, members: list[Member]) -> None:
        asked = uptime()
        ours = {name: member.store.epoch(name) for member in members for name in member.names}
        theirs = members[0].store.renew_all(ours, now=datetime.now(UTC), ttl=SHARED_TTL)
        with self._news:
            for member in members:
                stale = next((name for name in member.names if name in theirs), None)
                if stale is None:
                    member.granted = asked
                elif member in self._members and member.why is None:
                    self._lose(member, StaleEpoch(stale, ours[stale], theirs[stale]))

    def _loop_lives(self) -> bool:
        with suppress(RuntimeError):  # closed
            self._loop.call_soon_threadsafe(self._hear)
        return uptime() - self._heard < HANGS_AFTER

    def _hear(self) -> None:
        self._heard = uptime()

    def _guard(self) -> None:
        """End the work of members whose time is over, and the process where that does not end."""
        with self._news:
            while self._members:
                now = uptime()
                for member in self._members:
                    if member.why is None and now >= member.granted + STOPS_AFTER:
                        self._lose(member, Lapsed())
                if any(now >= member.gone_at for member in self._members):
                    for member in self._members:
                        member.gone_at = math.inf
                    _end()
                self._news.wait(_until_next(self._members, now))

    def _lose(self, member: Member, why: Lapsed | StaleEpoch) -> None:
        member.store.lapsed = True
        member.why, member.gone_at = why, max(uptime() + A_MOMENT, member.granted + GONE_AFTER)
        with suppress(RuntimeError):  # closed
            self._loop.call_soon_threadsafe(member.lost.set)


def _until_next(members: Iterable[Member], now: float) -> float:
    """Seconds until something may be over."""
    ends = (member.granted + STOPS_AFTER if member.why is None else member.gone_at for member in members)
    return min(max(min(ends, default=now) - now, 0.0), RENEW_EVERY)


_AT_WORK: Final[dict[tuple[str, asyncio.AbstractEventLoop], _Renewal]] = {}


@asynccontextmanager
async def renewed_with(member: Member) -> AsyncIterator[None]:
    """Renew a member's ownerships while inside, together with all others that this process has in that database."""
    key = member.store.place, asyncio.get_running_loop()
    renewal = _AT_WORK.get(key)
    if renewal is None or renewal.has_lapsed:
        _AT_WORK[key] = renewal = _Renewal()
    renewal.join(member)
    try:
        yield
    finally:
        if renewal.leave(member):
            if _AT_WORK.get(key) is renewal:
                del _AT_WORK[key]
            with anyio.CancelScope(shield=True):  # whoever closes the store next leaves no connection behind
                await to_thread.run_sync(renewal.settle)


def _end() -> None:
    log.error(
        "ended at once", reason="what this process owned is another's by now, and its work does not end"
    )
    os._exit(1)
