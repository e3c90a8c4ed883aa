"""At the centre: takes what the property tells of its rooms, as a hotel takes its reception's pages.

Nothing of it is kept here: it stands in the database, where it is read from again after a start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from anyio import to_thread

from reconciler.alarms.book import NOTE, standing_in
from reconciler.alarms.finding import Kind, Standing
from reconciler.branch.heads import Heads
from reconciler.branch.words import understood
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.stays.register import Register
from reconciler.store.branchrows import Head, ToldRow
from reconciler.store.rows import Json

Touched = Callable[[Collection[str], bool], None]
"""Hears of rooms that look different now, and whether any wake-up call does."""

log = logger("centre")


class Told(Protocol):
    """The database, for one property."""

    def told(self, since: int = 0) -> list[ToldRow]:
        """The rooms of which something was told under a later number."""
        ...

    def branch(self) -> tuple[Head, Mapping[str, Any]] | None:
        """How far the property has told, and what of itself."""
        ...


class Follower:
    """Keeps register and hotel as the property tells them. ``moved`` hears of rooms whose words are others now."""

    def __init__(
        self, name: str, store: Told, register: Register, moved: Callable[[Iterable[str]], None]
    ) -> None:
        self.summary: Mapping[str, Any] = {}
        """What the property tells of itself."""
        self.touched: list[Touched] = []
        self._name = name
        self._store = store
        self._register = register
        self._moved = moved
        self._seen: tuple[int, int] | None = None
        self._taken = 0

    async def run(self, heads: Heads) -> None:
        """Follow until cancelled."""
        while True:
            await heads.changed()
            try:
                await self.look(heads.of(self._name))
            except HousephoneError as error:
                log.warning("property not followed", reason=str(error), remedy=error.remedy)

    async def look(self, head: Head | None) -> None:
        """Take what was told since the last look."""
        if head is None or (head.life, head.sequence) == self._seen:
            return
        if head.sequence < self._taken:
            self._taken = 0  # the database was put back from a backup
        rows = await to_thread.run_sync(self._store.told, self._taken, abandon_on_cancel=True)
        branch = await to_thread.run_sync(self._store.branch, abandon_on_cancel=True)
        self.take(rows)
        if branch is not None:
            self.summary = branch[1]
        self._seen = head.life, head.sequence

    def take(self, rows: Collection[ToldRow]) -> None:
        """These rooms are so. A row that was taken before changes nothing, and an older one is none."""
        moved, called = set(), False
        ledger = self._register.ledger
        for row, told in understood(rows):
            link = told.named.link if told.named is not None else ""
            called |= ledger.of_room(row.room) != tuple(sorted(told.calls, key=lambda call: call.at))
            if self._register.overhear(row.room, told.words, link, told.calls):
                moved.add(row.room)
        self._taken = max([self._taken, *(row.sequence for row in rows)])
        if moved:
            self._moved(moved)
        if rows:
            for touched in self.touched:
                touched([row.room for row in rows], called)


def alarms_told(summary: Mapping[str, Any]) -> list[Standing]:
    """What calls for a person at the property; not that the centre is not told, which is over if we hear of it."""
    notes: Mapping[str, Json] = summary.get("notes") or {}
    return [each for each in standing_in(notes.get(NOTE)) if each.alarm.kind is not Kind.CENTRE_UNTOLD]
