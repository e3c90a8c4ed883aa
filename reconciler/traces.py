"""Whose a value of the past is: what tells one guest from all others in what was written down of the rooms. Pure.

A name is found as people would find it: all of its words, in any order and however they are capitalised, in what a
telephone showed at one time. So ``Souza`` finds "Ana Souza 1207", and the "Ana" that stood in the field beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from desired.lettering import without_digits

ERASED: Final = "(erased)"
"""What stands in the history where a guest's name stood."""

NAME_FIELDS: Final = frozenset({"first_name", "last_name", "display_name", "device_name"})
"""The fields of an extension that may say who is in the room."""

CUT_FROM: Final = 10
"""Letters from which the beginning of a word counts as the word: Zoom takes no longer name than 64."""

_WORD: Final = re.compile(r"[^\W_]+")


class Shown(NamedTuple):
    """One change of what an extension shows, as far as it matters here; ``key`` finds it again."""

    key: int
    at: datetime
    room: str | None
    extension: str | None
    field: str
    before: Any
    after: Any
    applied: bool


class Veiled(NamedTuple):
    """What a change is to say before and after, so that it tells of the guest no more than that there was one."""

    row: Shown
    before: Any
    after: Any


Kept = Callable[[str | None, str | None], Collection[object]]
"""The values that a room and its extension need today."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in ``room`` from ``since`` on, and until ``until``."""

    room: str
    since: datetime
    until: datetime

    def covers(self, room: str | None, at: datetime) -> bool:
        """Whether it was in this room at that time."""
        return room == self.room and self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a guest is known: reservation numbers, names (any of them), and when he was in which room."""

    numbers: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()

    def names_him(self, texts: Iterable[object]) -> bool:
        """Whether these texts, which stood side by side, say his name."""
        found = frozenset(word for text in texts if isinstance(text, str) for word in _words(text))
        return any(_says(found, sought) for name in self.names for sought in _ways_to_say(name))

    def covers(self, room: str | None, at: datetime) -> bool:
        """Whether he was in this room at that time."""
        return any(stay.covers(room, at) for stay in self.stays)


def veiled(rows: Iterable[Shown], traces: Traces, kept: Kept) -> Iterator[Veiled]:
    """The changes that say who he is, without that. ``rows`` come by extension, each one's in their order.

    What an extension showed is followed through time: a value is his from the change that showed it until the next.
    """
    for _, of_one in groupby(rows, key=lambda row: row.extension):
        yield from _of_one(of_one, traces, kept)


def _of_one(rows: Iterable[Shown], traces: Traces, kept: Kept) -> Iterator[Veiled]:
    """The same for the changes of one extension."""
    shows: dict[str, object] = {}
    his: dict[str, bool] = {}
    for at, group in groupby(rows, key=lambda row: row.at):
        together = [row for row in group if row.field in NAME_FIELDS]
        before = shows | {row.field: row.before for row in together}
        after = before | {row.field: row.after for row in together}
        was_he, is_he = traces.names_him(before.values()), traces.names_him(after.values())
        for row in together:
            there, stays = traces.covers(row.room, at), kept(row.room, row.extension)
            said_him = was_he or his.get(row.field, there)
            fresh = Veiled(row, _veil(row.before, stays, said_him), _veil(row.after, stays, is_he or there))
            if fresh != (row, row.before, row.after):
                yield fresh
            if row.applied:
                his[row.field], shows[row.field] = is_he or there, row.after


def _veil(value: Any, stays: Collection[object], his: bool) -> Any:  # noqa: FBT001 - a fact
    return ERASED if his and isinstance(value, str) and value and value not in stays else value


def _says(found: Collection[str], sought: frozenset[str]) -> bool:
    return bool(sought) and all(
        word in found or any(len(each) >= CUT_FROM and word.startswith(each) for each in found)
        for word in sought
    )


def _ways_to_say(name: str) -> tuple[frozenset[str], ...]:
    """The words of a name, also without the digits that give way to the extension."""
    return tuple(
        frozenset(_WORD.findall(folded) or folded.split())
        for folded in map(_folded, dict.fromkeys((name, without_digits(name))))
    )


def _words(text: str) -> list[str]:
    """The words of a text, and what stands between blanks: a name may have no letter."""
    folded = _folded(text)
    return [*_WORD.findall(folded), *folded.split()]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
