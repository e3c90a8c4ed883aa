"""What is known of the PMS links: whether one is new, and how far a resync has come (FIAS 8, D-7, D-9, D-15b).

A resync tells every room as it is. Whom it does not name has left, but that is only known at its end: until then
removals are collected, and a resync that breaks off removes nobody. A new link's first resync, or the first 15
minutes of its records where none comes, is state and not acts: nothing is deleted. A check-out before that may be one
of long ago that is sent again, so whom it leaves to be woken is settled when the resync knows the room empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from desired.events import Told
from desired.kept import origin_from_json, origin_to_json
from desired.said import Origin

Stay = tuple[str, str | None]
"""A room and a reservation number in it; None is its guest without a number."""

SETTLING: Final = timedelta(minutes=15)

FEW: Final = 2
"""Rooms that a resync may empty which names nobody who was in the house before; of more some guest should be left."""


def _known_as(stay: Stay) -> Stay:
    """What a record must name to mean this stay: its number, wherever that is, or the room itself."""
    return stay if stay[1] is None else ("", stay[1])


@dataclass(slots=True)
class Resync:
    """What a resync has told so far: stays, rooms, and rooms that it told to be empty.

    ``before`` are the stays in the link's rooms when it began. The desk may name stays meanwhile, too; ``confirmed``
    are those that the PMS has named.
    """

    before: frozenset[Stay] = frozenset()
    named: set[Stay] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    confirmed: set[Stay] = field(default_factory=set)

    def knows(self, stay: Stay) -> bool:
        """True if a record has named this stay since the resync began, so that the guest has not left."""
        return _known_as(stay) in self.named

    def knows_nobody(self) -> bool:
        """True if the PMS has named nobody of those who were in the house before: it may have lost its guests."""
        return self.before.isdisjoint(self.confirmed)


class Departure(NamedTuple):
    """Somebody is said to have left a room at this moment, which is not certain yet."""

    moment: datetime
    origin: Origin


@dataclass(slots=True)
class Links:
    """The PMS links by name: since when one is new (None: it is not), the resync under way, removals on hold.

    ``doubtful`` are the rooms that somebody is said to have left while the link was new, and before its resync.
    """

    since: dict[str, datetime | None] = field(default_factory=dict)
    running: dict[str, Resync] = field(default_factory=dict)
    held: dict[str, dict[Stay, Stay]] = field(default_factory=dict)
    doubtful: dict[str, dict[str, Departure]] = field(default_factory=dict)

    def meet(self, link: str, at: datetime) -> None:
        """A link has told something: if it is the first time ever, it is new."""
        if link not in self.since:
            self.since[link] = at

    def is_new(self, link: str) -> bool:
        """True while what this link tells is state and not acts."""
        return self.since.get(link) is not None

    def know(self, links: Iterable[str]) -> None:
        """These links have told of rooms before, whatever else was lost."""
        for link in links:
            self.since.setdefault(link, None)

    def settle(self, now: datetime) -> None:
        """Links that told for 15 minutes, without a resync under way, are new no more."""
        for link, since in self.since.items():
            if since is not None and since + SETTLING <= now and link not in self.running:
                self.be_known(link)

    def leave(self, room: str, told: Told) -> None:
        """Somebody has left a room of a new link, which its resync is still to confirm."""
        if self.is_new(told.link) and told.link not in self.running:
            self.doubtful.setdefault(told.link, {})[room] = Departure(told.moment, told.origin)

    def be_known(self, link: str) -> dict[str, Departure]:
        """A link is new no more; answer the rooms that somebody is said to have left before."""
        self.since[link] = None
        return self.doubtful.pop(link, {})

    def dues(self) -> list[datetime]:
        """When links will be new no more."""
        return [
            since + SETTLING
            for link, since in self.since.items()
            if since is not None and link not in self.running
        ]

    def begin(self, link: str, before: Iterable[Stay]) -> None:
        """A resync begins in a house with these stays."""
        self.running[link] = Resync(frozenset(map(_known_as, before)))

    def name(self, link: str, stay: Stay, *, by_pms: bool) -> None:
        """A stay was named: the resync under way and one on hold do not end it."""
        resync = self.running.get(link)
        if resync is not None:
            resync.named.add(_known_as(stay))
            if by_pms:
                resync.confirmed.add(_known_as(stay))
        if link in self.held:
            self.held[link].pop(_known_as(stay), None)

    def hold(self, link: str, stays: Iterable[Stay]) -> None:
        """Too many would go: these wait for a person."""
        self.held[link] = {_known_as(stay): stay for stay in stays}

    def drop_held(self, has_left: Callable[[Stay], bool]) -> None:
        """Whoever has left meanwhile waits for nobody."""
        for link, stays in self.held.items():
            self.held[link] = {known_as: stay for known_as, stay in stays.items() if not has_left(stay)}

    def on_hold(self, link: str) -> list[Stay]:
        """The stays that wait for a person: who is still in, and of whom nothing was told since."""
        return list(self.held.get(link, {}).values())

    def dump(self) -> dict[str, Any]:
        """Plain JSON values. Of a resync under way only that there is one: cut off by a restart it is broken."""
        return {
            **({"running": sorted(self.running)} if self.running else {}),
            "links": {link: since and since.isoformat() for link, since in self.since.items()},
            **({"doubtful": doubtful} if (doubtful := self._doubtful_to_json()) else {}),
            "held": {
                link: [list(stay) for stay in stays.values()] for link, stays in self.held.items() if stays
            },
        }

    def _doubtful_to_json(self) -> dict[str, Any]:
        return {
            link: {
                room: [left.moment.isoformat(), origin_to_json(left.origin)] for room, left in rooms.items()
            }
            for link, rooms in self.doubtful.items()
        }

    @classmethod
    def load(cls, plain: Mapping[str, Any]) -> Links:
        """What ``dump`` gave."""
        links = cls({link: at and datetime.fromisoformat(at) for link, at in plain.get("links", {}).items()})
        links.running = {link: Resync() for link in plain.get("running", ())}
        for link, stays in plain.get("held", {}).items():
            links.hold(link, [(room, number) for room, number in stays])
        for link, rooms in plain.get("doubtful", {}).items():
            links.doubtful[link] = {
                room: Departure(datetime.fromisoformat(moment), origin_from_json(origin))
                for room, (moment, origin) in rooms.items()
            }
        return links
