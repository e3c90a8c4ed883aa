"""Safety rules by class of danger: filters of a plan, each with its own name and its own way to lift it.

    empty-source   the drop-in folder vanished or is suddenly empty      refuses what files ask for
    max-blanked    more rooms would lose their guest than is believable  refuses the blanking
    max-deletes    more voicemails would go than is believable           refuses the deletions

``--allow NAME`` lifts one rule for one pass, never all. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.change import NAME_FIELDS, Change
from reconciler.contested import MOST

EMPTY_SOURCE: Final = "empty-source"
MAX_BLANKED: Final = "max-blanked"
MAX_DELETES: Final = "max-deletes"
RULES: Final = (EMPTY_SOURCE, MAX_BLANKED, MAX_DELETES)

# The rest goes along: "Out" beside a guest's name, or a guest who may not dial, would be half a check-out.
BLANKED_FIELDS: Final = frozenset({*NAME_FIELDS, "department", "device_name", "calling"})
"""What a room loses together with its guest."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is still believable: a part of the rooms (0 to 1), messages per pass, repairs of a field an hour."""

    max_blanked: float
    max_deletes: int
    max_repairs: int = MOST


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that held something back, and how to lift it."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules look at beside the changes.

    ``losing`` are rooms whose guest would go without a check-out behind it; ``lost`` are those that lost
    theirs that way within the last 10 minutes; ``rooms`` is the number of rooms with a document. ``told`` names, by
    room, extension and field, what PMS, desk or telephone ask for and not the folder.
    """

    rooms: int
    losing: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    source_vanished: bool = False
    told: frozenset[tuple[str, str, str]] = frozenset()

    def follows_from_files(self, change: Change) -> bool:
        """True unless somebody else asks for it: a check-out takes the guest's name away in any case."""
        return (change.room, change.extension, change.field) not in self.told


def judge(
    changes: Sequence[Change], circumstances: Circumstances, limits: Limits, allowed: Iterable[str]
) -> tuple[tuple[Change, ...], tuple[Refusal, ...]]:
    """Mark the changes that a rule refuses; say which rules did."""
    lifted = frozenset(allowed)
    result, emptied = _empty_source(tuple(changes), circumstances, lifted)
    result, blanked = _max_blanked(result, circumstances, limits, lifted)
    result, deleted = _max_deletes(result, limits, lifted)
    return result, tuple(refusal for refusal in (emptied, blanked, deleted) if refusal is not None)


def _empty_source(
    changes: tuple[Change, ...], circumstances: Circumstances, lifted: frozenset[str]
) -> tuple[tuple[Change, ...], Refusal | None]:
    if not circumstances.source_vanished or EMPTY_SOURCE in lifted:
        return changes, None
    message = "the folder of documents has vanished or is empty, although it held documents before"
    if any(not circumstances.follows_from_files(change) for change in changes):
        message += " (what PMS, desk and telephones ask for goes on)"
    marked = tuple(
        _refused(change, EMPTY_SOURCE) if circumstances.follows_from_files(change) else change
        for change in changes
    )
    return marked, Refusal(EMPTY_SOURCE, _with_remedy(message, EMPTY_SOURCE))


def _max_blanked(
    changes: tuple[Change, ...], circumstances: Circumstances, limits: Limits, lifted: frozenset[str]
) -> tuple[tuple[Change, ...], Refusal | None]:
    allowed = max(1, math.floor(circumstances.rooms * limits.max_blanked))
    blanking = {c.room for c in changes if _blanks(c, circumstances)}
    before = circumstances.lost - blanking  # whose other extension is still to go counts once
    count = len(blanking) + len(before)
    if not blanking or count <= allowed or MAX_BLANKED in lifted:
        return changes, None
    message = (
        f"{len(blanking)} rooms would lose their guest without a check-out "
        f"({len(before)} did within the last 10 minutes), at most {allowed} of {circumstances.rooms} may"
    )
    marked = tuple(_refused(c, MAX_BLANKED) if _blanks(c, circumstances) else c for c in changes)
    return marked, Refusal(MAX_BLANKED, _with_remedy(message, MAX_BLANKED))


def _blanks(change: Change, circumstances: Circumstances) -> bool:
    return (
        change.room in circumstances.losing and change.status == "planned" and change.field in BLANKED_FIELDS
    )


def _max_deletes(
    changes: tuple[Change, ...], limits: Limits, lifted: frozenset[str]
) -> tuple[tuple[Change, ...], Refusal | None]:
    deletes = sum(1 for c in changes if c.field == "voicemail" and c.status == "planned")
    if deletes <= limits.max_deletes or MAX_DELETES in lifted:
        return changes, None
    message = f"{deletes} voicemails would be deleted, at most {limits.max_deletes} in one pass may"
    marked = tuple(_refused(c, MAX_DELETES) if c.field == "voicemail" else c for c in changes)
    return marked, Refusal(MAX_DELETES, _with_remedy(message, MAX_DELETES))


def _refused(change: Change, rule: str) -> Change:
    return replace(change, status="refused", reason=rule) if change.status == "planned" else change


def _with_remedy(message: str, rule: str) -> str:
    return f"{message}; if that is right, let it through with `reconcile --allow {rule}`"
