"""The registrations of all accounts: begun one after the other, looked after, begun again when they are lost.

The library renews a registration when nine tenths of its time are over, which may be an hour, and takes no notice of
a connection that has died. So each is also renewed here, within its dialogue and without un-registering, every LOOK
seconds, and at once when the connection over which it went is gone (docs/decisions/registration.md).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from drivers.sip.stack import Reporter
from drivers.sip.wire import Registered

LOOK: Final = 75.0
"""Seconds between two renewals, give or take JITTER: one that dies is noticed within 2 minutes, its 32 included."""
JITTER: Final = 10.0
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 80.0
"""Seconds between two tries of an account that is down, growing from the first to the longest."""
STAGGER: Final = 0.02
"""Seconds between the first REGISTERs of two accounts."""
ANSWERED_WITHIN: Final = 36.0
"""Seconds after which a REGISTER has failed for certain (RFC 3261, timer F, is 32)."""
CONNECTION_EVERY: Final = 2.0
"""Seconds between two looks whether the connection lives."""
SPREAD: Final = 0.3
"""Part of a pause by which chance makes it shorter or longer."""
_CERTIFICATE: Final = "Protocol error"
"""All that the library's event says of a failed handshake."""


@dataclass(slots=True)
class Registration:
    """What is known of one account at the registrar."""

    user: str
    due: float
    """When it is looked at next, by the monotonic clock."""
    begun: bool = False
    asked: float | None = None
    """When the REGISTER left that we have sent and that is on its way."""
    ok: bool | None = None
    why: str = ""
    failures: int = 0


class Registrations:
    """Looks after all accounts. The stack hands it every answer of the registrar.

    ``first`` sends the very first REGISTER of a user, ``again`` another one in the same dialogue, ``connected`` says
    whether there is a connection to the PBX.
    """

    def __init__(
        self,
        reporter: Reporter,
        *,
        first: Callable[[str], object],
        again: Callable[[str], object],
        connected: Callable[[], bool],
        chance: random.Random,
    ) -> None:
        self.refusal = ""
        """Why the library did not take the server's certificate, as it last said."""
        self.stranger = ""
        """What is wrong with the realm that the registrar has named, if it has to name another."""
        self._reporter = reporter
        self._first = first
        self._again = again
        self._connected = connected
        self._chance = chance
        self._all: dict[str, Registration] = {}
        self._looked = 0.0

    def add(self, users: Iterable[str], now: float) -> None:
        """Register these users, one a moment after the other. Times are monotonic seconds."""
        for place, user in enumerate(users):
            self._all[user] = Registration(user, now + place * STAGGER)

    def accepted(self, user: str, now: float) -> None:
        """The registrar has said yes."""
        if self.stranger:
            self.refused(user, self.stranger, now)
            return
        state = self._all[user]
        state.asked, state.failures = None, 0
        state.due = now + LOOK + self._chance.uniform(-JITTER, JITTER)
        self._say(state, ok=True, why="")

    def refused(self, user: str, why: str, now: float) -> None:
        """The registrar has said no, or nothing has come back."""
        state = self._all[user]
        state.asked = None
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**state.failures)
        state.failures += 1
        state.due = now + pause * self._chance.uniform(1 - SPREAD, 1 + SPREAD)
        if self.refusal and _CERTIFICATE in why:
            why = f"the certificate is refused: {self.refusal}"
        self._say(state, ok=False, why=why)

    def suspect(self, now: float) -> None:
        """A call has heard nothing at all, so ask at once whether anybody is still there."""
        for place, state in enumerate(self._all.values()):
            if state.ok:
                state.due = min(state.due, now + place * STAGGER)

    def look(self, now: float) -> None:
        """Do what is due."""
        if now - self._looked >= CONNECTION_EVERY:
            self._looked = now
            if not self._connected():
                self._disconnected(now)
        for state in self._all.values():
            if state.asked is not None and now - state.asked > ANSWERED_WITHIN:
                self.refused(state.user, "no answer", now)
            if state.due <= now and state.asked is None:
                self._ask(state, now)

    def _disconnected(self, now: float) -> None:
        for place, state in enumerate(self._all.values()):
            if state.ok:
                self._say(state, ok=False, why="the connection is lost")
                state.asked, state.due = None, now + place * STAGGER

    def _ask(self, state: Registration, now: float) -> None:
        state.asked = now
        if state.begun:
            self._again(state.user)
        else:
            state.begun = True
            self._first(state.user)

    def _say(self, state: Registration, *, ok: bool, why: str) -> None:
        if (ok, why) != (state.ok, state.why):
            state.ok, state.why = ok, why
            self._reporter.tell(Registered(state.user, ok=ok, why=why))
