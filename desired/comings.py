"""Comings and goings: what becomes of a room, its mailbox and its wake-ups when guests leave, arrive and move.

Every move is a leaving and an arriving, whether the PMS told it as one record or as two (FIAS 7.4, D-14):

* Whoever leaves takes along what is his only if he is the last of his party: statuses and wake-up calls of a room
  that stays occupied stay with it. The name goes at once, what cannot be taken back waits (``desired.departures``).
* Whoever arrives within 20 seconds of leaving is a mover. Into an empty room he brings the statuses and wake-ups;
  in an occupied one the statuses of those who live there hold, and only the wake-up calls are added.
* In a swap the first mover finds the room occupied. His belongings are kept apart there as those of a second
  party, until the first one has moved on: then they hold, so that each guest keeps his own do-not-disturb, class
  of service, lamp and wake-ups. Voice messages cannot follow in Zoom, so the mailbox of a room is cleared as of the
  moment at which the last of those who lived there left it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from desired.belongings import STATUSES, Party, cleared, laid_out, pack, pick, put, told_statuses, vacated
from desired.departures import WINDOW, Departures, Gathering, Leaver, Vacancy
from desired.document import Guest
from desired.events import Details, Statuses, Told
from desired.guests import Guests, back_in_place, find, has_name
from desired.quarters import Quarters
from desired.rack import Key, Rack
from desired.rules import Rules
from desired.said import Field, Origin, Said, Words
from desired.sources import check_out


@dataclass(frozen=True, slots=True)
class Arrival:
    """A guest who comes into a room. ``came`` is the departure from which he comes, of this or another room.

    ``acts`` is False where things are only stated, such as in a first resync. ``last_in_line``: the room shows the
    guest who came first. ``apart``: he may live here instead of the others and not with them, which only the end
    of a resync will show.
    """

    guest: Guest
    told: Told
    statuses: Statuses
    acts: bool
    came: Leaver | None = None
    last_in_line: bool = True
    apart: bool = False

    @property
    def number(self) -> str | None:
        """The guest's reservation number."""
        return self.guest.reservation


class Comings:
    """Moves the guests of a rack about. ``acts``: see ``Arrival``."""

    def __init__(self, rack: Rack, departures: Departures, quarters: Quarters, rules: Rules) -> None:
        self._rack = rack
        self._departures = departures
        self._quarters = quarters
        self._rules = rules

    # Leaving

    def leave(self, room: str, number: str | None, told: Told, *, acts: bool) -> Leaver:
        """A guest is no longer in a room; he may yet come in again."""
        rack, departures = self._rack, self._departures
        guests = rack.guests(room)
        key = None if number is None else rack.key(room, number)
        before = [each.order for each in departures.from_room(room).values() if number in each.order]
        order = before[0] if before else tuple([each.reservation for each in guests])
        leaver = Leaver(room, told.at, told.of, told.moment, told.origin, order)
        if key is not None:
            departures.leave(key, leaver)
        self._part(room, number)
        rest = tuple([each for each in guests if each.reservation != number])
        if rest:
            rack.seat(room, rest, leaver.origin)
        else:
            self._vacate(room, leaver, told, acts=acts)
        return leaver

    def empty(self, room: str, told: Told, *, acts: bool) -> None:
        """Everybody has left a room, and comes in again only by a new check-in."""
        words, origin = self._rack.words(room), told.origin
        self._departures.forget(room)
        if acts:
            after = check_out(words, at=told.moment, origin=origin, vacant_calling=self._rules.vacant_calling)
        else:
            after = vacated(words, origin, self._rules.vacant_calling, keep_dnd=True)
        self._rack.seat(room, (), origin, after)

    def remove(self, room: str, gone: Collection[str | None], told: Told, *, acts: bool) -> None:
        """Some guests have left a room unnoticed, and come in again only by a new check-in."""
        guests = self._rack.guests(room)
        rest = tuple(each for each in guests if each.reservation not in gone)
        if len(rest) == len(guests):
            return
        if not rest:
            self.empty(room, told, acts=acts)
            return
        for number in gone:
            self._part(room, number)
        self._rack.seat(room, rest, told.origin)
        gathering = self._departures.gathering(room)
        if gathering is not None and not gathering.parties[0].owners:
            self._quarters.hand_over(
                room, gathering, gathering.parties[0], told.moment, told.origin, acts=acts
            )

    def _part(self, room: str, number: str | None) -> None:
        gathering = self._departures.gathering(room)
        if gathering is None:
            return
        self._departures.changed.add(room)
        if number is None:
            gathering.aside = None
        for party in gathering.parties:
            if number in party.owners:
                party.owners.remove(number)
                party.gone.append(number)

    def _vacate(self, room: str, leaver: Leaver, told: Told, *, acts: bool) -> None:
        """The last guest has left a room: his party's belongings go with him, and the name goes at once."""
        rack, departures = self._rack, self._departures
        words = rack.words(room)
        gathering = departures.disperse(room)
        leavers = departures.from_room(room)
        for party in gathering.parties if gathering is not None else [Party([], words)]:
            last = next((rack.key(room, each) for each in party.gone[::-1] if each is not None), None)
            owner = leaver if last is None else leavers.get(last, leaver)
            owner.luggage = _together(owner.luggage, pack(party.words))
            departures.changed.update([key for key, each in leavers.items() if each is owner])
        origin = leaver.origin
        after = vacated(words, origin, self._rules.vacant_calling, keep_dnd=not acts)
        rack.seat(room, (), origin, after)
        if acts:
            numbers = frozenset([number for _, number in leavers])
            departures.vacate(room, Vacancy(numbers, told.at, leaver.moment, origin))

    # Arriving

    def recent(self, key: Key, told: Told) -> Leaver | None:
        """The guest's departure of the last 20 seconds, by receipt and by the records' own times.

        One that the PMS delivers late, together with a later check-in, was a departure for good.
        """
        leaver = self._departures.take(key)
        if leaver is None or told.of is None or leaver.of is None or abs(told.of - leaver.of) <= WINDOW:
            return leaver
        vacancy = self._departures.vacancy(leaver.room)
        if vacancy is not None and key[1] in vacancy.leavers:
            self._quarters.finish(leaver.room)
        return None

    def arrive(self, room: str, new: Arrival) -> None:
        """A guest is in a room now."""
        rack, came = self._rack, new.came
        guests = rack.guests(room)
        luggage = None if came is None else self._claim(came, new.number, room, acts=new.acts)
        home = came is not None and came.room == room
        seated = back_in_place(guests, new.guest, came.order) if came is not None and home else None
        if seated is None:
            # Of two guests without a number nobody could say later which of them is meant.
            others = [each for each in guests if each.reservation or new.number]
            seated = (*others, new.guest) if new.last_in_line else (new.guest, *others)
        origin = new.told.origin
        said = told_statuses(new.statuses, origin, self._rules.occupied_calling)
        if not guests:
            words = self._settled_in(room, new, said, luggage, origin)
        elif luggage is None and not new.apart and (came is None or home):
            words = self._shared(room, new, said)
        else:
            words = self._joined(room, new, said, luggage, origin)
            self._step_aside(room, guests, seated)
        rack.seat(room, seated, origin, words)

    def _settled_in(
        self, room: str, new: Arrival, said: Words, luggage: Words | None, origin: Origin
    ) -> Words:
        """The words of an empty room after somebody came in."""
        came = new.came
        home = came is not None and came.room == room
        vacancy = self._departures.vacancy(room)
        if vacancy is not None and home and new.number in vacancy.leavers:
            self._departures.reopen(room)
        elif vacancy is not None:
            self._quarters.finish(room)
        words = self._rack.words(room)
        if came is None and new.acts:
            at, calling = new.told.moment, self._rules.occupied_calling
            words = check_out(words, at=at, origin=origin, vacant_calling=calling)
            for word in said:
                words = put(words, word)
            return words
        if luggage is None and not new.acts:
            party = Party([new.number], _opened(words, origin, self._rules.occupied_calling))
        else:
            party = Party([new.number], luggage or (), assumed=origin, whole=luggage is not None)
            party.fill(pick(words, Field.WAKEUPS))
        party.tell(said)
        if came is not None and not home:
            party.came_from = came.room
            self._departures.gather(room, Gathering([party], new.told.at))
        return laid_out(words, [party], self._rules.occupied_calling)

    def _shared(self, room: str, new: Arrival, said: Words) -> Words:
        """The words of an occupied room that somebody shares now: only his privacy is the room's."""
        gathering = self._departures.gathering(room)
        private = tuple(word for word in said if word.field is Field.PRIVATE and word.value)
        if gathering is None:
            words = self._rack.words(room)
            return put(words, private[0]) if private else words
        gathering.residents(new.number).tell(private)
        return self._quarters.lay_out(room, gathering)

    def _joined(self, room: str, new: Arrival, said: Words, luggage: Words | None, origin: Origin) -> Words:
        """The words of an occupied room into which somebody moved: his belongings are kept apart at first."""
        at = new.told.at
        gathering = self._departures.gathering(room)
        if gathering is None:
            living = [each.reservation for each in self._rack.guests(room)]
            theirs = pick(self._rack.words(room), *STATUSES, Field.WAKEUPS)
            gathering = Gathering([Party(living, theirs)], at)
        gathering.at = at
        self._departures.gather(room, gathering)
        party = gathering.arrivals(new.number, new.came, origin)
        party.whole = party.whole or luggage is not None
        party.fill(luggage or ())
        party.tell(said)
        return self._quarters.lay_out(room, gathering)

    def _step_aside(self, room: str, before: Guests, seated: Guests) -> None:
        """Who is shown no more, because a mover has no number either, may yet move on as the second of a swap."""
        gathering = self._departures.gathering(room)
        place = find(before, None)
        if gathering is not None and place is not None and before[place] not in seated:
            gathering.aside = before[place]
            self._departures.changed.add(room)

    def aside(self, room: str, to: str, details: Details) -> Guest | None:
        """The guest who gave way in this room, if it is he who now moves on, and not the one for whom he did.

        His name says so, or that he goes where the other came from, and nobody says that it is the other.
        """
        gathering = self._departures.gathering(room)
        if gathering is None or gathering.aside is None:
            return None
        shown = self._rack.guests(room)
        is_back = has_name(shown[find(shown, None) or 0], details)
        swaps = any(party.came_from == to for party in gathering.parties[1:])
        goes = has_name(gathering.aside, details) or (swaps and not is_back)
        return gathering.aside if goes else None

    def leave_aside(self, room: str, told: Told) -> Leaver:
        """The guest who gave way in this room has left it; whoever came stays."""
        gathering = self._departures.gathering(room)
        if gathering is not None:
            self._departures.changed.add(room)
            gathering.aside = None
            his = next(party for party in gathering.parties if None in party.owners)
            his.owners.remove(None)
            his.gone.append(None)
        return Leaver(room, told.at, told.of, told.moment, told.origin, (None,))

    def _claim(self, came: Leaver, number: str | None, room: str, *, acts: bool) -> Words | None:
        """What a mover brings along: his party's belongings, if he was the last to leave."""
        luggage, came.luggage = came.luggage, None
        gathering = self._departures.gathering(came.room)
        if luggage is None and gathering is not None and came.room != room:
            party = gathering.left_by(number)
            if party is not None:
                luggage = pack(party.words)
                self._quarters.hand_over(came.room, gathering, party, came.moment, came.origin, acts=acts)
        if luggage is None:
            for key, mate in self._departures.from_room(came.room).items():
                if mate.luggage is not None and came.room == room:
                    luggage, mate.luggage = mate.luggage, None
                elif mate.luggage is not None and number is not None:
                    mate.heir = self._rack.key(room, number)
                self._departures.changed.add(key)
        if luggage is not None and came.room != room:
            self._moved_out(came, luggage)
        return luggage

    def _moved_out(self, came: Leaver, luggage: Words) -> None:
        """What went along is no longer in the room that was left (where nothing is deleted, DND had stayed)."""
        self._quarters.move_calls(pick(luggage, Field.WAKEUPS), came.room)
        words = self._rack.words(came.room)
        dnd = pick(luggage, Field.DND)
        if not self._rack.guests(came.room) and any(word in dnd for word in words):
            off = Said(Field.DND, "off", came.origin)
            self._rack.write(came.room, (*(word for word in words if word not in dnd), off))

    # What time brings, and swaps

    def settle(self, now: datetime, is_open: Callable[[str], bool]) -> None:
        """Finish what is 20 seconds old; parties in rooms of an open resync wait for its end."""
        departures = self._departures
        left, vacant, gathered = departures.due(now, is_open)
        for key in left:
            leaver = departures.take(key)
            if leaver is not None:
                self._inherit(leaver)
        for room in vacant:
            self._quarters.finish(room)
        for room in gathered:
            departures.disperse(room)

    def _inherit(self, leaver: Leaver) -> None:
        """The last guest did not come in again: the wake-ups go to one who did after all had left."""
        room = None if leaver.heir is None else self._rack.where(leaver.heir)
        if room is None or not leaver.luggage:
            return
        self._quarters.move_calls(pick(leaver.luggage, Field.WAKEUPS), leaver.room, room)

    def swap(self, room: str, other: str, told: Told) -> None:
        """The guests of two occupied rooms change places; nothing passes through vacant."""
        rack, departures, origin = self._rack, self._departures, told.origin
        both = ((room, other), (other, room))
        for each, _ in both:
            departures.forget(each)
        after = {}
        for each, from_room in both:
            own = (word for word in rack.words(each) if word.field not in {*STATUSES, Field.WAKEUPS})
            words = (*own, *pack(rack.words(from_room)))
            after[each] = (rack.guests(from_room), cleared(words, told.moment, origin))
        for each in after:
            rack.seat(each, (), origin)
        for each, (guests, words) in after.items():
            rack.seat(each, guests, origin, words)


def _together(before: Words | None, more: Words) -> Words:
    if before is None:
        return more
    party = Party([], before)
    party.fill(more)
    return party.words


def _opened(words: Words, origin: Origin, occupied_calling: str) -> Words:
    """The belongings of a room that is stated to be occupied: as told, but nobody is barred from calling."""
    kept = pick(words, *STATUSES, Field.WAKEUPS)
    was_vacant = any(word.field is Field.OCCUPIED and not word.value for word in words)
    if was_vacant or not pick(words, Field.CALLING):
        kept = put(kept, Said(Field.CALLING, occupied_calling, origin))
    return kept
