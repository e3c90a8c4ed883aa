"""What follows from each call of a wake-up: again, after which pause, or the one end that it has. Pure.

``attempts`` calls are made, and one more for each snooze. A guest who has snoozed was awake: whatever comes later,
his wake-up was a success. Busy throughout is told apart from a telephone that could never be reached; everything else
that woke nobody is no answer, a voicemail and a handset that was lifted in silence included.

A call that could not wake him because of us, since our telephones died or his was talking to us, is none of these
attempts. It is made again soon, then less and less often, and no more when the wake-up is ``late``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from typing import Final

from reconciler.telephones.call import Ended
from reconciler.wakeups.entries import WakeupStatus

SOON: Final = 5.0
"""Seconds until a call that broke down on our side is made again."""


class Outcome(StrEnum):
    """How one call went."""

    CONFIRMED = "confirmed"
    SNOOZED = "snoozed"
    SILENT = "silent"
    """Somebody or something answered, and no key was pressed."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    """Broken down after an answer, by no doing of the guest."""
    OURS = "ours"
    """Broken down by our own doing: the telephone stack died."""
    ENGAGED = "engaged"
    """Busy, because somebody at this telephone talks to us."""
    UNENCRYPTED = "unencrypted"
    """The telephone cannot be called as the hotel demands, and never will be."""
    NO_CHANNEL = "no_channel"
    """There was no channel that works, for too long; no call was made."""


UNANSWERED: Final[Mapping[Ended, Outcome]] = {
    Ended.FAR_END: Outcome.NO_ANSWER,
    Ended.OURS: Outcome.NO_ANSWER,
    Ended.BUSY: Outcome.BUSY,
    Ended.NO_ANSWER: Outcome.NO_ANSWER,
    Ended.REJECTED: Outcome.BUSY,
    Ended.UNREACHABLE: Outcome.UNREACHABLE,
    Ended.UNENCRYPTED: Outcome.UNENCRYPTED,
    Ended.LOST: Outcome.OURS,
    Ended.DIED: Outcome.OURS,
}
"""What a call was that ended before anybody answered."""

NOT_HIS: Final = frozenset({Outcome.OURS, Outcome.ENGAGED})
"""Calls that did not go wrong at his end."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a hotel wakes its guests (``voice.wakeup``); all in seconds but ``attempts`` and ``snooze_limit``."""

    ring: float = 24.0
    attempts: int = 3
    retry_busy: float = 60.0
    retry_no_answer: float = 120.0
    retry_no_key: float = 180.0
    snooze: float = 300.0
    snooze_limit: int = 2
    late: float = 600.0


@dataclass(frozen=True, slots=True)
class Progress:
    """The calls of one wake-up so far."""

    outcomes: tuple[Outcome, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[str]) -> Progress:
        """As it was noted before a restart; a word of another version is no reason not to ring."""
        known = {each.value for each in Outcome}
        return cls(tuple(Outcome(each) for each in outcomes if each in known))

    def after(self, outcome: Outcome) -> Progress:
        """With one more."""
        return replace(self, outcomes=(*self.outcomes, outcome))

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return sum(outcome is not Outcome.NO_CHANNEL for outcome in self.outcomes)

    @property
    def attempts(self) -> int:
        """How many of them could have woken him."""
        return self.calls - sum(outcome in NOT_HIS for outcome in self.outcomes)

    @property
    def snoozes(self) -> int:
        """How often the guest has snoozed."""
        return self.outcomes.count(Outcome.SNOOZED)


@dataclass(frozen=True, slots=True)
class Again:
    """Ring again after so many seconds."""

    pause: float


@dataclass(frozen=True, slots=True)
class Over:
    """Ring no more."""

    status: WakeupStatus


def next_step(progress: Progress, manners: Manners, waited: float = 0.0) -> Again | Over:
    """What follows from the last call, which ended ``waited`` seconds after it was due to ring."""
    last = progress.outcomes[-1]
    if last is Outcome.CONFIRMED:
        return Over(WakeupStatus.OK)
    if last is Outcome.SNOOZED and progress.snoozes <= manners.snooze_limit:
        return Again(manners.snooze)
    hopeless = last in {Outcome.UNENCRYPTED, Outcome.NO_CHANNEL} or (
        last in NOT_HIS and waited > manners.late
    )
    if hopeless or progress.attempts >= manners.attempts + min(progress.snoozes, manners.snooze_limit):
        return Over(_end(progress))
    return Again(_pause(progress, manners))


def _pause(progress: Progress, manners: Manners) -> float:
    match progress.outcomes[-1]:
        case Outcome.NO_ANSWER:
            return manners.retry_no_answer
        case Outcome.SILENT:
            return manners.retry_no_key
        case Outcome.LOST:
            return SOON
        case Outcome.OURS | Outcome.ENGAGED:
            in_a_row = sum(1 for _ in takewhile(NOT_HIS.__contains__, reversed(progress.outcomes)))
            return min(SOON * 2.0 ** (in_a_row - 1), max(SOON, manners.retry_busy))
        case _:
            return manners.retry_busy


def _end(progress: Progress) -> WakeupStatus:
    happened = set(progress.outcomes) - {Outcome.OURS}
    if Outcome.SNOOZED in happened:
        return WakeupStatus.OK
    if Outcome.UNENCRYPTED in happened:
        return WakeupStatus.UNREACHABLE
    if happened <= {Outcome.UNREACHABLE, Outcome.LOST, Outcome.NO_CHANNEL}:
        return WakeupStatus.UNREACHABLE
    if happened <= {Outcome.BUSY, Outcome.ENGAGED}:
        return WakeupStatus.BUSY
    return WakeupStatus.NO_ANSWER
