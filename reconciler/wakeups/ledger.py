"""The ledger of wake-up calls: every call that anybody wanted, and what became of it. Exactly one end for each.

What is wanted comes from the wishes (``desired.wakeups``), level-triggered: a call that appears there is entered, one
that disappears is cancelled. A call is known by its room and local time; a guest who moves takes it along, so that
the same call appears in another room, and one that has ended is not rung there again. Where the clocks go forward,
two local times are one moment: such calls of a room ring once, and share their end. Pure: time is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from desired.said import Origin, Source, WakeupCall
from reconciler.stays.owed import Owed, WakeupClearedOwed, WakeupResultOwed, WakeupSetOwed
from reconciler.wakeups.entries import (
    LATE,
    RESULTS,
    Entry,
    Key,
    Posting,
    WakeupStatus,
    Wanted,
    moment_of,
)

REMEMBERED: Final = timedelta(days=2)
"""How long the ledger in memory knows a call after its end; the store keeps it for the history's time."""

FORGETS_EVERY: Final = timedelta(hours=1)
"""Looking through all calls at each step of each of them would be a step for every pair of calls."""

ASKED_ABOUT: Final = timedelta(hours=12)
"""A call that was due within this when its guest left is not let go without a word (contract, section 4)."""

_OF_THE_HOUSE: Final = frozenset({Source.DESK, Source.PHONE})


class Ledger:
    """The calls of a property that are open or have ended lately.

    Every step answers a ``Posting`` and changes nothing here: it is taken over when it stands in the store.
    """

    def __init__(self, zone: ZoneInfo, entries: Iterable[Entry] = ()) -> None:
        self.zone = zone
        self._rooms: dict[str, dict[datetime, Entry]] = {}
        self._asked: dict[_Asked, dict[str, Entry]] = {}
        self._open: dict[Key, Entry] = {}
        self._in_order: list[Entry] | None = None
        self._failed: dict[Key, Entry] = {}
        self._dropped: dict[Key, Entry] = {}
        self._looked_through: datetime | None = None
        self.take(entries)

    def take(self, entries: Iterable[Entry]) -> None:
        """Take over what stands in the store now."""
        for entry in entries:
            before = self.entry(entry.key)
            for asked in () if before is None else _asked(before):
                _discard(self._asked, asked, entry.room)
            self._rooms.setdefault(entry.room, {})[entry.at] = entry
            for asked in _asked(entry):
                self._asked.setdefault(asked, {})[entry.room] = entry
            _keep(self._open, entry, entry.open)
            _keep(self._failed, entry, _woke_nobody(entry))
            _keep(self._dropped, entry, entry.dropped)
            self._in_order = None

    def replace(self, room: str, entries: Iterable[Entry]) -> None:
        """A room's calls are these, by whoever keeps the ledger that counts: others are not known there any more."""
        for entry in self.of_room(room):
            self._drop(entry)
        self.take(entries)

    def of_room(self, room: str) -> tuple[Entry, ...]:
        """A room's calls, earliest first."""
        return tuple(entry for _, entry in sorted(self._rooms.get(room, {}).items()))

    def entry(self, key: Key) -> Entry | None:
        """How a call stands."""
        room, at = key
        return self._rooms.get(room, {}).get(at)

    def rooms(self) -> list[str]:
        """The rooms that have calls here."""
        return list(self._rooms)

    def open(self) -> Sequence[Entry]:
        """All calls that have not ended, the one that is due first in front."""
        if self._in_order is None:
            self._in_order = sorted(self._open.values(), key=lambda entry: (entry.due, entry.room))
        return self._in_order

    def open_at(self, room: str, due: datetime) -> list[Entry]:
        """A room's calls of one moment that have not ended: they ring together."""
        return [entry for entry in self._rooms.get(room, {}).values() if entry.open and entry.due == due]

    def failed(self, since: datetime) -> list[Entry]:
        """The calls that have woken nobody since then, the latest first: people must see them."""
        failed = [entry for entry in self._failed.values() if entry.changed_at >= since]
        return sorted(failed, key=lambda entry: entry.changed_at, reverse=True)

    def dropped(self, now: datetime) -> list[Entry]:
        """The calls to come that went with a stay, earliest first, unless one is wanted there at that minute."""
        dropped = [
            entry for entry in self._dropped.values() if entry.due > now and not self._is_wanted_again(entry)
        ]
        return sorted(dropped, key=lambda entry: (entry.due, entry.room))

    def _is_wanted_again(self, dropped: Entry) -> bool:
        minute = _minute(dropped.due)
        return any(each.open and _minute(each.due) == minute for each in self._rooms[dropped.room].values())

    def let_go(self, entries: Iterable[Entry]) -> Posting:
        """Somebody has said that these, which went with a stay, need not ring."""
        return Posting(tuple(replace(entry, dropped=False) for entry in entries))

    def ended_elsewhere(self, room: str, call: WakeupCall) -> bool:
        """True if a call had its end in another room before its guest came to this one: it has none here."""
        others = chain.from_iterable(
            self._asked.get((call.at, origin), {}).values() for origin in _stored(call.origins)
        )
        return any(entry.room != room and _had_its_end(entry) for entry in others)

    def forget(self, now: datetime) -> None:
        """Let go of what has ended long ago, so that memory does not grow with the years; now and then is enough."""
        if self._looked_through is not None and abs(now - self._looked_through) < FORGETS_EVERY:
            return
        self._looked_through = now
        for entry in list(self._all()):
            if not entry.open and entry.changed_at < now - REMEMBERED:
                self._drop(entry)

    def _drop(self, entry: Entry) -> None:
        _discard(self._rooms, entry.room, entry.at)
        for asked in _asked(entry):
            _discard(self._asked, asked, entry.room)
        self._open.pop(entry.key, None)
        self._failed.pop(entry.key, None)
        self._dropped.pop(entry.key, None)
        self._in_order = None

    def post(
        self, wanted: Sequence[Wanted], now: datetime, still: Callable[[str], Iterable[WakeupCall]]
    ) -> Posting:
        """Enter what rooms want now and did not before, and cancel what they do not want any more.

        ``still`` says which calls any room wants by now: a call that another room has given up, and that is the
        same by its time and by who asked, has moved with its guest.
        """
        entries: list[Entry] = []
        owed: list[tuple[str, Owed]] = []
        wanted_anywhere = {
            (call.at, origin) for each in wanted for call in each.calls for origin in _stored(call.origins)
        }
        for each in wanted:
            for entry, debt in self._of_wanted(each, now, still, wanted_anywhere):
                entries.append(entry)
                owed.extend((entry.link, one) for one in debt)
        return Posting(tuple(entries), tuple(owed))

    def rings(self, entry: Entry, now: datetime) -> Posting:
        """The telephone is about to ring, for all calls of that moment."""
        together = self.open_at(entry.room, entry.due)
        return Posting(tuple(replace(each, status=WakeupStatus.RINGING, changed_at=now) for each in together))

    def rings_again(
        self, entry: Entry, now: datetime, *, outcomes: Sequence[str], again: datetime
    ) -> Posting:
        """The calls of a moment have not come to their end yet, so that a restart goes on where they are."""
        together = self.open_at(entry.room, entry.due)
        so_far = tuple(outcomes)
        return Posting(tuple(replace(e, outcomes=so_far, again=again, changed_at=now) for e in together))

    def ends(
        self, entry: Entry, now: datetime, *, status: WakeupStatus, attempts: int = 0, by: str = ""
    ) -> Posting:
        """The calls of a moment have come to their end, of each of which the PMS that knows it hears exactly once."""
        together = {entry.key: entry} | {each.key: each for each in self.open_at(entry.room, entry.due)}
        ended = [
            replace(each, status=status, attempts=each.attempts + attempts, changed_at=now, by=by)
            for each in together.values()
        ]
        results = [(each.link, WakeupResultOwed(each.room, each.at, RESULTS[status])) for each in ended]
        return Posting(tuple(ended), tuple((link, result) for link, result in results if link))

    def unknown_to_pms(self, entries: Iterable[Entry]) -> Posting:
        """A PMS has cancelled these: it must not hear of the end of those that somebody else still wants."""
        still = (
            e for e in entries if e.open and e.link and not any(o.source is Source.PMS for o in e.origins)
        )
        return Posting(tuple(replace(entry, link="") for entry in still))

    def left(self, entry: Entry, now: datetime) -> Posting:
        """A shadow rings nobody: the system beside it does, and tells the PMS how it went."""
        by = "left to the system beside this shadow"
        return Posting((replace(entry, status=WakeupStatus.CANCELLED, changed_at=now, by=by),))

    def refuse(self, room: str, at: datetime, link: str, now: datetime, origin: Origin) -> Posting:
        """A PMS asked for a call in a room that we do not have: it hears so once (D-10)."""
        known = self.entry((room, at))
        if known is not None and known.status is not WakeupStatus.CANCELLED:
            return Posting()
        asked = Entry(room, at, moment_of(at, self.zone), WakeupStatus.PENDING, (origin,), link, now)
        return self.ends(asked, now, status=WakeupStatus.UNREACHABLE, by="no such room")

    def withdraw(self, room: str, at: datetime | None, now: datetime, by: str) -> Posting:
        """A PMS took back calls (all of the room without ``at``) in a room that we do not have."""
        entries = [entry for entry in self.of_room(room) if at in {None, entry.at}]
        return Posting(
            tuple(replace(e, status=WakeupStatus.CANCELLED, changed_at=now, by=by) for e in entries)
        )

    def _all(self) -> Iterator[Entry]:
        return (entry for entries in self._rooms.values() for entry in entries.values())

    def _of_wanted(
        self,
        wanted: Wanted,
        now: datetime,
        still: Callable[[str], Iterable[WakeupCall]],
        wanted_anywhere: AbstractSet[_Asked],
    ) -> Iterator[tuple[Entry, Sequence[Owed]]]:
        known = self._rooms.get(wanted.room, {})
        times = {call.at for call in wanted.calls}
        for at, entry in sorted(known.items()):
            if entry.open and at not in times:
                moved = not wanted_anywhere.isdisjoint(_asked(entry))
                dropped = not moved and _went_with_its_guest(entry, wanted, now)
                yield (
                    replace(
                        entry,
                        status=WakeupStatus.CANCELLED,
                        changed_at=now,
                        by=wanted.by,
                        dropped=dropped,
                    ),
                    _taken_back(entry, desk=wanted.desk, moved=moved),
                )
        for call in wanted.calls:
            known_call = known.get(call.at)
            if known_call is not None and known_call.open:
                origins = _stored(call.origins)
                if origins != known_call.origins:
                    yield _with_link(replace(known_call, origins=origins), wanted.link)
                continue
            entered = self._entered(wanted.room, call, known_call, now, still)
            if entered is not None:
                yield _moved_to(entered, wanted) if entered.link else _with_link(entered, wanted.link)

    def _entered(
        self,
        room: str,
        call: WakeupCall,
        known: Entry | None,
        now: datetime,
        still: Callable[[str], Iterable[WakeupCall]],
    ) -> Entry | None:
        """The entry of a call that is wanted and not open; None if it has had its end.

        Its link is that of the call before a move, and none of one that is new.
        """
        origins = _stored(call.origins)
        due = moment_of(call.at, self.zone)
        entry = Entry(room, call.at, due, WakeupStatus.PENDING, origins, "", now, by=origins[-1].where)
        if known is not None and (_had_its_end(known) or _had_its_time(known) or due < now - LATE):
            asked_anew = max(origin.moment for origin in origins) > known.changed_at
            again = due > now or known.status is WakeupStatus.CANCELLED
            return entry if asked_anew and again else None
        before = self._before_the_move(entry, still)
        if before is not None:
            if _had_its_end(before):
                return None
            return replace(entry, link=before.link, outcomes=before.outcomes, again=before.again)
        return None if due < now - LATE and not _asked_lately(origins, now) else entry

    def _before_the_move(self, entry: Entry, still: Callable[[str], Iterable[WakeupCall]]) -> Entry | None:
        """The same call in the room that its guest has left.

        A group is told in one breath, so several may look the same: one that has woken its guest goes first.
        """
        found = None
        for room, other in chain.from_iterable(self._asked.get(asked, {}).items() for asked in _asked(entry)):
            if room != entry.room and all(call.at != entry.at for call in still(room)):
                if _had_its_end(other):
                    return other
                found = found or other
        return found


_Asked = tuple[datetime, Origin]
"""A local time, and who asked for it: by these a call is known again in another room."""


def _asked(entry: Entry) -> set[_Asked]:
    return {(entry.at, origin) for origin in entry.origins}


def _stored(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Origins as the store gives them back, so that a call is known by them again."""
    return tuple(
        origin if isinstance(origin.place, str) else Origin(origin.source, origin.where, origin.at)
        for origin in origins
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _went_with_its_guest(entry: Entry, wanted: Wanted, now: datetime) -> bool:
    """Nobody has cancelled it by name, and it would have rung soon. A file's rests, and needs nobody's word."""
    by_name = not wanted.taken_back.isdisjoint({None, entry.at})
    of_the_guest = any(origin.source is not Source.FILE for origin in entry.origins)
    return of_the_guest and not by_name and now < entry.due <= now + ASKED_ABOUT


def _had_its_end(entry: Entry) -> bool:
    return not entry.open and entry.status is not WakeupStatus.CANCELLED


def _had_its_time(entry: Entry) -> bool:
    """Its time came before it was cancelled: a shadow has left it to the system beside it."""
    return entry.changed_at >= entry.due


def _woke_nobody(entry: Entry) -> bool:
    return entry.status in RESULTS and entry.status is not WakeupStatus.OK


def _keep(group: dict[Key, Entry], entry: Entry, belongs: bool) -> None:  # noqa: FBT001
    if belongs:
        group[entry.key] = entry
    else:
        group.pop(entry.key, None)


def _discard(index: dict[Any, dict[Any, Entry]], key: object, member: object) -> None:
    """Take an entry out of its group, and the group with its last one."""
    del index[key][member]
    if not index[key]:
        del index[key]


def _asked_lately(origins: Iterable[Origin], now: datetime) -> bool:
    """A PMS may ask when it is too late and hears so; what it asked long ago has had its end and is forgotten."""
    return any(o.source is Source.PMS and o.moment > now - REMEMBERED for o in origins)


def _taken_back(entry: Entry, *, desk: bool, moved: bool) -> Sequence[Owed]:
    """What the PMS must hear of a call that it knows and that is not wanted in this room any more.

    All that desk and telephone have done. Of its own doings only what it cannot know: that a call went which it never
    asked for itself. One that it has moved with its guest it has moved in its own books, too.
    """
    knows = moved or any(origin.source is Source.PMS for origin in entry.origins)
    return (WakeupClearedOwed(entry.room, entry.at),) if entry.link and (desk or not knows) else ()


def _moved_to(entry: Entry, wanted: Wanted) -> tuple[Entry, Sequence[Owed]]:
    """A call that has come along with its guest: the PMS that has not moved him hears of it."""
    if not wanted.desk:
        return entry, ()
    owed = (WakeupSetOwed(entry.room, entry.at),) if wanted.link else ()
    return replace(entry, link=wanted.link), owed


def _with_link(entry: Entry, link: str) -> tuple[Entry, Sequence[Owed]]:
    """The PMS of the room knows what it asked for, and is told what desk and telephone asked for."""
    sources = {origin.source for origin in entry.origins}
    if not link or entry.link:
        return entry, ()
    if Source.PMS in sources:
        return replace(entry, link=link), ()
    if sources & _OF_THE_HOUSE:
        return replace(entry, link=link), (WakeupSetOwed(entry.room, entry.at),)
    return entry, ()
