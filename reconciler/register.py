"""The hotel's register: what PMS links, desk and telephones tell goes through redelivery and stays onto pages.

Synchronous, and it keeps time from nobody: the controller stands it behind ``reconciler.reception``, the command line
without a controller uses it directly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from desired.events import (
    CheckedOut,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    Swapped,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.said import Field, Said, Source, WakeupCall
from desired.stays import Effects, Rules, Stays
from reconciler.hotel import Hotel
from reconciler.ledger import Entry, Key, Ledger, Posting, Wanted
from reconciler.linkmemory import LinkMemory
from reconciler.moments import in_zone
from reconciler.oddities import Oddities, Tell, to_log
from reconciler.owed import Owed
from reconciler.page import Kept, Page, Step
from reconciler.ports import Heard
from reconciler.store.rows import LinkRow, PmsRoomRow

Feeds = Mapping[str, Callable[[str], bool]]
"""The links by name, and which rooms each feeds."""

UNMAPPED = "unmapped_room"

_HOUSE = ""
"""The link of desk and telephones, which is none."""

_RESYNC = (ResyncBegan, ResyncEnded, ResyncBroken)

_OF_CALLS = frozenset({Field.WAKEUPS, Field.OCCUPIED})
"""What decides which wake-up calls a room wants: those of files rest while it is vacant."""


class Register:
    """Everything told of a property's guests, worked out in memory and written page by page.

    Every step changes the stays at once and answers a page; the next step may only follow when that page stands in
    the store and was taken over (``take``). A ``shadow`` owes its PMS nothing: that is for the system beside it.
    """

    def __init__(
        self,
        hotel: Hotel,
        rules: Rules,
        feeds: Feeds,
        kept: Kept,
        *,
        shadow: bool = False,
        tell: Tell = to_log,
    ) -> None:
        self._hotel = hotel
        self._oddities = Oddities(tell)
        self._shadow = shadow
        self._feeds = feeds
        self._rooms = dict(kept.pms_rooms)
        links = {_HOUSE: LinkRow(_HOUSE), **{link: LinkRow(link) for link in feeds}, **kept.links}
        self._links = {link: LinkMemory(row) for link, row in links.items()}
        named = {room: row.link for room, row in self._rooms.items()}
        self.stays = Stays(rules, kept.said, named, kept.stays)
        self.ledger = Ledger(rules.zone, kept.wakeups)

    # What is told

    def lost(self, link: str) -> None:
        """The link is gone."""
        self._links[link].lost()

    def connected(self, link: str, now: datetime) -> None:
        """The link is alive (again): what comes now may be a repetition."""
        self._links[link].connected(now)

    def hear(self, link: str, heard: Sequence[Heard], now: datetime) -> Page:
        """Records of a PMS that were read together, in their order."""
        step = Step(now)
        for each in heard:
            for anew in self._links[link].told_anew(each):
                self._apply(step, link, anew)
        return self._page(step)

    def tell(
        self, events: Sequence[Event], told: Told, now: datetime, owed: Sequence[Owed] = ()
    ) -> tuple[Page, str]:
        """What desk or telephone tells, and what the PMS is owed beside it; with the word of a refusal, if any."""
        step, refused = Step(now), ""
        for said in events:
            meant = self._calls_meant(said) if isinstance(said, WakeupCancelled) else (said,)
            for event in meant:
                effects = self.stays.hear(event, told)
                self._note(step, _HOUSE, effects, told)
                if isinstance(event, WakeupCancelled | CheckedOut):
                    step.by_desk |= {event.room, *effects.rooms}
                refused = refused or effects.refused
            if not meant:
                refused = refused or "no_such_wakeup"
        step.owed += [(link, each) for each in owed if (link := self.link_of(each.room))]
        return self._page(step), refused

    def release(self, link: str, told: Told, now: datetime) -> Page:
        """Let the guests go whom a held resync no longer knew."""
        step = Step(now)
        self._note(step, link, self.stays.release(link, told), told)
        return self._page(step)

    def count(
        self,
        link: str,
        anomaly: str,
        now: datetime,
        *,
        told: Told | None = None,
        rooms: Iterable[str] = (),
        times: int = 1,
    ) -> None:
        """Count something odd; it is written with the next page, and people hear of it."""
        self._links[link].anomalies[anomaly] += times
        where = None if told is None else told.where
        self._oddities.met(link, anomaly, now, where=where, rooms=rooms, times=times)

    def learn(self, said: Mapping[str, tuple[Said, ...]]) -> None:
        """Take over the words that another process has stored, of all rooms."""
        for room in self.stays.said.keys() | said.keys():
            known, stored = self.stays.said.get(room, ()), said.get(room, ())
            if sorted(map(repr, known)) != sorted(map(repr, stored)):
                self.stays.learn(room, stored)

    # What time brings

    def begin(self, now: datetime) -> Page:
        """The house opens: a resync that was under way when it last stopped has broken off, whatever stopped it."""
        step = Step(now)
        for link in self.stays.resyncing():
            told = Told(Source.PMS, f"{link}, at the start", now, link=link)
            self._note(step, link, self.stays.hear(ResyncBroken(), told), told)
        return self._page(step)

    def next_due(self) -> datetime | None:
        """When ``due`` has something to do next."""
        times = [self.stays.next_due(), *(memory.next_due() for memory in self._links.values())]
        return min((at for at in times if at is not None), default=None)

    def wait_on(self, now: datetime) -> None:
        """Nobody has read for a while: records in doubt wait from now on."""
        for memory in self._links.values():
            memory.wait_on(now)

    def due(self, now: datetime) -> Page:
        """Finish departures, take what was held in doubt long enough, and write down what was counted."""
        step = Step(now)
        for link, memory in self._links.items():
            for heard in memory.due(now):
                self._apply(step, link, heard)
        self._note(step, _HOUSE, self.stays.due(now))
        self.ledger.forget(now)
        return self._page(step)

    def look(self, rooms: Iterable[str], now: datetime) -> Page:
        """Files may want other wake-up calls in these rooms now."""
        step = Step(now)
        step.rooms |= set(rooms)
        step.anew = True
        return self._page(step)

    def post(self, key: Key, post: Callable[[Entry, datetime], Posting], now: datetime) -> Page | None:
        """A step of one wake-up call; None if the call has ended meanwhile."""
        entry = self.ledger.entry(key)
        if entry is None or not entry.open:
            return None
        step = Step(now)
        step.add(post(entry, now))
        self.ledger.forget(now)
        return self._page(step)

    @property
    def uncounted(self) -> bool:
        """True if something was counted that no page has written down yet."""
        return any(memory.miscounted for memory in self._links.values())

    # What is known

    def take(self, page: Page) -> None:
        """The page stands in the store: from now on it is what the hotel goes by."""
        self.ledger.take(page.entries)
        self._rooms |= {row.room: row for row in page.named}
        for room, words in page.words.items():
            if words:
                self._hotel.said[room] = words
            else:
                self._hotel.said.pop(room, None)
        if page.named:
            self._hotel.pms_rooms = frozenset(self.stays.named)

    def link_of(self, room: str) -> str:
        """The link that has named a room, or else the first that feeds it; "" if none does."""
        known = self.stays.named.get(room)
        return known or next((link for link, feeds in self._feeds.items() if feeds(room)), "")

    def name_of(self, link: str, room: str) -> str:
        """How a link's PMS calls a room."""
        row = self._rooms.get(room)
        return row.name if row is not None and row.link == link else room

    def links(self) -> tuple[str, ...]:
        """The PMS links of the configuration."""
        return tuple(self._feeds)

    def anomalies(self, link: str | None = None) -> Counter[str]:
        """How often what was odd, over all links or of one."""
        memories = self._links.values() if link is None else [self._links[link]]
        return sum((memory.anomalies for memory in memories), Counter[str]())

    def fed(self, link: str) -> list[str]:
        """The rooms of ``rooms:`` that a link feeds."""
        table = self._hotel.table
        return [room for room in table.rooms if self._feeds[link](room)] if table is not None else []

    def strangers(self, link: str) -> list[str]:
        """Rooms that a link's PMS has named and that are not ours."""
        named = (room for room, by in self.stays.named.items() if by == link)
        return sorted(room for room in named if not self._hotel.is_ours(room))

    def unmentioned(self) -> list[str]:
        """Rooms of ``rooms:`` that no PMS has named although a link that feeds them has told of its rooms."""
        told = {room for link in self._feeds if self.stays.settled(link) for room in self.fed(link)}
        return sorted(told - self.stays.named.keys())

    # One record

    def _apply(self, step: Step, link: str, heard: Heard) -> None:
        for anomaly in heard.anomalies:
            about = {room for event in heard.events for room in rooms_of(event)}
            self.count(link, anomaly, step.at, told=heard.told, rooms=about)
        names = dict(heard.named)
        for event in heard.events:
            self._event(step, link, event, heard.told, names)

    def _event(self, step: Step, link: str, event: Event, told: Told, names: Mapping[str, str]) -> None:
        feeds = self._feeds[link]
        if not all(feeds(room) and self._hotel.is_ours(room) for room in rooms_of(event)):
            self._note(step, link, Effects(anomalies=(UNMAPPED,)), told, about=rooms_of(event))
            if isinstance(event, WakeupAsked | WakeupCancelled):
                self._unknown_wakeup(step, link, event, told, names)
                return
            mine = _of_this_link(event, feeds)
            if mine is None:
                return
            event = mine
        self._note(step, link, self.stays.hear(event, told), told)
        if isinstance(event, WakeupCancelled):
            step.by_pms.add((event.room, event.time))
        for room in rooms_of(event):
            self._name(step, room, link, names.get(room, room), told.at)

    def _name(self, step: Step, room: str, link: str, name: str, at: datetime) -> None:
        """Remember which link has named a room, and how; named for the first time it is another room for files."""
        known = step.named.get(room) or self._rooms.get(room)
        if self.stays.named.get(room) != link:
            return
        if known is None or (known.link, known.name) != (link, name):
            step.named[room] = PmsRoomRow(room, link, name, at)
            step.rooms.add(room)

    def _unknown_wakeup(
        self,
        step: Step,
        link: str,
        event: WakeupAsked | WakeupCancelled,
        told: Told,
        names: Mapping[str, str],
    ) -> None:
        """Nobody can be woken there, which the PMS hears under its own name for the room (D-10)."""
        room = names.get(event.room, event.room)
        if isinstance(event, WakeupCancelled):
            step.add(self.ledger.withdraw(room, event.time, step.at, told.where))
        elif (room, event.time) not in step.entries:
            step.add(self.ledger.refuse(room, event.time, link, step.at, told.origin))

    # One page

    def _note(
        self,
        step: Step,
        link: str,
        effects: Effects,
        told: Told | None = None,
        *,
        about: tuple[str, ...] = (),
    ) -> None:
        """Gather what came of an event; ``about`` are rooms that it named though nothing has changed there."""
        step.rooms |= effects.rooms
        for anomaly in effects.anomalies:
            self.count(link, anomaly, step.at, told=told, rooms={*effects.rooms, *about})

    def _page(self, step: Step) -> Page:
        words = {room: self.stays.said.get(room, ()) for room in step.rooms}
        wanted = [each for room in step.rooms if (each := self._wanted(step, room)) is not None]
        step.add(self.ledger.post(wanted, step.at, self._still))
        for room, at in step.by_pms:
            known = {entry.key: entry for entry in self.ledger.of_room(room)} | step.entries
            step.add(
                self.ledger.unknown_to_pms(e for e in known.values() if e.room == room and at in {None, e.at})
            )
        if self._shadow:
            step.owed.clear()
        links = [news for memory in self._links.values() if (news := memory.news()) is not None]
        return step.page(words, self._hotel.said, links, self.stays.news())

    def _wanted(self, step: Step, room: str) -> Wanted | None:
        """The wake-up calls of a room as they are now; None where they are as they were."""
        before, now = self._hotel.said.get(room, ()), self.stays.said.get(room, ())
        same = _wakeup_words(before) == _wakeup_words(now)
        if same and not step.anew and self._hotel.in_files(room, "wakeups") is None:
            return None
        said = self._wakeups(room)
        calls = said.value or () if said is not None and self._hotel.is_ours(room) else ()
        return Wanted(
            room, calls, self.link_of(room), said.origin.where if said else "", room in step.by_desk
        )

    def _calls_meant(self, event: WakeupCancelled) -> list[WakeupCancelled]:
        """The calls that desk or telephone cancel, whoever wants them, as far as they have not ended yet.

        A person says the minute at which the hotel's clock would show it, whatever seconds the PMS has set, and
        whatever time it was asked for in a night in which the clocks go forward.
        """
        zone = self.ledger.zone

        def minute(at: datetime) -> datetime:
            return in_zone(at, zone).replace(second=0)

        entries = {call.at: self.ledger.entry((event.room, call.at)) for call in self._still(event.room)}
        return [
            replace(event, time=at) for at, entry in entries.items()
            if (entry is None or entry.open) and (event.time is None or minute(at) == minute(event.time))
        ]  # fmt: skip

    def _still(self, room: str) -> tuple[WakeupCall, ...]:
        said = self._wakeups(room)
        return said.value or () if said is not None else ()

    def _wakeups(self, room: str) -> Said | None:
        """What the sources together say of a room's wake-up calls by now, ahead of the store."""
        words = (word for word in self.stays.said.get(room, ()) if word.field in _OF_CALLS)
        wish = self._hotel.wish_of(room, words, pms_room=room in self.stays.named)
        return wish.fields.get(Field.WAKEUPS)


def _wakeup_words(words: Iterable[Said]) -> list[Said]:
    """The words that ask for wake-up calls or take some back; an empty one does neither."""
    return [word for word in words if word.field is Field.WAKEUPS and word.value]


def rooms_of(event: Event) -> tuple[str, ...]:
    """The rooms that an event names, the one where it happens first."""
    if isinstance(event, _RESYNC):
        return ()
    if isinstance(event, Moved):
        return event.room, event.old
    if isinstance(event, Swapped):
        return event.room, event.other
    return (event.room,)


def _of_this_link(event: Event, feeds: Callable[[str], bool]) -> Event | None:
    """What an event in rooms that another PMS looks after means for those of this link: at most that one left."""
    first, *others = rooms_of(event)
    if feeds(first):
        return event
    left = [room for room in others if feeds(room)]
    return CheckedOut(left[0], event.reservation) if left and isinstance(event, Moved) else None
