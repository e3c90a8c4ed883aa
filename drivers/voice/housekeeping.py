"""Housekeeping's codes: what staff key in a room, and what it says about the room. Pure.

Two tables are in use, in which one key means opposite things (1 is a dirty room in one, a clean one in the other), so
a hotel chooses its own and may change single keys. Half of a FIAS status is whether the room is occupied. The house
knows that better than whoever keys it: its own half is recorded, and a key that says otherwise is noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, NamedTuple

Status = Literal["dirty", "clean", "in_progress", "maintenance", "out_of_service", "inspected"]
Preset = Literal["fias", "plain"]

LONGEST_ID: Final = 16
"""Digits of a staff id (FIAS, ID of RE)."""


class Meaning(NamedTuple):
    """What one key says; ``occupied`` is the half that it claims, None where it claims none."""

    status: Status
    occupied: bool | None = None


PRESETS: Final[Mapping[Preset, Mapping[str, Meaning]]] = {
    "fias": {
        "1": Meaning("dirty", occupied=False), "2": Meaning("dirty", occupied=True),
        "3": Meaning("clean", occupied=False), "4": Meaning("clean", occupied=True),
        "5": Meaning("inspected", occupied=False), "6": Meaning("inspected", occupied=True),
    },
    "plain": {
        "0": Meaning("dirty"), "1": Meaning("clean"), "2": Meaning("in_progress"), "3": Meaning("maintenance"),
        "4": Meaning("out_of_service"), "5": Meaning("inspected"),
    },
}  # fmt: skip
"""What the keys mean (contract, section 7)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a room. ``disagrees``: the key claimed the other half than the house knows.

    ``halves`` is True where the key's table speaks of vacant and occupied rooms, so that the half is said back.
    """

    status: Status
    occupied: bool
    disagrees: bool = False
    halves: bool = False


class Dialled(NamedTuple):
    """A whole code: the status key, and the staff id ("" for the code without one)."""

    key: str
    staff: str


class Unfinished(Enum):
    """Why keys are not a whole code."""

    MORE = "more"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one hotel: ``code`` and the key of a status, or ``with_id``, that key, an id and #."""

    code: str
    with_id: str
    meanings: Mapping[str, Meaning]

    @classmethod
    def of(
        cls,
        code: str = "61",
        with_id: str = "63",
        preset: Preset = "fias",
        statuses: Mapping[str, Status | None] | None = None,
    ) -> Codes:
        """The preset's keys, with those of ``statuses`` meaning something else, or nothing."""
        meanings = dict(PRESETS[preset])
        for key, status in (statuses or {}).items():
            meanings.pop(key, None)
            if status is not None:
                meanings[key] = Meaning(status)
        return cls(code, with_id, meanings)

    def read(self, keyed: str) -> Dialled | Unfinished:
        """What the keys so far are: a whole code, the beginning of one, or neither."""
        for code, needs_id in ((self.code, False), (self.with_id, True)):
            if code.startswith(keyed):
                return Unfinished.MORE
            if keyed.startswith(code):
                return _rest(keyed[len(code) :], needs_id=needs_id)
        return Unfinished.WRONG

    def recorded(self, key: str, *, occupied: bool) -> Recorded | None:
        """What this key records in a room that is occupied or not; None if it means nothing."""
        meaning = self.meanings.get(key)
        if meaning is None:
            return None
        claims = meaning.occupied
        return Recorded(
            meaning.status, occupied, disagrees=claims not in {None, occupied}, halves=claims is not None
        )


def _rest(keyed: str, *, needs_id: bool) -> Dialled | Unfinished:
    key, staff = keyed[:1], keyed[1:]
    if not key.isdigit():
        return Unfinished.WRONG
    if not needs_id:
        return Dialled(key, "") if not staff else Unfinished.WRONG
    if staff.endswith("#"):
        return Dialled(key, staff[:-1]) if staff[:-1].isdigit() else Unfinished.WRONG
    if len(staff) > LONGEST_ID or (staff and not staff.isdigit()):
        return Unfinished.WRONG
    return Unfinished.MORE
