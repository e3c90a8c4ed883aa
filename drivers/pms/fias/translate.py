"""Records become events: what the PMS says, in the hotel's own terms (FIAS, guest records to wake-up calls).

Pure, and the only place that knows what a field of a record means. What stands in a record is told as it stands;
what follows from it for a room is the business of ``desired.stays``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Details,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    Statuses,
    StatusTold,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.lettering import clean, cut
from desired.said import Field, Source
from drivers.pms.fias.catalogue import FIELDS, RECORDS
from drivers.pms.fias.languages import language_of
from drivers.pms.fias.names import names_of
from drivers.pms.fias.records import Record
from drivers.pms.fias.times import day, in_utc, moment
from reconciler.ports import Heard

LONGEST_ROOM: Final = 32
LONGEST_RESERVATION: Final = 64
LONGEST_VIP: Final = 32

MANY: Final = 1000
"""Strange fields that are remembered; a PMS that makes them up has no end of them."""

CALLING: Final = {"0": "internal", "1": "local", "2": "national", "3": "international"}
SWITCH: Final = {"Y": "on", "N": "off"}
ALONE: Final = {"Y": False, "N": True}

_STATUSES: Final = (
    ("CS", Field.CALLING, CALLING),
    ("DN", Field.DND, SWITCH),
    # With a reservation it means that guest's text messages; the lamp is the room's all the same.
    ("ML", Field.MESSAGE_LIGHT, SWITCH),
)
_DATES: Final = (("GA", "arrival"), ("GD", "departure"))
_NO_DAY: Final = "000000"


@dataclass(frozen=True, slots=True)
class PrivateFlag:
    """A field of the hotel's own whose ``value`` marks a guest who must not be shown."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Voice:
    """How a link's records are to be read, and how it is called where people read of them (``pms tower``)."""

    link: str
    zone: ZoneInfo
    label: str = "pms"
    strip_zeros: bool = False
    private: PrivateFlag | None = None


class Translator:
    """Turns the records of one link into what the house hears, as long as there is that link.

    It remembers what was not known to it, because a field that comes with every record is one thing to look at and
    not thousands.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._strange: set[tuple[str, str]] = set()
        self._fields = FIELDS if voice.private is None else FIELDS | {voice.private.field}

    def heard(self, record: Record, at: datetime) -> Heard:
        """What a record means that was received ``at`` (aware)."""
        page = _Page(record, self._voice, self._fields)
        event = page.event()
        told = self._told(record.id, at, page.own_time(), snapshot=page.snapshot)
        odd = (*dict.fromkeys(page.anomalies), *self._newly_strange(record.id, page.strange))
        return Heard(told, () if event is None else (event,), print_of(record), odd, tuple(page.named))

    def _newly_strange(self, record: str, fields: list[str]) -> list[str]:
        """An anomaly for each of these fields that was not strange in such a record before."""
        if not fields:
            return []
        strange = [(record, field) for field in fields if (record, field) not in self._strange]
        if len(self._strange) < MANY:
            self._strange.update(strange)
        return ["unknown_field"] * len(strange)

    def broken(self, at: datetime) -> Heard:
        """A resync has ended without its end, because the link was lost, began anew or fell silent."""
        return Heard(self._told("link", at, None, snapshot=False), (ResyncBroken(),), "")

    def _told(self, what: str, at: datetime, of: datetime | None, *, snapshot: bool) -> Told:
        voice = self._voice
        where = f"{voice.label} {what} {_shown(of or at, voice.zone)}"
        return Told(Source.PMS, where, at, of, voice.link, snapshot)


@lru_cache(1024)  # records that come together often share their time
def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def print_of(record: Record) -> str:
    """A digest of the record, the same for any order of its fields."""
    fields = sorted([name + value for name, value in record.fields])
    text = "|".join([record.id, *fields])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class _Malformed(Exception):
    """The record lacks what it cannot do without, or holds what cannot be that."""


class _Page:
    """One record as it is read, with what is odd about it."""

    def __init__(self, record: Record, voice: Voice, fields: frozenset[str]) -> None:
        self._record = record
        self._voice = voice
        self.anomalies: list[str] = ["undecodable"] if record.undecodable else []
        self.named: list[tuple[str, str]] = []
        given = dict(record.fields[::-1])  # of a field that came twice, the first
        self.snapshot = "SF" in given
        self.strange: list[str] = []
        """Fields that FIAS does not know, or whose value it does not."""
        self._unknown = () if fields.issuperset(given) else tuple(sorted(given.keys() - fields))
        # An empty field means the default when a stay begins, and says nothing elsewhere (D-18).
        begins = record.id == "GI" and not self.snapshot
        self._given = given if begins else {field: value for field, value in given.items() if value}

    def event(self) -> Event | None:
        """What the record says, None if that is nothing (that would concern a telephone)."""
        read = _READ.get(self._record.id)
        if read is None:
            if self._record.id not in RECORDS:
                self.anomalies.append("unknown_record")
            return None
        self.strange.extend(self._unknown)
        try:
            return read(self)
        except _Malformed:
            self.anomalies.append("malformed_frame")
            return None

    def own_time(self) -> datetime | None:
        """When it happened, by the PMS's clock; a wake-up's DA and TI are not that, but the time to ring."""
        given = self._given
        if self._record.id in _OF_WAKEUPS or not (given.get("DA") and given.get("TI")):
            return None
        local = moment(given["DA"], given["TI"])
        if local is None:
            self.anomalies.append("bad_datetime")
            return None
        return in_utc(local, self._voice.zone)

    def checked_in(self) -> Event:
        alone = None if self.snapshot else ALONE.get(self._given.get("GS", ""))
        return CheckedIn(self._room("RN"), self._reservation(), self._details(), self._statuses(), alone)

    def changed(self) -> Event | None:
        """GC; its two GS say nothing that we do not know better (D-1)."""
        room, reservation = self._room("RN"), self._reservation()
        if reservation is None and "G#" in self._given:
            return None  # a telephone number is assigned for good, nobody is staying
        old = self._room("RO") if self._given.get("RO") else room
        if old == room:
            return Changed(room, reservation, self._details(), self._statuses())
        return Moved(room, old, reservation, self._details(), self._statuses())

    def checked_out(self) -> Event:
        return CheckedOut(self._room("RN"), self._reservation())

    def equipment(self) -> Event | None:
        """RE; a room status (RS) from the PMS is information for others (D-17)."""
        room, statuses = self._room("RN"), self._statuses()
        return StatusTold(room, statuses) if statuses else None

    def wakeup(self) -> Event | None:
        room, at = self._room("RN"), self._time_to_ring()
        return None if at is None else WakeupAsked(room, at)

    def wakeup_cancelled(self) -> Event | None:
        """WC; without a time all of the room are meant."""
        room = self._room("RN")
        if not self._given.get("DA") and not self._given.get("TI"):
            return WakeupCancelled(room, None)
        at = self._time_to_ring()
        return None if at is None else WakeupCancelled(room, at)

    def _time_to_ring(self) -> datetime | None:
        at = moment(self._given.get("DA", ""), self._given.get("TI", ""))
        if at is None:
            self.anomalies.append("bad_datetime")
        return at

    def _room(self, field: str) -> str:
        """The room as we call it."""
        name = self._given.get(field, "")
        if not name or len(name) > LONGEST_ROOM or not name.isprintable():
            raise _Malformed
        if not self._voice.strip_zeros:
            return name
        room = name.lstrip("0") or "0"
        if room != name:
            self.named.append((room, name))
        return room

    def _reservation(self) -> str | None:
        """The reservation number; 0 and nothing mean that there is none."""
        number = self._given.get("G#", "")
        if len(number) > LONGEST_RESERVATION or not number.isprintable():
            raise _Malformed  # to take it for none would empty the room at a check-out
        return number if number.strip("0") else None

    def _details(self) -> Details:
        given = self._given
        told: dict[str, Any] = dict(names_of(given))
        if "GL" in given:
            told["language"] = language_of(given["GL"])
        if "GV" in given:
            told["vip"] = cut(clean(given["GV"]), LONGEST_VIP, len) or None
        for field, name in _DATES:
            if field in given:
                told |= self._date(name, given[field])
        return told

    def _date(self, name: str, text: str) -> Mapping[str, Any]:
        on = day(text)
        if on is None and text not in {"", _NO_DAY}:
            self.anomalies.append("bad_datetime")
            return {}
        return {name: on}

    def _statuses(self) -> Statuses:
        told: dict[Field, Any] = {}
        for code, field, values in _STATUSES:
            value = self._given.get(code)
            if value in values:
                told[field] = values[value]
            elif value == "":
                told[field] = None
            elif value is not None:
                self.strange.append(code)
        flag = self._voice.private
        if flag is not None and flag.field in self._given:
            value = self._given[flag.field]
            told[Field.PRIVATE] = value == flag.value if value else None
        return told


_READ: Final[Mapping[str, Callable[[_Page], Event | None]]] = {
    "GI": _Page.checked_in,
    "GC": _Page.changed,
    "GO": _Page.checked_out,
    "RE": _Page.equipment,
    "WR": _Page.wakeup,
    "WC": _Page.wakeup_cancelled,
    "DS": lambda _page: ResyncBegan(),
    "DE": lambda _page: ResyncEnded(),
}
_OF_WAKEUPS: Final = frozenset({"WR", "WC", "WA"})
