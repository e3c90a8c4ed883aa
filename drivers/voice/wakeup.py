"""Wake-up calls: rings a room until its guest has pressed a key, or the attempts are used up (contract, section 7).

Only a key is a success. It counts from the moment it is pressed: the result is answered then, and goodbye is said
beside it, so that nothing can come between a guest who has confirmed and the ledger that must never ring him again.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import anyio
from anyio.abc import TaskGroup

from drivers.voice.attempts import NOT_HIS, UNANSWERED, Manners, Outcome, Over, Progress, next_step
from drivers.voice.conversation import Conversation, Speaker
from drivers.voice.ending import hang_up, hung_up
from drivers.voice.house import House
from drivers.voice.phrases import Phrase
from drivers.voice.turns import NoChannel, Turns
from reconciler.ports import Clock, NoteProgress, Rung
from reconciler.telephones.call import Call, CallEnded, Ended, Telephones
from reconciler.timelimit import for_at_most
from reconciler.wakeups.entries import Entry

LOGGER: Final = logging.getLogger("housephone.voice")

SNOOZE: Final = "2"
SILENCE: Final = 40.0
"""Seconds after which a call that was answered in silence is hung up; 45 may pass until it is down."""
LIFTING: Final = 5.0
"""Seconds for which the call waits for do-not-disturb to be lifted; then it rings all the same."""
NAME: Final = "Wake-up call"
"""What the guest's telephone may show."""
_BROKEN_OFF: Final = {Ended.LOST: Outcome.LOST, Ended.DIED: Outcome.OURS}
"""What a call was that ended after an answer, where it was not the guest who hung up."""
LOOK: Final = 1.0
"""Seconds between looks at the clock while a call waits to ring again."""
NOTEWORTHY: Final = timedelta(seconds=2)
"""How late a call may ring without a word in the log."""


class Quiet(Protocol):
    """Do-not-disturb, which wake-up calls ring through."""

    async def lift(self, room: str) -> None:
        """Let the room's telephones ring; returns when Zoom shows it, at once where that was done ahead of time.

        Holds until ``restore``. Whatever it raises is logged, and the call rings nevertheless.
        """
        ...

    def restore(self, room: str) -> None:
        """The call is over: bring back what the guest wants."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calls are made: the hotel, its voice and its time."""

    house: House
    speaker: Speaker
    clock: Clock
    zone: ZoneInfo


@dataclass(slots=True)
class Lateness:
    """How late calls were dialled, in seconds."""

    calls: int = 0
    seconds: float = 0.0
    worst: float = 0.0

    def add(self, late: float) -> None:
        """One more."""
        self.calls += 1
        self.seconds += max(0.0, late)
        self.worst = max(self.worst, late)


class WakeupRinger:
    """Fulfils ``reconciler.ports.Ringer``. ``run`` must be at work while it rings."""

    def __init__(
        self,
        telephones: Telephones,
        place: Place,
        quiet: Quiet,
        manners: Manners,
        *,
        engaged: Counter[str],
    ) -> None:
        """``engaged`` counts the calls of each room that talks to us from its own telephone."""
        self._telephones = telephones
        self._place = place
        self._quiet = quiet
        self._manners = manners
        self._engaged = engaged
        self._turns = Turns(telephones, place.clock)
        self._ringing: Counter[str] = Counter()
        self._farewells: TaskGroup | None = None
        self.lateness = Lateness()
        """Of all calls since the start."""

    async def run(self) -> None:
        """Say goodbye to guests who have pressed a key, until cancelled."""
        async with anyio.create_task_group() as tasks:
            self._farewells = tasks
            try:
                await anyio.sleep_forever()
            finally:
                self._farewells = None

    def ringing(self, room: str) -> bool:
        """True while a telephone of this room rings by our doing, without an answer yet."""
        return self._ringing[room] > 0

    def hold(self) -> None:
        """Ring no further telephone; who rings already goes on."""
        self._turns.hold()

    def held_up(self) -> frozenset[str]:
        """The rooms whose telephones ought to ring since minutes, and for which no channel is free."""
        return self._turns.held_up()

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:
        """Ring the room until the guest has confirmed or the attempts are used up."""
        progress, due, clock = Progress.of(call.outcomes), call.next_ring, self._place.clock
        try:
            await self._lift(call.room)
            await self._wait_for(due)
            while True:
                outcome = await self._attempt(call.room, due, progress)
                progress = progress.after(outcome)
                step = next_step(progress, self._manners, waited=(clock.now() - due).total_seconds())
                LOGGER.info("wake-up call of %s: %s", call.at, outcome, extra={"room": call.room})
                if isinstance(step, Over):
                    return Rung(step.status, progress.calls)
                again = clock.now() + timedelta(seconds=step.pause)
                if outcome not in NOT_HIS:  # else it is still due, and later all the time
                    due = again
                note(progress.outcomes, due)
                await self._wait_for(again)
        finally:
            self._quiet.restore(call.room)

    async def _wait_for(self, due: datetime) -> None:
        """Wait until it is that time, and no longer than that is from now where the clock is set back meanwhile.

        A machine that sleeps meanwhile counts no seconds, so the clock is looked at every one.
        """
        clock = self._place.clock
        end = clock.monotonic() + (due - clock.now()).total_seconds()
        while (left := min((due - clock.now()).total_seconds(), end - clock.monotonic())) > 0:
            await clock.sleep(min(left, LOOK))

    async def _lift(self, room: str) -> None:
        async def lift() -> None:
            try:
                await self._quiet.lift(room)
            except Exception:
                LOGGER.exception("do-not-disturb could not be lifted", extra={"room": room})

        await for_at_most(self._place.clock, LIFTING, lift)

    async def _attempt(self, room: str, due: datetime, progress: Progress) -> Outcome:
        """One call, over the next channel that is free."""
        facts = self._place.house.facts(room)
        # Whoever snoozed is rung at the same telephone again; else the next one of a suite may be heard, or be free.
        extension = facts.extensions[(progress.calls - progress.snoozes) % len(facts.extensions)]
        try:
            async with self._turns.turn(room, due, vip=facts.vip, late=self._manners.late):
                late = self._place.clock.now() - due
                self.lateness.add(late.total_seconds())
                if late > NOTEWORTHY:
                    LOGGER.warning(
                        "the wake-up call rings %.0f s late", late.total_seconds(), extra={"room": room}
                    )
                return await self._dial(room, extension, progress.snoozes)
        except NoChannel:
            LOGGER.warning("there is no channel for the wake-up call", extra={"room": room})
            return Outcome.NO_CHANNEL

    async def _dial(self, room: str, extension: str, snoozes: int) -> Outcome:
        engaged = self._engaged[room] > 0
        self._ringing[room] += 1
        try:
            call = await self._telephones.dial(extension, ring=self._manners.ring, name=NAME)
        except CallEnded as ended:
            outcome = UNANSWERED[ended.end.reason]
            # Whoever was about to call us may be on the line only now, and whoever was about to hang up only then.
            talks_to_us = engaged or self._engaged[room] > 0
            return Outcome.ENGAGED if outcome is Outcome.BUSY and talks_to_us else outcome
        finally:
            self._ringing[room] -= 1
        return await self._answered(room, call, snoozes)

    async def _answered(self, room: str, call: Call, snoozes: int) -> Outcome:
        """Somebody, or a voicemail, has answered: only a key says that it was the guest."""
        place = self._place
        talk = Conversation(call, place.speaker, place.clock, place.house.facts(room).language)
        may_snooze = snoozes < self._manners.snooze_limit
        key: str | None = None
        try:
            key = await talk.insist(*self._words(snoozes, may_snooze=may_snooze), limit=SILENCE)
        except CallEnded as ended:
            return _BROKEN_OFF.get(ended.end.reason, Outcome.SILENT)
        finally:
            if key is None:
                await hang_up(call)
        if key is None:
            return Outcome.SILENT
        snoozed = key == SNOOZE and may_snooze
        words = Phrase("wakeup_snoozed", minutes=self._minutes) if snoozed else Phrase("wakeup_confirmed")
        await self._say_goodbye(talk, words)
        return Outcome.SNOOZED if snoozed else Outcome.CONFIRMED

    async def _say_goodbye(self, talk: Conversation, words: Phrase) -> None:
        """Beside what goes on, so that the result does not wait for it."""
        if self._farewells is None:
            await _farewell(talk, words)
        else:
            self._farewells.start_soon(_farewell, talk, words)

    def _words(self, snoozes: int, *, may_snooze: bool) -> list[Phrase]:
        now = self._place.clock.now().astimezone(self._place.zone)
        words = [Phrase("wakeup_call", at=now.time()), Phrase("wakeup_confirm")]
        if may_snooze:
            words.append(Phrase("wakeup_snooze", key=SNOOZE, minutes=self._minutes))
        elif snoozes:
            words.append(Phrase("wakeup_last"))
        return words

    @property
    def _minutes(self) -> int:
        return max(1, round(self._manners.snooze / 60))


async def _farewell(talk: Conversation, words: Phrase) -> None:
    with suppress(CallEnded):
        async with hung_up(talk.call):
            await talk.tell(words)
