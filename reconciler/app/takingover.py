"""`reconcile import`: what another system's lists mean for this hotel, and its documents.

Nothing is taken that housephone knows better or learns otherwise: names of guests come from the PMS or from Zoom, and
which extensions may be written to is said in ``rooms:`` by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desired.document import RoomDocument
from reconciler.app.newdocuments import rooms_spoken_of, write_new
from reconciler.app.stored import Remembered, remembered
from reconciler.configuration.settings import Settings
from reconciler.desk.orders import SetWakeup
from reconciler.errors import Fatal
from reconciler.rooms import RoomTable
from reconciler.takeover import calls, mailboxes
from reconciler.takeover.mailboxes import Mailbox, Unfit
from reconciler.takeover.sheet import Sheet, read


@dataclass(slots=True)
class Takeover:
    """What the lists come to.

    ``documents`` are to be written, rooms in ``told`` have one already. ``unlisted`` are rooms that the configuration
    does not have as the list has them. ``orders`` are wake-up calls to set; ``already`` counts those that are set.
    """

    rooms: int = 0
    documents: list[RoomDocument] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unlisted: list[Mailbox] = field(default_factory=list)
    orders: list[SetWakeup] = field(default_factory=list)
    already: int = 0
    unfit: list[Unfit] = field(default_factory=list)


def look_through(
    settings: Settings, files: Sequence[Path], order: calls.Order | None, now: datetime
) -> Takeover:
    """Read the lists; nothing is written. ``now`` is the hotel's local time. Fatal where a file is neither list."""
    sheets = [_sheet(file) for file in files]
    taken = Takeover()
    hotel = remembered(settings)
    rooms: list[Mailbox] = []
    for sheet in sheets:
        if not _tells_calls(sheet):
            for found in mailboxes.mailboxes_of(sheet):
                (taken.unfit if isinstance(found, Unfit) else rooms).append(found)  # type: ignore[arg-type]
    _take_rooms(settings, rooms, taken)
    book = _Names(hotel, settings.grounds.table, taken)
    for sheet in sheets:
        if _tells_calls(sheet):
            for each in calls.calls_of(sheet, now, order):
                _take_call(each, book, hotel, taken)
    return taken


def write_documents(settings: Settings, documents: Sequence[RoomDocument]) -> list[Path]:
    """Write them, one a room; the files that are new. Fatal where the folder cannot be written."""
    try:
        settings.desired.mkdir(parents=True, exist_ok=True)
        paths = [(settings.desired / f"{each.room}.yaml", each) for each in documents]
        return [path for path, document in paths if write_new(path, document)]
    except OSError as error:
        raise Fatal(f"{error.filename}: {error.strerror}", "look at the setting desired") from error


def entries_of(rooms: Sequence[Mailbox]) -> Iterator[str]:
    """These rooms as lines of ``rooms:``, ranges where the room's number is its extension."""
    plain = [each.room for each in rooms if each.room in {each.extension, ""} and each.room.isdecimal()]
    for first, last in _runs(plain):
        yield f'- "{first}"' if first == last else f'- "{first}-{last}"'
    for each in rooms:
        if each.room not in plain:
            extensions = f', extensions: ["{each.extension}"]' if each.extension else ""
            yield f'- {{room: "{each.room}"{extensions}}}'


def _sheet(file: Path) -> Sheet:
    """The table in a file, with the columns of whichever list it is."""
    sheet = read(file, calls.COLUMNS)
    if not _tells_calls(sheet):
        sheet = read(file, mailboxes.COLUMNS)
    if not {"room", "extension", "mailbox"} & set(sheet.columns):
        titles = ", ".join(f'"{title}"' for title in sheet.unknown) or "none"
        raise Fatal(
            f"{sheet.name}: neither a list of mailboxes nor one of wake-up calls; its columns are {titles}",
            "call the columns Room, Extension, Mailbox and Description, or Room, Date and Time",
        )
    return sheet


def _tells_calls(sheet: Sheet) -> bool:
    return bool({"time", "moment"} & set(sheet.columns))


def _take_rooms(settings: Settings, rooms: Sequence[Mailbox], taken: Takeover) -> None:
    table, spoken_of = settings.grounds.table, rooms_spoken_of(settings) if rooms else frozenset[str]()
    taken.rooms = len(rooms)
    for each in rooms:
        fields = _fields(each, table)
        if table is not None and not _is_listed(each, table):
            taken.unlisted.append(each)
        if fields is None or (table is not None and each.room not in table):
            continue
        if each.room in spoken_of:
            taken.told.append(each.room)
            continue
        try:
            taken.documents.append(RoomDocument.model_validate({"room": each.room, **fields}))
        except ValidationError as error:
            taken.unfit.append(Unfit(each.place, error.errors(include_url=False)[0]["msg"]))


def _fields(each: Mailbox, table: RoomTable | None) -> Mapping[str, Any] | None:
    """What a document would say of the room that is not known without it; None if that is nothing."""
    entry = None if table is None else table.rooms.get(each.room)
    fields: dict[str, Any] = {}
    if table is None and each.extension not in {"", each.room}:
        fields["extensions"] = [each.extension]
    if each.description and (entry is None or each.description != entry.description):
        fields["mailbox"] = {"description": each.description}
    return fields if fields or table is None else None


def _is_listed(each: Mailbox, table: RoomTable) -> bool:
    entry = table.rooms.get(each.room)
    return entry is not None and (not each.extension or int(each.extension) in map(int, entry.extensions))


class _Names:
    """Which room is meant by a room's name, an extension or the number of a mailbox."""

    def __init__(self, hotel: Remembered, table: RoomTable | None, taken: Takeover) -> None:
        self._rooms = {*hotel.hotel.roster.known_rooms(), *(each.room for each in taken.documents)}
        self._owners = dict(table.owners) if table is not None else {}
        if table is None:
            self._owners |= {
                int(extension): each.room for each in taken.documents for extension in each.extensions or ()
            }

    def room(self, names: Sequence[str]) -> str | None:
        """The room; None if there is none of that name."""
        for name in names:
            if name in self._rooms:
                return name
            if name.isascii() and name.isdigit() and int(name) in self._owners:
                return self._owners[int(name)]
        return None


def _take_call(each: calls.Call | Unfit, book: _Names, hotel: Remembered, taken: Takeover) -> None:
    if isinstance(each, Unfit):
        taken.unfit.append(each)
        return
    room = book.room(each.who)
    if room is None:
        taken.unfit.append(Unfit(each.place, f"there is no room {' or '.join(map(repr, each.who))} here"))
        return
    entry = hotel.register.ledger.entry((room, each.at))
    order = SetWakeup(room=room, at=each.at)
    if (entry is not None and entry.open) or order in taken.orders:
        taken.already += 1
    else:
        taken.orders.append(order)


def _runs(numbers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Runs of numbers of one length that follow each other: the first and the last of each."""
    run: list[str] = []
    for number in sorted(numbers, key=lambda each: (len(each), each)):
        if run and (len(number) != len(run[-1]) or int(number) != int(run[-1]) + 1):
            yield run[0], run[-1]
            run = []
        run.append(number)
    if run:
        yield run[0], run[-1]
