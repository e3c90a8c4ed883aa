"""The people of a hotel, and all that they do at random in its week, by a seed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import anyio

from reconciler.control import carry
from reconciler.desk.orders import AnyOrder, CancelWakeup, SetDnd, SetRoomState, SetWakeup
from reconciler.errors import Fatal
from tests.chaos.wanted import Wake
from tests.chaos.week import Letter, NotNow, Spoken, Week


class People(Week):
    """Front desk, desk, guests, maids, callers and the IT person: each verb is something that one of them does."""

    def __post_init__(self) -> None:
        super().__post_init__()
        verbs: dict[Callable[[], None], int] = {
            self.arrive: 8, self.group: 1, self.share: 2, self.leave: 6, self.move: 4, self.swap: 2, self.rename: 1,
            self.equip: 3, self.wake: 9, self.wake_no_more: 2, self.desk_wakes: 4, self.desk_lets_sleep: 1,
            self.desk_cleans: 5, self.desk_hushes: 1, self.maid: 3, self.message: 4, self.file: 3, self.resync: 1,
            self.audit: 1,
        }  # fmt: skip
        if self.hotel.kind == "lines":  # from these telephones nobody calls
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
        self.hotel.diary.note("file", f"{room} is for {guest.first} {guest.last}")
