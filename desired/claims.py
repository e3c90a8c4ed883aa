"""Whose word counts where files disagree: two set one field of a room, two rooms claim one extension.

Neither is believed over the other. The rooms concerned are held: they keep the documents that were accepted
before the disagreement, or have none if there were none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from desired.placed import Documents, Placed
from desired.problem import Problem

ByFile = Mapping[str, Documents]


class Settled(NamedTuple):
    """The documents that count, by file, and the disagreements."""

    accepted: dict[str, Documents]
    problems: tuple[Problem, ...]


class _Claim(NamedTuple):
    file: str
    placed: Placed


class _Clash(NamedTuple):
    extension: str
    first: _Claim
    second: _Claim


_Rooms = dict[str, list[_Claim]]


def settle(said: ByFile, kept: ByFile, listed: Mapping[str, Sequence[str]]) -> Settled:
    """Decide which documents count: ``said`` is what each file says now, ``kept`` what was accepted before.

    ``listed`` has the extensions of rooms that do not name theirs; one without an entry has its own number.
    """
    if _undisputed(said, listed):
        return Settled(dict(said), ())
    rooms = _by_room(said)
    problems = {problem.room: problem for problem in _two_sources(rooms, kept)}
    held = {room for room in problems if room is not None}
    shut: set[str] = set()
    clashing: dict[str, Problem] = {}
    while clashes := list(_clashes(_effective(rooms, kept, held, shut), listed)):
        for clash in clashes:
            clashing.setdefault(clash.extension, _claimed_twice(clash, kept))
        concerned = [{claim.placed.room for claim in clash[1:]} for clash in clashes]
        # Rooms that clash although both went back to what was accepted have nothing left to go back to.
        shut.update(*(both for both in concerned if both <= held))
        held.update(*concerned)
    accepted = dict(said)
    if held:
        accepted = {file: _accepted(now, kept.get(file, ()), held, shut) for file, now in said.items()}
    return Settled(accepted, (*problems.values(), *clashing.values()))


def _undisputed(said: ByFile, listed: Mapping[str, Sequence[str]]) -> bool:
    """True if no room has two documents and no extension is named twice, as in nearly every folder."""
    documents = [placed for told in said.values() for placed in told]
    claimed = [
        e for placed in documents for e in placed.extensions or listed.get(placed.room, (placed.room,))
    ]
    return len({placed.room for placed in documents}) == len(documents) and len(set(claimed)) == len(claimed)


def _by_room(said: ByFile) -> _Rooms:
    rooms: _Rooms = {}
    for file in sorted(said):
        for placed in said[file]:
            rooms.setdefault(placed.room, []).append(_Claim(file, placed))
    return rooms


def _effective(rooms: _Rooms, kept: ByFile, held: set[str], shut: set[str]) -> _Rooms:
    """The claims that would count if the held rooms went back to what was accepted before."""
    back: _Rooms = {}
    for room in held:
        files = {} if room in shut else dict.fromkeys(claim.file for claim in rooms[room])
        back[room] = [
            _Claim(file, placed) for file in files for placed in kept.get(file, ()) if placed.room == room
        ]
    return {**rooms, **back}


def _accepted(said: Documents, kept: Documents, held: set[str], shut: set[str]) -> Documents:
    free = tuple(placed for placed in said if placed.room not in held)
    if len(free) == len(said):
        return said
    back = {placed.room for placed in said} & held - shut
    return free + tuple(placed for placed in kept if placed.room in back)


def _two_sources(rooms: _Rooms, kept: ByFile) -> Iterator[Problem]:
    for room, claims in rooms.items():
        if len(claims) == 1:
            continue
        owners: dict[str, _Claim] = {}
        for claim in claims:
            twice = [(field, owners[field]) for field in claim.placed.document.says() if field in owners]
            if twice:
                field, first = twice[0]
                where, places = _places(first, claim, field, kept)
                yield Problem("two_sources", f"{field}: set at {places}, which one counts?", where, room)
                break
            owners |= dict.fromkeys(claim.placed.document.says(), claim)


def _clashes(rooms: _Rooms, listed: Mapping[str, Sequence[str]]) -> Iterator[_Clash]:
    owners: dict[str, _Claim] = {}
    for room, claims in rooms.items():
        if not claims:
            continue
        claim = claims[0]
        if len(claims) > 1:
            claim = next((naming for naming in claims if naming.placed.extensions), claim)
        for extension in claim.placed.extensions or listed.get(room, (room,)):
            owner = owners.setdefault(extension, claim)
            if owner is not claim:
                yield _Clash(extension, owner, claim)


def _claimed_twice(clash: _Clash, kept: ByFile) -> Problem:
    where, places = _places(clash.first, clash.second, "extensions", kept)
    rooms = " and ".join(claim.placed.room for claim in clash[1:])
    message = f"extension {clash.extension}: claimed by the rooms {rooms} at {places}"
    return Problem("extension_claimed_twice", message, where, clash.second.placed.room)


def _places(first: _Claim, second: _Claim, field: str, kept: ByFile) -> tuple[str, str]:
    """Where the problem is, the newcomer's place if one can be told, and both places in words."""
    newcomer = first if second.placed in kept.get(second.file, ()) else second
    places = f"{first.placed.where(field)} and {second.placed.where(field)}"
    return newcomer.placed.where(field), places
