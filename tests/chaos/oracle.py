"""What must be so after a week with crashes, judged by the inputs and section 9 of the contract alone.

Nothing here is taken from what the product works out: who is where the PMS knows, who wanted to be woken and what he
did stands in the book, and what Zoom and the PMS were told is read at their end.
"""

from __future__ import annotations

import json
import sqlite3
import wave
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from fixtures.zoom_cloud.limits import TOO_MANY
from fixtures.zoom_cloud.records import User
from reconciler.store.version import FILE_NAME
from tests.chaos import owed, wakes
from tests.chaos.diary import Difference
from tests.chaos.hotel import Hotel
from tests.chaos.week import Week

SAME: Final = timedelta(seconds=3)
"""A PMS tells times in whole seconds: a message so near to a check-out may be of either side of it."""
FORGIVEN: Final = frozenset({"no_le", "second_wa", "wa_after_cancel"})
"""A process that is killed says no goodbye, and has not read all that it was sent; the rest is judged here."""
REMEMBERED: Final = frozenset({"history", "writes"})
"""Tables of the store that say what was, and are erased by age or by `forget`."""
CALLING: Final = ("internal", "local", "national", "international")


class Oracle:
    """Compares the hotel with what must be so."""

    def __init__(self, hotel: Hotel, week: Week) -> None:
        self.hotel = hotel
        self.week = week
        self.compared: Counter[str] = Counter()
        """How many of each were looked at in the last comparison."""

    def at_night(self) -> Iterator[Difference]:
        """What holds at the end of each day, as soon as the product has had a moment."""
        yield from self._names()
        yield from self._zoom()
        yield from self._link()
        yield from self._processes()

    def at_the_end(self) -> Iterator[Difference]:
        """What holds when all calls have ended and every departure is final."""
        self.compared.clear()
        yield from self.at_night()
        yield from self._quiet()
        yield from wakes.judged(self.hotel, self.compared)
        yield from owed.judged(self.hotel, self.week, self.compared)
        yield from self._letters()
        yield from self._names_left()

    def on_record(self) -> Iterator[Difference]:
        """What the command line and the disk say, which takes longer to ask."""
        yield from self._shown()
        yield from self._disk()

    # Rooms

    def _names(self) -> Iterator[Difference]:
        house = self.hotel.pms.in_house()
        for room in (*self.hotel.moving, *self.hotel.staying):
            guest = house.get(room, (None,))[0]
            wanted = (
                ("Room", room, f"Room {room}") if guest is None
                else (guest.first, f"{guest.last} {room}", f"{guest.first} {guest.last} {room}")
            )  # fmt: skip
            yield from self._shows(room, wanted)
        for room, (first, last) in self.week.filed.items():
            yield from self._shows(room, (first, f"{last} {room}", f"{first} {last} {room}"))

    def _shows(self, room: str, wanted: tuple[str, str, str]) -> Iterator[Difference]:
        self.compared["rooms"] += 1
        user = self._user(room)
        shown = user.first_name, user.last_name, user.display_name
        if shown != wanted:
            yield Difference(f"the telephone of {room} shows {shown}, and not {wanted}")

    def _quiet(self) -> Iterator[Difference]:
        rooms = {room: self.hotel.pms.house.rooms[room].dnd for room in self.hotel.moving}
        for room, on in (rooms | self.week.quiet).items():
            shown = self._user(room).presence_at(self.hotel.now()) == "Do_Not_Disturb"
            self.compared["do-not-disturb"] += 1
            if on is not None and shown is not on:
                yield Difference(f"do-not-disturb of {room} is {shown} in Zoom, and not {on}")

    def _shown(self) -> Iterator[Difference]:
        ran = self.hotel.service("show", "--format", "json")
        if ran.code:
            yield Difference(f"`reconcile show` ends with {ran.code}: {ran.err}")
            return
        rooms = {each["room"]: each for each in ran.json["rooms"]}
        for room in (*self.hotel.moving, *self.hotel.staying):
            yield from self._document(room, rooms[room])

    def _document(self, room: str, shown: dict[str, Any]) -> Iterator[Difference]:
        truth = self.hotel.pms.house.rooms[room]
        level = truth.class_of_service
        usual = "internal" if truth.vacant else "international"
        wanted: dict[str, Any] = {
            "occupied": not truth.vacant,
            "guests": [(guest.reservation, guest.first, guest.last) for guest in truth.guests],
        }
        if room in self.hotel.moving:
            wanted |= {
                "dnd": truth.dnd, "light": truth.lamp, "calling": usual if level is None else CALLING[level]
            }  # fmt: skip
        found = {
            "occupied": shown["occupied"],
            "guests": [(each.get("reservation"), each["first"], each["last"]) for each in shown["guests"]],
            "dnd": shown["dnd"] not in {"off", None, False},
            "light": shown["message_light"] in {"on", True},
            "calling": shown["calling"],
        }
        self.compared["documents"] += 1
        for name, value in wanted.items():
            if found[name] != value:
                yield Difference(f"`show {room}` says {name} {found[name]}, and not {value}")
        if self.hotel.kind == "mailbox":
            yield from self._messages(room, shown["messages"]["new"])
        yield from wakes.in_ledger(self.hotel, room, shown["wakeups"])

    def _user(self, room: str) -> User:
        user = self.hotel.cloud.extension(self.hotel.lines.extension(room))
        assert isinstance(user, User)
        return user

    # Messages

    def _letters(self) -> Iterator[Difference]:
        """Zoom's messages: those before the last check-out of a room are gone, none that came after it is."""
        mailboxes = self.hotel.cloud.voicemails
        for letter in self.week.letters:
            cleared = [at for room, at in self.week.cleared if room == letter.room]
            if letter.id in self.week.doubtful or any(abs(at - letter.at) < SAME for at in cleared):
                continue
            self.compared["messages in Zoom"] += 1
            gone = mailboxes[letter.id].deleted is not None
            if gone is not any(at > letter.at for at in cleared):
                what = "is deleted and nobody has left" if gone else "is there, and its guest has left"
                yield Difference(f"the message of {letter.at:%H:%M:%S} in {letter.room} {what}", letter.at)

    def _messages(self, room: str, new: int) -> Iterator[Difference]:
        """Our own messages: each that was saved is there for its guest, and the PMS knows whether one is."""
        here = {guest.reservation for guest in self.hotel.pms.house.rooms[room].guests}
        mine = [said for said, reservation in self.week.messages if reservation in here]
        sure = sum(said.sure for said in mine)
        self.compared["mailboxes"] += 1
        if not sure <= new <= len(mine):
            yield Difference(f"{room} has {new} new messages, of {sure} to {len(mine)}")
        told = self.hotel.pms.messages.get(room, "N")
        if told != ("Y" if new else "N"):
            yield Difference(f"{room} has {new} new messages, and the PMS was told {told}")

    # What must not be

    def _names_left(self) -> Iterator[Difference]:
        """No name of a guest who has left is in Zoom or in the store."""
        here = {guest.last for guests in self.hotel.pms.in_house().values() for guest in guests}
        left = self.week.names - here - {last for _, last in self.week.filed.values()}
        self.compared["guests who have left"] = len(left)
        shown = [
            (f"Zoom, {user.extension_number}", f"{user.first_name} {user.last_name} {user.display_name} {user.dept}")
            for user in self.hotel.cloud.users.values()
        ]  # fmt: skip
        places = [*shown, *self._rows()]
        for name in sorted(left):
            for place, text in places:
                if name in text:
                    yield Difference(f"{name} has left, and stands in {place}")

    def _rows(self) -> Iterator[tuple[str, str]]:
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as store:
            tables = [
                name for (name,) in store.execute("select name from sqlite_master where type = 'table'")
            ]
            for table in tables:
                if table not in REMEMBERED:
                    for row in store.execute(f'select * from "{table}"'):  # noqa: S608 - its own tables
                        yield table, str(row)

    @property
    def _store(self) -> Path:
        return self.hotel.folder / "state" / FILE_NAME

    def _disk(self) -> Iterator[Difference]:
        """The store is whole, no name stands in a log, and each recording is one of a message."""
        with sqlite3.connect(self._store) as store:
            (whole,) = store.execute("pragma integrity_check").fetchone()
            known = {row[0] for row in store.execute("select id from messages")}
        if whole != "ok":
            yield Difference(f"the store is not whole: {whole}")
        folder = self.hotel.folder / "state" / "mail"
        found = {path.stem: path for path in folder.glob("*")} if folder.exists() else {}
        self.compared["recordings"] = len(found)
        if set(found) != known:
            yield Difference(f"recordings {sorted(found)}, but messages {sorted(known)}")
        for path in found.values():
            with wave.open(str(path)) as sound:
                if not sound.getnframes():
                    yield Difference(f"{path.name} is empty")
        logs = [self.hotel.log, *(self.hotel.folder / "state").glob("pms/*.jsonl")]
        for path in logs:
            text = path.read_text(encoding="utf-8", errors="replace")
            for name in sorted(self.week.names):
                if name in text:
                    yield Difference(f"{name} stands in {path.name}")

    def _zoom(self) -> Iterator[Difference]:
        for violation in self.hotel.cloud.violations:
            yield Difference(f"Zoom was asked what no client should: {violation}")
        for redundant in self.hotel.cloud.redundant:
            yield Difference(f"a call to Zoom changed nothing: {redundant}")
        for call in list(self.hotel.cloud.calls):
            # Of one telephone's presence it takes one change a minute: whom a call is to wake, it is tried again for.
            if call.status == TOO_MANY and not call.path.endswith("/presence_status"):
                yield Difference(f"Zoom has refused {call.method} {call.path}: too many requests")

    def _link(self) -> Iterator[Difference]:
        for mistake in self.hotel.pms.mistakes:
            if mistake.code not in FORGIVEN:
                yield Difference(str(mistake), mistake.at)

    def _processes(self) -> Iterator[Difference]:
        for end in self.hotel.product.ends:
            yield Difference(end)
        for line in self.hotel.log.read_text(encoding="utf-8", errors="replace").splitlines():
            if "Traceback" in line or '"exception"' in line:
                yield Difference(f"the log has a fault: {_brief(line)}")


def _brief(line: str) -> str:
    try:
        said = json.loads(line)
    except ValueError:
        return line
    return f"{said.get('event')}: {str(said.get('exception'))[-400:]}"
