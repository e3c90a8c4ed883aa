"""Which room is it? Told from the raw headers of a call that comes in, and by nothing else (contract, section 7).

Who forwarded the call says it best: Diversion (the first value is the latest, RFC 5806), then History-Info (the
highest index is the latest, RFC 7044). Then P-Asserted-Identity and From, which may name the caller or the room. In
each of these the number counts before digits in a display name, and only numbers of the room table count at all.

A room's menu opens the guest's messages and his do-not-disturb, and a caller chooses the display name that others
see. So only a number opens it, and no call that shows a sign of having been forwarded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from drivers.voice.addresses import Address, addresses

PaiMeans = Literal["caller", "room"]

_DIGITS: Final = re.compile(r"[0-9]+")
_INDEX: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,30}")
_CAUSE: Final = re.compile(r"cause\s*=\s*([0-9]{3})", re.IGNORECASE)
_BUSY: Final = frozenset({"user-busy", "486", "600"})
_NO_ANSWER: Final = frozenset({"no-answer", "408", "480", "487"})
_NAMELESS: Final = frozenset({"", "anonymous", "unavailable", "unknown", "restricted"})

NOBODY: Final = "no room named"
"""The rule of a call that names no room."""


class Way(StrEnum):
    """What a call that comes in is, and so where it leads."""

    MENU = "menu"
    """From the room itself."""
    MAILBOX = "mailbox"
    """Forwarded from the room."""
    OURS = "ours"
    """A call that we made, forwarded back to us."""
    STRANGER = "stranger"
    """Names no room."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a call's headers say. ``rule`` names the header that matched, for the log; it quotes nobody.

    ``other`` is the number of whoever called the room ("": withheld, or the room itself). ``busy`` and ``no_answer``
    say why the call was forwarded, where that is said.
    """

    way: Way
    room: str = ""
    rule: str = NOBODY
    other: str = ""
    busy: bool = False
    no_answer: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """The numbers that mean something: ``rooms`` by extension, and ``own``, those of our channels and our pilot.

    ``pai_means`` decides where P-Asserted-Identity and From name two different rooms.
    """

    rooms: Mapping[str, str]
    own: frozenset[str] = frozenset()
    pai_means: PaiMeans = "caller"

    def named(self, text: str) -> str:
        """The first room whose extension stands in a display name, or ""."""
        return next((self.rooms[digits] for digits in _DIGITS.findall(text) if digits in self.rooms), "")


def identify(headers: Iterable[tuple[str, str]], directory: Directory) -> Caller:
    """Say which room a call is about and what it wants, and by which rule."""
    return _Headers(tuple(headers), directory).caller()


class _Headers:
    """The headers of one call, read against the directory."""

    def __init__(self, headers: Sequence[tuple[str, str]], directory: Directory) -> None:
        self._directory = directory
        self._diversions = addresses(headers, "diversion")
        self._history = _in_order(addresses(headers, "history-info"))
        self._asserted = addresses(headers, "p-asserted-identity")
        self._from = addresses(headers, "from")

    def caller(self) -> Caller:
        ours = any(address.user in self._directory.own for address in (*self._from, *self._asserted))
        way, room, rule = self._forwarded() or self._told_by_numbers() or self._told_by_names()
        why = self._why()
        return Caller(
            Way.OURS if ours else way, room, rule, self._other(room), not why.isdisjoint(_BUSY),
            not why.isdisjoint(_NO_ANSWER),
        )  # fmt: skip

    def _forwarded(self) -> tuple[Way, str, str] | None:
        """The room that forwarded the call last."""
        latest_first = [(f"History-Info {index}", address) for index, address in reversed(self._history)]
        for values in (_numbered("Diversion", self._diversions), latest_first):
            for rule, address in values:
                if room := self._directory.rooms.get(address.user):
                    return Way.MAILBOX, room, rule
            for rule, address in values:
                if room := self._directory.named(address.name):
                    return Way.MAILBOX, room, f"{rule}, display name"
        return None

    def _told_by_numbers(self) -> tuple[Way, str, str] | None:
        rooms = self._directory.rooms
        by_from = next((rooms[each.user] for each in self._from if each.user in rooms), "")
        asserted = [rooms.get(each.user, "") for each in self._asserted]
        by_pai = next((room for room in asserted if room), "")
        if by_from and not self._sign_of_forwarding() and (not asserted or by_from in asserted):
            return Way.MENU, by_from, "From"
        return self._either(by_from, by_pai, "")

    def _told_by_names(self) -> tuple[Way, str, str]:
        by_from = next(filter(None, (self._directory.named(each.name) for each in self._from)), "")
        by_pai = next(filter(None, (self._directory.named(each.name) for each in self._asserted)), "")
        return self._either(by_from, by_pai, ", display name") or (Way.STRANGER, "", NOBODY)

    def _either(self, by_from: str, by_pai: str, how: str) -> tuple[Way, str, str] | None:
        """The room that a forwarded call names in either header; in both, the site says which."""
        if by_pai and (not by_from or self._directory.pai_means == "room"):
            return Way.MAILBOX, by_pai, f"P-Asserted-Identity{how}"
        return (Way.MAILBOX, by_from, f"From{how}") if by_from else None

    def _sign_of_forwarding(self) -> bool:
        """Somebody has sent the call on, other than our own group of channels, which only hands it out."""
        before_us = (address for _, address in self._history[:-1])
        return any(address.user not in self._directory.own for address in (*self._diversions, *before_us))

    def _other(self, room: str) -> str:
        users = (each.user for each in (*self._asserted, *self._from))
        others = (user for user in users if self._directory.rooms.get(user) != room or not room)
        return next((user for user in others if user.lower() not in _NAMELESS), "")

    def _why(self) -> set[str]:
        """Why the call was forwarded: the reason of a Diversion, the cause of a History-Info (RFC 4458, 7044)."""
        why = {address.parameters.get("reason", "") for address in self._diversions[:1]}
        for _, address in self._history[-2:]:
            why.add(address.parameters.get("cause", ""))
            why.update(_CAUSE.findall(address.headers))
        return why


def _numbered(header: str, values: Sequence[Address]) -> list[tuple[str, Address]]:
    return [(f"{header} {place}", value) for place, value in enumerate(values, 1)]


def _in_order(history: Sequence[Address]) -> list[tuple[str, Address]]:
    """The entries by their index, with it; as they stand where one has none."""
    indexes = [address.parameters.get("index", "") for address in history]
    if not all(_INDEX.fullmatch(index) for index in indexes):
        return [(str(place), address) for place, address in enumerate(history, 1)]
    return sorted(
        zip(indexes, history, strict=True), key=lambda pair: [int(part) for part in pair[0].split(".")]
    )
