"""What each telephone extension of a room should show, worked out from the room's wish.

A room's guest, names and department become plain values by extension; Zoom is not mentioned here beyond the names
of those values. A value that the room does not decide is left out, and nobody will touch it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from desired.names import Names, NameTemplates, Place, apply_overrides
from desired.problem import Problem
from desired.said import Field, Origin, Said, Source
from desired.sources import Wish

if TYPE_CHECKING:
    from desired.document import Guest

Department = Literal["disabled", "state", "description", "room_id", "tenant", "site"]

NOTES = {
    "digits_removed": "digits of the guest's name are left out, so that the extension stays the only number",
    "truncated": "the name is longer than Zoom takes and was cut",
}

_OVERRIDES = (Field.NAME_FIRST, Field.NAME_LAST, Field.NAME_DISPLAY)
_NAME_FIELDS = (Field.OCCUPIED, Field.GUESTS, *_OVERRIDES)
"""Once any of these is said, the names are ours."""


@dataclass(frozen=True, slots=True)
class Dnd:
    """Do-not-disturb as wished: off, on for as long as the wish stands, or on until a moment (aware)."""

    on: bool
    until: datetime | None = None


class Wanted(NamedTuple):
    """A wanted value and where the wish came from."""

    value: str | Dnd | datetime
    origin: Origin

    @property
    def source(self) -> str:
        """The origin as reports show it."""
        where, source = self.origin.where, self.origin.source
        return where if where.startswith(source) else f"{source} {where}".strip()


_WAKEUP_CALL = Origin(Source.PHONE, "wake-up call")
_EMERGENCY_CALL = Origin(Source.PHONE, "emergency call")
_BEFORE_IT = Origin(Source.PHONE, "as it was before the wake-up call")


class Target(NamedTuple):
    """One extension of a room with everything that should hold for it.

    ``wanted`` is keyed by first_name, last_name, display_name, department, device_name, dnd, calling and cleared.
    """

    room: str
    extension: str
    occupied: bool | None
    wanted: Mapping[str, Wanted]

    @property
    def number(self) -> int:
        """The extension as Zoom counts it: an integer, so a leading zero does not matter."""
        return int(self.extension)

    def ringing(self) -> Target:
        """The same while a wake-up call rings through do-not-disturb."""
        return self._not_silent(_WAKEUP_CALL)

    def called_back(self) -> Target:
        """The same after an emergency call, when somebody may call back."""
        return self._not_silent(_EMERGENCY_CALL)

    def _not_silent(self, because: Origin) -> Target:
        return self._replace(wanted={**self.wanted, "dnd": Wanted(Dnd(on=False), because)})

    def undisturbed(self, until: datetime | None) -> Target:
        """The same with the do-not-disturb that was there before a wake-up call, unless somebody decides it."""
        return self._replace(wanted={"dnd": Wanted(Dnd(on=True, until=until), _BEFORE_IT), **self.wanted})


@dataclass(frozen=True, slots=True)
class DepartmentRule:
    """What the department shows (setting ``department``) and the words and date format of ``state``."""

    option: Department = "disabled"
    occupied: str = "In"
    vacant: str = "Out"
    date_format: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for all rooms of a property: templates, rules and its own names."""

    templates: NameTemplates
    zone: ZoneInfo
    department: DepartmentRule = field(default_factory=DepartmentRule)
    tenant: str = ""
    site: str = ""
    calling: tuple[str, str] | None = None
    """Class of service of occupied and vacant rooms, where it is ours to write."""
    clear_mailboxes: bool = False
    """Zoom holds the guests' messages, so a cleared mailbox means deleting there."""
    language: str = "en"
    """What is spoken with a guest whose own language nobody knows (ISO 639-1)."""


class RoomFacts(NamedTuple):
    """What the hotel's room table and history say of one room."""

    extensions: tuple[str, ...]
    description: str = ""
    room_id: str = ""
    since: date | None = None
    """Date since which the room is occupied or vacant (property's zone), for department: state."""


Refused = Callable[[str, Names], bool]


def targets(
    wish: Wish, facts: RoomFacts, house: House, *, refused: Refused = lambda _extension, _names: False
) -> tuple[tuple[Target, ...], tuple[Problem, ...]]:
    """Every extension of the room with its wanted values, and what people should know about the names.

    ``refused`` tells whether Zoom has already refused a name on an extension; the vacant name stands in for it, and
    for that the extension alone, so that in any case no former guest's name stays.
    """
    room = _Room(wish, facts, house)
    made = tuple(room.target(extension, refused) for extension in facts.extensions)
    return made, room.problems()


def names_of_nobody(wish: Wish, facts: RoomFacts, house: House, extension: str) -> tuple[Names, ...]:
    """The names that this extension may show without naming a guest, the plainest last."""
    return _Room(wish, facts, house).names_of_nobody(extension)


class _Room:
    """One room being worked out; collects notes about its names on the way."""

    def __init__(self, wish: Wish, facts: RoomFacts, house: House) -> None:
        self._wish, self._facts, self._house = wish, facts, house
        self._notes: set[str] = set()
        self._vacant_refused = False
        self.occupied: bool | None = wish.get(Field.OCCUPIED)
        guests: tuple[Guest, ...] = wish.get(Field.GUESTS) or ()
        self._guest = guests[0] if guests else None
        self._description = wish.get(Field.DESCRIPTION, facts.description) or ""
        self._room_id = wish.get(Field.ROOM_ID, facts.room_id or wish.room) or ""
        self._common = self._common_fields()

    def target(self, extension: str, refused: Refused) -> Target:
        wanted = self._common.copy()
        said = self._first_said(_NAME_FIELDS)
        if said is not None:
            names, origin = self._names(extension, refused), said.origin
            wanted["first_name"] = Wanted(names.first, self._decider(Field.NAME_FIRST, origin))
            wanted["last_name"] = Wanted(names.last, self._decider(Field.NAME_LAST, origin))
            wanted["display_name"] = Wanted(names.display, self._decider(Field.NAME_DISPLAY, origin))
            if names.device is not None:
                wanted["device_name"] = Wanted(names.device, origin)
        return Target(self._wish.room, extension, self.occupied, wanted)

    def problems(self) -> tuple[Problem, ...]:
        instead = "the extension alone" if self._vacant_refused else "the vacant name"
        messages = {**NOTES, "name_refused": f"Zoom refuses the name, so {instead} is to be shown instead"}
        return tuple(
            Problem(code, f"room {self._wish.room}: {messages[code]}", room=self._wish.room)
            for code in sorted(self._notes)
        )

    def names_of_nobody(self, extension: str) -> tuple[Names, ...]:
        """See the function of this name."""
        place, templates = self._place(extension), self._house.templates
        without_guest = () if self._names_a_guest else (self._rendered(extension, place),)
        return *without_guest, templates.fallback(place), templates.plainest(place)

    def _names(self, extension: str, refused: Refused) -> Names:
        place, templates = self._place(extension), self._house.templates
        names = self._rendered(extension, place)
        if not refused(extension, names):
            return names
        self._notes.add("name_refused")
        vacant = templates.fallback(place)
        if not refused(extension, vacant):
            return vacant
        self._vacant_refused = True
        return templates.plainest(place)

    @property
    def _private(self) -> bool:
        return bool(self._wish.get(Field.PRIVATE))

    @property
    def _names_a_guest(self) -> bool:
        return bool(self.occupied) and self._guest is not None and not self._private

    def _place(self, extension: str) -> Place:
        return Place(
            extension=extension, room=self._wish.room, mailbox=self._facts.extensions[0],
            description=self._description, tenant=self._house.tenant, site=self._house.site,
        )  # fmt: skip

    def _rendered(self, extension: str, place: Place) -> Names:
        """The names that are wished, whatever Zoom says to them."""
        wish, house = self._wish, self._house
        names, notes = house.templates.render(
            place, self._guest, occupied=bool(self.occupied), private=self._private
        )
        self._notes |= notes
        if any(part in wish.fields for part in _OVERRIDES):
            first, last, display = (wish.get(part) for part in _OVERRIDES)
            names, notes = apply_overrides(names, extension, first=first, last=last, display=display)
            self._notes |= notes
        return names

    def _common_fields(self) -> dict[str, Wanted]:
        """What is the same for every extension of the room."""
        wanted: dict[str, Wanted] = {}
        self._put(wanted, "department", self._department())
        dnd = self._wish.fields.get(Field.DND)
        if dnd is not None:
            wanted["dnd"] = Wanted(self._dnd(dnd.value), dnd.origin)
        self._put(wanted, "calling", self._calling())
        cleared = self._wish.fields.get(Field.CLEARED)
        if self._house.clear_mailboxes and cleared is not None and cleared.value is not None:
            wanted["cleared"] = Wanted(self._in_utc(cleared.value), cleared.origin)
        return wanted

    @staticmethod
    def _put(wanted: dict[str, Wanted], name: str, pair: tuple[str, Origin] | None) -> None:
        if pair is not None:
            wanted[name] = Wanted(*pair)

    def _department(self) -> tuple[str, Origin] | None:
        said = self._wish.fields.get(Field.DEPARTMENT)
        if said is not None:
            return said.value or "", said.origin
        rule, house = self._house.department, self._house
        if rule.option == "disabled":
            return None
        if rule.option == "state":
            said = self._first_said((Field.OCCUPIED, Field.GUESTS))
            if said is None or self.occupied is None or self._facts.since is None:
                return None
            word = rule.occupied if self.occupied else rule.vacant
            return f"{word} {self._facts.since.strftime(rule.date_format)}".strip(), said.origin
        text = {
            "description": self._description, "room_id": self._room_id, "tenant": house.tenant, "site": house.site,
        }[rule.option]  # fmt: skip
        where = {"description": Field.DESCRIPTION, "room_id": Field.ROOM_ID}.get(rule.option)
        said = self._wish.fields.get(where) if where else None
        return text, said.origin if said else Origin(Source.FILE, f"setting department: {rule.option}")

    def _calling(self) -> tuple[str, Origin] | None:
        if self._house.calling is None:
            return None
        said = self._wish.fields.get(Field.CALLING)
        if said is not None and said.value is not None:
            return said.value, said.origin
        occupancy = self._wish.fields.get(Field.OCCUPIED)
        if occupancy is None or self.occupied is None:
            return None
        occupied, vacant = self._house.calling
        return (occupied if self.occupied else vacant), occupancy.origin

    def _dnd(self, value: Any) -> Dnd:
        if value is None or isinstance(value, str):
            return Dnd(on=value == "on")
        return Dnd(on=True, until=self._in_utc(value.until))

    def _in_utc(self, moment: datetime) -> datetime:
        """In UTC, because sums in a zone of its own are an hour wrong when the clocks change."""
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self._house.zone)
        return aware.astimezone(UTC)

    def _decider(self, override: Field, otherwise: Origin) -> Origin:
        """Who decides one of the names: whoever gave the room a name of its own, else who spoke of the stay."""
        said = self._wish.fields.get(override)
        return otherwise if said is None or said.value is None else said.origin

    def _first_said(self, fields: tuple[Field, ...]) -> Said | None:
        for each in fields:
            said = self._wish.fields.get(each)
            if said is not None:
                return said
        return None
