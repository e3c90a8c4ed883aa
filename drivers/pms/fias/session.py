"""The link as the vendor sees it: who says what when, without a socket and without a clock (FIAS, link control).

    DOWN ─connect─► LISTENING ─LS─► DESCRIBING ─LA─► ALIVE ─DS─► (resync) ─DE─► ALIVE
                        │ 3 s of silence: we send LS and are ASKING
    LS at any time: describe anew; LE at any time: answer it and close; no answer in half a minute: close

A resync is no phase of its own, because a PMS may send one before it says that the link is alive. Every input
answers with a ``Turn``: what follows from it, in the order in which the fields of the turn stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from drivers.pms.fias.catalogue import description
from drivers.pms.fias.records import Record
from drivers.pms.fias.times import written

Keepalive = Literal["ls", "la", "none"]

GREETING: Final = 3.0
"""Seconds for which the PMS may speak first, and for its LE after ours."""
ANSWER: Final = 32.0
"""Seconds to wait for LA after a description or LS, and for DS after DR. Thirty are the least; some PMS take them."""
SILENCE_IN_RESYNC: Final = 120.0
"""Seconds without any record after which a resync counts as abandoned (D-8)."""
BETWEEN_CHECKS: Final = 301.0
"""Seconds between two LS of ours: more often than every five minutes is forbidden, and clocks differ."""
MOST_REQUESTS: Final = 3
"""Requests that the PMS may forget in a row before we stop asking by ourselves."""
MOST_DESCRIPTIONS: Final = 20
"""Descriptions of one connection that the PMS may leave without LA before we give the connection up."""

_LONGEST_VERSION: Final = 10
_CHALLENGE: Final = re.compile(r"[0-9]{12}")
_TELL_VERSION: Final = "4"
"""RT, without which a key is not looked at: asks for the PMS's version in LC."""


class Phase(StrEnum):
    """Where the link stands."""

    DOWN = "down"
    LISTENING = "listening"
    ASKING = "asking"
    DESCRIBING = "describing"
    ALIVE = "alive"
    ENDING = "ending"


class Now(NamedTuple):
    """The moment of an input: seconds that never jump, and what the hotel's clocks show (naive)."""

    seconds: float
    local: datetime


class Turn(NamedTuple):
    """What follows from an input; the fields come in the order in which they are to be done."""

    broken: bool = False
    """A resync was under way and will not end any more."""
    begins: bool = False
    """From here on the PMS may repeat what it sent before."""
    record: Record | None = None
    """For the house."""
    alive: bool = False
    """The PMS has taken our description."""
    send: tuple[Record, ...] = ()
    close: str = ""
    """Why the connection is to be closed now; "" to go on."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How we present ourselves to this PMS.

    ``sign`` makes the value of CG from the digits of the last LS, where a key was agreed; ``further`` is a field of
    the hotel's own that guest records shall have.
    """

    version: str
    keepalive: Keepalive = "ls"
    further: str = ""
    sign: Callable[[str], str] | None = None


NOTHING: Final = Turn()


class Session:
    """One link through all of its connections. Every method is told the moment, and ``due`` says when to tick."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._description = description(manners.further)
        self.phase = Phase.DOWN
        self.resyncing = False
        """A resync is under way: only link records may be sent."""
        self.night_audit = False
        self.refused = False
        """The PMS hung up on our key: it must not be tried again until somebody asks for it."""
        self._key_is_good = False
        self._last_check = -math.inf
        self._resync_sent: float | None = None
        self._is_first = False
        self._requests_forgotten = 0
        self._begin(0.0)

    def _begin(self, seconds: float) -> None:
        self._since = seconds
        self._last_heard = seconds
        self._challenge = ""
        self._descriptions = 0
        self._is_told = False
        self._awaits_check = False
        self._resync_sent = None

    @property
    def may_send(self) -> bool:
        """True while the PMS takes what we owe it: not during a resync, nor while one was asked for (D-8)."""
        return self.phase is Phase.ALIVE and not self.resyncing and self._resync_sent is None

    @property
    def due(self) -> float:
        """When ``tick`` has something to do, if nothing is received before: seconds, or infinity."""
        return min((at for at, _ in self._timers()), default=math.inf)

    def wants_resync(self, *, empty: bool) -> bool:
        """Whether to ask for every room by ourselves: nothing is known of them (D-9).

        Nothing is known either where the PMS asked who we are instead of answering, be it that somebody has arrived
        since. A resync that did begin and broke off is for people to ask for again.
        """
        return (empty or self._requests_forgotten > 0) and self._requests_forgotten < MOST_REQUESTS

    # Inputs

    def connected(self, now: Now) -> None:
        """The connection stands."""
        self._begin(now.seconds)
        self._enter(Phase.LISTENING, now)

    def received(self, record: Record, now: Now) -> Turn:
        """A record came in."""
        self._last_heard = now.seconds
        self._awaits_check = False  # whatever it says, it is there
        match record.id:
            case "LS":
                return self._asked_who_we_are(record, now)
            case "LA":
                return self._confirmed(now)
            case "LE":
                return self._ended(now)
            case "LC" | "LD" | "LR":  # versions; and what is ours to send
                return NOTHING
            case _:
                return self._for_the_house(record)

    def tick(self, now: Now) -> Turn:
        """Do what is due; nothing if nothing is."""
        for at, act in self._timers():
            if at <= now.seconds:
                return act(now)
        return NOTHING

    def resync(self, now: Now, *, first: bool = False) -> Turn:
        """Ask for every room as it is, unless that is under way. ``first``: because nothing is known of them."""
        if not self.may_send:
            return NOTHING
        self._resync_sent, self._is_first = now.seconds, first
        return Turn(send=(Record("DR", written(now.local)),))

    def stop(self, now: Now) -> Turn:
        """End the link in good order."""
        if self.phase is Phase.DOWN:
            return Turn(close="ended")
        self._enter(Phase.ENDING, now)
        return Turn(send=(Record("LE", written(now.local)),))

    def lost(self) -> Turn:
        """The connection is gone, whoever closed it."""
        if self.phase is Phase.DESCRIBING and self._manners.sign is not None and not self._key_is_good:
            self.refused = True
        self.phase = Phase.DOWN
        return Turn(broken=self._break())

    def held_up(self, seconds: float) -> None:
        """Doing the last turn took this long. We spoke only then: the time for every answer begins as much later.

        A disk that takes half a minute for a record would else end each connection before the PMS could answer.
        """
        self._since += seconds
        self._last_heard += seconds
        self._last_check += seconds
        if self._resync_sent is not None:
            self._resync_sent += seconds

    def try_key_again(self) -> None:
        """Somebody has looked after the key."""
        self.refused = False

    # Records

    def _asked_who_we_are(self, record: Record, now: Now) -> Turn:
        """LS: describe ourselves, whatever was before."""
        self._challenge = (record.get("DA") or "") + (record.get("TI") or "")
        return NOTHING if self.phase is Phase.ENDING else self._describe(now)

    def _confirmed(self, now: Now) -> Turn:
        """LA: our description is taken, or an LS of ours was answered."""
        if self.phase in {Phase.LISTENING, Phase.ASKING}:
            if self._manners.sign is None or self._challenge:
                return self._describe(now)
            # It still knows us, and without an LS of its own there is nothing that a key could be proved with.
            return self._come_alive(now, Record("LA", written(now.local)))
        if self.phase is Phase.DESCRIBING:
            self._key_is_good = True
            return self._come_alive(now)
        return NOTHING

    def _ended(self, now: Now) -> Turn:
        """LE: answer it, unless it answers ours."""
        answer = () if self.phase is Phase.ENDING else (Record("LE", written(now.local)),)
        return Turn(broken=self._break(), send=answer, close="the PMS ended the link")

    def _for_the_house(self, record: Record) -> Turn:
        begins = not self._is_told
        self._is_told = True
        broken = False
        match record.id:
            case "DS":
                broken, self.resyncing, self._resync_sent = self._break(), True, None
                self._requests_forgotten = 0
            case "DE" if not self.resyncing:
                return Turn(begins=begins)  # the end of one that was given up
            case "DE":
                self.resyncing = False
            case "NS" | "NE":
                self.night_audit = record.id == "NS"
        return Turn(broken=broken, begins=begins, record=record)

    # What is due

    def _timers(self) -> Iterator[tuple[float, Callable[[Now], Turn]]]:
        match self.phase:
            case Phase.LISTENING:
                yield self._since + GREETING, self._ask
            case Phase.ASKING | Phase.DESCRIBING:
                yield self._since + ANSWER, self._give_up
            case Phase.ENDING:
                yield self._since + GREETING, lambda _now: Turn(close="ended")
            case Phase.ALIVE if not self.resyncing:
                yield from self._timers_alive()
        if self.resyncing:
            yield self._last_heard + SILENCE_IN_RESYNC, lambda _now: Turn(broken=self._break())

    def _timers_alive(self) -> Iterator[tuple[float, Callable[[Now], Turn]]]:
        if self._resync_sent is not None:
            yield self._resync_sent + ANSWER, self._be_ignored
        if self._awaits_check:
            yield self._last_check + ANSWER, self._give_up
        elif self._manners.keepalive != "none":
            yield max(self._last_heard, self._last_check) + BETWEEN_CHECKS, self._check

    def _ask(self, now: Now) -> Turn:
        """Nobody greeted us: ask whether somebody is there."""
        self._enter(Phase.ASKING, now)
        return Turn(send=(Record("LS", written(now.local)),))

    def _check(self, now: Now) -> Turn:
        """Nothing was heard for a while, as on any night: see whether the link still stands."""
        self._last_check = now.seconds
        self._awaits_check = self._manners.keepalive == "ls"  # an LA of ours is never answered
        return Turn(send=(Record(self._manners.keepalive.upper(), written(now.local)),))

    def _give_up(self, _now: Now) -> Turn:
        return Turn(close=f"the PMS did not answer within {ANSWER:.0f} s")

    def _be_ignored(self, _now: Now) -> Turn:
        """The PMS finds a resync needless, and says so by silence."""
        self._resync_sent, self._requests_forgotten = None, 0
        return NOTHING

    # Steps

    def _describe(self, now: Now) -> Turn:
        broken = self._break()
        self._descriptions += 1
        if self._descriptions > MOST_DESCRIPTIONS:
            return Turn(broken=broken, close="the PMS keeps asking who we are and never takes the answer")
        if self._manners.sign is not None and not _CHALLENGE.fullmatch(self._challenge):
            return Turn(broken=broken, close="the PMS sent no date and time that our key could answer")
        self._is_told = False
        if self._resync_sent is not None:
            self._requests_forgotten += self._is_first
        self._resync_sent = None
        self._enter(Phase.DESCRIBING, now)
        here = written(now.local)
        who = (*here, ("V#", self._manners.version[:_LONGEST_VERSION]), ("IF", "PB"), *self._credential())
        return Turn(broken=broken, send=(Record("LD", who), *self._description, Record("LA", here)))

    def _credential(self) -> tuple[tuple[str, str], ...]:
        """RT and CG where a key was agreed; else neither may be sent."""
        sign = self._manners.sign
        return () if sign is None else (("RT", _TELL_VERSION), ("CG", sign(self._challenge)))

    def _come_alive(self, now: Now, *send: Record) -> Turn:
        begins = not self._is_told
        self._is_told = True
        self._descriptions = 0
        self._enter(Phase.ALIVE, now)
        return Turn(begins=begins, alive=True, send=send)

    def _break(self) -> bool:
        """End a resync without its end; True if one was under way."""
        broken, self.resyncing = self.resyncing, False
        return broken

    def _enter(self, phase: Phase, now: Now) -> None:
        self.phase = phase
        self._since = now.seconds
