"""A PMS that says what it is told to as fast as a socket takes it, and knows nothing of hotels.

The strict one of ``fixtures.hotel_pms`` looks at every record, which would take more time than what is measured.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from random import Random

from tests.bench.hotels import guest
from tests.bench.measure import Broken

STX, ETX = b"\x02", b"\x03"
NOW = "DA261122|TI140311|"
PAST, AHEAD = timedelta(hours=6), timedelta(days=2)
"""Since when guests have come and gone, and how far ahead they want to be woken: a call of the past ends at once."""
OFTEN = (40, 2, 3, 25, 30)
"""How often, in a hundred, guests leave, move, share their room, are to be woken, and change …"""
SWITCHES = 0.5
"""… half of them their class of service and lamp, the others their name."""


class BarePms:
    """The PMS's end of one link: it takes whatever the vendor describes, and answers a request for all rooms."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._socket: socket.socket | None = None
        self._alive = threading.Event()
        self.host, self.port = listener.getsockname()[:2]

    def wait(self) -> None:
        """Wait until the link is alive and the first request for all rooms was answered: there are none."""
        if not self._alive.wait(120):
            raise Broken("the PMS link does not come alive")

    def say(self, records: Iterable[str]) -> None:
        """Send these records in one go."""
        assert self._socket is not None
        self._socket.sendall(framed(records))

    def talk(self) -> None:
        """Answer what the vendor says until the link is closed."""
        with suppress(OSError):
            self._socket, _ = self._listener.accept()
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.say([f"LS|{NOW}"])
            for record in self._heard(self._socket):
                match record[:2]:
                    case "LA" | "LS":
                        self.say([f"LA|{NOW}"])
                    case "DR":
                        self.say([f"DS|{NOW}", f"DE|{NOW}"])
                        self._alive.set()
                    case "LE":
                        self.say([f"LE|{NOW}"])
                        return

    def close(self) -> None:
        """Hang up."""
        for each in (self._socket, self._listener):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    @staticmethod
    def _heard(sock: socket.socket) -> Iterator[str]:
        rest = b""
        while data := sock.recv(65_536):
            *whole, rest = (rest + data).split(ETX)
            yield from (frame.rpartition(STX)[2].decode("cp1252") for frame in whole)


@contextmanager
def bare_pms() -> Iterator[BarePms]:
    """A PMS that listens on loopback while inside."""
    pms = BarePms(socket.create_server(("127.0.0.1", 0)))
    talk = threading.Thread(target=pms.talk)
    talk.start()
    try:
        yield pms
    finally:
        pms.close()
        talk.join()


def framed(records: Iterable[str]) -> bytes:
    """Records as they go over TCP."""
    return b"".join(STX + record.encode("cp1252", "replace") + ETX for record in records)


def lamp_lit(room: int) -> str:
    """The message lamp goes on, which stands in the store when all that came before does."""
    return f"RE|RN{room}|MLY|"


def everybody(rooms: Iterable[int]) -> list[str]:
    """A resync of a full house."""
    return [f"DS|{NOW}", *(_comes(room, room, f"{NOW}SF|") for room in rooms), f"DE|{NOW}"]


def all_vacant(rooms: Iterable[int]) -> list[str]:
    """A resync of an empty one."""
    return [f"DS|{NOW}", *(f"GO|RN{room}|SF|{NOW}" for room in rooms), f"DE|{NOW}"]


class Guests:
    """Who is in which room, as chance brings and takes them; all rooms are vacant at first.

    ``at`` is the hotel's local time.
    """

    def __init__(self, rooms: Sequence[int], chance: Random) -> None:
        self.at = datetime.now().replace(microsecond=0) - PAST  # noqa: DTZ005 - local
        self._rooms = rooms
        self._chance = chance
        self._in: dict[int, list[int]] = {}
        self._last = 500_000

    def records(self, count: int) -> list[str]:
        """So many records of all kinds, a second apart."""
        return [self._something() for _ in range(count)]

    def comes(self, room: int, shared: str = "N") -> str:
        """Somebody checks in."""
        self._last += 1
        self._in.setdefault(room, []).append(self._last)
        return _comes(room, self._last, self._now(), shared)

    def _something(self) -> str:
        """A vacant room is taken; in one with guests something happens to them."""
        room = self._chance.choice(self._rooms)
        guests = self._in.get(room)
        if not guests:
            return self.comes(room)
        kind = self._chance.choices(("leaves", "moves", "shares", "wakes", "changes"), OFTEN)[0]
        match kind:
            case "leaves":
                number, shared = guests.pop(0), "Y" if len(guests) else "N"
                return f"GO|RN{room}|G#{number}|GS{shared}|{self._now()}"
            case "moves" if not self._in.get(other := self._chance.choice(self._rooms)):
                self._in[other] = [guests.pop()]
                return f"GC|RN{other}|RO{room}|G#{self._in[other][0]}|GSN|{self._now()}"
            case "shares" if len(guests) == 1:
                return self.comes(room, "Y")
            case "wakes":
                record = self._chance.choice(("WR", "WR", "WC"))
                waking = self.at + PAST + AHEAD
                return f"{record}|RN{room}|{waking:DA%y%m%d}|TI{self._chance.randint(5, 9):02}0000|"
            case _:
                return self._changes(room, guests[0])

    def _changes(self, room: int, number: int) -> str:
        if self._chance.random() < SWITCHES:
            return f"RE|RN{room}|CS{number % 4}|ML{self._chance.choice('YN')}|"
        name = guest(self._chance.randrange(64))[1]
        return f"GC|RN{room}|G#{number}|GN{name}|GFChanged|GD271231|{self._now()}"

    def _now(self) -> str:
        self.at += timedelta(seconds=1)
        return self.at.strftime("DA%y%m%d|TI%H%M%S|")


def _comes(room: int, number: int, end: str, shared: str = "N") -> str:
    """A check-in with all that a talkative PMS says."""
    first, last = guest(number)
    return f"GI|RN{room}|G#{number}|GS{shared}|GN{last}|GF{first}|GTMs|GLEN|GV2|CS3|GA261122|GD271231|{end}"
