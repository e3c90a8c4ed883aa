"""The guest rooms: the fence around everything that may be written.

``rooms:`` lists ranges (room N has extension N), single rooms with their own extensions, and exceptions with a
leading ``!``. Where it is left out entirely, every document declares its own room.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_RANGE = re.compile(r"([0-9]{1,18})\s*-\s*([0-9]{1,18})")
_DIGITS = re.compile(r"[0-9]{1,18}")
LARGEST_RANGE = 200_000

Entry = str | tuple[str, Sequence[str] | None, str, str | None]


class RoomEntry(NamedTuple):
    """One guest room: its extensions (the first is the primary) and what names may say of it."""

    room: str
    extensions: tuple[str, ...]
    description: str = ""
    room_id: str = ""


@dataclass(frozen=True, slots=True)
class RoomTable:
    """All guest rooms by their number, and the room that each extension number belongs to."""

    rooms: Mapping[str, RoomEntry]
    owners: Mapping[int, str]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> RoomTable:
        """Read the list of the configuration. ValueError says which entry is wrong and how it should look."""
        rooms: dict[str, RoomEntry] = {}
        excluded: dict[str, int] = {}
        for position, entry in enumerate(entries):
            if isinstance(entry, str) and entry.startswith("!"):
                excluded |= dict.fromkeys(_names(entry[1:].strip(), position), position)
                _make_sure_not_too_many(excluded, position)
                continue
            for made in _entries(entry, position):
                if made.room in rooms:
                    raise ValueError(f"rooms.{position}: room {made.room} is listed twice")
                rooms[made.room] = made
            _make_sure_not_too_many(rooms, position)
        for room, position in excluded.items():
            if room not in rooms:
                # A mistyped exception would leave the room inside the fence, and nobody would notice.
                raise ValueError(f'rooms.{position}: "!{room}" excludes nothing: no room {room} is listed')
            del rooms[room]
        return cls(rooms, _owners(rooms.values()))

    def __contains__(self, room: object) -> bool:
        return room in self.rooms

    def __iter__(self) -> Iterator[RoomEntry]:
        return iter(self.rooms.values())


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """Rooms by name, as ranges and single names, some left out; without a name all but those."""

    listed: frozenset[str]
    left_out: frozenset[str]
    everything: bool

    @classmethod
    def of(cls, entries: Iterable[str]) -> RoomChoice:
        """Read patterns such as "1001-1240", "PH1" and "!1013". ValueError says which range is wrong."""
        listed: set[str] = set()
        left_out: set[str] = set()
        everything = True
        for position, entry in enumerate(entries):
            if entry.startswith("!"):
                left_out.update(_names(entry[1:].strip(), position))
                _make_sure_not_too_many(left_out, position)
            else:
                everything = False
                listed.update(_names(entry.strip(), position))
                _make_sure_not_too_many(listed, position)
        return cls(frozenset(listed - left_out), frozenset(left_out), everything)

    def __contains__(self, room: object) -> bool:
        return room not in self.left_out if self.everything else room in self.listed


def _entries(entry: Entry, position: int) -> Iterator[RoomEntry]:
    if isinstance(entry, str):
        for number in _numbers(entry, position):
            yield RoomEntry(number, (number,), room_id=number)
        return
    room, extensions, description, room_id = entry
    for extension in extensions or (room,):
        if not _DIGITS.fullmatch(extension):
            raise ValueError(
                f'rooms.{position}: room {room}: expected digits as extension, not "{extension}"'
            )
    yield RoomEntry(room, tuple(extensions or (room,)), description, room_id or room)


def _make_sure_not_too_many(rooms: Collection[str], position: int) -> None:
    if len(rooms) > LARGEST_RANGE:
        raise ValueError(f"rooms.{position}: with this entry there are more than {LARGEST_RANGE} rooms")


def _names(text: str, position: int) -> Iterator[str]:
    """The rooms of "1013", "1013-1015" or "PH1"."""
    return _numbers(text, position) if _RANGE.fullmatch(text) else iter((text,))


def _numbers(text: str, position: int) -> Iterator[str]:
    """The numbers of "1001-1240" or "1305"; leading zeros stay ("0101-0110")."""
    text = text.strip()
    match = _RANGE.fullmatch(text)
    if match is None:
        if not _DIGITS.fullmatch(text):
            raise ValueError(
                f'rooms.{position}: "{text}": expected a number, a range such as "1001-1240" or {{room, extensions}}'
            )
        yield text
        return
    first, last = int(match[1]), int(match[2])
    if last < first or last - first >= LARGEST_RANGE:
        raise ValueError(
            f'rooms.{position}: "{text}": the range must rise and hold at most {LARGEST_RANGE} rooms'
        )
    for number in range(first, last + 1):
        yield str(number).zfill(len(match[1]))


def _owners(rooms: Iterable[RoomEntry]) -> dict[int, str]:
    """Who has which extension. ValueError if two rooms, or one room twice, have the same."""
    owner: dict[int, str] = {}
    for room in rooms:
        before = len(owner)
        for extension in room.extensions:
            other = owner.setdefault(int(extension), room.room)
            if other != room.room:
                raise ValueError(f"rooms: extension {extension} belongs to {other} and {room.room}")
        if len(owner) - before < len(room.extensions):
            raise ValueError(f"rooms: room {room.room} has the same extension twice")
    return owner
