"""How the telephone side is, written down for commands that look at the store and ask no controller.

A wake-up call needs a channel that works. So whoever looks must see that one is down, since when and why, and whose
wake-up calls are at risk while none works, early enough to wake these guests by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from desired.problem import Problem
from reconciler.account.memory import Memory
from reconciler.configuration.manners import WakeupManners
from reconciler.enumerated import some
from reconciler.logs import logger
from reconciler.moments import in_zone, local
from reconciler.ports import Clock
from reconciler.store.rows import Happened, HappeningRow, Json
from reconciler.telephones.call import Channel
from reconciler.telephones.forecast import Minute, forecast, warning
from reconciler.wakeups.entries import Entry, moment_of
from reconciler.wakeups.ledger import Ledger

NOTE: Final = "telephones"
"""The note in the store."""

LOOK_EVERY: Final = 1.0
"""Seconds between looks at the channels."""

GRACE: Final = timedelta(seconds=30)
"""A channel that is registered again so soon is nobody's business."""

AHEAD: Final = timedelta(minutes=15)
"""So long before a wake-up call somebody must know that it cannot ring (contract, section 7)."""

SOME: Final = 10
"""Channels and calls that are named."""

log = logger("telephones")


@dataclass(frozen=True, slots=True)
class TelephoneState:
    """The channels as they were seen last. Where nobody is ``at_work``, none of them rings anybody.

    ``ring`` are the seconds for which a wake-up call may ring, ``held_up`` rooms whose call waits for a free channel.
    """

    channels: tuple[Channel, ...]
    at_work: bool = True
    ring: float = WakeupManners().ring
    held_up: frozenset[str] = frozenset()

    @property
    def working(self) -> int:
        """How many channels are registered."""
        return sum(channel.registered for channel in self.channels) if self.at_work else 0


def seen_from_outside(
    note: Json, accounts: Iterable[str], now: datetime, *, at_work: bool, ring: float
) -> TelephoneState:
    """These accounts as the note has them; of one that no controller has used yet nothing is known."""
    kept = {channel.account: channel for channel in channels_in(note)}
    unknown = Channel("", registered=False, busy=False, since=now)
    channels = (kept.get(account, replace(unknown, account=account)) for account in accounts)
    return TelephoneState(tuple(channels), at_work, ring)


def remedy(why: str) -> str:
    """What helps, by what the registrar or the library has said."""
    said = why.lower()
    if "certificate" in said or "tls" in said:
        return "see sip.tls.ca_file, and that the certificate names the PBX or proxy as it is configured"
    if any(code in said for code in ("401", "403", "404", "407", "forbidden", "unauthorized", "not found")):
        return "compare user, auth_user, password and sip.pbx.realm and domain with the PBX"
    if "not installed" in said or "cannot be started" in said:
        return "install housephone anew, with the extra that sip.backend needs"
    return "see that the PBX runs and that sip.pbx and sip.proxy are reached from here; it is tried again by itself"


def down(state: TelephoneState, now: datetime) -> tuple[Channel, ...]:
    """The channels that have not been registered for longer than a moment.

    Since a moment that is still to come means: since before the clock was set back.
    """
    return tuple(
        channel for channel in state.channels if not channel.registered and abs(now - channel.since) >= GRACE
    )


def out_of_order(state: TelephoneState, now: datetime) -> str | None:
    """Why no telephone call is possible at all; None where one is, or will be in a moment."""
    lost = down(state, now)
    if not state.channels or len(lost) < len(state.channels):
        return None
    return f"no channel works: {lost[0].why or 'not registered'}"


def troubles(ledger: Ledger, state: TelephoneState, now: datetime) -> Iterator[Problem]:
    """Channels that are down, and wake-up calls that cannot ring. Pure."""
    reason = out_of_order(state, now)
    if not state.at_work:
        yield from _nobody_at_work(ledger)
    elif reason is not None:
        since = local(max(channel.since for channel in state.channels), ledger.zone)
        message = (
            f"{reason}, since {since}: nobody can be called, and nobody gets through; "
            f"{remedy(state.channels[0].why)}"
        )
        yield Problem("no_channel", message)
    else:
        yield from (_down(channel, ledger) for channel in down(state, now)[:SOME])
    if reason is not None or not state.at_work:
        yield from _at_risk((e for e in ledger.open() if e.due <= now + AHEAD), "works", ledger)
    else:
        held_up = (e for e in ledger.open() if e.due <= now and e.room in state.held_up)
        yield from _at_risk(held_up, "is free", ledger)
    for minute in overbooked(ledger, state):
        when = f"{in_zone(minute.start, ledger.zone):%Y-%m-%d %H:%M}"
        said = warning(minute, len(state.channels))
        yield Problem("wakeups_overbooked", f"{when}: {said}; spread them, or add channels (sip.accounts)")


def overbooked(ledger: Ledger, state: TelephoneState) -> list[Minute]:
    """The minutes in which more calls are due than the channels can ring in time."""
    dues = (entry.due for entry in ledger.open())
    return [minute for minute in forecast(dues, len(state.channels), state.ring) if minute.overbooked]


def too_many(ledger: Ledger, state: TelephoneState | None, at: datetime) -> str:
    """A word for who asks for a call at this local time, "" if there are channels enough."""
    if state is None or not state.channels:
        return ""
    minute = moment_of(at, ledger.zone).replace(second=0, microsecond=0)
    found = next((each for each in overbooked(ledger, state) if each.start == minute), None)
    return "" if found is None else warning(found, len(state.channels))


def _nobody_at_work(ledger: Ledger) -> Iterator[Problem]:
    waiting = ledger.open()
    if waiting:
        first = in_zone(waiting[0].due, ledger.zone)
        message = (
            f"no controller runs, so no telephone rings: {_calls(len(waiting))} to come, the first at "
            f"{first:%Y-%m-%d %H:%M}; start `reconcile run`"
        )
        yield Problem("no_channel", message)


def _down(channel: Channel, ledger: Ledger) -> Problem:
    since = local(channel.since, ledger.zone)
    message = (
        f"channel {channel.account} is down since {since}: {channel.why or 'not registered'}; "
        f"{remedy(channel.why)}"
    )
    return Problem("channel_down", message, subject=channel.account)


def _at_risk(due: Iterable[Entry], missing: str, ledger: Ledger) -> Iterator[Problem]:
    """A minute each: who was told of 06:30 has not been told of the guest who asks for 06:45."""
    for minute, calls in groupby(due, lambda entry: in_zone(entry.due, ledger.zone).replace(second=0)):
        rooms = [f"room {entry.room} at {minute:%H:%M}" for entry in calls]
        message = (
            f"no channel {missing} for wake-up calls that are due: {some(rooms)}; wake these guests by hand"
        )
        yield Problem("wakeups_at_risk", message, subject=f"{minute:%Y-%m-%dT%H:%M}")


def _calls(number: int) -> str:
    return "1 wake-up call" if number == 1 else f"{number} wake-up calls"


class TelephoneStates:
    """Writes down how the channels are whenever that has changed, and logs what comes of it.

    The book of happenings hears of a channel that is down for longer than a moment, and after a start again of one
    that still is.
    """

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._kept: Json = None
        self._told: dict[str, str] = {}
        self._down: frozenset[str] = frozenset()

    async def follow(self, look: Callable[[], TelephoneState], ledger: Callable[[], Ledger]) -> None:
        """Look at the channels again and again, until cancelled."""
        while True:
            state = look()
            self._tell(troubles(ledger(), state, self._clock.now()))
            note = _to_note(state.channels)
            lost = frozenset(channel.account for channel in down(state, self._clock.now()))
            if note != self._kept or lost != self._down:
                await self._memory.run_first(self._write_down, note, state.channels, lost)
                self._kept, self._down = note, lost
            await self._clock.sleep(LOOK_EVERY)

    def _write_down(self, note: Json, channels: Iterable[Channel], lost: frozenset[str]) -> None:
        news = [channel for channel in channels if channel.account in lost ^ self._down]
        store = self._memory.store
        with store.together():
            store.put_note(NOTE, note)
            store.note_happenings(_lost_or_back(channel, lost) for channel in news)

    def _tell(self, problems: Iterable[Problem]) -> None:
        now = {f"{problem.code} {problem.message.partition(':')[0]}": problem for problem in problems}
        for name, problem in now.items():
            if name not in self._told:
                log.error("telephones out of order", problem=problem.code, reason=problem.message)
        for name, code in self._told.items():
            if name not in now:
                log.info("telephones in order again", problem=code)
        self._told = {name: problem.code for name, problem in now.items()}


def _lost_or_back(channel: Channel, lost: frozenset[str]) -> HappeningRow:
    kind = Happened.CHANNEL_DOWN if channel.account in lost else Happened.CHANNEL_UP
    return HappeningRow(channel.since, kind, channel.account, body=channel.why or None)


def _to_note(channels: Iterable[Channel]) -> Json:
    return [
        {
            "account": channel.account,
            "registered": channel.registered,
            "since": channel.since.isoformat(),
            "why": channel.why,
        }
        for channel in channels
    ]


def channels_in(note: Json) -> tuple[Channel, ...]:
    """The channels as the note has them."""
    plain: Sequence[Mapping[str, Any]] = note if isinstance(note, list) else ()  # type: ignore[assignment]
    return tuple(
        Channel(
            each["account"], each["registered"], busy=False,
            since=datetime.fromisoformat(each["since"]), why=each["why"],
        )
        for each in plain
    )  # fmt: skip
