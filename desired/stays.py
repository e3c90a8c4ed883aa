"""Stays: what PMS, desk and telephone tell of guests becomes what each room should be.

Input is events (``desired.events``), output is words (``desired.said``): everything that the sources other than
files say of a room. Pure: no I/O, no clock; the moments come with what is told. This is the front of it, with
statuses, wake-up calls and the ends of resyncs; what is told of guests goes on to ``desired.guestbook``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from desired import kept_departures, wakeups
from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    StatusTold,
    Swapped,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.guestbook import GuestBook
from desired.guests import find
from desired.moves import Moves
from desired.rack import Rack
from desired.resync import FEW, Links, Resync, Stay
from desired.rules import LinkRules, Rules
from desired.said import Words

__all__ = ["Effects", "LinkRules", "Rules", "Stays", "Words"]


class Effects(NamedTuple):
    """What came of an event: whose words changed (``Stays.said`` has them all), and what was odd.

    ``anomalies``: names of the contract, section 5, one for each time. ``refused`` is "" or says in one word why
    an event changed nothing that was asked for: nobody_there, unknown_reservation, in_another_room, another_guest,
    no_such_wakeup.
    """

    rooms: frozenset[str] = frozenset()
    anomalies: tuple[str, ...] = ()
    refused: str = ""


class Stays:
    """Who is in the house, and everything that the sources other than files say of the rooms.

    ``said`` are the stored words by room, ``named`` which link has named which room, ``memory`` what ``dump``
    gave. The three must be stored in one transaction with the effects of what was heard. ``is_ours``: whether the
    hotel looks after a room; a PMS may speak of others, too.
    """

    def __init__(
        self,
        rules: Rules,
        said: Mapping[str, Words] | None = None,
        named: Mapping[str, str] | None = None,
        memory: Mapping[str, Any] | None = None,
        *,
        is_ours: Callable[[str], bool] = lambda _room: True,
    ) -> None:
        memory = memory or {}
        self._rules = rules
        self._is_ours = is_ours
        self._rack = Rack(said or {}, named or {})
        self._departures = kept_departures.load(memory)
        self._moves = Moves(memory)
        self._links = Links.load(memory.get("links", {}))
        self._links.know(self._rack.named.values())
        self._book = GuestBook(self._rack, self._departures, self._moves, self._links, rules)
        self._kept_links = memory.get("links")
        self._kept = set(memory)
        self._next: datetime | None = None
        """Nothing is due before this; whatever is added later is due later."""
        self._handlers: dict[type, Callable[[Any, Told], None]] = {
            CheckedIn: self._book.checked_in,
            Changed: self._book.changed,
            Moved: self._book.moved,
            Swapped: self._book.swapped,
            CheckedOut: self._book.checked_out,
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
        return self._rack.said

    @property
    def named(self) -> Mapping[str, str]:
        """The link that has named each room; where none has, files decide who is in."""
        return self._rack.named

    def hear(self, event: Event, told: Told) -> Effects:
        """Take one event. Departures that are due by ``told.at`` are finished first."""
        if self._next is None or self._next <= told.at:
            self._settle(told.at)
        if told.link:
            self._links.meet(told.link, told.at)
        self._handlers[type(event)](event, told)
        if not told.link:
            self._book.odd.clear()  # the desk is told when it is mistaken; only records are odd
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
        """Let the guests go whom a held resync no longer knew: who is still in, and not heard of since."""
        gone = self._links.on_hold(link)
        self._links.held.pop(link, None)
        self._let_go(gone, told, acts=True)
        return self._effects()

    def held(self, link: str) -> int:
        """How many rooms a held resync would empty; or take a guest out of, where it would empty none any more."""
        held = [stay for stay in self._links.on_hold(link) if self._is_ours(stay[0])]
        return len(self._emptied_by(held) or {room for room, _ in held})

    def resyncing(self) -> tuple[str, ...]:
        """The links with a resync under way; right after a start those whose resync the last stop has cut off."""
        return tuple(self._links.running)

    def empty(self, link: str) -> bool:
        """True if nothing is known of this link's rooms, so that a resync must be asked for (D-9)."""
        return link not in self._rack.named.values()

    def settled(self, link: str) -> bool:
        """True if a link has told of its rooms: a first resync has ended, or 15 minutes of records have passed."""
        return not self.empty(link) and not self._links.is_new(link)

    def occupied(self, room: str) -> bool:
        """True if somebody is in the room (D-1)."""
        return bool(self._rack.guests(room))

    def is_known(self, room: str) -> bool:
        """True if PMS or desk ever said who is in the room, or that nobody is."""
        return self._rack.is_known(room)

    def just_left(self, room: str) -> bool:
        """True for the 20 seconds in which the last guest of a room may yet turn out to have moved."""
        return self._departures.vacancy(room) is not None

    def where(self, room: str, reservation: str) -> str | None:
        """The room of the guest whom somebody means by this number in ``room``; None if nobody has it."""
        return self._book.where(room, reservation)

    def learn(self, room: str, words: Words, link: str | None = None) -> None:
        """Take over words that somebody else has stored for a room (adopt, a restored backup), or tells of it.

        ``link`` is the one that has named the room ("": none has, None: that is not told).
        """
        self._rack.learn(room, words, link)
        self._links.drop_held(self._has_left)

    def dump(self) -> dict[str, Any]:
        """Everything beyond ``said`` and ``named`` that a restart needs, as plain JSON values by name."""
        departures = kept_departures.entries(self._departures, self._departures.everything())
        entries = {"links": self._links.dump(), **departures, **self._moves.dump()}
        return {name: plain for name, plain in entries.items() if plain}

    def news(self) -> dict[str, Any]:
        """The entries of ``dump`` that have changed since this was last asked; None where one is gone."""
        changed = kept_departures.entries(self._departures, self._departures.changed)
        self._departures.changed.clear()
        changed |= self._moves.news()
        links = self._links.dump()
        if links != self._kept_links:
            self._kept_links = changed["links"] = links
        news = {name: plain for name, plain in changed.items() if plain is not None or name in self._kept}
        for name, plain in news.items():
            (self._kept.discard if plain is None else self._kept.add)(name)
        return news

    # Statuses and wake-ups

    def _status_told(self, event: StatusTold, told: Told) -> None:
        self._book.mention(event.room, told)
        self._book.tell(event.room, event.statuses, told)

    def _wakeup_asked(self, event: WakeupAsked, told: Told) -> None:
        self._book.mention(event.room, told)
        # Of a group's calls, all told in one second, each must stay its own room's when guests move.
        now, origin = self._local(told.at), told.origin._replace(field=f"wakeups of {event.room}")
        self._book.quarters.ask(event.room, lambda words: wakeups.asked(words, event.time, origin, now))

    def _wakeup_cancelled(self, event: WakeupCancelled, told: Told) -> None:
        self._book.mention(event.room, told)
        now, origin = self._local(told.at), told.origin
        if not self._book.quarters.cancel(
            event.room, lambda words: wakeups.cancelled(words, event.time, origin, now)
        ):
            self._book.refused = "no_such_wakeup"

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._rules.zone).replace(tzinfo=None)

    # Resync

    def _resync_began(self, _event: ResyncBegan, told: Told) -> None:
        if told.link in self._links.running:
            self._book.odd.append("swap_abandoned")
        rooms = self._rooms_of(told.link)
        stays = [(room, each.reservation) for room in rooms for each in self._rack.guests(room)]
        self._links.begin(told.link, stays)

    def _resync_broken(self, _event: ResyncBroken, told: Told) -> None:
        if self._links.running.pop(told.link, None) is not None:
            self._book.odd.append("swap_abandoned")
            self._next = None  # what waited for its end may be due

    def _resync_ended(self, _event: ResyncEnded, told: Told) -> None:
        resync = self._links.running.pop(told.link, None)
        if resync is None:
            return
        gone = [
            (room, each.reservation)
            for room in sorted(resync.mentioned)
            for each in self._rack.guests(room)
            if not resync.knows((room, each.reservation))
        ]
        self._links.held.pop(told.link, None)
        if self._too_many(told.link, self._emptied_by(gone), resync):
            self._links.hold(told.link, gone)
            self._book.odd.append("resync_held")
        else:
            self._let_go(gone, told, acts=self._book.acts(told))
        for room, left in self._links.be_known(told.link).items():
            if room in resync.mentioned and not self._rack.guests(room):
                self._book.quarters.ring_off(room, left.moment, left.origin)

    def _let_go(self, gone: list[Stay], told: Told, *, acts: bool) -> None:
        """These guests have left unnoticed."""
        by_room: dict[str, list[str | None]] = {}
        for room, number in gone:
            by_room.setdefault(room, []).append(number)
        for room, numbers in by_room.items():
            self._book.comings.remove(room, numbers, told, acts=acts)

    def _emptied_by(self, gone: list[Stay]) -> set[str]:
        """The rooms of ours that nobody would be left in."""
        leaving = set(gone)
        return {
            room
            for room in {room for room, _ in gone}
            if self._is_ours(room)
            and all((room, each.reservation) in leaving for each in self._rack.guests(room))
        }

    def _rooms_of(self, link: str) -> list[str]:
        """The rooms of ours that a link has named."""
        return [room for room, by in self._rack.named.items() if by == link and self._is_ours(room)]

    def _too_many(self, link: str, emptied: set[str], resync: Resync) -> bool:
        """True if a person must look first: a PMS that has lost its guests tells an empty house, in any season.

        Who came in while it told so proves nothing, nor does a guest in a room that nobody looks after.
        """
        if len(emptied) > max(1, int(self._rules.max_blanked * len(self._rooms_of(link)))):
            return True
        return len(emptied) > FEW and resync.knows_nobody()

    def _has_left(self, stay: Stay) -> bool:
        room, number = stay
        return find(self._rack.guests(room), number) is None

    def _is_open(self, room: str) -> bool:
        return self._rack.link(room) in self._links.running

    def _settle(self, now: datetime) -> None:
        due = self.next_due()
        if due is not None and due <= now:
            self._book.comings.settle(now, self._is_open)
            self._links.settle(now)
            self._moves.forget(lambda key: self._rack.where(key) is None)
            due = self.next_due()
        self._next = due

    def _effects(self) -> Effects:
        self._links.drop_held(self._has_left)
        book, touched = self._book, self._rack.touched
        effects = Effects(frozenset(touched), tuple(book.odd), book.refused)
        touched.clear()
        book.odd.clear()
        book.refused = ""
        return effects
