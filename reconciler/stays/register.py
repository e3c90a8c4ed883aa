"""The hotel's register: what PMS links, desk and telephones tell goes through redelivery and stays onto pages.

Synchronous, and it keeps time from nobody: the controller stands it behind ``reconciler.stays.reception``, the
command line without a controller uses it directly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from desired.events import (
    CheckedIn,
    CheckedOut,
    Event,
    Moved,
    ResyncBroken,
    Told,
    WakeupAsked,
    WakeupCancelled,
    rooms_of,
)
from desired.said import Said, Source
from desired.stays import Effects, Rules, Stays
from reconciler.hotel import Hotel
from reconciler.ports import Heard
from reconciler.stays.linkmemory import LinkMemory
from reconciler.stays.oddities import Oddities, Tell, to_log
from reconciler.stays.owed import Owed
from reconciler.stays.page import Kept, Page, Step
from reconciler.stays.roomlinks import Feeds, RoomLinks
from reconciler.stays.turnover import Turn
from reconciler.store.rows import LinkRow
from reconciler.wakeups.entries import Entry, Key, Posting
from reconciler.wakeups.ledger import Ledger
from reconciler.wakeups.wanted import WantedCalls

UNMAPPED = "unmapped_room"

_TURNS = (CheckedIn, CheckedOut)

_HOUSE = ""
"""The link of desk and telephones, which is none."""


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
        links = {_HOUSE: LinkRow(_HOUSE), **{link: LinkRow(link) for link in feeds}, **kept.links}
        self._links = {link: LinkMemory(row) for link, row in links.items()}
        named = {room: row.link for room, row in kept.pms_rooms.items()}
        self.stays = Stays(rules, kept.said, named, kept.stays, is_ours=hotel.roster.is_ours)
        self.ledger = Ledger(rules.zone, kept.wakeups)
        self.rooms = RoomLinks(hotel, self.stays, feeds, kept.pms_rooms)
        self._calls = WantedCalls(hotel, self.stays, self.ledger, self.rooms.link_of, shadow=shadow)

    # What is told

    def lost(self, link: str) -> None:
        """The link is gone."""
        self._links[link].lost()

    def connected(self, link: str, now: datetime) -> None:
        """The link is alive (again): what comes now may be a repetition."""
        self._links[link].connected(now)

    def hear(self, link: str, heard: Sequence[Heard], now: datetime) -> Page:
        """Records of a PMS that were read together, in their order."""
        step = Step(now, self.ledger.zone)
        for each in heard:
            for anew in self._links[link].told_anew(each):
                self._apply(step, link, anew)
        return self._page(step)

    def tell(
        self, events: Sequence[Event], told: Told, now: datetime, owed: Sequence[Owed] = ()
    ) -> tuple[Page, str]:
        """What desk or telephone tells, and what the PMS is owed beside it; with the word of a refusal, if any."""
        step, refused = Step(now, self.ledger.zone), ""
        self._note(step, _HOUSE, self.stays.due(now))
        for said in events:
            meant = self._calls.meant(said) if isinstance(said, WakeupCancelled) else (said,)
            for event in meant:
                effects = self._heard(step, event, told)
                self._note(step, _HOUSE, effects, told)
                step.by_desk |= {*rooms_of(event), *effects.rooms}
                if isinstance(event, WakeupCancelled):
                    step.taken_back.add((event.room, event.time))
                refused = refused or effects.refused
            let_go = self._calls.let_go(said, now) if isinstance(said, WakeupCancelled) else Posting()
            step.add(let_go)
            if not meant and not let_go.entries:
                refused = refused or "no_such_wakeup"
        step.owed += [(link, each) for each in owed if (link := self.rooms.link_of(each.room))]
        self._overrule(step.rooms)
        return self._page(step), refused

    def release(self, link: str, told: Told, now: datetime) -> Page:
        """Let the guests go whom a held resync no longer knew."""
        step = Step(now, self.ledger.zone)
        self._note(step, link, self.stays.release(link, told), told)
        self._overrule(step.rooms)
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

    def overhear(self, room: str, words: tuple[Said, ...], link: str, calls: Iterable[Entry]) -> bool:
        """A room is so in the register that counts, at the property; True if its words were others here."""
        before = self._hotel.said.get(room, ())
        self.stays.learn(room, words, link)
        self.ledger.replace(room, calls)
        if link and room not in self._hotel.pms_rooms:
            self._hotel.pms_rooms |= {room}
        elif not link and room in self._hotel.pms_rooms:
            self._hotel.pms_rooms -= {room}
        elif sorted(map(repr, before)) == sorted(map(repr, words)):
            return False
        self._keep(room, words)
        return True

    # What time brings

    def begin(self, now: datetime) -> Page:
        """The house opens: a resync that was under way when it last stopped has broken off, whatever stopped it."""
        step = Step(now, self.ledger.zone)
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
        step = Step(now, self.ledger.zone)
        for link, memory in self._links.items():
            for heard in memory.due(now):
                self._apply(step, link, heard)
        self._note(step, _HOUSE, self.stays.due(now))
        self.ledger.forget(now)
        return self._page(step)

    def look(self, rooms: Iterable[str], now: datetime) -> Page:
        """Files may want other wake-up calls in these rooms now."""
        step = Step(now, self.ledger.zone)
        step.rooms |= set(rooms)
        step.anew = True
        return self._page(step)

    def post_all(
        self, keys: Iterable[Key], post: Callable[[Entry, datetime], Posting], now: datetime
    ) -> tuple[Page, Sequence[Key]]:
        """The same step of these wake-up calls, one for each moment; and which those were that had not ended."""
        step, taken = Step(now, self.ledger.zone), list[Key]()
        for key in keys:
            entry = self.ledger.entry(key)
            if entry is not None and entry.open:
                step.add(post(entry, now))
                taken.append(key)
        self.ledger.forget(now)
        return self._page(step), taken

    @property
    def uncounted(self) -> bool:
        """True if something was counted that no page has written down yet."""
        return any(memory.miscounted for memory in self._links.values())

    # What is known

    def take(self, page: Page) -> None:
        """The page stands in the store: from now on it is what the hotel goes by."""
        self.ledger.take(page.entries)
        self.rooms.take(page)
        for room, words in page.words.items():
            self._keep(room, words)

    def _keep(self, room: str, words: tuple[Said, ...]) -> None:
        if words:
            self._hotel.said[room] = words
        else:
            self._hotel.said.pop(room, None)

    def unlisted(self, room: str) -> bool:
        """True if a room that was ours is no more, so that nobody can be woken there; False until files were read."""
        known = self._hotel.roster.table is not None or bool(self._hotel.roster.loaded.documents)
        return known and not self._shadow and not self._hotel.roster.is_ours(room)

    def not_listed(self, room: str) -> str:
        """The same in words, for people who can put it back."""
        if self._hotel.roster.table is None:
            return f"no document names room {room} any more"
        return f"room {room} is no longer in `rooms:`"

    def anomalies(self, link: str | None = None) -> Counter[str]:
        """How often what was odd, over all links or of one."""
        memories = self._links.values() if link is None else [self._links[link]]
        return sum((memory.anomalies for memory in memories), Counter[str]())

    # One record

    def _apply(self, step: Step, link: str, heard: Heard) -> None:
        for anomaly in heard.anomalies:
            about = {room for event in heard.events for room in rooms_of(event)}
            self.count(link, anomaly, step.at, told=heard.told, rooms=about)
        names = dict(heard.named)
        for event in heard.events:
            self._event(step, link, event, heard.told, names)

    def _event(self, step: Step, link: str, event: Event, told: Told, names: Mapping[str, str]) -> None:
        rooms = rooms_of(event)
        if not self.rooms.ours(link, rooms):
            self._note(step, link, Effects(anomalies=(UNMAPPED,)), told, about=rooms)
            if isinstance(event, WakeupAsked | WakeupCancelled):
                self._unknown_wakeup(step, link, event, told, names)
                return
            mine = _of_this_link(event, partial(self.rooms.feeds, link))
            if mine is None:
                return
            event, rooms = mine, rooms_of(mine)
        self._note(step, link, self._heard(step, event, told), told)
        if isinstance(event, WakeupCancelled):
            step.by_pms.add((event.room, event.time))
        for room in rooms:
            self.rooms.note(step, room, link, names.get(room, room), told.at)

    def _heard(self, step: Step, event: Event, told: Told) -> Effects:
        """Let the stays take an event; where that fills or empties a room, it is counted."""
        turns = isinstance(event, _TURNS) and not told.snapshot
        before = {room: self.stays.occupied(room) for room in rooms_of(event)} if turns else {}
        effects = self.stays.hear(event, told)
        for room, occupied in before.items():
            if self.stays.occupied(room) != occupied:
                step.turns.append(Turn(told.moment, come=not occupied))
        return effects

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

    def _overrule(self, rooms: Container[str]) -> None:
        """Somebody who is no PMS has changed these rooms: what a PMS says again of them then, it may mean."""
        for memory in self._links.values():
            memory.overrule(rooms)

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
        # In the order of the store's key: neighbours are written faster.
        words = {room: self.stays.said.get(room, ()) for room in sorted(step.rooms)}
        self._calls.post(step)
        if self._shadow:
            step.owed.clear()
        links = [news for memory in self._links.values() if (news := memory.news()) is not None]
        return step.page(words, self._hotel.said, links, self.stays.news())


def _of_this_link(event: Event, feeds: Callable[[str], bool]) -> Event | None:
    """What an event in rooms that another PMS looks after means for those of this link: at most that one left."""
    first, *others = rooms_of(event)
    if feeds(first):
        return event
    left = [room for room in others if feeds(room)]
    return CheckedOut(left[0], event.reservation) if left and isinstance(event, Moved) else None
