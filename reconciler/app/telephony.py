"""The telephone side of one hotel: menus, mailboxes, wake-up calls and alerts, put together from the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import anyio
from anyio import to_thread

from drivers.voice.alerts import Contacts
from drivers.voice.attempts import Manners
from drivers.voice.caller import Directory
from drivers.voice.doorman import Doorman
from drivers.voice.housekeeping import Codes
from drivers.voice.mailbox import Keeping, Mailbox
from drivers.voice.menu import RoomMenu
from drivers.voice.playback import Playback
from drivers.voice.prompts.library import Prompts, PromptsMissing
from drivers.voice.recordings import Recordings
from drivers.voice.switchboard import Switchboard
from drivers.voice.trial import Trial
from drivers.voice.wakeup import Place, WakeupRinger
from drivers.voice.wakeup_menu import WakeupMenu
from reconciler.account.memory import Memory
from reconciler.app.offline import RECORDINGS
from reconciler.configuration.manners import Voice, WakeupManners
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.stays.owed import Owed
from reconciler.stays.reception import StoredReception
from reconciler.store.rows import Json
from reconciler.telephones.call import Telephones
from reconciler.telephones.callcount import CountedTelephones
from reconciler.telephones.fence import FencedTelephones
from reconciler.telephones.guestrooms import Extensions, Guestrooms
from reconciler.telephones.lamps import Lamps, Light
from reconciler.telephones.lifted import Lifted, Read
from reconciler.telephones.mail import COUNTS, Mail, counted
from reconciler.telephones.state import TelephoneState
from reconciler.telephones.undisturbed import NOTE as PUT_BACK
from reconciler.telephones.undisturbed import Undisturbed
from reconciler.timelimit import for_at_most
from reconciler.views.trial import trial_view
from reconciler.wakeups.acknowledged import Acknowledged
from reconciler.wakeups.unanswered import WakeupAlerts

UNDISTURBED: Final = 60.0
"""Seconds for which a reload waits for calls to end, and as many again in which no further guest is rung."""

FREE_SOON: Final = 0.2
"""Seconds between looks whether they have."""

PRUNE_EVERY: Final = 3600.0
"""Seconds between looks for messages that are kept no longer."""

log = logger("telephones")


@dataclass(frozen=True, slots=True)
class TelephoneSide:
    """All that happens on the telephone. ``mail`` is None where Zoom keeps the guests' messages.

    ``ring`` are the seconds for which a wake-up call may ring.
    """

    telephones: CountedTelephones
    doorman: Doorman
    ringer: WakeupRinger
    alerts: WakeupAlerts
    lifted: Lifted
    mail: Mail | None
    mailbox: Mailbox | None
    lamps: Lamps | None
    clock: Clock
    trial: Trial
    log_packets: Callable[[bool], None]
    ring: float

    async def test_call(self, extension: str) -> dict[str, Any]:
        """Ring an extension to try it (``reconciler.views.trial``)."""
        with self.doorman.visitors.watched() as seen:
            return trial_view(await self.trial.ring(extension, ring=self.ring), seen)

    def state(self) -> TelephoneState:
        """How the channels are."""
        return TelephoneState(
            tuple(self.telephones.channels()), ring=self.ring, held_up=self.ringer.held_up()
        )

    async def rest(self) -> None:
        """Come back when nobody is on the telephone, or after two minutes.

        In the second of them no wake-up call begins to ring: one channel or another may be busy all morning.
        """
        if self._talks():
            log.info("the reload waits for calls to end")
        await for_at_most(self.clock, UNDISTURBED, self._quiet)
        if self._talks():
            self.ringer.hold()
            await for_at_most(self.clock, UNDISTURBED, self._quiet)

    async def _quiet(self) -> None:
        while self._talks():
            await self.clock.sleep(FREE_SOON)

    def _talks(self) -> bool:
        return any(channel.busy for channel in self.telephones.channels())

    def look(self, rooms: Iterable[str]) -> None:
        """The guests of these rooms may have changed."""
        if self.mail is not None:
            self.mail.look(rooms)

    async def run(self) -> None:
        """Take calls, and call people, until cancelled."""
        async with anyio.create_task_group() as tasks:
            for work in (
                self.telephones.run,
                self.doorman.run,
                self.ringer.run,
                self.alerts.run,
                self.lifted.run,
            ):
                tasks.start_soon(work)
            if self.mail is not None and self.mailbox is not None:
                tasks.start_soon(self.mail.run)
                tasks.start_soon(self._prune, self.mailbox)
            if self.lamps is not None:
                tasks.start_soon(self.lamps.run)

    async def _prune(self, mailbox: Mailbox) -> None:
        while True:
            try:
                await mailbox.prune()
            except OSError as error:
                log.warning("old messages not deleted", reason=error.strerror)
            await self.clock.sleep(PRUNE_EVERY)


@dataclass(frozen=True, slots=True)
class Premises:
    """What the telephone side works on."""

    hotel: Hotel
    reception: StoredReception
    memory: Memory
    clock: Clock
    moved: Callable[[Iterable[str]], None]
    """Hears of rooms that are to be looked at."""
    acknowledged: Acknowledged
    read: Read
    """Reads whether the telephones of rooms ring."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The telephones, and the numbers by which we are called ourselves.

    ``log_packets`` switches their packet log, ``light`` tells a telephone how many messages wait.
    """

    telephones: Telephones
    numbers: frozenset[str]
    log_packets: Callable[[bool], None] = lambda _on: None
    light: Light = lambda _extension, _new, _saved: None


async def telephone_side(settings: Settings, premises: Premises, lines: Lines) -> TelephoneSide:
    """The telephone side of this hotel. Fatal where prompts are missing or the recordings cannot be kept."""
    hotel, reception, memory, clock = premises.hotel, premises.reception, premises.memory, premises.clock
    voice = settings.voice or Voice()
    telephones = CountedTelephones(fenced(settings, hotel, lines))
    house = Guestrooms(hotel, reception, memory, clock)
    prompts = prompts_of(voice)
    undisturbed = Undisturbed(hotel, memory, await memory.run_first(memory.store.note, PUT_BACK))
    lifted = Lifted(hotel, reception.ledger, clock, premises.read, undisturbed, premises.moved)
    engaged: Counter[str] = Counter()
    ringer = WakeupRinger(
        telephones, Place(house, prompts, clock, settings.property.zone), lifted, _manners(voice.wakeup),
        engaged=engaged,
    )  # fmt: skip
    mail = mailbox = playback = lamps = None
    if voice.mailbox.enabled and not settings.message_management:
        recordings = Recordings(settings.state / RECORDINGS)
        told = await memory.run_first(memory.store.note, COUNTS)
        lamps = Lamps(hotel, lines.light, clock, told) if voice.light.notify else None
        mail = await _mail(premises, recordings, told, lamps)
        keeping = Keeping(voice.mailbox.max_message, voice.mailbox.keep_days, voice.mailbox.keep_stays)
        mailbox = Mailbox(mail, recordings, clock, keeping)
        playback = Playback(mail, recordings, clock, settings.property.zone)
    switchboard = Switchboard(telephones, voice.operator, clock)
    wakeups = WakeupMenu(house, clock, settings.property.zone, voice.clock)
    menu = RoomMenu(house, codes_of(voice), wakeups, switchboard, playback)
    doorman = Doorman(
        telephones, directory_of(settings, hotel, lines), house, prompts, clock, voice.language,
        menu, switchboard, mailbox, ringer.ringing, engaged,
    )  # fmt: skip
    alerts = WakeupAlerts(telephones, prompts, clock, _contacts(settings, voice), premises.acknowledged)
    alerts.sound_again(reception.ledger)
    trial = Trial(telephones, prompts, clock, voice.language)
    return TelephoneSide(
        telephones, doorman, ringer, alerts, lifted, mail, mailbox, lamps, clock, trial, lines.log_packets,
        voice.wakeup.ring,
    )  # fmt: skip


async def _mail(premises: Premises, recordings: Recordings, told: Json, lamps: Lamps | None) -> Mail:
    """The index of messages; recordings that nobody's index knows go."""
    store = premises.memory.store
    rows = await premises.memory.run_first(store.messages)
    try:
        stray = await to_thread.run_sync(recordings.sweep, frozenset(row.id for row in rows))
    except OSError as error:
        raise Fatal(f"{RECORDINGS}: {error.strerror}", "the state folder must be ours to write to") from error
    if stray:
        log.warning("recordings of no message deleted", recordings=stray)

    async def owe(owed: Sequence[Owed], notes: Mapping[str, Json]) -> None:
        await counted(premises.reception, premises.clock, owed, notes)
        if lamps is not None:
            lamps.show(owed)

    return Mail(premises.hotel, premises.memory, premises.clock, owe, rows, told)


def prompts_of(voice: Voice) -> Prompts:
    """All that can be said. Fatal where a language lacks something."""
    try:
        prompts = Prompts(voice.language, voice.clock, voice.prompts)
    except PromptsMissing as error:
        raise Fatal(str(error), "set voice.language to a language that is there") from error
    for problem in prompts.problems:
        log.warning("own prompt not used", reason=problem)
    return prompts


def directory_of(settings: Settings, hotel: Hotel, lines: Lines) -> Directory:
    """Which numbers are rooms, and which are ours."""
    pilot = (settings.voice or Voice()).pilot
    own = lines.numbers | ({pilot} if pilot else set())
    return Directory(Extensions(hotel), own, settings.sip.pai_means if settings.sip else "caller")


def fenced(settings: Settings, hotel: Hotel, lines: Lines) -> FencedTelephones:
    """The telephones, for numbers of the house only."""
    voice, contact = settings.voice or Voice(), settings.alerts.second_contact
    ours = {voice.operator, voice.alerted, *lines.numbers, *filter(None, (contact, voice.pilot))}

    roster = hotel.roster

    def of_the_house(number: str) -> bool:
        return number in ours or any(number in roster.extensions_in(room) for room in roster.known_rooms())

    return FencedTelephones(lines.telephones, of_the_house)


def codes_of(voice: Voice) -> Codes:
    """What housekeeping keys in this hotel."""
    codes = voice.housekeeping
    return Codes.of(codes.code, codes.code_with_id, codes.preset, codes.statuses)


def _manners(wakeup: WakeupManners) -> Manners:
    return Manners(
        wakeup.ring, wakeup.attempts, wakeup.retry_busy, wakeup.retry_no_answer, wakeup.retry_no_key,
        wakeup.snooze_minutes * 60, wakeup.snooze_limit, wakeup.late,
    )  # fmt: skip


def _contacts(settings: Settings, voice: Voice) -> Contacts:
    """The operator first, then whoever else is to know."""
    second = settings.alerts.second_contact
    extensions = [voice.alerted, *([second] if second else [])]
    return Contacts(extensions, voice.wakeup.alert_repeat, voice.language)
