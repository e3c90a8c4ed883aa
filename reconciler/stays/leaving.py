"""When a room loses its guest: by a check-out, which is an order, or by a word that may be a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desired.names import Names
from desired.said import Field, Said, Source
from desired.sources import Wish
from reconciler.change import NAME_FIELDS, Change

CHECKED_OUT_BY = frozenset({Source.PMS, Source.DESK, Source.PHONE})
"""Sources whose word that a room is vacant is a check-out; a file's is not."""


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


def is_privacy(change: Change, wish: Wish) -> bool:
    """True for what removes a guest who has checked out: names and messages, not a repair of a vacant room."""
    said = wish.fields.get(Field.OCCUPIED)
    checked_out = said is not None and said.value is False and said.origin.source in CHECKED_OUT_BY
    about_the_guest = change.field in {*NAME_FIELDS, "department", "device_name", "voicemail"}
    return checked_out and about_the_guest and change.cause == "intentional"


def uncovers(change: Change, nobody: Sequence[Names]) -> bool:
    """True if somebody's name stands on the telephone until this change is made: ``nobody`` are the other names."""
    if change.field not in NAME_FIELDS:
        return False
    without = {names[NAME_FIELDS.index(change.field)] for names in nobody}
    return change.desired in without and change.observed not in without


def _leaves_nobody(wish: Wish) -> Said | None:
    """The word by which nobody is named in the room: it is vacant, or occupied by nobody in particular."""
    occupied = wish.fields.get(Field.OCCUPIED)
    if occupied is None or not occupied.value:
        return occupied
    return None if wish.get(Field.GUESTS) else wish.fields.get(Field.GUESTS, occupied)
