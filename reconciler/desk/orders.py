"""What the desk may ask for, by command line or page: each order as checked values, and the events that it means.

One shape for both ways in: the command line makes an order from its arguments, the door and the page read the same
one as JSON.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from desired import events
from desired.document import Guest, LocalTime, RoomNumber, ShortText
from desired.said import Field as Said
from reconciler.owed import Owed, RoomState, RoomStateOwed

_STAFF = re.compile(r"[A-Za-z0-9]{1,16}")


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
    def sentence(self) -> str:
        """What a person reads when it is done; names no guest."""


class CheckIn(Order):
    """A guest comes into a room; into an occupied one as a sharer."""

    verb: Literal["checkin"] = "checkin"
    guest: Guest
    private: bool | None = Field(default=None, description="Shows the vacant name for an incognito guest.")

    def events(self) -> tuple[events.Event, ...]:
        """Tell who came, and nothing about others in the room."""
        details = self.guest.model_dump(exclude_unset=True)
        reservation = details.pop("reservation", None)
        statuses: dict[Said, Any] = {} if self.private is None else {Said.PRIVATE: self.private}
        return (events.CheckedIn(self.room, reservation, details, statuses),)

    def sentence(self) -> str:
        """Done."""
        return f"room {self.room}: checked in"


class CheckOut(Order):
    """A guest leaves, or everybody in the room does."""

    verb: Literal["checkout"] = "checkout"
    reservation: ShortText | None = None

    def events(self) -> tuple[events.Event, ...]:
        """Tell who left."""
        return (events.CheckedOut(self.room, self.reservation),)

    def sentence(self) -> str:
        """Done."""
        return f"room {self.room}: checked out"


class Move(Order):
    """Guests go from ``room`` to another one, with what is theirs."""

    verb: Literal["move"] = "move"
    to: RoomNumber
    reservation: ShortText | None = None

    def rooms(self) -> tuple[str, ...]:
        """Both."""
        return (self.room, self.to)

    def events(self) -> tuple[events.Event, ...]:
        """Tell who moved."""
        return (events.Moved(self.to, self.room, self.reservation),)

    def sentence(self) -> str:
        """Done."""
        return f"moved from room {self.room} to room {self.to}"


class Swap(Order):
    """The guests of two rooms change places."""

    verb: Literal["swap"] = "swap"
    other: RoomNumber

    def rooms(self) -> tuple[str, ...]:
        """Both."""
        return (self.room, self.other)

    def events(self) -> tuple[events.Event, ...]:
        """Tell the swap as one event, so that nobody is in between."""
        return (events.Swapped(self.room, self.other),)

    def sentence(self) -> str:
        """Done."""
        return f"rooms {self.room} and {self.other} have changed guests"


class SetWakeup(Order):
    """A wake-up call at a local time."""

    verb: Literal["wakeup_add"] = "wakeup_add"
    at: LocalTime

    def events(self) -> tuple[events.Event, ...]:
        """Ask for it."""
        return (events.WakeupAsked(self.room, self.at),)

    def sentence(self) -> str:
        """Read back, so that a wrong hour is noticed."""
        return f"room {self.room}: wake-up call on {self.at:%A %Y-%m-%d at %H:%M}"


class CancelWakeup(Order):
    """A wake-up call is not wanted any more, whoever had asked for it."""

    verb: Literal["wakeup_cancel"] = "wakeup_cancel"
    at: LocalTime

    def events(self) -> tuple[events.Event, ...]:
        """Take it back."""
        return (events.WakeupCancelled(self.room, self.at),)

    def sentence(self) -> str:
        """Done."""
        return f"room {self.room}: no wake-up call on {self.at:%A %Y-%m-%d at %H:%M} any more"


class SetDnd(Order):
    """Do-not-disturb of a room."""

    verb: Literal["dnd"] = "dnd"
    switch: Literal["on", "off"]

    def events(self) -> tuple[events.Event, ...]:
        """Tell it as the desk's wish."""
        return (events.StatusTold(self.room, {Said.DND: self.switch}),)

    def sentence(self) -> str:
        """Done."""
        return f"room {self.room}: do-not-disturb {self.switch}"


def _number_of_staff(value: str) -> str:
    if not _STAFF.fullmatch(value):
        raise ValueError("expected 1 to 16 letters and digits")
    return value


class SetRoomState(Order):
    """Housekeeping tells a room's state; the PMS is told, nothing changes here."""

    verb: Literal["roomstatus"] = "roomstatus"
    state: RoomState
    staff: Annotated[str, AfterValidator(_number_of_staff)] | None = None

    def owed(self) -> tuple[Owed, ...]:
        """The PMS keeps the states of rooms."""
        return (RoomStateOwed(self.room, self.state, self.staff),)

    def sentence(self) -> str:
        """Done."""
        return f"room {self.room}: {self.state}, the PMS will hear of it"


AnyOrder = CheckIn | CheckOut | Move | Swap | SetDnd | SetWakeup | CancelWakeup | SetRoomState
ORDER: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="verb")])
"""Reads an order from JSON."""

_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.h]?(?P<minute>\d{2})")


def wakeup_time(text: str, now: datetime) -> datetime:
    """What a person means by 630, 06:30 (the next time that it is so late) or 2026-11-24T06:30.

    ``now`` is the property's local time, naive as the answer. ValueError says what was expected.
    """
    clock = _CLOCK.fullmatch(text.strip())
    if clock is not None:
        hour, minute = int(clock["hour"]), int(clock["minute"])
        if hour < 24 and minute < 60:  # noqa: PLR2004 - of a day, of an hour
            at = datetime.combine(now.date(), datetime.min.time()).replace(hour=hour, minute=minute)
            return at if at > now else at + timedelta(days=1)
    else:
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError:
            pass
        else:
            if at.tzinfo is None and len(text.strip()) > len(date.min.isoformat()):
                if at <= now:
                    raise ValueError(f'"{text}" is past')
                return at
    raise ValueError(f'"{text}": expected a time such as 0630 or 6:30, or 2026-11-24T06:30 (hotel\'s time)')
