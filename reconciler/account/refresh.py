"""Reads Zoom into the hotel with the fewest calls, and keeps what was read in the store.

lists      users and phone users; common areas only where a room's extension is not a user's; telephones only
           where they are renamed. A listing that could not be read to its end changes nothing.
details    what no list shows, only for rooms whose wish decides it: departments of common areas,
           do-not-disturb, class of service. One call each, so only at start and at every full refresh.
messages   only of mailboxes that should be clear and are not known to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import anyio

from desired.problem import Problem
from desired.target import Target
from observed.extension import UNKNOWN, Extension, Lease
from reconciler.account.capability import Capabilities, Feature
from reconciler.account.memory import Memory
from reconciler.account.operation import Priority
from reconciler.change import lags
from reconciler.errors import CallError, Later, NoAccess
from reconciler.hotel import Hotel
from reconciler.outcome import MAILBOXES_NOT_READ
from reconciler.ports import Clock, Zoom
from reconciler.quiet import LEASE
from reconciler.snapshot import by_extension, features_out
from reconciler.store.rows import MailboxRow

FEATURES = "features"
"""The note in the store that says what the account can do."""

SETTLED = timedelta(minutes=10)
"""A message may show up in Zoom's lists this long after it was left, so a mailbox is looked at once more."""

OLDEST = timedelta(days=183)
"""Zoom lists messages of the last six months only (Zoom API, voicemail lists)."""

READ_AGAIN = timedelta(minutes=1)
"""When mailboxes are worth another look where Zoom does not say for how long it cannot show them."""

BREATH = 50
"""Rooms looked at in one go, before others on the event loop get their turn."""

DETAILS = frozenset({"names", "dnd", "calling"})
"""The kinds of detail that are read one by one."""

NOT_LISTED = ("department", "dnd", "calling")
"""The fields that details show."""


NAMED = frozenset({"first_name", "last_name", "display_name", "department"})
"""The fields that the page of one user shows."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why mailboxes could not be read, and when they may be; None where that is up to a person."""

    reason: str
    again_at: datetime | None

    @property
    def problem(self) -> Problem:
        """As reports show it."""
        return Problem(MAILBOXES_NOT_READ, f"mailboxes were not read: {self.reason}")


@dataclass(frozen=True, slots=True)
class Refresher:
    """Reads one Zoom account for one hotel. Every method raises reconciler.errors when Zoom cannot be read."""

    hotel: Hotel
    zoom: Zoom
    memory: Memory
    clock: Clock
    devices: bool
    look_again_after: timedelta

    async def everything(self, about: Callable[[str], bool] = lambda _room: True) -> Unread | None:
        """A full refresh: lists, and details and messages of the rooms that it is about.

        Names do not wait for mailboxes: that those could not be read is only the answer.
        """
        await self.lists()
        rooms = [room for room in self.hotel.rooms() if about(room)]
        await self.details(rooms)
        return await self.mailboxes(rooms)

    async def mailboxes(self, rooms: Iterable[str]) -> Unread | None:
        """The messages of these rooms; the answer is None where all that was needed has been read."""
        try:
            await self.messages(rooms)
        except CallError as error:
            return Unread(error.message, self._again_at(error))
        except NoAccess as error:
            return Unread(error.message, None)
        return None

    def _again_at(self, error: CallError) -> datetime | None:
        if not isinstance(error, Later):
            return None
        return error.at or self.clock.now() + READ_AGAIN

    async def for_wishes(self, rooms: Iterable[str]) -> None:
        """What the wishes of these rooms need and nobody has read yet, since nobody wished for it before."""
        targets = await self._targets(rooms)
        await self._read_back(targets)
        await self._messages_of(targets)

    async def lists(self) -> None:
        """Read the cheap lists: names, extensions, telephones."""
        began, sought = self.hotel.observed.now(), self.hotel.to_read()
        listed = await self.zoom.extensions(wanted=sought, devices=self.devices)
        self.hotel.observed.replace(listed, began)
        self.hotel.looked_for = sought
        await self._learn(self.zoom.capabilities())
        self.zoom.allow(self.hotel.ids())
        keep, read_times = self.memory.store.replace_observed, {"lists": self.clock.now()}
        await self.memory.run_as_known(lambda: partial(keep, tuple(self.hotel.observed), read_times))

    async def details(self, rooms: Iterable[str], only: frozenset[str] = DETAILS) -> None:
        """Read what no list shows, for the extensions of these rooms whose wish decides it."""
        needed: dict[frozenset[str], list[Extension]] = {}
        for target in await self._targets(rooms):
            for extension in self.hotel.observed.at(target.number):
                fields = self._details_of(extension, frozenset(target.wanted)) & only
                if fields and not extension.pending:
                    needed.setdefault(fields, []).append(extension)
        await self._read(needed)

    def unread(self, rooms: Iterable[str]) -> tuple[str, ...]:
        """The rooms of which a wish needs what reading has not shown; a write of ours on its way is no such gap."""
        now = self.clock.now()
        return tuple(room for room in rooms if any(map(self._is_unread, self.hotel.targets_of(room, now))))

    def _is_unread(self, target: Target) -> bool:
        for extension in self.hotel.observed.at(target.number):
            told = [field for field in target.wanted if (extension.id, field) not in self.hotel.own]
            needed = self._details_of(extension, frozenset(target.wanted))
            if not extension.pending and _unknown(extension, told) & needed:
                return True
        return False

    async def lost_track_of(self, rooms: Iterable[str]) -> None:
        """Read back what is UNKNOWN because a write of ours has no answer, before anybody writes it again."""
        await self._read_back(await self._targets(rooms))

    async def _read_back(self, targets: Iterable[Target]) -> None:
        needed: dict[frozenset[str], list[Extension]] = {}
        for target in targets:
            for extension in self.hotel.observed.at(target.number):
                fields = _unknown(extension, target.wanted) | self._lost_presence(extension, target)
                if fields and not extension.pending:
                    needed.setdefault(fields, []).append(extension)
        await self._read(needed)

    def _lost_presence(self, extension: Extension, target: Target) -> frozenset[str]:
        """Presence, where a write of it has no answer and it can be read."""
        lease = self.hotel.leases.get(extension.id)
        if lease is None or not lease.lost:
            return frozenset()
        return self._details_of(extension, frozenset(target.wanted)) & {"dnd"}

    async def again(self, about: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Read these kinds of detail (``DETAILS``) of users by Zoom's id anew, as far as a wish decides them.

        Answers whom that was about.
        """
        users = [user for id_ in about if (user := self.hotel.observed.user(id_)) is not None]
        rooms = {room for user in users if (room := self.hotel.roster.room_of(user.number)) is not None}
        needed: dict[frozenset[str], list[Extension]] = {}
        for target in await self._targets(rooms.intersection(self.hotel.rooms())):
            for extension in self.hotel.observed.at(target.number):
                wanted = frozenset(target.wanted)
                named = {"names"} if wanted & NAMED else frozenset[str]()
                fields = (self._details_of(extension, wanted) | named) & about.get(extension.id, frozenset())
                if fields and not extension.pending:
                    # Presence is judged by when the user was read, which is what the names tell.
                    needed.setdefault(fields | {"names"}, []).append(extension)
        await self._read(needed)
        return frozenset(each.id for extensions in needed.values() for each in extensions)

    async def silence(self, rooms: Iterable[str]) -> None:
        """Read whether the telephones of these rooms ring, whoever decides it: a wake-up call is due there."""
        can = self.hotel.capabilities.has
        readable = [
            extension
            for room in rooms
            for extension in self.hotel.extensions_of(room)
            if not extension.pending
            and can(Feature.DND_READ if extension.kind == "user" else Feature.RING_SWITCH)
        ]
        if readable:
            await self._read({frozenset({"dnd"}): readable}, Priority.DND)

    async def _targets(self, rooms: Iterable[str]) -> list[Target]:
        """What these rooms should show, with a breath now and then."""
        now, found = self.clock.now(), list[Target]()
        for position, room in enumerate(rooms, start=1):
            found += self.hotel.targets_of(room, now)
            if position % BREATH == 0:
                await anyio.lowlevel.checkpoint()
        return found

    async def _read(
        self, needed: dict[frozenset[str], list[Extension]], priority: Priority = Priority.REFRESH
    ) -> None:
        began = self.hotel.observed.now()
        for fields, extensions in needed.items():
            details = await self.zoom.details(extensions, fields, priority)
            read = tuple(self.hotel.observed.put(self._without_lag(each), began) for each in details)
            await self._remember(read)
            for extension in read if "dnd" in fields else ():
                await self._found_again(extension)
        if self.zoom.capabilities() != self.hotel.capabilities:
            await self._learn(self.zoom.capabilities())

    async def _remember(self, read: Iterable[Extension]) -> None:
        keep, known = self.memory.store.remember, self.hotel.observed.known
        await self.memory.run_as_known(lambda: partial(keep, known(read)))

    async def _found_again(self, extension: Extension) -> None:
        """Presence as read says what became of a write of it that has no answer.

        Where do-not-disturb is on and we held none before, that write has begun it, for as long as Zoom takes.
        """
        lease = self.hotel.leases.get(extension.id)
        if lease is None or not lease.lost or extension.kind != "user" or extension.dnd is UNKNOWN:
            return
        until = (lease.until or lease.written + LEASE) if extension.dnd else None
        self.hotel.leases[extension.id] = found = Lease(until, lease.written)
        await self.memory.run(self.memory.store.hold_lease, extension.id, found)

    def _without_lag(self, extension: Extension) -> Extension:
        """Details as read, but not those that show what was before our own write.

        Lists keep details and move the time of reading on, so such a value would look like drift a little later.
        """
        old = [name for name in NOT_LISTED if lags(extension, name, self.hotel.own)]
        return replace(extension, **dict.fromkeys(old, UNKNOWN)) if old else extension  # type: ignore[arg-type]

    async def _learn(self, capabilities: Capabilities) -> None:
        """Take over what the account turns out to be able to do, and keep it for those who only look."""
        self.hotel.capabilities = capabilities
        await self.memory.run(self.memory.store.put_note, FEATURES, features_out(capabilities))

    def _details_of(self, extension: Extension, wanted: frozenset[str]) -> frozenset[str]:
        can = self.hotel.capabilities.has
        area = extension.kind == "common_area"
        fields = set()
        if area and "department" in wanted:
            fields.add("names")
        if "dnd" in wanted and can(Feature.RING_SWITCH if area else Feature.DND_READ):
            fields.add("dnd")
        if "calling" in wanted and can(Feature.COMMON_AREA_CALLING if area else Feature.USER_CALLING):
            fields.add("calling")
        return frozenset(fields)

    async def messages(self, rooms: Iterable[str]) -> None:
        """Look for messages in the mailboxes that should be clear and are not known to be."""
        await self._messages_of(await self._targets(rooms))

    async def _messages_of(self, targets: Iterable[Target]) -> None:
        to_clear = [target for target in targets if "cleared" in target.wanted]
        if not to_clear:
            return
        verified = await self.memory.run(self.memory.store.mailboxes)
        until: dict[int, datetime] = {}
        owners: dict[int, Extension] = {}
        now = self.clock.now()
        for target in to_clear:
            found = self.hotel.observed.at(target.number)
            wanted = target.wanted["cleared"]
            if len(found) != 1 or found[0].pending:
                continue
            cleared = wanted.value
            assert isinstance(cleared, datetime)
            if self._worth_a_look(verified.get(found[0].id), cleared, now):
                until[target.number], owners[target.number] = cleared, found[0]
        if until:
            await self._look_for_messages(until, owners)

    async def _look_for_messages(self, until: dict[int, datetime], owners: dict[int, Extension]) -> None:
        readable = {n: at for n, at in until.items() if self._can_list(owners[n])}
        began = self.clock.now()
        found = by_extension(await self.zoom.voicemails(readable, [owners[n] for n in readable]))
        if self.zoom.capabilities() != self.hotel.capabilities:
            await self._learn(self.zoom.capabilities())
        now = self.clock.now()
        clear = []
        for number, cleared in readable.items():
            self.hotel.messages[number] = tuple(
                each for each in found.get(number, ()) if not self._deleted(each.id, began)
            )
            if not self.hotel.messages[number] and self._can_list(owners[number]):
                clear.append(MailboxRow(owners[number].id, cleared, now))
        await self.memory.run(self.memory.store.note_mailboxes, clear)

    def _deleted(self, message: str, since: datetime) -> bool:
        """Whether we have deleted a message since then: the list may show it as it was before."""
        own = self.hotel.own.get((message, "voicemail"))
        return own is not None and own.at is not None and own.at >= since

    def _can_list(self, extension: Extension) -> bool:
        user = extension.kind == "user"
        return self.hotel.capabilities.has(Feature.USER_VOICEMAIL if user else Feature.ACCOUNT_VOICEMAIL)

    def _worth_a_look(self, verified: MailboxRow | None, cleared: datetime, now: datetime) -> bool:
        if now - cleared > OLDEST:
            return False
        if verified is None or verified.cleared != cleared:
            return True
        return verified.verified_at < cleared + SETTLED or now - verified.verified_at > self.look_again_after


def _unknown(extension: Extension, wanted: Iterable[str]) -> frozenset[str]:
    """The kinds of detail of which something is wanted that nobody knows. Presence is not: our lease counts."""
    lost = [name for name in wanted if getattr(extension, name, None) is UNKNOWN]
    user = extension.kind == "user"
    return frozenset(detail_of(name) for name in lost if not (user and name == "dnd"))


def detail_of(name: str) -> str:
    """The kind of detail (``Zoom.details``) that a field belongs to."""
    return name if name in {"dnd", "calling"} else "names"
