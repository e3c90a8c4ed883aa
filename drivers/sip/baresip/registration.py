"""The registrations of all accounts: begun one after the other, looked after, begun again when they are lost.

The library renews a registration when nine tenths of its time are over, which may be an hour, and takes no notice of
a connection that has died. So each is also renewed here, within its dialogue and without un-registering, every LOOK
seconds, and at once when the connection over which it went is gone (docs/decisions/registration.md).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from drivers.sip.baresip import native, sockets
from drivers.sip.stack import Reporter
from drivers.sip.wire import Registered

LOOK: Final = 95.0
"""Seconds between two renewals, give or take JITTER: a registrar that has forgotten us is told within 2 minutes."""
JITTER: Final = 10.0
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 80.0
"""Seconds between two tries of an account that is down, growing from the first to the longest."""
STAGGER: Final = 0.02
"""Seconds between the first REGISTERs of two accounts."""
ANSWERED_WITHIN: Final = 36.0
"""Seconds after which a REGISTER has failed for certain (RFC 3261, timer F, is 32)."""
TICK: Final = 0.5
CONNECTION_EVERY: Final = 5.0


@dataclass(slots=True)
class Registration:
    """What is known of one account at the registrar."""

    user: str
    aor: str
    due: float
    """When it is looked at next, by the monotonic clock."""
    begun: bool = False
    asked: float | None = None
    """When the REGISTER that is on its way left."""
    ok: bool | None = None
    why: str = ""
    failures: int = 0


class Registrations:
    """Looks after all accounts. The stack hands it every answer of the registrar."""

    def __init__(
        self, reporter: Reporter, next_hop: tuple[str, int], *, connected: bool, chance: random.Random
    ) -> None:
        self.refusal = ""
        """Why the library did not take the server's certificate, as it last said."""
        self._reporter = reporter
        self._next_hop = next_hop
        self._connected = connected
        self._chance = chance
        self._all: dict[str, Registration] = {}
        self._looked = 0.0
        self._begin: Callable[[str], None]

    def add(self, aors: Mapping[str, str], begin: Callable[[str], None]) -> None:
        """Register these users, one a moment after the other; ``begin`` sends the very first REGISTER of one."""
        now = time.monotonic()
        self._begin = begin
        for place, (user, aor) in enumerate(aors.items()):
            self._all[user] = Registration(user, aor, now + place * STAGGER)

    def accepted(self, user: str) -> None:
        """The registrar has said yes."""
        state = self._all[user]
        state.asked, state.failures = None, 0
        state.due = time.monotonic() + LOOK + self._chance.uniform(-JITTER, JITTER)
        self._say(state, ok=True, why="")

    def refused(self, user: str, why: str) -> None:
        """The registrar has said no, or nothing has come back."""
        state = self._all[user]
        state.asked = None
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**state.failures)
        state.failures += 1
        state.due = time.monotonic() + pause * self._chance.uniform(0.7, 1.3)
        if self.refusal and "Protocol error" in why:
            why = f"the certificate of {self._next_hop[0]} is refused: {self.refusal}"
        self._say(state, ok=False, why=why)

    def sent(self, user: str) -> None:
        """A REGISTER of this account has left, by whomever it was sent."""
        if user in self._all:
            self._all[user].asked = time.monotonic()

    async def look_after(self) -> None:
        """Do what is due, for ever."""
        while True:
            now = time.monotonic()
            if self._connected and now - self._looked >= CONNECTION_EVERY:
                self._looked = now
                self._look_at_connection(now)
            for state in self._all.values():
                if state.asked is not None and now - state.asked > ANSWERED_WITHIN:
                    self.refused(state.user, "no answer")
                if state.due <= now and state.asked is None:
                    self._ask(state, now)
            await asyncio.sleep(TICK if all(state.begun for state in self._all.values()) else STAGGER)

    def _look_at_connection(self, now: float) -> None:
        if not sockets.alive(self._next_hop[1]):
            for state in self._all.values():
                if state.ok:
                    self._say(state, ok=False, why="the connection is lost")
                    state.due = now

    def _ask(self, state: Registration, now: float) -> None:
        state.asked = now
        if not state.begun:
            state.begun = True
            self._begin(state.user)
            return
        try:
            native.register_again(state.aor)
        except (native.Changed, OSError) as error:
            self.refused(state.user, str(error))

    def _say(self, state: Registration, *, ok: bool, why: str) -> None:
        if (ok, why) != (state.ok, state.why):
            state.ok, state.why = ok, why
            self._reporter.tell(Registered(state.user, ok=ok, why=why))
