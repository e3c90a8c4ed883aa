"""Targets that earlier runs worked out, so that the audit of a large hotel need not work out all of them again.

As long as only files speak of a room, its targets follow from its documents, its facts, the house and this code, and
from nothing else. What was worked out from these very ones is believed; where one of them differs, it is worked out
anew. All is in one machine-local file, which costs only time when it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from desired.edition import edition
from desired.placed import Placed
from desired.said import Origin, Source
from desired.target import Dnd, House, RoomFacts, Target, Wanted

Plain = dict[str, str | bool]
"""Wanted values by field; do-not-disturb is on or off."""

_FILE: Final = Origin(Source.FILE, "")
_ON, _OFF = Dnd(on=True), Dnd(on=False)


class Aim(NamedTuple):
    """What the targets of a room were worked out from, whether it is occupied, and its extensions' values."""

    basis: str
    occupied: bool | None
    values: Mapping[str, Plain]

    def target(self, room: str, extension: str) -> Target:
        """The target of one extension."""
        wanted = {name: _wanted(value) for name, value in self.values[extension].items()}
        return Target(room, extension, self.occupied, wanted)


class Aims:
    """The targets of the rooms of one house, without where each value comes from and without moments.

    Moments depend on the rules of time zones, which change with the system and not with this code: a room whose
    do-not-disturb ends at one is not kept, and ``cleared`` is left out of its targets.
    """

    def __init__(self, path: Path, house: House) -> None:
        """Read the file at ``path``, unless another edition of this code wrote it or the house has changed."""
        self._path = path
        self._made_by = blake2b(f"{edition()} {house!r}".encode(), digest_size=16).hexdigest()
        self._rooms = _read(path, self._made_by)
        self.changed = False
        """True if there is something to save."""

    def occupied(self, room: str) -> bool | None:
        """Whether the room was occupied when its targets were worked out."""
        aim = self._rooms.get(room)
        return aim.occupied if aim is not None else None

    def aim(self, room: str, documents: Iterable[Placed], facts: RoomFacts) -> Aim | None:
        """What was worked out of the room; None if that has to be done anew."""
        aim = self._rooms.get(room)
        return aim if aim is not None and aim.basis == _basis(documents, facts) else None

    def keep(
        self, room: str, documents: Iterable[Placed], facts: RoomFacts, targets: Iterable[Target]
    ) -> None:
        """Remember the targets that were worked out of these documents and facts."""
        extensions: dict[str, Plain] = {}
        occupied = None
        for target in targets:
            plain = _plain(target.wanted)
            if plain is None:
                return
            extensions[target.extension], occupied = plain, target.occupied
        aim = Aim(_basis(documents, facts), occupied, extensions)
        if self._rooms.get(room) != aim:
            self._rooms[room] = aim
            self.changed = True

    def save(self, rooms: Container[str]) -> None:
        """Write what is new, without rooms that are not among these. Where that cannot be done, nothing is lost."""
        data = {"made_by": self._made_by, "rooms": {r: aim for r, aim in self._rooms.items() if r in rooms}}
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        try:
            temporary.touch(mode=0o600)  # guests' names are in it
            temporary.write_text(json.dumps(data, separators=(",", ":")), encoding="ascii")
            temporary.replace(self._path)
        except OSError:
            return
        self.changed = False


def _read(path: Path, made_by: str) -> dict[str, Aim]:
    try:
        data = json.loads(path.read_bytes())
        rooms = data["rooms"] if data["made_by"] == made_by else {}
        return {room: Aim._make(aim) for room, aim in rooms.items()}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _basis(documents: Iterable[Placed], facts: RoomFacts) -> str:
    return " ".join([*[placed.digest for placed in documents], repr(tuple(facts))])


def _plain(wanted: Mapping[str, Wanted]) -> Plain | None:
    plain: Plain = {}
    for name, (value, _) in wanted.items():
        if isinstance(value, str):
            plain[name] = value
        elif isinstance(value, Dnd) and value.until is None:
            plain[name] = value.on
        elif name != "cleared":
            return None
    return plain


def _wanted(value: str | bool) -> Wanted:  # noqa: FBT001 - do-not-disturb is the value itself
    if isinstance(value, str):
        return Wanted(value, _FILE)
    return Wanted(_ON if value else _OFF, _FILE)
