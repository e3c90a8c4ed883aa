"""A hotel's week in minutes: what guests, clerks, maids, callers and the IT person do, at random from a seed.

Whatever happens in a room whose guests have just moved is left to the tests of stays: nobody could say whose it is.
So each room has its rest then, and here is exactly one right answer to every question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final, TypeVar

import anyio

from desired.document import Guest as Occupant
from fixtures.hotel_pms import Guest
from reconciler.control import carry
from reconciler.desk.orders import AnyOrder, CancelWakeup, SetDnd, SetRoomState, SetWakeup
from reconciler.errors import Fatal
from tests.chaos.hotel import REPEATED, Hotel
from tests.chaos.telephones import Said
from tests.chaos.wanted import Wake
from tests.reconciler.guestlist import guests

T = TypeVar("T")

REST: Final = timedelta(seconds=25)
"""After so long every departure is final, and no move can become half of a swap."""
READ: Final = 0.5
"""Seconds after which a product that still lives has read, and written down, what the PMS had said."""
SURELY_RUNG: Final = timedelta(seconds=6)
"""A call that is due rings within so long of a life."""
RECORDS_AT_MOST: Final = REPEATED - 10
"""The PMS says nothing new while so much of what it said may be unread: it could not say it again."""
AHEAD: Final = (1, 2, 3, 5, 8, 13)


class NotNow(Exception):
    """What somebody wants to do cannot be done at this moment."""


@dataclass(slots=True)
class Spoken:
    """What the desk has ordered: the record in which the PMS must hear of it, and whether an answer came."""

    record: str
    at: datetime
    sure: bool = False


@dataclass(slots=True)
class Letter:
    """A message that was left in Zoom, and the room whose telephone has it."""

    room: str
    id: str
    at: datetime


@dataclass
class Week:
    """What is done, and what is remembered of it for the comparison."""

    hotel: Hotel
    chance: Random
    brief: bool = False
    """Leave out what takes half a minute to become final."""
    filed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """First and last name in the file of each room that only files speak of."""
    names: set[str] = field(default_factory=set)
    """The last names of all who were ever in the house."""
    spoken: list[Spoken] = field(default_factory=list)
    keyed: list[tuple[Said, str]] = field(default_factory=list)
    """What maids have keyed, and the record of it."""
    messages: list[tuple[Said, str]] = field(default_factory=list)
    """Messages that were left with us, and the reservation of whom they are for."""
    letters: list[Letter] = field(default_factory=list)
    cleared: list[tuple[str, datetime]] = field(default_factory=list)
    """When the mailbox of a room was to be cleared."""
    doubtful: set[str] = field(default_factory=set)
    """Messages in rooms that were swapped: they may be taken for those of either guest."""
    quiet: dict[str, bool | None] = field(default_factory=dict)
    """Do-not-disturb of rooms as the desk has ordered it; None where the answer was lost."""
    acts: int = 0
    unread: int = 0
    _moved: dict[str, datetime] = field(default_factory=dict)
    _staff: count[int] = field(default_factory=lambda: count(1001))
    _since: datetime | None = None

    def __post_init__(self) -> None:
        self._guests = guests(self.chance)
        verbs: dict[Callable[[], None], int] = {
            self.arrive: 8, self.group: 1, self.share: 2, self.leave: 6, self.move: 4, self.swap: 2, self.rename: 1,
            self.equip: 3, self.wake: 9, self.wake_no_more: 2, self.desk_wakes: 4, self.desk_lets_sleep: 1,
            self.desk_cleans: 5, self.desk_hushes: 1, self.maid: 3, self.message: 4, self.file: 3, self.resync: 1,
            self.audit: 1,
        }  # fmt: skip
        if (
            self.hotel.kind == "lines"
        ):  # nobody calls from these telephones, and a guest who moves changes his habit
            del verbs[self.maid], verbs[self.message]
        if self.brief:
            for verb in (self.leave, self.move, self.swap, self.equip, self.desk_hushes):
                del verbs[verb]
        self._verbs, self._weights = list(verbs), list(verbs.values())

    def settle_in(self) -> None:
        """Who is in the house when the week begins."""
        for room in (*self.hotel.staying, *self.hotel.moving[:10]):
            self.hotel.pms.settle(room, self._guest())
        for room in self.hotel.filed:
            self.file(room)

    def act(self) -> None:
        """Do something; what cannot be done now is left."""
        self.look()
        (verb,) = self.chance.choices(self._verbs, self._weights)
        with suppress(NotNow):
            verb()
            self.acts += 1

    def look(self) -> None:
        """See what the product has surely read by now."""
        self.hotel.lines.look()
        pms, now = self.hotel.pms, self.hotel.now()
        if not (self.hotel.product.lives and pms.alive and pms.silent):
            self._since = None
        elif self._since is None:
            self._since = now
        elif now > self._since + timedelta(seconds=READ):
            self.unread = 0
            self._let_go_of_doubts(now)
            for wake in self.hotel.book.taken_back():
                since = (
                    max(self._since, wake.off + REST) if wake.goes_with_guest and wake.off else self._since
                )
                if wake.off and wake.off < self._since and now > since:
                    wake.off_for_sure = now

    def _let_go_of_doubts(self, now: datetime) -> None:
        """Calls whose order had no answer, and that have not rung by now, were never set."""
        for wake in self.hotel.book.wakes:
            since = max(wake.due, self._since or now)
            if not wake.sure and not wake.rings and not wake.off and now > since + SURELY_RUNG:
                wake.off = wake.off_for_sure = now

    # The front desk, at the PMS

    def arrive(self) -> None:
        """A guest arrives."""
        self._arrive(self._one(self._vacant()))

    def group(self) -> None:
        """A group arrives in one breath."""
        for room in self._vacant()[:5]:
            self._arrive(room)

    def _arrive(self, room: str) -> None:
        self._says(1)
        guest = self._guest()
        if not self.hotel.pms.in_house().get(room):
            self.cleared.append((room, self.hotel.now()))
        self._moves(room)
        self.hotel.pms.check_in(room, guest)

    def share(self) -> None:
        """A second guest comes into a room."""
        house = self.hotel.pms.in_house()
        self._arrive(self._one([room for room in self._occupied() if len(house[room]) == 1]))

    def leave(self) -> None:
        """A guest, or all of a room, leaves."""
        room = self._one(self._occupied())
        here = self.hotel.pms.in_house()[room]
        self._says(len(here))
        who = self.chance.choice([None, *[guest.reservation for guest in here]])
        if who is None or len(here) == 1:
            for wake in self.hotel.book.open_in(room):
                wake.off, wake.goes_with_guest = self.hotel.now(), True
        self._moves(room)
        self.hotel.pms.check_out(room, who)
        if who is None or len(here) == 1:
            self.cleared.append((room, self.hotel.now()))

    def move(self) -> None:
        """Everybody in a room moves, into a vacant one."""
        old, new = self._one(self._occupied()), self._one(self._vacant())
        self._says(len(self.hotel.pms.in_house()[old]))
        self._carry(self.hotel.book.open_in(old), new)
        self._moves(old, new)
        self.hotel.pms.move(old, new)
        self.cleared.append((old, self.hotel.now()))

    def swap(self) -> None:
        """The guests of two rooms change places."""
        one = self._one(self._occupied())
        other = self._one([room for room in self._occupied() if room != one])
        calls = self.hotel.book.open_in(one), self.hotel.book.open_in(other)
        now, book = self.hotel.now(), self.hotel.book
        if (calls[0] and not book.is_free(other, now)) or (calls[1] and not book.is_free(one, now)):
            raise NotNow  # nobody could say which of them rings
        self._says(sum(len(self.hotel.pms.in_house()[room]) for room in (one, other)))
        self._carry(calls[0], other)
        self._carry(calls[1], one)
        self._moves(one, other)
        self.doubtful |= {letter.id for letter in self.letters if letter.room in {one, other}}
        self.hotel.pms.swap(one, other)

    def rename(self) -> None:
        """A first name is corrected."""
        room = self._one(self._occupied())
        self._says(1)
        self.hotel.pms.change(room, first=self.chance.choice(("Lin", "Uwe", "Eva", "Ján")))

    def equip(self) -> None:
        """Do-not-disturb, lamp or class of service."""
        room = self._one(self._occupied())
        self._says(1)
        match self.chance.randrange(3):
            case 0:
                self.hotel.pms.do_not_disturb(room, on=self.chance.random() < 0.5)
            case 1:
                self.hotel.pms.message_lamp(room, on=self.chance.random() < 0.5)
            case _:
                self.hotel.pms.class_of_service(room, self.chance.randrange(4))

    def wake(self) -> None:
        """A guest wants to be woken."""
        rooms = self.hotel.staying if self.hotel.kind == "lines" else self._occupied()
        room = self._one([room for room in rooms if self._may_be_woken(room)])
        self._says(1)
        at = self._soon()
        self.hotel.book.enter(Wake(at, [room], self.hotel.habit(room), "PMS", self.hotel.now()))
        self.hotel.pms.wake_up(room, at)

    def wake_no_more(self) -> None:
        """A guest does not want that after all."""
        here = {*self._occupied(), *self.hotel.staying}
        wake = self._one([wake for wake in self._wakes("PMS") if wake.rooms[-1] in here])
        self._says(1)
        wake.off = self.hotel.now()
        self.hotel.pms.cancel_wake_up(wake.rooms[-1], wake.at)

    def resync(self) -> None:
        """The PMS tells the whole house once more."""
        self._says(0)
        try:
            self.hotel.pms.resync()
        except RuntimeError:
            raise NotNow from None

    def audit(self) -> None:
        """The night audit."""
        self._says(2)
        self.hotel.pms.night_audit()

    # Our own desk

    def desk_wakes(self) -> None:
        """The desk sets a call for somebody who stays."""
        self._is_manned()
        room = self._one([room for room in self.hotel.staying if self._may_be_woken(room)])
        at = self._soon()
        wake = Wake(at, [room], self.hotel.habit(room), "desk", self.hotel.now(), sure=False)
        self.hotel.book.enter(wake)
        spoken = self._order(SetWakeup(room=room, at=at), f"WR|RN{room}|DA{at:%y%m%d}|TI{at:%H%M%S}|")
        wake.sure = spoken.sure

    def desk_lets_sleep(self) -> None:
        """The desk takes a call back."""
        self._is_manned()
        wake = self._one([wake for wake in self._wakes("desk") if wake.sure])
        room, at = wake.rooms[-1], wake.at
        wake.off = self.hotel.now()
        if self._order(CancelWakeup(room=room, at=at), f"WC|RN{room}|DA{at:%y%m%d}|TI{at:%H%M%S}|").sure:
            wake.off_for_sure = self.hotel.now()

    def desk_cleans(self) -> None:
        """Housekeeping reports at the desk."""
        self._is_manned()
        room, staff = self.chance.choice(self.hotel.staying), str(next(self._staff))
        self._order(SetRoomState(room=room, state="clean", staff=staff), f"RE|RN{room}|RS4|ID{staff}|")

    def desk_hushes(self) -> None:
        """A guest who stays wants quiet, or no more."""
        self._is_manned()
        room, on = self.chance.choice(self.hotel.staying), self.chance.random() < 0.5
        self.quiet[room] = None
        if self._order(SetDnd(room=room, switch="on" if on else "off"), "").sure:
            self.quiet[room] = on

    def _order(self, order: AnyOrder, record: str) -> Spoken:
        """Say it at the desk. Now and then nobody is there who would take it: that is found out, too."""
        spoken = Spoken(record, self.hotel.now())
        if record:
            self.spoken.append(spoken)
        self.hotel.trap.spark("desk")
        with suppress(Fatal):
            spoken.sure = anyio.run(carry, self.hotel.settings, order, "desk") is not None
        answer = "done" if spoken.sure else "no answer"
        self.hotel.diary.note("desk", f"{order.verb} {order.room} {record}: {answer}")
        return spoken

    # Telephones, files

    def maid(self) -> None:
        """A maid keys a code in a room."""
        if not (self.hotel.product.lives and self.hotel.pms.alive):
            raise NotNow
        room, staff, key = (
            self.chance.choice(self.hotel.staying),
            str(next(self._staff)),
            self.chance.choice("246"),
        )
        said = self.hotel.lines.maid(room, f"63{key}{staff}#")
        self.keyed.append((said, f"RE|RN{room}|RS{key}|ID{staff}|"))

    def message(self) -> None:
        """Somebody leaves a message for a guest."""
        house = self.hotel.pms.in_house()
        if self.hotel.kind == "zoom":
            room = self.chance.choice([*self.hotel.moving, *self.hotel.staying])
            letter = self.hotel.cloud.add_voicemail(self.hotel.lines.extension(room), self.hotel.now())
            self.letters.append(Letter(room, letter.id, letter.at))
            self.hotel.diary.note("room", f"Zoom has a message for {room}")
        elif self.hotel.product.lives and self.hotel.pms.alive:
            room = self._one([r for r in (*self._occupied(), *self.hotel.staying) if len(house[r]) == 1])
            self._moved[room] = self.hotel.now()  # whoever is called stays until the caller has spoken
            self.messages.append((self.hotel.lines.caller(room), house[room][0].reservation))

    def file(self, room: str = "") -> None:
        """A file is dropped in, or half of one first."""
        room = room or self.chance.choice(self.hotel.filed)
        guest = self._guest()
        self.filed[room] = guest.first, guest.last
        place = self.hotel.folder / "rooms" / f"{room}.yaml"
        if self.chance.random() < 0.3:
            place.write_text(f'room: "{room}"\nguests: [{{first: {guest.first}, la', encoding="utf-8")
        self.hotel.service.guest(room, guest.first, guest.last)
        self.hotel.diary.note("file", f"{room} is for {Occupant(first=guest.first, last=guest.last)}")

    # What may be done where

    def _is_manned(self) -> None:
        """NotNow if nothing runs that would take an order; one in ten is given all the same."""
        if not (self.hotel.product.lives and self.hotel.pms.alive) and self.chance.random() < 0.9:
            raise NotNow

    def _one(self, among: Sequence[T]) -> T:
        if not among:
            raise NotNow
        return self.chance.choice(among)

    def _guest(self) -> Guest:
        guest = next(self._guests)
        self.names.add(guest.last)
        return guest

    def _says(self, records: int) -> None:
        """NotNow if the PMS could not say that again."""
        if self.unread + records > RECORDS_AT_MOST:
            raise NotNow
        self.unread += records

    def _moves(self, *rooms: str) -> None:
        for room in rooms:
            self._moved[room] = self.hotel.now()

    def _rested(self) -> list[str]:
        now = self.hotel.now()
        return [r for r in self.hotel.moving if r not in self._moved or self._moved[r] + REST < now]

    def _occupied(self) -> list[str]:
        house = self.hotel.pms.in_house()
        return [room for room in self._rested() if room in house]

    def _vacant(self) -> list[str]:
        house, now = self.hotel.pms.in_house(), self.hotel.now()
        return [r for r in self._rested() if r not in house and self.hotel.book.is_free(r, now)]

    def _may_be_woken(self, room: str) -> bool:
        return self.hotel.book.is_free(room, self.hotel.now())

    def _wakes(self, by: str) -> list[Wake]:
        return [wake for wake in self.hotel.book.wakes if wake.by == by and not wake.off and not wake.told]

    def _carry(self, wakes: list[Wake], room: str) -> None:
        for wake in wakes:
            wake.rooms.append(room)

    def _soon(self) -> datetime:
        return self.hotel.pms.local().replace(microsecond=0) + timedelta(
            seconds=self.chance.choice(AHEAD) + 1
        )
