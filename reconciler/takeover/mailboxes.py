"""A list of mailboxes: which of them are guest rooms, with which extension and description."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from reconciler.takeover.sheet import Row, Sheet, plain

COLUMNS: Final[Mapping[str, Collection[str]]] = {
    "mailbox": ("mailbox", "mailboxnumber", "mailboxno", "mailboxid", "mbx", "mbox", "box", "number"),
    "extension": ("extension", "extensionnumber", "extensionno", "ext", "extn", "phone", "station"),
    "room": ("roomid", "room", "roomnumber", "roomno", "guestroom"),
    "description": ("description", "desc", "comment", "comments", "note", "notes"),
    "kind": ("type", "mailboxtype", "kind", "class", "cos", "classofservice", "template"),
}
"""How the columns may be called. Names of guests are nobody's here: they come from the PMS, or from Zoom."""

_OF_A_ROOM: Final = ("room", "guest", "hosp")
"""Words in the type of a mailbox that is a guest room's."""


class Mailbox(NamedTuple):
    """A guest room as the other system had it. ``extension`` is "" where the list says none."""

    place: str
    room: str
    extension: str
    description: str


class Unfit(NamedTuple):
    """A line that cannot be taken, and why."""

    place: str
    message: str


def mailboxes_of(sheet: Sheet) -> Iterator[Mailbox | Unfit]:
    """The rooms of a list, in its order; mailboxes of the staff are left out."""
    seen: dict[str, str] = {}
    for row in sheet.rows:
        if not _is_of_a_room(row, sheet):
            continue
        found = _mailbox_of(row)
        if isinstance(found, Mailbox):
            before = seen.setdefault(found.room, row.place)
            if before != row.place:
                found = Unfit(row.place, f"room {found.room} stands in {before} already")
        yield found


def _is_of_a_room(row: Row, sheet: Sheet) -> bool:
    return "kind" not in sheet.columns or any(word in plain(row.first("kind")) for word in _OF_A_ROOM)


def _mailbox_of(row: Row) -> Mailbox | Unfit:
    room = row.first("room", "mailbox", "extension")
    extension = row.first("extension", "mailbox")
    if not room:
        return Unfit(row.place, "there is neither a room nor a mailbox nor an extension in it")
    if extension and not (extension.isascii() and extension.isdigit()):
        return Unfit(row.place, f"room {room}: expected digits as extension, not {extension!r}")
    return Mailbox(row.place, room, extension, row.first("description"))
