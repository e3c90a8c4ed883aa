"""What a property tells of one room, as plain JSON: the words of its sources, its PMS link, its wake-up calls. Pure.

It is always the whole of the room as it stands in the property's own store, never a step, so that it may be lost,
repeated and overtaken: the newest is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self, cast

from desired.kept import word_from_json, word_to_json
from desired.said import Said
from reconciler.logs import logger
from reconciler.store import codec
from reconciler.store.rows import Json, PmsRoomRow
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.kept import entry_from_json, entry_to_json

if TYPE_CHECKING:
    from reconciler.store.branchrows import ToldRow
    from reconciler.store.store import Store

log = logger("centre")


@dataclass(frozen=True, slots=True)
class RoomTold:
    """One room. ``named``: how its PMS link calls it (None: no PMS has named it)."""

    words: tuple[Said, ...] = ()
    named: PmsRoomRow | None = None
    calls: tuple[Entry, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """As it is put between property and centre, always in the same order."""
        words = sorted(
            (word_to_json(word) for word in self.words), key=lambda each: (each["field"], each["origin"])
        )
        calls = sorted((entry_to_json(call) for call in self.calls), key=lambda each: str(each["at"]))
        named = self.named
        link: list[Json] | None = None
        if named is not None:
            link = [named.link, named.name, named.named_at.isoformat()]
        return {"words": list(words), "link": link, "calls": list(calls)}

    @classmethod
    def of(cls, room: str, plain: Mapping[str, Any]) -> Self:
        """The room again, equal to what was told."""
        link = plain["link"]
        named = None if link is None else PmsRoomRow(room, link[0], link[1], datetime.fromisoformat(link[2]))
        return cls(
            tuple(map(word_from_json, plain["words"])), named, tuple(map(entry_from_json, plain["calls"]))
        )


def digest(body: Json) -> str:
    """What tells one telling of a room from another."""
    return blake2b(codec.to_text(body).encode(), digest_size=16).hexdigest()


def understood(rows: Iterable[ToldRow]) -> Iterator[tuple[ToldRow, RoomTold]]:
    """The rooms as their rows have them; one that cannot be read stays as it was, and is told in the log."""
    for row in rows:
        try:
            told = RoomTold.of(row.room, cast("dict[str, Any]", row.body))
        except (LookupError, TypeError, ValueError) as error:
            log.error(  # noqa: TRY400 - the fault's own text may name a guest
                "what the property tells is not understood", room=row.room, fault=type(error).__name__
            )
        else:
            yield row, told


def rooms_told(store: Store) -> dict[str, RoomTold] | None:
    """All rooms as the property has told them; None where one process does it all, and nobody tells another."""
    if store.branch() is None:
        return None
    return {row.room: told for row, told in understood(store.told())}
