"""The guest book: what records and the desk say of guests, taken down by the decisions of the FIAS sheet.

The guests of a room *are* its GUESTS word, which is of the event that last changed it. Only the reservations held
say whether a room is occupied (D-1). A guest without a reservation number is the only one of that kind in his room,
and a new check-in of such a guest says anew who he is. How guests come and go is in ``desired.comings``.
"""

from __future__ import annotations

from desired.belongings import told_statuses
from desired.comings import Arrival, Comings
from desired.departures import Departures, Leaver
from desired.document import Guest
from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Details,
    Moved,
    Statuses,
    Swapped,
    Told,
)
from desired.guests import changed, find, guest, has_name, numbered, reservation
from desired.moves import Moves
from desired.quarters import Quarters
from desired.rack import Rack
from desired.resync import Links, Resync
from desired.rules import Rules
from desired.said import Field, Source


class GuestBook:
    """Takes down what is told of guests. ``odd`` names what was odd, ``refused`` says why nothing was done."""

    def __init__(self, rack: Rack, departures: Departures, moves: Moves, links: Links, rules: Rules) -> None:
        self._rack = rack
        self._departures = departures
        self._moves = moves
        self._links = links
        self._rules = rules
        self.quarters = Quarters(rack, departures, rules)
        self.comings = Comings(rack, departures, self.quarters, rules)
        self.odd: list[str] = []
        self.refused = ""

    def checked_in(self, event: CheckedIn, told: Told) -> None:
        """A guest is in a room."""
        room, number = event.room, reservation(event.reservation)
        if told.source is not Source.PMS and number is not None:
            self.refused = self._taken(event, number)
            if self.refused:
                return
        resync = self.mention(room, told)
        self._name(room, number, told)
        if told.snapshot and resync is None:
            self.odd.append("swap_outside")
        here = self.where(room, number)
        if here is None and number is not None and self._gets_his_number(room, number, event.details, told):
            here = room
        if here == room:
            new = number is None and not told.snapshot
            self._update(room, number, event.details, event.statuses, told, anew=new)
            return
        acts = self.acts(told)
        if not told.snapshot:
            self._see_others_off(event, told, resync)
        if here is not None:
            self.odd.append("moved_by_checkin")
            self._move(here, room, number, event, told)
            return
        came = None if number is None else self.comings.recent(self._rack.key(room, number), told)
        if number is not None and came is not None and came.room != room:
            self._moves.note(self._rack.key(room, number), told.of)
        stated = resync is not None and not self._all_named(room, resync)
        self.comings.arrive(
            room,
            Arrival(
                guest(number, event.details), told, event.statuses, acts, came,
                last_in_line=self._last_in_line(room), apart=stated,
            ),
        )  # fmt: skip

    def changed(self, event: Changed, told: Told) -> None:
        """Something about a guest is different now."""
        room, number = event.room, reservation(event.reservation)
        guests = self._rack.guests(room)
        self.mention(room, told)
        if number is None and guests and find(guests, None) is None:
            if len(guests) > 1:
                self._unknown_among_others()
                return
            number = guests[0].reservation
        here = self.where(room, number)
        if here is None:
            self._as_checked_in(event, told, "unknown_reservation" if number else "nobody_there")
            return
        self._name(room, number, told)
        if here == room:
            self._update(room, number, event.details, event.statuses, told)
        else:
            self._move(here, room, number, event, told)

    def moved(self, event: Moved, told: Told) -> None:
        """A guest, or everybody, went to another room."""
        old, room, number = event.old, event.room, reservation(event.reservation)
        self.mention(old, told)
        self.mention(room, told)
        if number is None:
            self._everybody_moved(event, told)
            return
        here = self.where(old, number)
        if here is None or (here != old and told.source is not Source.PMS):
            self._as_checked_in(event, told, "unknown_reservation")
            return
        self._name(room, number, told)
        if here == room:
            self._update(room, number, event.details, event.statuses, told)
        else:
            self._move(here, room, number, event, told)

    def _everybody_moved(self, event: Moved, told: Told) -> None:
        """Without a reservation number all who are in the old room move; details are those of the only guest."""
        guests = self._rack.guests(event.old)
        if event.room == event.old:
            return
        if not guests:
            self._as_checked_in(event, told, "nobody_there")
            return
        aside = self.comings.aside(event.old, event.room, event.details)
        if aside is not None and told.source is Source.PMS:  # the desk means whom it sees
            self._name(event.room, None, told)
            came = self.comings.leave_aside(event.old, told)
            self._arrive(event.room, changed(aside, event.details), came, event, told)
            return
        alone = len(guests) == 1
        for each in guests:
            self._name(event.room, each.reservation, told)
            bare = event if alone else Moved(event.room, event.old, each.reservation, {}, event.statuses)
            self._move(event.old, event.room, each.reservation, bare, told)

    def swapped(self, event: Swapped, told: Told) -> None:
        """The guests of two rooms change places."""
        rooms = (event.room, event.other)
        occupied = [room for room in rooms if self._rack.guests(room)]
        if not occupied or event.room == event.other:
            self.refused = "nobody_there"
        elif len(occupied) == 1:
            (old,) = occupied
            self._everybody_moved(Moved(rooms[old == event.room], old, None), told)
        else:
            self.comings.swap(*rooms, told)
            for room in rooms:
                self.mention(room, told)
                for each in self._rack.guests(room):
                    self._name(room, each.reservation, told)

    def checked_out(self, event: CheckedOut, told: Told) -> None:
        """A guest, or everybody, has left."""
        room, number = event.room, reservation(event.reservation)
        resync = self.mention(room, told)
        if told.snapshot and resync is not None:
            self._stated_empty(room, number, told, resync)
            return
        if told.snapshot:
            self.odd.append("swap_outside")
            told = told._replace(snapshot=False)  # outside a resync it says that they have left, and no more
        here = self.where(room, number)
        self._links.leave(here or room, told)
        if number is None:
            self._all_checked_out(room, told)
        elif here is None:
            self._stranger_checked_out(room, number, told)
        elif told.source is Source.PMS:
            self._guest_checked_out(here, room, number, told)
        elif here == room:
            self.comings.remove(room, [number], told, acts=True)
        else:
            self.refused = "unknown_reservation"  # the desk means whom it sees in that room

    def _guest_checked_out(self, here: str, room: str, number: str, told: Told) -> None:
        """A guest has left wherever he is, unless that was before he moved there (D-5)."""
        if here != room:
            self.odd.append("checkout_elsewhere")
            if self._moves.are_later(self._rack.key(here, number), told.of):
                self.refused = "in_another_room"
                return
        self._leave(here, number, told)

    def _stranger_checked_out(self, room: str, number: str, told: Told) -> None:
        """Somebody left whom nobody knows, or who is known to have left just now (D-5)."""
        if self._departures.leaver(self._rack.key(room, number)) is not None:
            return
        self.refused = "unknown_reservation"
        if self._rack.guests(room):
            self._unknown_among_others()
        elif self._rack.shows_adopted_guests(room):
            # Who was adopted has no reservation number; that he has left must not leave his name behind.
            self.comings.empty(room, told, acts=self.acts(told))

    def _unknown_among_others(self) -> None:
        """Somebody whom nobody knows is spoken of in a room where others are (D-5)."""
        self.odd.append("unknown_reservation")
        self.refused = "unknown_reservation"

    def _all_checked_out(self, room: str, told: Told) -> None:
        guests = self._rack.guests(room)
        if not guests and self._rack.is_known(room):
            self.refused = "nobody_there"
        elif not guests or told.source is not Source.PMS:
            self.comings.empty(room, told, acts=self.acts(told))
        else:
            for each in guests:
                self._leave(room, each.reservation, told)

    def _stated_empty(self, room: str, number: str | None, told: Told, resync: Resync) -> None:
        """A resync says that a room is empty: who is in it leaves at its end, unless it names him."""
        if number is None:
            resync.emptied.add(room)
            if not self._rack.is_known(room):
                self.comings.empty(room, told, acts=False)

    def _as_checked_in(self, event: Changed | Moved, told: Told, refused: str) -> None:
        """A PMS that changes or moves a guest whom nobody knows tells us of him (D-15b); the desk is mistaken."""
        if told.source is Source.PMS:
            self.checked_in(CheckedIn(event.room, event.reservation, event.details, event.statuses), told)
        else:
            self.refused = refused

    def _taken(self, event: CheckedIn, number: str) -> str:
        """Why the desk, which may have mistyped it, must not check in by this number: it is somebody else's.

        A PMS that does so moves or renames its guest. The desk says ``move``; and who shares a room is overwritten
        by nobody.
        """
        here = self.where(event.room, number)
        if here is None or here != event.room:
            return "" if here is None else "in_another_room"
        guests = self._rack.guests(here)
        known = guests[find(guests, number) or 0]
        names = ((getattr(known, name), event.details.get(name)) for name in ("first", "last"))
        return "another_guest" if any(old and new and old != new for old, new in names) else ""

    def _gets_his_number(self, room: str, number: str, details: Details, told: Told) -> bool:
        """The same name in the same room is the same guest, whom the desk had checked in without a number."""
        guests = self._rack.guests(room)
        place = find(guests, None)
        is_back = self._departures.leaver(self._rack.key(room, number)) is not None
        if place is None or is_back or not has_name(guests[place], details):
            return False
        known = numbered(guests[place], number)
        self._departures.give_number(room, number)
        self._rack.seat(room, (*guests[:place], known, *guests[place + 1 :]), told.origin)
        return True

    def _see_others_off(self, event: CheckedIn, told: Told, resync: Resync | None) -> None:
        """Guests who have left unnoticed: a new one is told to be alone (D-2), or a resync knew the room empty."""
        room = event.room
        gone = self._rack.guests(room)
        if event.alone and self._rules.of_link(told.link).trust_gs:
            if gone:
                self.odd.append("stale_occupant")
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
        guests = self._rack.guests(room)
        place = find(guests, number)
        if place is not None:
            before = guests[place]
            after = guest(number, details) if anew else changed(before, details)
            if after != before:
                self._rack.seat(room, (*guests[:place], after, *guests[place + 1 :]), told.origin)
        if len(guests) > 1 and statuses.get(Field.PRIVATE, True) is not True:
            statuses = {of: value for of, value in statuses.items() if of is not Field.PRIVATE}
        self.tell(room, statuses, told)

    def _move(
        self, old: str, room: str, number: str | None, event: CheckedIn | Changed | Moved, told: Told
    ) -> None:
        if room not in self._rack.named and old in self._rack.named:
            # It has a guest of that PMS now.
            self._rack.name(room, self._rack.named[old], told.origin)
        guests = self._rack.guests(old)
        mover = changed(guests[find(guests, number) or 0], event.details)
        came = self._leave(old, number, told)
        if number is not None:
            self._departures.take(self._rack.key(old, number))
        self._arrive(room, mover, came, event, told)
        if number is not None:
            self._moves.note(self._rack.key(room, number), told.of)
        if told.source is not Source.PMS:
            self.quarters.finish(old)

    def _arrive(
        self, room: str, mover: Guest, came: Leaver, event: CheckedIn | Changed | Moved, told: Told
    ) -> None:
        last_in_line = self._last_in_line(room)
        arrival = Arrival(mover, told, event.statuses, self.acts(told), came, last_in_line=last_in_line)
        self.comings.arrive(room, arrival)

    def _leave(self, room: str, number: str | None, told: Told) -> Leaver:
        return self.comings.leave(room, number, told, acts=self.acts(told))

    def tell(self, room: str, statuses: Statuses, told: Told) -> None:
        """Statuses are told of a room; an empty one is the default of the room as it is."""
        if statuses:
            calling = self._rules.calling(occupied=bool(self._rack.guests(room)))
            repeating = told.link in self._links.running
            self.quarters.tell(room, told_statuses(statuses, told.origin, calling), repeating=repeating)

    def mention(self, room: str, told: Told) -> Resync | None:
        """A link names its rooms by speaking of them; answer its resync under way."""
        if not told.link:
            return None
        if self._rack.named.get(room) != told.link:
            self._rack.name(room, told.link, told.origin)
        resync = self._links.running.get(told.link)
        if resync is not None:
            resync.mentioned.add(room)
        return resync

    def _name(self, room: str, number: str | None, told: Told) -> None:
        """This guest is in the house, as somebody says."""
        self._links.name(self._rack.link(room), (room, number), by_pms=bool(told.link))

    def where(self, room: str, number: str | None) -> str | None:
        """Where this guest is; one without a number can only be in this room.

        A number that the desk gave in a room that no link has named is that of whichever link knows it.
        """
        if number is None:
            return None if find(self._rack.guests(room), None) is None else room
        link = self._rack.link(room)
        for each in (link, "") if link else ("", *self._links.since):
            here = self._rack.where((each, number))
            if here is not None:
                return here
        return None

    def acts(self, told: Told) -> bool:
        """False where what is told states how things are, so that nothing must be deleted for it."""
        return not told.snapshot and not self._links.is_new(told.link)

    def _last_in_line(self, room: str) -> bool:
        return self._rules.of_link(self._rack.link(room)).guest_shown == "first"

    def _all_named(self, room: str, resync: Resync) -> bool:
        return all(resync.knows((room, each.reservation)) for each in self._rack.guests(room))
