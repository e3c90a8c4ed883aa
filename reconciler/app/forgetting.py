"""`reconcile forget`: what is kept of a guest of the past, and its end.

What a guest in the house needs stays: the telephones show his name, and his messages wait for him. So he must be
checked out first, and whatever still names somebody is told to who asked. Backups are files of the hotel's own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from desired.document import Guest
from desired.names import Place
from desired.said import Field, Said
from desired.sources import shows_adopted_guests
from drivers.voice.recordings import Recordings
from reconciler.account.recall import fill_wishes, recalled
from reconciler.app.guestlines import frame_logs, learnt, lines_of, packet_logs, speaks_of, without
from reconciler.app.offline import AIMS, DOCUMENTS, RECORDINGS, hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.registry import register_of
from reconciler.app.stored import known, remembered
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.sought import Sought
from reconciler.stays.page import write
from reconciler.store.erasure import scrub_file
from reconciler.store.rows import FieldKey, Happened, HappeningRow, Json, MessageRow
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.telephones.mail import stays_named
from reconciler.traces import NAME_FIELDS, Kept, Traces, Veiled, veiled
from reconciler.views.shape import iso


@dataclass(slots=True)
class Found:
    """What is kept of him and may go, and sentences about what stays."""

    sought: Sought
    traces: Traces
    in_house: list[tuple[str, Guest]] = field(default_factory=list)
    history: list[Veiled] = field(default_factory=list)
    before: list[FieldKey] = field(default_factory=list)
    acts: list[FieldKey] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    adopted: list[tuple[str, str, str]] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    lines: dict[Path, list[str]] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How much of each kind goes."""
        records = sum(len(lines) for path, lines in self.lines.items() if path.suffix == ".jsonl")
        counted = Counter(
            history=len(self.history), last_writes=len({*self.before, *self.acts}), adopted=len(self.adopted),
            refused_names=len(self.refused), messages=len(self.messages), pms_records=records,
            packets=sum(map(len, self.lines.values())) - records,
        )  # fmt: skip
        return {kind: count for kind, count in counted.items() if count}

    def known(self) -> dict[str, Any]:
        """All of it as plain data, for the guest who asks what is kept of him; of others it says nothing."""
        return {
            "guests": [{"room": room, **guest.model_dump(mode="json")} for room, guest in self.in_house],
            "history": [
                {
                    "at": iso(row.at), "room": row.room, "extension": row.extension, "field": row.field,
                    "before": None if before == row.before else row.before,
                    "after": None if after == row.after else row.after,
                }
                for row, before, after in self.history
            ],
            "messages": [
                {
                    "at": iso(row.at), "room": row.room, "seconds": row.seconds, "caller": row.caller,
                    "heard": row.saved, "left": iso(row.left_at), "recording": f"{RECORDINGS}/{row.id}.wav",
                }
                for row in self.messages
            ],
            "records": [
                _plain(line) for path, lines in self.lines.items() if path.suffix == ".jsonl" for line in lines
            ],
            "stays": self.stays,
        }  # fmt: skip


def look(settings: Settings, sought: Sought, *, export: bool = False) -> Found:
    """Find what is kept. Blocks, for seconds in a large hotel. Fatal where the store or a folder cannot be read.

    An ``export`` finds also what a guest in the house needs; without it Fatal if the reservation is in the house.
    """
    now, seen = datetime.now(UTC), remembered(settings)
    if sought.room is not None and sought.room not in seen.hotel.said:
        _is_known(seen.hotel, sought.room, settings)
    found = Found(sought, learnt(settings, sought.traces(now), now))
    found.in_house = list(_in_house(seen.hotel, sought))
    if sought.reservation and found.in_house and not export:
        room = found.in_house[0][0]
        raise Fatal(
            f"the guest of reservation {sought.reservation} is in room {room}: what the hotel needs of him stays",
            f"check him out first: `reconcile checkout {room} --reservation {sought.reservation}`",
        )
    looker = _Looker(settings, seen.hotel, found, now, everything=export)
    with open_store(settings, only_look=True) as store:
        looker.in_store(store)
    looker.in_logs()
    looker.what_stays()
    return found


def _is_known(hotel: Hotel, room: str, settings: Settings) -> None:
    """UnknownRoom, unless something is kept of a room that was here once."""
    with open_store(settings, only_look=True) as store:
        if not store.history(room, limit=1):
            known(hotel, (room,))


def _in_house(hotel: Hotel, sought: Sought) -> Iterator[tuple[str, Guest]]:
    named = Traces(names=(sought.name,) if sought.name else ())
    for room in sorted({*hotel.roster.known_rooms(), *hotel.said}):
        for guest in hotel.wish(room).get(Field.GUESTS) or ():
            if (
                room == sought.room
                or (sought.reservation and guest.reservation == sought.reservation)
                or named.names_him((guest.first, guest.last))
            ):
                yield room, guest


class _Looker:
    """Goes through store, logs and documents for one guest."""

    def __init__(
        self, settings: Settings, hotel: Hotel, found: Found, now: datetime, *, everything: bool
    ) -> None:
        self._settings = settings
        self._hotel = hotel
        self._found = found
        self._now = now
        self._everything = everything
        self._kept: Kept = _nothing if everything else cache(self._needed)
        self._rooms = {
            int(number): room
            for room in hotel.roster.known_rooms()
            for number in hotel.roster.extensions_in(room)
        }
        self._his: dict[str, set[object]] = {}
        """Values that were his, by extension, as the history tells."""

    def _needed(self, room: str | None, extension: str | None) -> frozenset[object]:
        """What this extension is to show today, and what it shows while the room is vacant."""
        if room is None or room not in self._hotel.roster.known_rooms():
            return frozenset()
        targets = self._hotel.targets_of(room, self._now)
        of_one = [target for target in targets if target.extension == extension]
        wanted = (target.wanted[name] for target in of_one for name in NAME_FIELDS & target.wanted.keys())
        house = self._hotel.house
        place = Place(
            extension or "", room, self._hotel.roster.extensions_in(room)[0], "", house.tenant, house.site
        )
        return frozenset((*(each.value for each in wanted), *house.templates.fallback(place)))

    def in_store(self, store: Store) -> None:
        found, traces = self._found, self._found.traces
        rooms = None if found.sought.name else [stay.room for stay in traces.stays]
        for change in veiled(store.shown(rooms), traces, self._kept):
            found.history.append(change)
            gone = {change.row.before, change.row.after} - {change.before, change.after}
            self._his.setdefault(change.row.extension or "", set()).update(gone)
        self._acts(store)
        found.adopted += self._adopted()
        for row in store.messages():
            ended = row.left_at is not None and row.left_at < (found.sought.before or self._now)
            if (ended or self._everything) and (
                row.room == found.sought.room or not traces.numbers.isdisjoint(stays_named(row))
            ):
                found.messages.append(row)
        found.stays += self._leaving(store)

    def _acts(self, store: Store) -> None:
        """Our last writes, what was last in place, and digests of names that were refused."""
        numbers = {each.id: each.number for each in self._hotel.observed}
        writes, confirmed = store.writes(), store.confirmed()
        for key in sorted(writes.keys() | confirmed.keys()):
            if key[1] not in NAME_FIELDS:
                continue
            write, seen = writes.get(key), confirmed.get(key)
            number = numbers.get(key[0])
            if write is not None and self._is_his(number, write.before, write.sent_at):
                self._found.before.append(key)
            after = [(write.after, write.sent_at)] if write is not None else []
            after += [(seen.value, seen.at)] if seen is not None else []
            if any(self._is_his(number, value, at) for value, at in after):
                self._found.acts.append(key)
        touched = {key[0] for key in (*self._found.before, *self._found.acts)}
        touched |= {id_ for id_, number in numbers.items() if str(number) in self._his}
        self._found.refused |= {id_ for id_, _ in store.refused_names() if id_ in touched}

    def _is_his(self, number: int | None, value: object, at: datetime) -> bool:
        extension = "" if number is None else str(number)
        room = None if number is None else self._rooms.get(number)
        if not isinstance(value, str) or not value or value in self._kept(room, extension):
            return False
        traces = self._found.traces
        return value in self._his.get(extension, ()) or traces.names_him([value]) or traces.covers(room, at)

    def _adopted(self) -> Iterator[tuple[str, str, str]]:
        """Names of the day of adoption that no telephone shows any more."""
        for room, word in outlived(self._hotel):
            if self._found.traces.names_him([str(word.value)]) or room == self._found.sought.room:
                yield room, str(word.origin.source), str(word.field)

    def _leaving(self, store: Store) -> Iterator[str]:
        """Who left a moment ago may come in again as if he had moved."""
        for name, memory in store.stays().items():
            if name.startswith("left ") and isinstance(memory, dict):
                number, room = name.rpartition(" ")[0].removeprefix("left "), memory.get("room")
                if number in self._found.traces.numbers or room == self._found.sought.room:
                    yield f"somebody has left room {room} just now: run this again in a minute"

    def in_logs(self) -> None:
        traces = self._found.traces
        for path in (*frame_logs(self._settings), *packet_logs(self._settings)):
            lines = lines_of(path, lambda line: speaks_of(traces, line))
            if lines:
                self._found.lines[path] = lines

    def what_stays(self) -> None:
        found = self._found
        for room in sorted({room for room, _ in found.in_house}):
            found.stays.append(
                f"room {room}: somebody who is in the house answers to it; what the hotel needs of a guest stays "
                f"until `reconcile checkout {room}`"
            )
        here = {room for room, _ in found.in_house}
        found.stays += [line for room, line in self._at_zoom() if room not in here]
        found.stays += self._in_documents(here)
        for aside in sorted(self._settings.state.glob(f"{FILE_NAME}.*")):
            if not aside.name.endswith(("-wal", "-shm")):
                found.stays.append(
                    f"{aside}: a store that `reconcile restore` has set aside is not looked into; delete it"
                )

    def _at_zoom(self) -> Iterator[tuple[str, str]]:
        for each in self._hotel.observed:
            room = self._rooms.get(each.number)
            shown = (each.display_name, each.first_name, each.last_name)
            if room is not None and any(self._is_his(each.number, value, self._now) for value in shown):
                yield (
                    room,
                    f"room {room}: Zoom shows the name still; `reconcile --room {room}` puts it right",
                )

    def _in_documents(self, here: Collection[str]) -> Iterator[str]:
        """Files of the hotel's own are the hotel's to change."""
        found, folder = self._found, self._settings.desired.name
        for room in self._hotel.roster.known_rooms():
            for placed in self._hotel.roster.documents(room):
                numbered = any(json.dumps(number) in placed.text for number in found.traces.numbers)
                if room not in here and (numbered or found.traces.names_him([_spoken(placed.text)])):
                    yield f"{placed.where()}: this document says it; take it out of the folder {folder}"


def outlived(hotel: Hotel) -> Iterator[tuple[str, Said]]:
    """Names of the day of adoption that no telephone shows any more, because others speak of the room now."""
    for room, words in hotel.said.items():
        adopted = [word for word in words if shows_adopted_guests(word)]
        fields = hotel.wish(room).fields if adopted else {}
        yield from ((room, word) for word in adopted if fields.get(word.field) != word)


def erase(settings: Settings, store: Store, found: Found, now: datetime, who: str) -> None:
    """Erase what was found, for good, and note that somebody was forgotten. Blocks for seconds in a large hotel.

    StoreUnavailable where the store cannot be written: then run it again. OSError where a log cannot.
    """
    with store.together():
        store.veil_history((each.row.key, each.before, each.after) for each in found.history)
        store.forget_before(found.before)
        store.forget_acts(found.acts)
        store.forget_refused_names(found.refused)
        store.take_back(found.adopted)
        store.forget_messages([row.id for row in found.messages])
        body: Json = {"by": found.sought.way, "erased": {**found.counts()}}
        store.note_happenings([HappeningRow(now, Happened.DID, "forget", found.sought.room, who, body)])
    recordings = Recordings(settings.state / RECORDINGS)
    for row in found.messages:
        recordings.remove(row.id)
    for path in found.lines:
        without(path, lambda line: speaks_of(found.traces, line))
    (settings.state / AIMS).unlink(missing_ok=True)  # worked out anew by the next audit that wants it
    store.scrub()
    scrub_file(settings.state / DOCUMENTS)


def view(found: Found, *, export: bool = False) -> dict[str, Any]:
    """What was found as plain data: counts by kind, sentences of what stays, and all of it for an ``export``."""
    shown = {"counts": found.counts(), "stays": found.stays}
    return shown | {"known": found.known()} if export else shown


def _nothing(_room: str | None, _extension: str | None) -> Collection[object]:
    return ()


def _plain(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line.rstrip("\n")


def _spoken(text: str) -> str:
    """What a document says, without the names of its fields."""
    return " ".join(_values(json.loads(text)))


def _values(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        return (each for inner in value.values() for each in _values(inner))
    if isinstance(value, list):
        return (each for inner in value for each in _values(inner))
    return (value,) if isinstance(value, str) else ()


def forget_here(
    settings: Settings, sought: Sought, who: str, *, dry_run: bool, export: bool = False
) -> dict[str, Any]:
    """The same where no controller runs. Fatal as for ``look``."""
    now = datetime.now(UTC)
    if dry_run:
        return view(look(settings, sought, export=export), export=export)
    with open_store(settings) as store:
        _settle(settings, store, now)
        found = look(settings, sought, export=export)
        erase(settings, store, found, now, who)
    return view(found, export=export)


def _settle(settings: Settings, store: Store, now: datetime) -> None:
    """Finish departures that nobody has finished since the controller stopped: they remember who has left."""
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope())
    fill_wishes(hotel, recalled(store))
    write(store, register_of(settings, hotel, store, now).due(now))
