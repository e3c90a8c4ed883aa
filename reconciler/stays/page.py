"""One page of the register: everything that one step changes, written in one transaction.

Words of rooms, rooms named by a link, what is remembered of the links, the ledger of wake-up calls, and what the PMS
is owed: no crash can separate a record of the PMS from its effects.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from desired.said import Field, Said
from reconciler.branch.words import rooms_told
from reconciler.stays import turnover
from reconciler.stays.owed import Owed
from reconciler.stays.turnover import Turn, counted
from reconciler.stays.words import rows_of, words_in
from reconciler.store.rows import Json, LinkRow, PmsRoomRow, SaidRow
from reconciler.wakeups.entries import Entry, Key, Posting
from reconciler.wakeups.ledger import REMEMBERED

if TYPE_CHECKING:
    from reconciler.store.store import Store

_LAST_PAGE = "register page"
"""The note that names the last page, so that one whose commit was not seen is not written twice."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one step changes. ``words`` are those of the changed rooms afterwards, for who keeps them in memory.

    ``left`` are the rooms among them in which somebody is no more who was there before. ``turns`` are the rooms that
    a check-in has filled or a check-out emptied, to be counted by the hours of this ``zone``. ``notes`` are those of
    whoever told what is owed, by name: what the PMS hears and what was noted of it cannot come apart either.
    """

    number: str
    at: datetime
    words: Mapping[str, tuple[Said, ...]]
    left: frozenset[str]
    said: tuple[SaidRow, ...]
    taken_back: tuple[tuple[str, str, str], ...]
    named: tuple[PmsRoomRow, ...]
    links: tuple[LinkRow, ...]
    stays: Mapping[str, Json]
    entries: tuple[Entry, ...]
    owed: tuple[tuple[str, Owed], ...]
    turns: tuple[Turn, ...]
    zone: ZoneInfo
    notes: Mapping[str, Json] = field(default_factory=dict)

    def __bool__(self) -> bool:
        changes = (
            self.said, self.taken_back, self.named, self.links, self.stays, self.entries, self.owed,
            self.notes,
        )  # fmt: skip
        return any(changes)

    @property
    def owing(self) -> frozenset[str]:
        """The links that have something to send."""
        return frozenset(link for link, _ in self.owed)


def write(store: Store, page: Page) -> None:
    """Write a page in one transaction; one that was written already stays as it is."""
    with store.together():
        if store.note(_LAST_PAGE) == page.number:
            return
        store.put_note(_LAST_PAGE, page.number)
        store.say(page.said)
        store.take_back(page.taken_back)
        store.name_rooms(page.named)
        for row in page.links:
            store.remember_link(row)
        store.remember_stays(page.stays)
        store.enter_wakeups(page.entries)
        if page.turns:
            store.put_note(turnover.NOTE, counted(store.note(turnover.NOTE), page.turns, page.zone))
        for name, note in page.notes.items():
            store.put_note(name, note)
        for link in sorted(page.owing):
            store.owe(link, [owed for its, owed in page.owed if its == link], page.at)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds of the register."""

    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    pms_rooms: Mapping[str, PmsRoomRow] = field(default_factory=dict)
    links: Mapping[str, LinkRow] = field(default_factory=dict)
    stays: Mapping[str, Json] = field(default_factory=dict)
    wakeups: Sequence[Entry] = ()


def kept_in(store: Store, now: datetime) -> Kept:
    """Read it; where a process at the property keeps the register, what that one has told."""
    told = rooms_told(store)
    if told is not None:
        named = {room: each.named for room, each in told.items() if each.named is not None}
        calls = [call for each in told.values() for call in each.calls]
        return Kept({room: each.words for room, each in told.items() if each.words}, named, wakeups=calls)
    return Kept(
        words_in(store.said()),
        store.pms_rooms(),
        store.pms_links(),
        store.stays(),
        store.wakeups(now - REMEMBERED),
    )


class Step:
    """What gathers while a page is being worked out."""

    def __init__(self, at: datetime, zone: ZoneInfo) -> None:
        self.at = at
        self.zone = zone
        self.turns: list[Turn] = []
        """Rooms that were filled, and rooms that were emptied."""
        self.rooms: set[str] = set()
        self.named: dict[str, PmsRoomRow] = {}
        self.entries: dict[Key, Entry] = {}
        self.owed: list[tuple[str, Owed]] = []
        self.by_desk: set[str] = set()
        """Rooms that desk or telephone have changed: of what became of their wake-up calls the PMS is told."""
        self.taken_back: set[tuple[str, datetime | None]] = set()
        """Wake-up calls that somebody has cancelled by name (None: all of the room)."""
        self.by_pms: set[tuple[str, datetime | None]] = set()
        """Wake-up calls that a PMS has cancelled (None: all of the room), and so knows no more."""
        self.anew = False
        """Look at the wake-up calls of these rooms even if no word of them has changed: files may say others."""

    def add(self, posting: Posting) -> None:
        """Put in what the ledger posts."""
        self.entries |= {entry.key: entry for entry in posting.entries}
        self.owed += posting.owed

    def page(
        self,
        words: Mapping[str, tuple[Said, ...]],
        before: Mapping[str, tuple[Said, ...]],
        links: Iterable[LinkRow],
        stays: Mapping[str, Json],
    ) -> Page:
        """All of it; ``words`` are those of the changed rooms, ``before`` what the store holds of them."""
        said: list[SaidRow] = []
        taken_back: list[tuple[str, str, str]] = []
        left: set[str] = set()
        for room, now in words.items():
            new, old = _difference(before.get(room, ()), now)
            said += rows_of(room, new)
            gone = {(word.origin.source, word.field) for word in old}
            gone.difference_update([(word.origin.source, word.field) for word in new])
            taken_back += [(room, str(source), str(of)) for source, of in gone]
            if _somebody_left(old, new):
                left.add(room)
        return Page(
            uuid.uuid4().hex, self.at, words, frozenset(left), tuple(said), tuple(taken_back),
            tuple(self.named.values()), tuple(links), stays, tuple(self.entries.values()), tuple(self.owed),
            tuple(self.turns), self.zone,
        )  # fmt: skip


def _difference(before: Collection[Said], now: Collection[Said]) -> tuple[list[Said], list[Said]]:
    """The words that are new, and those that are gone. What did not change is the very same object."""
    stored, said = set(map(id, before)), set(map(id, now))
    return [word for word in now if id(word) not in stored], [word for word in before if id(word) not in said]


def _somebody_left(gone: Iterable[Said], new: Iterable[Said]) -> bool:
    """Tell whether the words that are new have not all the guests of those that are gone."""
    of = Field.GUESTS
    before = [guest for word in gone if word.field is of for guest in word.value or ()]
    if not before:
        return False
    here = [guest for word in new if word.field is of for guest in word.value or ()]
    numbers = {guest.reservation for guest in here if guest.reservation}
    return any(guest.reservation not in numbers and guest not in here for guest in before)
