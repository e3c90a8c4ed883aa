"""When a room loses its guest: by a check-out, which is an order, or by a word that may be a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from desired.names import Names
from desired.said import Field, Said, Source
from desired.sources import Wish
from reconciler.change import NAME_FIELDS, Change, OwnWrite

CHECKED_OUT_BY = frozenset({Source.PMS, Source.DESK, Source.PHONE})
"""Sources whose word that a room is vacant is a check-out; a file's is not."""

_GUEST_NAMES: Final = (*NAME_FIELDS, "device_name")
"""The fields of ``Names``, in their order."""


def loses_guest(wish: Wish, changes: Iterable[Change], *, was_occupied: bool) -> bool:
    """Tell whether this room would lose its guest although nobody checked out.

    A room seen for the first time is not losing anyone: there is no earlier state to lose.
    """
    word = _leaves_nobody(wish)
    if word is None or word.origin.source in CHECKED_OUT_BY:
        return False
    # A drift goes back to a name that showed no guest before.
    renamed = any(c.field == "display_name" and c.status == "planned" and c.cause != "drift" for c in changes)
    return renamed and was_occupied


def is_privacy(change: Change, wish: Wish, nobody: Sequence[Names], own: OwnWrite | None) -> bool:
    """True for what removes a guest who has left: names and messages, not a repair.

    ``nobody`` are the names of the extension that name no guest, ``own`` our last write to the field. Where the next
    guest is in already, nothing but his name takes the former one's away.
    """
    if change.cause != "intentional":
        return False
    if change.field == "voicemail":
        return _is_check_out(wish.fields.get(Field.CLEARED))
    if change.field not in {*_GUEST_NAMES, "department"}:
        return False
    vacated = wish.fields.get(Field.OCCUPIED)
    if vacated is not None and vacated.value is False:
        return _is_check_out(vacated)
    emptied = _leaves_nobody(wish)
    return _replaces_guest(change, nobody, own) and (emptied is None or _is_check_out(emptied))


def uncovers(change: Change, nobody: Sequence[Names]) -> bool:
    """True if somebody's name stands on the telephone until this change is made: ``nobody`` are the other names."""
    if change.field not in NAME_FIELDS:
        return False
    without = {names[NAME_FIELDS.index(change.field)] for names in nobody}
    return change.desired in without and change.observed not in without


def _is_check_out(said: Said | None) -> bool:
    return said is not None and said.origin.source in CHECKED_OUT_BY


def _replaces_guest(change: Change, nobody: Sequence[Names], own: OwnWrite | None) -> bool:
    """True if a guest's name stands there that was once as wished, and not one that somebody gave by hand."""
    if change.field not in _GUEST_NAMES or own is None or own.desired != change.observed:
        return False
    return change.observed not in {names[_GUEST_NAMES.index(change.field)] for names in nobody}


def _leaves_nobody(wish: Wish) -> Said | None:
    """The word by which nobody is named in the room: it is vacant, or occupied by nobody in particular."""
    occupied = wish.fields.get(Field.OCCUPIED)
    if occupied is None or not occupied.value:
        return occupied
    return None if wish.get(Field.GUESTS) else wish.fields.get(Field.GUESTS, occupied)
