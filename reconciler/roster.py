"""Which rooms a hotel has and which numbers they answer to: by its room table, and by the documents of its folder.

Where ``rooms:`` is left out, the documents say which rooms are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, KeysView
from dataclasses import dataclass, field

from desired.placed import Loaded, Placed
from desired.problem import Problem
from reconciler.rooms import RoomTable


@dataclass(slots=True)
class Roster:
    """The rooms of one hotel. ``table`` is ``rooms:``; ``loaded`` what the folder said when it was last read."""

    table: RoomTable | None
    loaded: Loaded = field(default_factory=lambda: Loaded((), ()))
    _documents: dict[str, tuple[Placed, ...]] = field(default_factory=dict)

    def take_documents(self, loaded: Loaded) -> frozenset[str]:
        """Take what the folder says now; answer the rooms whose documents changed."""
        fresh: dict[str, tuple[Placed, ...]] = {}
        for placed in loaded.documents:
            room = placed.room
            fresh[room] = (*fresh[room], placed) if room in fresh else (placed,)
        before, self._documents, self.loaded = self._documents, fresh, loaded
        if not before:
            return frozenset(fresh)
        return frozenset(room for room in before.keys() | fresh.keys() if before.get(room) != fresh.get(room))

    def documents(self, room: str) -> tuple[Placed, ...]:
        """The documents that speak of a room."""
        return self._documents.get(room, ())

    def in_files(self, room: str, field: str) -> str | None:
        """Where a file says this of a room (a field at the top of a document); None if no file does."""
        places = (p for p in self.documents(room) if field in p.document.model_fields_set)
        return next((placed.where(field) for placed in places), None)

    def documented(self) -> KeysView[str]:
        """The rooms that a document speaks of."""
        return self._documents.keys()

    def known_rooms(self) -> list[str]:
        """Every room of ``rooms:`` and of the documents, managed or not; a PMS may speak of others besides."""
        listed = self.table.rooms.keys() if self.table is not None else set()
        return sorted(self._documents.keys() | listed)

    def ours(self) -> KeysView[str]:
        """The rooms that ``rooms:`` lists; where it is left out, those that files declare."""
        return self._documents.keys() if self.table is None else self.table.rooms.keys()

    def is_ours(self, room: str) -> bool:
        """Whether this is one of our rooms."""
        return room in self.ours()

    def extensions_in(self, room: str) -> tuple[str, ...]:
        """The numbers of a room's extensions, the primary one first."""
        for placed in self.documents(room):
            if placed.extensions:
                return placed.extensions
        entry = self.table.rooms.get(room) if self.table is not None else None
        if entry is not None:
            return entry.extensions
        return (room,) if room.isascii() and room.isdecimal() else ()

    def room_of(self, number: int) -> str | None:
        """The room that an extension number belongs to: by ``rooms:``, or where that is left out by the documents."""
        if self.table is not None:
            return self.table.owners.get(number)
        return next((room for room in self._documents if number in map(int, self.extensions_in(room))), None)

    def belongs(self, number: int, room: str) -> bool:
        """A document may name extensions, but none that the hotel has not given to this very room."""
        return self.table is None or self.table.owners.get(number) == room

    def numbers(self, rooms: Iterable[str]) -> frozenset[int]:
        """The extension numbers of these rooms, as Zoom counts them: a leading zero does not matter."""
        return frozenset(
            number
            for room in rooms
            for number in map(int, self.extensions_in(room))
            if self.belongs(number, room)
        )

    def sought(self) -> frozenset[int]:
        """The numbers to look for in Zoom: a PMS or the desk may speak of any room at any moment."""
        return self.numbers(filter(self.is_ours, self.known_rooms()))

    def taken_out(self, rooms: Iterable[str]) -> tuple[str, ...]:
        """Those of these rooms that are ours no more, by ``rooms:`` or where that is left out by the documents.

        Without those whose extensions another room has by now; none while no document was read, or all are gone.
        """
        if self.table is None and (self.loaded.vanished or not self._documents):
            return ()
        gone = [room for room in rooms if not self.is_ours(room)]
        taken = self.sought() if gone else frozenset()
        return tuple(room for room in gone if taken.isdisjoint(map(int, self.extensions_in(room))))

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with documents as they stand: those that are broken, and those without effect."""
        return (*self.loaded.problems, *self.outside())

    def outside(self) -> tuple[Problem, ...]:
        """Documents of rooms that ``rooms:`` does not list: nothing is written for them."""
        return tuple(
            Problem("not_listed", f"room {room} is not listed under `rooms:`, so nothing is written for it",
                    where=self._documents[room][0].where("room"), room=room)
            for room in sorted(self._documents.keys() - self.ours())
        )  # fmt: skip
