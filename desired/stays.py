"""Stays: what PMS, desk and telephone tell of guests becomes what each room should be.

Input is events (``desired.events``), output is words (``desired.said``): everything that the sources other than
files say of a room. Pure: no I/O, no clock; the moments come with what is told. The decisions D-1 to D-20 of the
FIAS sheet hold here; how guests come and go is in ``desired.comings``.

The guests of a room *are* its GUESTS word, which is of the event that last changed it. Only the reservations held
say whether a room is occupied (D-1). A guest without a reservation number is the only one of that kind in his room,
and a new check-in of such a guest says anew who he is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from desired import kept_departures, wakeups
from desired.belongings import told_statuses
from desired.comings import Arrival, Comings
from desired.departures import Leaver
from desired.document import Calling
from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Details,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    Statuses,
    StatusTold,
    Swapped,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.guests import changed, find, guest, reservation
from desired.register import Register
from desired.resync import Links, Resync
from desired.said import Field, Said, Source

Words = tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class LinkRules:
    """How one PMS link is to be understood (settings ``pms[].trust_gs`` and ``pms[].guest_shown``)."""

    trust_gs: bool = True
    guest_shown: Literal["first", "last"] = "first"


@dataclass(frozen=True, slots=True)
class Rules:
    """The hotel's own rules for stays. ``max_blanked`` is a share of a link's rooms; one room is always allowed."""

    zone: ZoneInfo
    occupied_calling: Calling = "international"
    vacant_calling: Calling = "internal"
    max_blanked: float = 0.25
    links: Mapping[str, LinkRules] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effects:
    """What came of an event: whose words changed (``Stays.said`` has them all), and what was odd.

    ``anomalies``: names of the contract, section 5, one for each time. ``refused`` is "" or says in one word why
    an event changed nothing that was asked for: nobody_there, unknown_reservation, no_such_wakeup.
    """

    rooms: frozenset[str] = frozenset()
    anomalies: tuple[str, ...] = ()
    refused: str = ""


_BY_DEFAULT: Final = LinkRules()


class Stays:
    """Who is in the house, and everything that the sources other than files say of the rooms.

    ``said`` are the stored words by room, ``named`` which link has named which room, ``memory`` what ``dump``
    gave. The three must be stored in one transaction with the effects of what was heard.
    """

    def __init__(
        self,
        rules: Rules,
        said: Mapping[str, Words] | None = None,
        named: Mapping[str, str] | None = None,
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        memory = memory or {}
        self._rules = rules
        self._register = Register(said or {}, named or {})
        self._departures = kept_departures.load(memory)
        self._links = Links.load(memory.get("links", {}))
        self._links.know(self._register.named.values())
        self._comings = Comings(
            self._register, self._departures, rules.occupied_calling, rules.vacant_calling
        )
        self._kept_links = memory.get("links")
        self._odd: list[str] = []
        self._refused = ""
        self._next: datetime | None = None
        """Nothing is due before this; whatever is added later is due later."""
        self._handlers: dict[type, Callable[[Any, Told], None]] = {
            CheckedIn: self._checked_in,
            Changed: self._changed,
            Moved: self._moved,
            Swapped: self._swapped,
            CheckedOut: self._checked_out,
            StatusTold: self._status_told,
            WakeupAsked: self._wakeup_asked,
            WakeupCancelled: self._wakeup_cancelled,
            ResyncBegan: self._resync_began,
            ResyncEnded: self._resync_ended,
            ResyncBroken: self._resync_broken,
        }

    @property
    def said(self) -> Mapping[str, Words]:
        """What the sources other than files say, by room."""
        return self._register.said

    @property
    def named(self) -> Mapping[str, str]:
        """The link that has named each room; where none has, files decide who is in."""
        return self._register.named

    def hear(self, event: Event, told: Told) -> Effects:
        """Take one event. Departures that are due by ``told.at`` are finished first."""
        if self._next is None or self._next <= told.at:
            self._settle(told.at)
        if told.link:
            self._links.meet(told.link, told.at)
        self._handlers[type(event)](event, told)
        return self._effects()

    def due(self, now: datetime) -> Effects:
        """Finish the departures whose time has come, and end the 15 minutes of a new link."""
        self._settle(now)
        return self._effects()

    def next_due(self) -> datetime | None:
        """When ``due`` has something to do next."""
        dues = self._links.dues()
        departure = self._departures.next_due()
        return min(dues if departure is None else [*dues, departure], default=None)

    def release(self, link: str, told: Told) -> Effects:
        """Let the guests go whom a held resync no longer knew, as far as nothing was told of them since."""
        self._let_go(self._links.held.pop(link, []), told, acts=True)
        return self._effects()

    def held(self, link: str) -> int:
        """How many rooms a held resync would empty."""
        return len(self._emptied_by(self._links.held.get(link, ())))

    def empty(self, link: str) -> bool:
        """True if nothing is known of this link's rooms, so that a resync must be asked for (D-9)."""
        return link not in self._register.named.values()

    def occupied(self, room: str) -> bool:
        """True if somebody is in the room (D-1)."""
        return bool(self._register.guests(room))

    def learn(self, room: str, words: Words) -> None:
        """Take over words that somebody else has stored for a room (adopt, a restored backup)."""
        self._register.learn(room, words)

    def dump(self) -> dict[str, Any]:
        """Everything beyond ``said`` and ``named`` that a restart needs, as plain JSON values by name."""
        departures = kept_departures.entries(self._departures, self._departures.everything())
        return {name: plain for name, plain in {"links": self._links.dump(), **departures}.items() if plain}

    def news(self) -> dict[str, Any]:
        """The entries of ``dump`` that have changed since this was last asked; None where one is gone."""
        changed = kept_departures.entries(self._departures, self._departures.changed)
        self._departures.changed.clear()
        links = self._links.dump()
        if links != self._kept_links:
            self._kept_links = changed["links"] = links
        return changed

    # Guests

    def _checked_in(self, event: CheckedIn, told: Told) -> None:
        room, number = event.room, reservation(event.reservation)
        resync = self._mention(room, told)
        self._links.name(self._register.link(room), (room, number))
        if told.snapshot and resync is None:
            self._odd.append("swap_outside")
        here = self._where(room, number)
        if here == room:
            new = number is None and not told.snapshot
            self._update(room, number, event.details, event.statuses, told, anew=new)
            return
        acts = self._acts(told)
        if not told.snapshot:
            self._see_others_off(event, told, resync)
        if here is not None:
            self._odd.append("moved_by_checkin")
            self._move(here, room, number, event, told)
            return
        came = None if number is None else self._comings.recent(self._register.key(room, number), told)
        stated = resync is not None and not self._all_named(room, resync)
        self._comings.arrive(
            room,
            Arrival(
                guest(number, event.details), told, event.statuses, acts, came,
                last_in_line=self._last_in_line(room), apart=stated,
            ),
        )  # fmt: skip

    def _changed(self, event: Changed, told: Told) -> None:
        room, number = event.room, reservation(event.reservation)
        guests = self._register.guests(room)
        self._mention(room, told)
        if number is None and guests and find(guests, None) is None:
            if len(guests) > 1:
                self._unknown_among_others()
                return
            number = guests[0].reservation
        here = self._where(room, number)
        if here is None:
            self._as_checked_in(event, told, "unknown_reservation" if number else "nobody_there")
            return
        self._links.name(self._register.link(room), (room, number))
        if here == room:
            self._update(room, number, event.details, event.statuses, told)
        else:
            self._move(here, room, number, event, told)

    def _moved(self, event: Moved, told: Told) -> None:
        old, room, number = event.old, event.room, reservation(event.reservation)
        self._mention(old, told)
        self._mention(room, told)
        if number is None:
            self._everybody_moved(event, told)
            return
        here = self._where(old, number)
        if here is None:
            self._as_checked_in(event, told, "unknown_reservation")
            return
        self._links.name(self._register.link(room), (room, number))
        if here == room:
            self._update(room, number, event.details, event.statuses, told)
        else:
            self._move(here, room, number, event, told)

    def _everybody_moved(self, event: Moved, told: Told) -> None:
        """Without a reservation number all who are in the old room move; details are those of the only guest."""
        guests = self._register.guests(event.old)
        if event.room == event.old:
            return
        if not guests:
            self._as_checked_in(event, told, "nobody_there")
            return
        alone = len(guests) == 1
        for each in guests:
            self._links.name(self._register.link(event.room), (event.room, each.reservation))
            bare = event if alone else Moved(event.room, event.old, each.reservation, {}, event.statuses)
            self._move(event.old, event.room, each.reservation, bare, told)

    def _swapped(self, event: Swapped, told: Told) -> None:
        rooms = (event.room, event.other)
        occupied = [room for room in rooms if self._register.guests(room)]
        if not occupied or event.room == event.other:
            self._refused = "nobody_there"
        elif len(occupied) == 1:
            (old,) = occupied
            self._everybody_moved(Moved(rooms[old == event.room], old, None), told)
        else:
            self._comings.swap(*rooms, told)
            for room in rooms:
                self._mention(room, told)
                for each in self._register.guests(room):
                    self._links.name(self._register.link(room), (room, each.reservation))

    def _checked_out(self, event: CheckedOut, told: Told) -> None:
        room, number = event.room, reservation(event.reservation)
        resync = self._mention(room, told)
        guests = self._register.guests(room)
        if told.snapshot and resync is not None:
            self._stated_empty(room, number, told, resync)
            return
        if told.snapshot:
            self._odd.append("swap_outside")
            told = replace(told, snapshot=False)  # outside a resync it says that they have left, and no more
        if number is None:
            self._all_checked_out(room, told)
            return
        here = self._where(room, number)
        if here is not None:
            if here != room:
                self._odd.append("checkout_elsewhere")
            if told.source is Source.PMS:
                self._leave(here, number, told)
            else:
                self._comings.remove(here, [number], told, acts=True)
        elif self._departures.leaver(self._register.key(room, number)) is None:
            self._refused = "unknown_reservation"
            if guests:
                self._unknown_among_others()

    def _unknown_among_others(self) -> None:
        """Somebody whom nobody knows is spoken of in a room where others are (D-5)."""
        self._odd.append("unknown_reservation")
        self._refused = "unknown_reservation"

    def _all_checked_out(self, room: str, told: Told) -> None:
        guests = self._register.guests(room)
        if not guests and self._register.is_known(room):
            self._refused = "nobody_there"
        elif not guests or told.source is not Source.PMS:
            self._comings.empty(room, told, acts=self._acts(told))
        else:
            for each in guests:
                self._leave(room, each.reservation, told)

    def _stated_empty(self, room: str, number: str | None, told: Told, resync: Resync) -> None:
        """A resync says that a room is empty: who is in it leaves at its end, unless it names him."""
        if number is None:
            resync.emptied.add(room)
            if not self._register.is_known(room):
                self._comings.empty(room, told, acts=False)

    def _as_checked_in(self, event: Changed | Moved, told: Told, refused: str) -> None:
        """A PMS that changes or moves a guest whom nobody knows tells us of him (D-15b); the desk is mistaken."""
        if told.source is Source.PMS:
            self._checked_in(CheckedIn(event.room, event.reservation, event.details, event.statuses), told)
        else:
            self._refused = refused

    def _see_others_off(self, event: CheckedIn, told: Told, resync: Resync | None) -> None:
        """Guests who have left unnoticed: a new one is told to be alone (D-2), or a resync knew the room empty."""
        room = event.room
        gone = self._register.guests(room)
        if event.alone and self._rules_of(told.link).trust_gs:
            if gone:
                self._odd.append("stale_occupant")
        elif resync is not None and room in resync.emptied:
            gone = tuple(each for each in gone if not resync.knows((room, each.reservation)))
        else:
            return
        for each in gone:
            self._leave(room, each.reservation, told)

    def _update(
        self, room: str, number: str | None, details: Details, statuses: Statuses, told: Told, *,
        anew: bool = False,
    ) -> None:  # fmt: skip
        """What is told of a guest who is in the room already."""
        guests = self._register.guests(room)
        place = find(guests, number)
        if place is not None:
            before = guests[place]
            after = guest(number, details) if anew else changed(before, details)
            if after != before:
                self._register.seat(room, (*guests[:place], after, *guests[place + 1 :]), told.origin)
        if len(guests) > 1 and statuses.get(Field.PRIVATE, True) is not True:
            statuses = {of: value for of, value in statuses.items() if of is not Field.PRIVATE}
        self._tell(room, statuses, told)

    def _move(
        self, old: str, room: str, number: str | None, event: CheckedIn | Changed | Moved, told: Told
    ) -> None:
        if room not in self._register.named and old in self._register.named:
            self._register.name(
                room, self._register.named[old], told.origin
            )  # it has a guest of that PMS now
        guests = self._register.guests(old)
        mover = changed(guests[find(guests, number) or 0], event.details)
        came = self._leave(old, number, told)
        if number is not None:
            self._departures.take(self._register.key(old, number))
        last_in_line = self._last_in_line(room)
        arrival = Arrival(mover, told, event.statuses, self._acts(told), came, last_in_line=last_in_line)
        self._comings.arrive(room, arrival)
        if told.source is not Source.PMS:
            self._comings.finish(old)

    def _leave(self, room: str, number: str | None, told: Told) -> Leaver:
        return self._comings.leave(room, number, told, acts=self._acts(told))

    # Statuses and wake-ups

    def _status_told(self, event: StatusTold, told: Told) -> None:
        self._mention(event.room, told)
        self._tell(event.room, event.statuses, told)

    def _tell(self, room: str, statuses: Statuses, told: Told) -> None:
        if statuses:
            rules = self._rules
            calling = rules.occupied_calling if self.occupied(room) else rules.vacant_calling
            repeating = told.link in self._links.running
            self._comings.tell(room, told_statuses(statuses, told.origin, calling), repeating=repeating)

    def _wakeup_asked(self, event: WakeupAsked, told: Told) -> None:
        self._mention(event.room, told)
        now, origin = self._local(told.at), told.origin
        self._comings.change_calls(
            event.room, lambda words: wakeups.asked(words, event.time, origin, now), latest_only=True
        )

    def _wakeup_cancelled(self, event: WakeupCancelled, told: Told) -> None:
        self._mention(event.room, told)
        now, origin = self._local(told.at), told.origin
        changed_any = self._comings.change_calls(
            event.room, lambda words: wakeups.cancelled(words, event.time, origin, now)
        )
        if not changed_any:
            self._refused = "no_such_wakeup"

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._rules.zone).replace(tzinfo=None)

    # Resync

    def _resync_began(self, _event: ResyncBegan, told: Told) -> None:
        if told.link in self._links.running:
            self._odd.append("swap_abandoned")
        self._links.running[told.link] = Resync()

    def _resync_broken(self, _event: ResyncBroken, told: Told) -> None:
        if self._links.running.pop(told.link, None) is not None:
            self._odd.append("swap_abandoned")

    def _resync_ended(self, _event: ResyncEnded, told: Told) -> None:
        resync = self._links.running.pop(told.link, None)
        if resync is None:
            return
        gone = [
            (room, each.reservation)
            for room in sorted(resync.mentioned)
            for each in self._register.guests(room)
            if not resync.knows((room, each.reservation))
        ]
        allowed = max(1, int(self._rules.max_blanked * self._rooms_of(told.link)))
        self._links.held.pop(told.link, None)
        if len(self._emptied_by(gone)) > allowed:
            self._links.held[told.link] = gone
            self._odd.append("resync_held")
        else:
            self._let_go(gone, told, acts=self._acts(told))
        self._links.since[told.link] = None

    def _let_go(self, gone: list[tuple[str, str | None]], told: Told, *, acts: bool) -> None:
        """These guests have left unnoticed."""
        by_room: dict[str, list[str | None]] = {}
        for room, number in gone:
            by_room.setdefault(room, []).append(number)
        for room, numbers in by_room.items():
            self._comings.remove(room, numbers, told, acts=acts)

    def _emptied_by(self, gone: list[tuple[str, str | None]] | tuple[()]) -> set[str]:
        """The rooms that nobody would be left in."""
        leaving = set(gone)
        return {
            room
            for room in {room for room, _ in gone}
            if all((room, each.reservation) in leaving for each in self._register.guests(room))
        }

    def _all_named(self, room: str, resync: Resync) -> bool:
        return all(resync.knows((room, each.reservation)) for each in self._register.guests(room))

    def _rooms_of(self, link: str) -> int:
        return sum(1 for each in self._register.named.values() if each == link)

    # What all of them need

    def _mention(self, room: str, told: Told) -> Resync | None:
        """A link names its rooms by speaking of them; answer its resync under way."""
        if not told.link:
            return None
        self._register.name(room, told.link, told.origin)
        resync = self._links.running.get(told.link)
        if resync is not None:
            resync.mentioned.add(room)
        return resync

    def _where(self, room: str, number: str | None) -> str | None:
        """Where this guest is; one without a number can only be in this room.

        A number that the desk gave in a room that no link has named is that of whichever link knows it.
        """
        if number is None:
            return None if find(self._register.guests(room), None) is None else room
        link = self._register.link(room)
        for each in (link, "") if link else ("", *self._links.since):
            here = self._register.where((each, number))
            if here is not None:
                return here
        return None

    def _acts(self, told: Told) -> bool:
        """False where what is told states how things are, so that nothing must be deleted for it."""
        return not told.snapshot and not self._links.is_new(told.link)

    def _is_open(self, room: str) -> bool:
        return self._register.link(room) in self._links.running

    def _last_in_line(self, room: str) -> bool:
        return self._rules_of(self._register.link(room)).guest_shown == "first"

    def _rules_of(self, link: str) -> LinkRules:
        return self._rules.links.get(link, _BY_DEFAULT)

    def _settle(self, now: datetime) -> None:
        due = self.next_due()
        if due is not None and due <= now:
            self._comings.settle(now, self._is_open)
            self._links.settle(now)
            due = self.next_due()
        self._next = due

    def _effects(self) -> Effects:
        register = self._register
        effects = Effects(frozenset(register.touched), tuple(self._odd), self._refused)
        register.touched.clear()
        self._odd.clear()
        self._refused = ""
        return effects
