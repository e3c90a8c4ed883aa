"""What the desk may ask for, by command line or page: each order as checked values, and the events that it means.

One shape for both ways in: the command line makes an order from its arguments, the door and the page read the same
one as JSON.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)

from desired import events
from desired.document import Guest, LocalTime, RoomNumber, ShortText, within_years
from desired.lettering import clean
from desired.said import Field as Said
from reconciler.moments import in_zone
from reconciler.stays.owed import Owed, RoomState, RoomStateOwed

_STAFF = re.compile(r"[A-Za-z0-9]{1,16}")


def _number(value: str) -> str:
    if "|" in value or not value.isprintable():
        raise ValueError("expected a reservation as the PMS names it, without `|` and control characters")
    return value


Reservation = Annotated[ShortText, AfterValidator(_number)]
"""A reservation as a record of the PMS could name it (FIAS: `|` ends a field)."""


class Order(BaseModel, ABC):
    """Something that a person at the desk wants done in a room."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    room: RoomNumber

    def rooms(self) -> tuple[str, ...]:
        """The rooms that must be known for it to make sense."""
        return (self.room,)

    def events(self) -> tuple[events.Event, ...]:
        """What it tells the house."""
        return ()

    def owed(self) -> tuple[Owed, ...]:
        """What the PMS must be told that does not follow from the events."""
        return ()

    @abstractmethod
    def sentence(self, zone: ZoneInfo, /) -> str:
        """What a person reads when it is done, with times by the clock of this zone; names no guest."""


class CheckIn(Order):
    """A guest comes into a room; into an occupied one as a sharer."""

    verb: Literal["checkin"] = "checkin"
    guest: Guest
    private: bool | None = Field(default=None, description="Shows the vacant name for an incognito guest.")

    @field_validator("guest")
    @classmethod
    def _on_one_line(cls, guest: Guest) -> Guest:
        """As names of the PMS: what steers a screen or ends a line is left out."""
        if guest.reservation is not None:
            _number(guest.reservation)
        said = guest.model_dump(include={"first", "last", "title"}, exclude_none=True)
        return guest.model_copy(update={field: clean(value) for field, value in said.items()})

    def events(self) -> tuple[events.Event, ...]:
        """Tell who came, and nothing about others in the room."""
        details = self.guest.model_dump(exclude_unset=True)
        reservation = details.pop("reservation", None)
        statuses: dict[Said, Any] = {} if self.private is None else {Said.PRIVATE: self.private}
        return (events.CheckedIn(self.room, reservation, details, statuses),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done; a name that was forgotten is noticed."""
        named = self.guest.first or self.guest.last
        nameless = "" if named else "; no name was given, so the telephone shows none"
        return f"room {self.room}: checked in{nameless}"


class CheckOut(Order):
    """A guest leaves, or everybody in the room does."""

    verb: Literal["checkout"] = "checkout"
    reservation: Reservation | None = None

    def events(self) -> tuple[events.Event, ...]:
        """Tell who left."""
        return (events.CheckedOut(self.room, self.reservation),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done."""
        return f"room {self.room}: checked out"


class Move(Order):
    """Guests go from ``room`` to another one, with what is theirs."""

    verb: Literal["move"] = "move"
    to: RoomNumber
    reservation: Reservation | None = None

    @field_validator("to")
    @classmethod
    def _another_room(cls, value: str, others: ValidationInfo) -> str:
        if value == others.data.get("room"):
            raise ValueError(f"room {value} is the room that is left; name the one that is entered")
        return value

    def rooms(self) -> tuple[str, ...]:
        """Both."""
        return (self.room, self.to)

    def events(self) -> tuple[events.Event, ...]:
        """Tell who moved."""
        return (events.Moved(self.to, self.room, self.reservation),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done."""
        return f"moved from room {self.room} to room {self.to}"


def another_room(other: str, room: str | None) -> str:
    """The other room of a swap. ValueError where it is the same."""
    if other == room:
        raise ValueError(f"room {other} cannot change guests with itself; name another room")
    return other


class Swap(Order):
    """The guests of two rooms change places."""

    verb: Literal["swap"] = "swap"
    other: RoomNumber

    @field_validator("other")
    @classmethod
    def _another_room(cls, value: str, others: ValidationInfo) -> str:
        return another_room(value, others.data.get("room"))

    def rooms(self) -> tuple[str, ...]:
        """Both."""
        return (self.room, self.other)

    def events(self) -> tuple[events.Event, ...]:
        """Tell the swap as one event, so that nobody is in between."""
        return (events.Swapped(self.room, self.other),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done."""
        return f"rooms {self.room} and {self.other} have changed guests"


class SetWakeup(Order):
    """A wake-up call at a local time."""

    verb: Literal["wakeup_add"] = "wakeup_add"
    at: LocalTime

    def events(self) -> tuple[events.Event, ...]:
        """Ask for it."""
        return (events.WakeupAsked(self.room, self.at),)

    def sentence(self, zone: ZoneInfo, /) -> str:
        """Read back, so that a wrong hour is noticed."""
        return f"room {self.room}: wake-up call on {_when(self.at, zone)}{_why_then(self.at, zone)}"


class CancelWakeup(Order):
    """A wake-up call is not wanted any more, whoever had asked for it."""

    verb: Literal["wakeup_cancel"] = "wakeup_cancel"
    at: LocalTime

    def events(self) -> tuple[events.Event, ...]:
        """Take it back."""
        return (events.WakeupCancelled(self.room, self.at),)

    def sentence(self, zone: ZoneInfo, /) -> str:
        """Done."""
        return f"room {self.room}: no wake-up call on {_when(self.at, zone)} any more"


class SetDnd(Order):
    """Do-not-disturb of a room."""

    verb: Literal["dnd"] = "dnd"
    switch: Literal["on", "off"]

    def events(self) -> tuple[events.Event, ...]:
        """Tell it as the desk's wish."""
        return (events.StatusTold(self.room, {Said.DND: self.switch}),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done."""
        return f"room {self.room}: do-not-disturb {self.switch}"


def _number_of_staff(value: str) -> str:
    if not _STAFF.fullmatch(value):
        raise ValueError("expected 1 to 16 letters and digits")
    return value


StaffNumber = Annotated[str, AfterValidator(_number_of_staff)]


class SetRoomState(Order):
    """Housekeeping tells a room's state; the PMS is told, nothing changes here."""

    verb: Literal["roomstatus"] = "roomstatus"
    state: RoomState
    staff: StaffNumber | None = None

    def owed(self) -> tuple[Owed, ...]:
        """The PMS keeps the states of rooms."""
        return (RoomStateOwed(self.room, self.state, self.staff),)

    def sentence(self, _zone: ZoneInfo, /) -> str:
        """Done."""
        return f"room {self.room}: {self.state}, the PMS will hear of it"


AnyOrder = CheckIn | CheckOut | Move | Swap | SetDnd | SetWakeup | CancelWakeup | SetRoomState
ORDER: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="verb")])
"""Reads an order from JSON."""

_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.h]?(?P<minute>\d{2})", re.ASCII)


def wakeup_time(text: str, now: datetime) -> datetime:
    """What a person means by 630, 06:30 (the next time that it is so late) or 2026-11-24T06:30.

    ``now`` has the property's zone; the answer is its local time, naive, of a whole minute: a person says no seconds,
    but a program may write them. ValueError says what was expected.
    """
    clock, today = _CLOCK.fullmatch(text.strip()), now.replace(tzinfo=None, fold=0)
    if clock is not None:
        hour, minute = int(clock["hour"]), int(clock["minute"])
        if hour < 24 and minute < 60:  # noqa: PLR2004 - of a day, of an hour
            at = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
            _make_sure_it_is_not_the_second(text, at, now)
            return at if at > today else at + timedelta(days=1)
    else:
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError:
            pass
        else:
            if at.tzinfo is None and len(text.strip()) > len(date.min.isoformat()):
                within_years(at)
                _make_sure_it_is_not_the_second(text, at, now)
                if in_zone(at, _zone_of(now)) <= now:
                    raise ValueError(f'"{text}" is past')
                return at.replace(second=0, microsecond=0)
    raise ValueError(
        f'"{text}": expected a time of the 24-hour clock such as 0630, 6:30 or 1830; or 2026-11-24T06:30'
    )


def _make_sure_it_is_not_the_second(text: str, at: datetime, now: datetime) -> None:
    """Of a time that the clocks repeat the first rings; where only the second is ahead, nobody would be woken."""
    first, second = (at.replace(tzinfo=_zone_of(now), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= now < second:
        raise ValueError(
            f'"{text}" comes twice, because the clocks go back, and calls ring at the first, which is past: '
            "choose a time after that hour"
        )


def _when(at: datetime, zone: ZoneInfo) -> str:
    """A call's time as the hotel's clock will show it."""
    rings = in_zone(at, zone)
    return f"{rings:%A %Y-%m-%d} at {_time(rings)}"


def _why_then(at: datetime, zone: ZoneInfo) -> str:
    """Why it rings just then, in a night in which the clocks change."""
    if in_zone(at, zone).replace(tzinfo=None) != at:
        return f": the clocks go forward that night, and {_time(at)} does not come"
    if at.replace(tzinfo=zone, fold=0).utcoffset() != at.replace(tzinfo=zone, fold=1).utcoffset():
        return ", the first time that it comes: the clocks go back that night"
    return ""


def _time(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _zone_of(now: datetime) -> ZoneInfo:
    assert isinstance(now.tzinfo, ZoneInfo)
    return now.tzinfo
