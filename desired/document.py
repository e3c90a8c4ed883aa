"""The room document: what a guest room should be, as one drop-in YAML file says it.

The difference between *left out* and *null* carries meaning all the way through: a field that is left out is not
ours and is never touched, null empties it, a value sets it. Pydantic keeps that difference in
``model_fields_set``, which is why the models stay pydantic models after validation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from desired.years import YEARS

Calling = Literal["internal", "local", "national", "international"]
Switch = Literal["on", "off"]

ROOM_PATTERN = r"^\S(?:.{0,30}\S)?$"
EXTENSION_PATTERN = r"^[0-9]{1,18}$"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


class LeadingZero(str):
    """An unquoted YAML number with a leading zero, kept as written so that it can be refused by name."""

    __slots__ = ()


def _text(value: Any) -> Any:
    """Take an unquoted whole number as text; refuse the one whose leading zero YAML would have dropped."""
    if type(value) is str:
        return value
    if isinstance(value, LeadingZero):
        raise ValueError(f'a number with a leading zero must be quoted: "{value}"')
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _switch(value: Any) -> Any:
    """YAML 1.2 reads on/off as words; a true or false from another tool means the same."""
    if value is True:
        return "on"
    if value is False:
        return "off"
    return value


def _moment(value: Any) -> Any:
    """Refuse a bare date or number where a moment is meant: midnight would be a guess."""
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.match(value)):
        return value
    raise ValueError("expected a date and time such as 2026-11-23T06:30")


def within_years(value: datetime) -> datetime:
    """Refuse a moment of a year that no hotel means, or that is on no clock in some time zone."""
    if value.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS[0]} to {YEARS[-1]}")
    return value


def _local(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError("expected the hotel's local time without an offset, such as 2026-11-23T06:30")
    return value


def _written_as(pattern: str) -> Callable[[dict[str, Any]], None]:
    """A moment for editors: JSON Schema's own date-time would need an offset."""

    def describe(schema: dict[str, Any]) -> None:
        schema.pop("format", None)
        schema["pattern"] = pattern

    return describe


# An editor should accept what we read, not what we make of it.
_TEXT_OR_NUMBER: dict[str, Any] = {"type": ["string", "integer"]}
_LOCAL_TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"


def _day(value: Any) -> Any:
    """Refuse a number where a date is meant: pydantic would count it as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise ValueError("expected a date such as 2026-11-22")


def _different(extensions: list[str]) -> list[str]:
    if len(set(extensions)) != len(extensions):
        raise ValueError("the same extension is listed twice")
    return extensions


Text = Annotated[str, Field(json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
# Limits stand before the validator that they do not depend on, so that pydantic checks them without Python.
ShortText = Annotated[str, Field(max_length=64, json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
LongText = Annotated[str, Field(max_length=300, json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
PersonName = Annotated[str, Field(max_length=200, json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
VipCode = Annotated[str, Field(max_length=32, json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
Department = Annotated[str, Field(max_length=255, json_schema_extra=_TEXT_OR_NUMBER), BeforeValidator(_text)]
RoomNumber = Annotated[
    str,
    Field(pattern=ROOM_PATTERN, json_schema_extra={**_TEXT_OR_NUMBER, "pattern": ROOM_PATTERN}),
    BeforeValidator(_text),
]
ExtensionNumber = Annotated[
    str,
    Field(
        pattern=EXTENSION_PATTERN,
        json_schema_extra={
            **_TEXT_OR_NUMBER, "pattern": EXTENSION_PATTERN, "minimum": 0, "exclusiveMaximum": 10**18,
        },
    ),
    BeforeValidator(_text),
]  # fmt: skip
OnOff = Annotated[
    Switch,
    BeforeValidator(_switch),
    Field(json_schema_extra={"type": ["string", "boolean"], "enum": ["on", "off", True, False]}),
]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    AfterValidator(within_years),
    Field(json_schema_extra=_written_as(_LOCAL_TIME + r"( ?(Z|[+-]\d\d:?\d\d))?$")),
]
LocalTime = Annotated[
    datetime,
    BeforeValidator(_moment),
    AfterValidator(within_years),
    AfterValidator(_local),
    Field(json_schema_extra=_written_as(_LOCAL_TIME + "$")),
]


class Strict(BaseModel):
    """Every part of a document: unknown fields are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Guest(Strict):
    """One guest of a room; the first of the list is the one the telephone shows."""

    reservation: ShortText | None = Field(default=None, description="The PMS's reservation number.")
    first: PersonName | None = Field(default=None, description="First name.")
    last: PersonName | None = Field(default=None, description="Last name.")
    title: ShortText | None = Field(default=None, description="Title, such as Ms or Dr.")
    vip: VipCode | None = Field(default=None, description="The PMS's VIP code; see names.vip.")
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = Field(
        default=None, description="Two letters, ISO 639-1."
    )
    arrival: Day | None = Field(default=None, description="Date of arrival.")
    departure: Day | None = Field(default=None, description="Date of departure.")


class Name(Strict):
    """The name that the extension should show, instead of the one that the template makes."""

    first: PersonName | None = Field(default=None, description="First name (users only).")
    last: PersonName | None = Field(default=None, description="Last name (users only).")
    display: LongText | None = Field(default=None, description="Display name.")


class Until(Strict):
    """Do-not-disturb that ends by itself."""

    until: Moment = Field(description="End of do-not-disturb, hotel's local time unless it has an offset.")


class Mailbox(Strict):
    """The guest's mailbox."""

    cleared: Moment | None = Field(
        default=None,
        description="No message left at or before this moment exists; later ones are never touched.",
    )
    description: LongText | None = Field(default=None, description="For names and department.")
    room_id: ShortText | None = Field(default=None, description="The room's name elsewhere.")


class Wakeup(Strict):
    """One wake-up call."""

    at: LocalTime = Field(description="Date and time in the hotel's local time.")


class RoomDocument(Strict):
    """What one room should be. A field left out is not ours; null empties it; a value sets it."""

    room: RoomNumber = Field(description="The room's number or name, always text.")
    extensions: Annotated[list[ExtensionNumber], Field(min_length=1), AfterValidator(_different)] | None = (
        Field(
            default=None,
            description="Telephone extensions, the primary one first. Default: from rooms:, else the room.",
        )
    )
    occupied: bool | None = Field(default=None, description="Default: true if there are guests.")
    guests: list[Guest] | None = Field(default=None, description="Guests in the room, the one shown first.")
    name: Name | None = Field(
        default=None, description="Overrides the name template, any of its three parts."
    )
    department: Department | None = Field(default=None, description="Overrides the department setting.")
    dnd: OnOff | Until | None = Field(default=None, description="Do-not-disturb: on, off or {until: ...}.")
    calling: Calling | None = Field(default=None, description="Where the room may call.")
    message_light: OnOff | None = Field(default=None, description="The message lamp.")
    mailbox: Mailbox | None = Field(default=None, description="The guest's mailbox.")
    wakeups: list[Wakeup] | None = Field(default=None, description="Wake-up calls.")
    private: bool | None = Field(default=None, description="Shows the vacant name for an incognito guest.")

    def says(self) -> list[str]:
        """The fields that the document sets, parts of a name or mailbox one by one; null sets every part."""
        said: list[str] = []
        for field in type(self).model_fields:
            if field == "room" or field not in self.model_fields_set:
                continue
            parted = _PARTED.get(field)
            if parted is None:
                said.append(field)
            else:
                value = getattr(self, field)
                parts = parted.model_fields if value is None else sorted(value.model_fields_set)
                said += (f"{field}.{part}" for part in parts)
        return said


_PARTED: Final[Mapping[str, type[Strict]]] = {"name": Name, "mailbox": Mailbox}
"""Fields whose parts may come from different files."""
