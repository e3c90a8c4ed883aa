"""What must call a person who does not look: found in what is known anyway, raised once, resolved once. Pure.

Nothing is found here a second time. What people must see to is found by ``reconciler.stays.notices``, how the legs
stand by ``reconciler.health``; this says which of it is an alarm, how long it must have stood, and when it is over.
An alarm that comes and goes within its ``hold`` is one alarm, or the night is full of mails about one loose cable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from desired.problem import Problem
from reconciler.account.operation import Family
from reconciler.enumerated import some
from reconciler.safety import Refusal

Status = Literal["raised", "resolved"]

MANY_FAILING: Final = 10
"""So many changes that Zoom does not take are more than a telephone or two."""

NEARLY_SPENT: Final = 0.9
"""Part of the day's calls from which on people hear of it."""


class Kind(StrEnum):
    """What an alarm is about, in words that other programs may rely on."""

    EMERGENCY_CALL = "emergency_call"
    WAKEUP_FAILED = "wakeup_failed"
    WAKEUPS_AT_RISK = "wakeups_at_risk"
    WAKEUP_DROPPED = "wakeup_dropped"
    WAKEUP_UNLISTED = "wakeup_unlisted"
    DND_STUCK = "dnd_stuck"
    NO_CHANNEL = "no_channel"
    CHANNEL_DOWN = "channel_down"
    PMS_DOWN = "pms_down"
    RESYNC_HELD = "resync_held"
    ZOOM_DOWN = "zoom_down"
    CHANGES_FAILING = "changes_failing"
    CHANGES_REFUSED = "changes_refused"
    NAME_LEFT = "name_left"
    CONTESTED = "contested"
    BUDGET_NEARLY_SPENT = "budget_nearly_spent"
    CONFIGURATION_UNUSABLE = "configuration_unusable"
    STORE_TROUBLE = "store_trouble"
    STORE_REBUILT = "store_rebuilt"
    SECOND_BOOK = "second_book"
    PROPERTY_UNHEARD = "property_unheard"
    CENTRE_UNTOLD = "centre_untold"


class Severity(StrEnum):
    """How soon somebody must act: now (a guest sleeps on), today, or when there is time."""

    URGENT = "urgent"
    SERIOUS = "serious"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Manner:
    """How alarms of one kind are raised: after they stood for ``delay``; over once they are gone for ``hold``."""

    severity: Severity
    remedy: str
    delay: timedelta = timedelta()
    hold: timedelta = timedelta(minutes=1)


_AT_ONCE: Final = timedelta()
_LONG: Final = timedelta(minutes=10)

_MANNERS: Final[Mapping[Kind, Manner]] = {
    Kind.EMERGENCY_CALL: Manner(
        Severity.URGENT, "go there, and let the ambulance or the police in", hold=_AT_ONCE
    ),
    Kind.WAKEUP_FAILED: Manner(Severity.URGENT, "see to the guest, then acknowledge it", hold=_AT_ONCE),
    # Not at once: whoever has just started gives the channels ``telephonestate.GRACE`` before he speaks of them.
    Kind.WAKEUPS_AT_RISK: Manner(Severity.URGENT, "wake these guests by hand"),
    Kind.WAKEUP_DROPPED: Manner(
        Severity.SERIOUS, "ask whoever is in the room now: keep the call or let it go", hold=_AT_ONCE
    ),
    Kind.WAKEUP_UNLISTED: Manner(
        Severity.URGENT, "put the room back (in `rooms:` of housephone.yaml), or wake the guest by hand",
        hold=_AT_ONCE,
    ),
    Kind.DND_STUCK: Manner(
        Severity.URGENT, "switch do-not-disturb off at the telephone, or send somebody", hold=_AT_ONCE
    ),
    Kind.NO_CHANNEL: Manner(Severity.SERIOUS, "see that the PBX runs and is reached from here"),
    Kind.CHANNEL_DOWN: Manner(
        Severity.MINOR, "compare the account with the PBX", timedelta(minutes=5), timedelta(minutes=5)
    ),
    Kind.PMS_DOWN: Manner(Severity.SERIOUS, "see that the PMS's interface runs and is reached from here"),
    Kind.RESYNC_HELD: Manner(
        Severity.SERIOUS, "see who is in the house, then ask the PMS again or let it be so"
    ),
    Kind.ZOOM_DOWN: Manner(Severity.SERIOUS, "run `reconcile check`"),
    Kind.CHANGES_FAILING: Manner(
        Severity.SERIOUS, "see in `reconcile show` what Zoom says, and run `reconcile check`", hold=_LONG
    ),
    Kind.CHANGES_REFUSED: Manner(
        Severity.SERIOUS, "look at the plan (`reconcile --dry-run`), then allow the rule or put it right"
    ),
    Kind.NAME_LEFT: Manner(
        Severity.SERIOUS, "rename the extension in Zoom by hand; `reconcile --room ROOM` tries again at once"
    ),
    Kind.CONTESTED: Manner(
        Severity.MINOR, "find out which other program or person writes to Zoom (`reconcile explain ROOM`)",
        hold=timedelta(hours=1),
    ),
    Kind.BUDGET_NEARLY_SPENT: Manner(
        Severity.MINOR, "see zoom.share and which other apps use the account; check-ins still go through",
        hold=_LONG,
    ),
    Kind.CONFIGURATION_UNUSABLE: Manner(Severity.SERIOUS, "put housephone.yaml right"),
    Kind.STORE_TROUBLE: Manner(
        Severity.URGENT, "make room on the disk, or look at the database server", timedelta(seconds=30)
    ),
    Kind.STORE_REBUILT: Manner(
        Severity.URGENT, "compare the wake-up calls with the desk's list now, then who is in which room",
        hold=_AT_ONCE,
    ),
    Kind.SECOND_BOOK: Manner(
        Severity.SERIOUS, "make room on the disk, and let the service's user write to the folder `state`",
        timedelta(seconds=30),
    ),
    Kind.PROPERTY_UNHEARD: Manner(
        Severity.SERIOUS,
        "see that the property's machine runs and reaches the database; it goes on by itself meanwhile, and names at "
        "Zoom stay as they were",
    ),
    Kind.CENTRE_UNTOLD: Manner(
        Severity.SERIOUS,
        "see that the centre's database runs and is reached from here; PMS and wake-up calls go on meanwhile",
    ),
}  # fmt: skip

_OF_LINKS: Final = frozenset({Kind.PMS_DOWN, Kind.ZOOM_DOWN, Kind.CENTRE_UNTOLD})
_OF_CHANGES: Final = frozenset({Kind.CHANGES_FAILING, Kind.CHANGES_REFUSED, Kind.CONTESTED, Kind.NAME_LEFT})


def manners(link_down: timedelta) -> dict[Kind, Manner]:
    """How each kind is raised; links are somebody's business once they are down for ``link_down``."""
    return {
        kind: replace(manner, delay=link_down) if kind in _OF_LINKS else manner
        for kind, manner in _MANNERS.items()
    }


@dataclass(frozen=True, slots=True)
class Situation:
    """How the hotel is at present.

    ``problems`` are all that people must see to; ``acknowledged`` the names of failed wake-up calls that somebody has
    seen to (``reconciler.wakeups.acknowledged``). ``failing`` counts changes that Zoom did not take, ``budget`` has
    the calls of this UTC day and how many there may be. ``zoom`` and ``store`` say what is wrong with them (None:
    nothing). ``contested`` are the rooms of which somebody else keeps changing something. Until Zoom was read after a
    start (``zoom_read``) nobody can say which changes are held up.
    """

    problems: Sequence[Problem] = ()
    acknowledged: Collection[str] = ()
    failing: int = 0
    budget: Mapping[Family, tuple[int, int]] = field(default_factory=dict)
    zoom: str | None = None
    store: str | None = None
    refusals: Sequence[Refusal] = ()
    contested: Collection[str] = ()
    zoom_read: bool = True

    @property
    def unknown(self) -> frozenset[Kind]:
        """Alarms of which nobody can say at present whether they are over."""
        return frozenset() if self.zoom_read else _OF_CHANGES


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must call a person. ``key`` tells it from every other; no word of it names a guest."""

    key: str
    kind: Kind
    message: str
    room: str | None = None

    @property
    def severity(self) -> Severity:
        """How soon somebody must act."""
        return _MANNERS[self.kind].severity

    @property
    def remedy(self) -> str:
        """What helps."""
        return _MANNERS[self.kind].remedy


@dataclass(frozen=True, slots=True)
class Seen:
    """Who has said that he knows, and when."""

    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that was raised and is not over. ``gone`` is since when nothing is found of it any more."""

    alarm: Alarm
    raised: datetime
    seen: Seen | None = None
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An alarm was raised or is resolved, at ``at``."""

    status: Status
    standing: Standing
    at: datetime


def found(situation: Situation) -> Iterator[Alarm]:
    """What is an alarm in this situation, by itself: how long it has stood is for ``Watch`` to say."""
    for problem in situation.problems:
        alarm = _of_problem(problem)
        if alarm is not None and alarm.key.partition(" ")[2] not in situation.acknowledged:
            yield alarm
    if situation.zoom is not None:
        yield Alarm(Kind.ZOOM_DOWN, Kind.ZOOM_DOWN, f"Zoom cannot be used: {situation.zoom}")
    if situation.store is not None:
        message = f"the store cannot be written, so nothing is changed at Zoom: {situation.store}"
        yield Alarm(Kind.STORE_TROUBLE, Kind.STORE_TROUBLE, message)
    if situation.failing >= MANY_FAILING:
        message = f"{situation.failing} changes do not go through; each is tried again and again"
        yield Alarm(Kind.CHANGES_FAILING, Kind.CHANGES_FAILING, message)
    for refusal in situation.refusals:
        key = f"{Kind.CHANGES_REFUSED} {refusal.rule}"
        yield Alarm(key, Kind.CHANGES_REFUSED, f"changes are held back by {refusal.rule}: {refusal.message}")
    if situation.contested:
        yield _contested(sorted(situation.contested))
    for family, (spent, limit) in situation.budget.items():
        if spent >= NEARLY_SPENT * limit:
            key = f"{Kind.BUDGET_NEARLY_SPENT} {family}"
            message = (
                f"{spent} of {limit} large calls of this day ({family}) are spent; new ones come at 00:00 UTC"
            )
            yield Alarm(key, Kind.BUDGET_NEARLY_SPENT, message)


def _contested(rooms: Sequence[str]) -> Alarm:
    """One for all rooms: whoever does it does it in many, and one letter is enough to look for him."""
    where = f"{'room' if len(rooms) == 1 else 'the rooms'} {some(rooms)}"
    message = (
        f"somebody else keeps changing what housephone writes at Zoom for {where}; left alone for a while"
    )
    return Alarm(Kind.CONTESTED, Kind.CONTESTED, message, rooms[0] if len(rooms) == 1 else None)


_OF_PROBLEMS: Final = frozenset(
    {
        Kind.WAKEUP_FAILED, Kind.WAKEUPS_AT_RISK, Kind.WAKEUP_DROPPED, Kind.WAKEUP_UNLISTED, Kind.DND_STUCK,
        Kind.NO_CHANNEL, Kind.CHANNEL_DOWN,
        Kind.PMS_DOWN, Kind.RESYNC_HELD, Kind.CONFIGURATION_UNUSABLE, Kind.EMERGENCY_CALL, Kind.STORE_REBUILT,
        Kind.SECOND_BOOK, Kind.NAME_LEFT, Kind.PROPERTY_UNHEARD, Kind.CENTRE_UNTOLD,
    }
)  # fmt: skip


def _of_problem(problem: Problem) -> Alarm | None:
    kind = next((kind for kind in _OF_PROBLEMS if kind == problem.code), None)
    if kind is None:
        return None
    key = " ".join(part for part in (kind, problem.room, problem.subject) if part)
    return Alarm(key, kind, problem.message, problem.room)


class Watch:
    """Which alarms stand: fed with what is found, again and again."""

    def __init__(self, by_kind: Mapping[Kind, Manner], standing: Iterable[Standing] = ()) -> None:
        self._manners = by_kind
        self._standing = {each.alarm.key: each for each in standing}
        self._coming: dict[str, tuple[datetime, datetime | None]] = {}
        """Alarms that have not stood for long enough: since when they are found, and since when not any more."""

    @property
    def standing(self) -> tuple[Standing, ...]:
        """The alarms that are not over: the gravest first, of those the oldest."""
        order = list(Severity)
        return tuple(
            sorted(self._standing.values(), key=lambda each: (order.index(each.alarm.severity), each.raised))
        )

    def step(
        self, alarms: Iterable[Alarm], now: datetime, unknown: Collection[Kind] = frozenset()
    ) -> list[Turn]:
        """Take what is found now; what was raised and what is resolved by that. ``unknown`` kinds resolve later."""
        present = {alarm.key: alarm for alarm in alarms}
        turns = [turn for alarm in present.values() if (turn := self._rises(alarm, now))]
        self._forget_what_did_not_come(present, now)
        for key, standing in list(self._standing.items()):
            if key in present:
                self._standing[key] = replace(standing, alarm=present[key], gone=None)
            elif standing.alarm.kind not in unknown and (turn := self._ends(standing, now)):
                turns.append(turn)
        return turns

    def see(self, key: str, seen: Seen) -> Standing | None:
        """Somebody knows of this alarm; None if there is none, or somebody has known before."""
        standing = self._standing.get(key)
        if standing is None or standing.seen is not None:
            return None
        self._standing[key] = replace(standing, seen=seen)
        return self._standing[key]

    def _rises(self, alarm: Alarm, now: datetime) -> Turn | None:
        if alarm.key in self._standing:
            return None
        since, _ = self._coming.get(alarm.key, (now, None))
        if now - since < self._manners[alarm.kind].delay:
            self._coming[alarm.key] = since, None
            return None
        self._coming.pop(alarm.key, None)
        standing = self._standing[alarm.key] = Standing(alarm, now)
        return Turn("raised", standing, now)

    def _forget_what_did_not_come(self, present: Mapping[str, Alarm], now: datetime) -> None:
        for key, (since, before) in list(self._coming.items()):
            if key in present:
                continue
            gone = before or now
            self._coming[key] = since, gone
            if now - gone >= self._manners[Kind(key.partition(" ")[0])].hold:
                del self._coming[key]

    def _ends(self, standing: Standing, now: datetime) -> Turn | None:
        gone = standing.gone or now
        key = standing.alarm.key
        if now - gone < self._manners[standing.alarm.kind].hold:
            self._standing[key] = replace(standing, gone=gone)
            return None
        del self._standing[key]
        return Turn("resolved", standing, gone)
