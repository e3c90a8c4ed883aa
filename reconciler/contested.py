"""Fields that somebody else keeps changing: put right a few times an hour, then left alone for longer and longer.

Another program that shows a name of its own does not give way, and neither would we: each would spend the account's
calls on undoing the other. So after ``most`` repairs within an hour a field rests for an hour, is put right once,
rests for two, and so on up to a day. It starts afresh when its wish changes, when it was left in peace for twice as
long as it rested, and when a person says so.

Only repairs of drift are counted and held back: what a source has just said is never late because of this. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.account.past import failure_key
from reconciler.change import Change

MOST: Final = 5
"""Repairs of one field within ``WITHIN``, unless the hotel says otherwise (`safety.max_repairs`)."""
WITHIN: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=1)
REASON: Final = "contested"
"""How the reason of a change begins that is held back."""
PEACE: Final = 2
"""So many times as long as it rested a field must have needed nothing, to be like any other again."""


@dataclass(frozen=True, slots=True)
class Contest:
    """How often a field was put right lately.

    ``wish`` names field and value (``reconciler.account.past.failure_key``), ``repairs`` are the last ones, ``rests``
    counts how often it was left alone so far, at present or last until ``until``.
    """

    wish: str
    repairs: tuple[datetime, ...]
    rests: int = 0
    until: datetime | None = None

    def holds(self, wish: str, now: datetime) -> bool:
        """True while this wish is left alone."""
        return self.wish == wish and self.until is not None and self.until > now


Contests = Mapping[tuple[str, str], Contest]
"""By Zoom's id and field."""


def contest_of(change: Change, contests: Contests, now: datetime) -> Contest | None:
    """The contest that holds this change back; None where nothing does."""
    contest = contests.get((change.id, change.field))
    if contest is None or change.cause != "drift" or not contest.holds(failure_key(change), now):
        return None
    return contest


def held_back(change: Change, contest: Contest, until: str) -> Change:
    """The change as it waits for the end of its rest, or for a person."""
    times = f"{len(contest.repairs)} times in an hour" if contest.rests == 1 else "again"
    reason = f"{REASON}: put right {times} and changed back; left alone until {until}"
    return replace(change, status="skipped", reason=reason)


def is_contested(change: Change) -> bool:
    """True for a change that is held back because somebody else keeps undoing it."""
    return change.status == "skipped" and (change.reason or "").startswith(REASON)


def repaired(before: Contest | None, wish: str, now: datetime, most: int = MOST) -> Contest:
    """What follows from a repair that has just been made."""
    if before is None or before.wish != wish or _is_over(before, now):
        before = Contest(wish, ())
    lately = (*(at for at in before.repairs if now - at < WITHIN), now)
    if not before.rests and len(lately) < most:
        return Contest(wish, lately)
    return Contest(wish, lately, before.rests + 1, now + _rest(before.rests + 1))


def _is_over(contest: Contest, now: datetime) -> bool:
    return contest.rests > 0 and now - contest.repairs[-1] > PEACE * _rest(contest.rests)


def _rest(rests: int) -> timedelta:
    return min(WITHIN * (1 << min(rests - 1, 8)), LONGEST)
