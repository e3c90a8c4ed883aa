"""What happens in a split hotel between two disasters, and what must have come of it when all are back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Thread
from typing import Final

from desired.document import Guest as Named
from fixtures.hotel_pms import Guest
from reconciler.desk.orders import AnyOrder, CheckIn, CheckOut
from reconciler.errors import HousephoneError
from tests.chaos.telephones import Said
from tests.chaos.wanted import Wake
from tests.postgres import Server
from tests.split.hotel import Split
from tests.standby.hosts import ROOMS, WITHIN, Host

SLEEPERS: Final = ROOMS[:4]
"""Rooms whose guests stay, and are woken; in the last of them do-not-disturb is on."""
UNDISTURBED: Final = SLEEPERS[-1]
MOVING: Final = ROOMS[4:7]
"""Rooms whose guests come and go, as the PMS says."""
BY_DESK: Final = ROOMS[7]
"""A room whose guests come and go as the desk at the centre says."""

DISASTERS: Final = ("centre", "centre", "property", "both", "restart", "database", "nothing")
AWAY, LONG_AWAY = 2.0, 60.0
"""Seconds for which the database is away, as a rule and now and then."""
SELDOM: Final = 8
"""Every so many disasters of the database is a long one."""
BEFORE_IT_RINGS: Final = 4.0
"""Seconds from an order to its call: whoever is killed meanwhile has not begun to ring."""
LIFTED_BEFORE: Final = 15.0
"""Seconds from an order to its call, where Zoom is to lift do-not-disturb before."""
PRESENCE: Final = 65.0
"""Seconds between two changes of a person's presence, of which Zoom takes one a minute."""

STATES: Final = {"1": "2", "3": "4", "5": "6"}
"""The maid's keys (preset fias), and the state of an occupied room that the PMS hears."""


@dataclass
class Asked:
    """An order of the centre's desk while something breaks, and what the clerk has heard."""

    before: str
    after: str
    heard: str = ""

    def is_settled(self, hotel: Split, active: Host) -> bool:
        """Whether what the clerk has heard, or reads by now, is what the room's telephone shows."""
        shown = hotel.shown(BY_DESK)
        if self.heard.startswith("room"):
            unknown = "nobody knows" in self.heard
            if not unknown:
                return shown == self.after
            told = {each["code"] for each in active.readyz()[1]["problems"] if each["room"] == BY_DESK}
            if "order_unanswered" in told:
                return False
            return shown == (self.before if "order_not_noted" in told else self.after)
        if "nothing was noted" in self.heard:
            return shown == self.before
        return shown in {self.before, self.after}  # the clerk's own line broke


@dataclass
class Rounds:
    """One round after the other."""

    hotel: Split
    server: Server
    chance: Random
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _breaks: int = 0
    _lifted: float = 0.0
    _shown: str = f"Room {BY_DESK}"

    def begin(self) -> None:
        """All are at work, and the guests who stay are in."""
        hotel = self.hotel
        for host in (hotel.centre, hotel.inn):
            hotel.begin(host)
        hotel.wait(lambda: hotel.centre.at_work and hotel.inn.at_work)
        hotel.begin(hotel.spare)
        for room in SLEEPERS:
            hotel.pms.check_in(room, Guest("Castellan", "Ingrid"))
            hotel.shows(room, f"Ingrid Castellan {room}")
        hotel.pms.do_not_disturb(UNDISTURBED, on=True)
        hotel.wait(lambda: hotel.is_quiet(UNDISTURBED))
        self._lifted = time.monotonic()
        hotel.wait(hotel.is_whole)

    def one(self) -> str:
        """Something is wanted, something breaks, and in the end all is as it should be. What it was."""
        hotel, chance = self.hotel, self.chance
        promised = [*self._a_maid(), *self._a_message()]
        self._guests_come_and_go()
        pierces = time.monotonic() - self._lifted > 2 * PRESENCE
        wake = self._a_call(
            UNDISTURBED if pierces else chance.choice(SLEEPERS[:-1]), LIFTED_BEFORE if pierces else 0
        )
        hotel.wait(lambda: hotel.pms.silent)
        active = hotel.active()
        asked, clerk = self._the_desk_says(active)
        what = chance.choice(DISASTERS)
        time.sleep(chance.uniform(0, 0.6))
        self._breaks_out(what, active)
        for host in hotel.hosts:
            if host.life is None:
                hotel.begin(host)
        if pierces and what in {"nothing", "property", "restart"}:
            hotel.wait(lambda: wake.rings or hotel.lines.look())
            assert not hotel.is_quiet(UNDISTURBED), "it rang while Zoom kept the telephone silent"
        hotel.wait(lambda: wake.told)
        hotel.wait(hotel.is_whole)
        clerk.join(WITHIN)
        active = hotel.active()
        hotel.wait(lambda: asked.is_settled(hotel, active))
        self._shown = hotel.shown(BY_DESK)
        for promise in promised:
            hotel.wait(promise)
        self._everybody_is_shown()
        assert [result for _, result in wake.told] == ["OK"], f"{wake}: {wake.told}"
        if pierces:
            hotel.wait(lambda: hotel.is_quiet(UNDISTURBED), WITHIN + 2 * PRESENCE)
            self._lifted = time.monotonic()
        return what

    def _everybody_is_shown(self) -> None:
        for room in MOVING:
            guests = self.hotel.pms.in_house().get(room) or ()
            self.hotel.shows(room, f"Ana {guests[0].last} {room}" if guests else f"Room {room}")

    # What is wanted

    def _a_maid(self) -> Iterator[Callable[[], object]]:
        room, key = self.chance.choice(SLEEPERS), self.chance.choice(list(STATES))
        said = self.hotel.lines.maid(room, f"61{key}")
        if self._was_there(said):
            yield lambda: self.hotel.pms.room_states.get(room) == STATES[key]

    def _a_message(self) -> Iterator[Callable[[], object]]:
        """For a guest who leaves soon after; the next one has none."""
        pms = self.hotel.pms
        occupied = [room for room in MOVING if pms.in_house().get(room)]
        if not occupied or self.chance.random() < 1 / 2:
            return
        room = self.chance.choice(occupied)
        if self._was_there(self.hotel.lines.caller(room)):
            self.hotel.wait(lambda: pms.messages.get(room) == "Y")
            pms.check_out(room)
            pms.check_in(room, Guest(self._name(), "Ana"))
            yield lambda: pms.messages.get(room) == "N"

    def _was_there(self, said: Said) -> bool:
        self.hotel.wait(lambda: said.over)
        return said.sure

    def _guests_come_and_go(self) -> None:
        room, pms = self.chance.choice(MOVING), self.hotel.pms
        if pms.in_house().get(room):
            pms.check_out(room)
        else:
            pms.check_in(room, Guest(self._name(), "Ana"))

    def _name(self) -> str:
        return self.chance.choice(["Souza", "Costa", "Braga", "Prado", "Lima"])

    def _a_call(self, room: str, after: float) -> Wake:
        hotel, after = self.hotel, after or BEFORE_IT_RINGS
        match self.chance.choice(["pms", "property", "centre"]):
            case "pms":
                return hotel.wake_up(room, after)
            case "property":
                return hotel.wake_up_by(hotel.inn, room, after)
            case _:
                return hotel.wake_up_by(hotel.active(), room, after)

    def _the_desk_says(self, active: Host) -> tuple[Asked, Thread]:
        vacant = f"Room {BY_DESK}"
        order: AnyOrder
        if self._shown == vacant:
            # Digits are not shown, so guests have numbers of another kind.
            last = "Rui" + "".join(chr(ord("a") + int(digit)) for digit in str(next(self._numbers)))
            order, after = CheckIn(room=BY_DESK, guest=Named(first="Eva", last=last)), f"Eva {last} {BY_DESK}"
        else:
            order, after = CheckOut(room=BY_DESK), vacant
        asked = Asked(self._shown, after)

        def says() -> None:
            try:
                asked.heard = self.hotel.order(active, order) or ""
            except (HousephoneError, OSError) as error:
                asked.heard = str(error)

        clerk = Thread(target=says, daemon=True)
        clerk.start()
        return asked, clerk

    # What breaks

    def _breaks_out(self, what: str, active: Host) -> None:
        hotel = self.hotel
        if what in {"centre", "both"}:
            hotel.kill_quietly(active)
        if what in {"property", "both"}:
            hotel.kill(hotel.inn)
        if what == "restart":
            assert hotel.stop(hotel.inn) == 0
        if what == "database":
            self._breaks += 1
            self.server.stop()
            time.sleep(AWAY if self._breaks % SELDOM else LONG_AWAY)
            self.server.start()
