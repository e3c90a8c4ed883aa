"""How fast passwords may be tried: pure, with the time given, in seconds of a clock that never jumps.

By name and by address a few tries are free, then each takes twice as long as the one before. The wait for a name is
short, because whoever wants to keep a clerk from the desk could make it grow; and a machine on which that name has
signed in before does not have it at all. The wait for an address is long.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

FREE: Final = 5
"""Tries without any delay."""
FIRST: Final = 1.0
"""Seconds; twice as many after each further try, up to these:"""
LONGEST_OF_NAME: Final = 30.0
LONGEST_OF_ADDRESS: Final = 15 * 60.0
FORGOTTEN_AFTER: Final = 3600.0
REMEMBERED: Final = 10_000
"""Names and addresses; the oldest give way, so that nobody fills the memory."""


@dataclass(slots=True)
class _Tries:
    count: int
    last: float

    def wait(self, longest: float, now: float) -> float:
        """How long until the next one is due."""
        if self.count < FREE:
            return 0.0
        doubled = min(self.count - FREE, 20)
        return max(min(FIRST * 2.0**doubled, longest) - (now - self.last), 0.0)


class Throttle:
    """Counts tries that were not right, in the memory of this process."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._friends: OrderedDict[tuple[str, str], None] = OrderedDict()

    def ask(self, name: str, address: str, now: float) -> float:
        """Seconds to wait before this try; none: it is counted, until ``was_right`` takes it back."""
        keys = self._keys(name, address)
        waits = [self._found(key, now).wait(longest, now) for key, longest in keys.items()]
        longest = max(waits)
        if not longest:
            for key in keys:
                self._count(key, now)
        return longest

    def was_right(self, name: str, address: str) -> None:
        """The last try was the right password: the name is free again, and this machine is known to it."""
        by_name, by_address = ("name", name), ("address", _whose(address))
        self._tries.pop(by_name, None)
        if by_address in self._tries:
            self._tries[by_address].count -= 1
        self._friends[name, by_address[1]] = None
        _at_most(self._friends, REMEMBERED)

    def _keys(self, name: str, address: str) -> dict[tuple[str, str], float]:
        keys = {("address", _whose(address)): LONGEST_OF_ADDRESS}
        if (name, _whose(address)) not in self._friends:
            keys["name", name] = LONGEST_OF_NAME
        return keys

    def _found(self, key: tuple[str, str], now: float) -> _Tries:
        found = self._tries.get(key)
        if found is None or now - found.last >= FORGOTTEN_AFTER:
            return _Tries(0, now)
        return found

    def _count(self, key: tuple[str, str], now: float) -> None:
        found = self._found(key, now)
        self._tries[key] = _Tries(found.count + 1, now)
        self._tries.move_to_end(key)
        _at_most(self._tries, REMEMBERED)


def _at_most(
    book: OrderedDict[tuple[str, str], _Tries] | OrderedDict[tuple[str, str], None], size: int
) -> None:
    while len(book) > size:
        book.popitem(last=False)


def _whose(address: str) -> str:
    """Who has an IPv6 address has the whole /64 around it."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address
