"""What is asked of the desk over HTTP: the verbs and words of the command line, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from desired.document import Guest, RoomNumber
from desired.lettering import clean
from reconciler.audit import Scope
from reconciler.desk.orders import (
    CancelWakeup,
    CheckIn,
    CheckOut,
    Move,
    Reservation,
    SetDnd,
    SetRoomState,
    SetWakeup,
    StaffNumber,
    Swap,
    another_room,
    wakeup_time,
)
from reconciler.passes import Options
from reconciler.safety import RULES
from reconciler.stays.owed import RoomState


def _rule(value: str) -> str:
    if value not in RULES:
        raise ValueError(f"expected one of {', '.join(RULES)}")
    return value


Rule = Annotated[str, AfterValidator(_rule)]
"""A safety rule, by its name."""
Line = Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """A request; what nobody knows in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OfRoom(Asked):
    """Something of one room."""

    room: RoomNumber


class AskedCheckIn(Guest):
    """A guest comes; into an occupied room as a sharer. What is left out is not known."""

    room: RoomNumber
    private: bool | None = Field(default=None, description="Shows the vacant name for an incognito guest.")

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not any(clean(name) for name in (self.first, self.last)):
            raise ValueError("expected the guest's first or last name")
        return self

    def order(self) -> CheckIn:
        """The order."""
        guest = Guest.model_validate(self.model_dump(exclude_unset=True, exclude={"room", "private"}))
        return CheckIn(room=self.room, guest=guest, private=self.private)


class AskedCheckOut(OfRoom):
    """A guest leaves, or without a reservation everybody in the room."""

    reservation: Reservation | None = None

    def order(self) -> CheckOut:
        """The order."""
        return CheckOut(room=self.room, reservation=self.reservation)


class AskedMove(Asked):
    """Guests go to another room, with what is theirs."""

    from_: RoomNumber = Field(alias="from", description="The room that is left.")
    to: RoomNumber = Field(description="The room that is entered.")
    reservation: Reservation | None = None

    def order(self) -> Move:
        """The order."""
        return Move(room=self.from_, to=self.to, reservation=self.reservation)


class AskedSwap(Asked):
    """The guests of two rooms change places."""

    a: RoomNumber
    b: RoomNumber

    @field_validator("b")
    @classmethod
    def _another_room(cls, value: str, others: ValidationInfo) -> str:
        return another_room(value, others.data.get("a"))

    def order(self) -> Swap:
        """The order."""
        return Swap(room=self.a, other=self.b)


class AskedDnd(OfRoom):
    """Do-not-disturb."""

    dnd: Literal["on", "off"]

    def order(self) -> SetDnd:
        """The order."""
        return SetDnd(room=self.room, switch=self.dnd)


class AskedWakeup(OfRoom):
    """A wake-up call."""

    time: Annotated[str, Field(max_length=40)] = Field(
        description="630, 06:30 (the next time that it is so late), or 2026-11-24T06:30."
    )

    def set(self, now: datetime) -> SetWakeup:
        """The order that sets it; ``now`` has the hotel's zone. ValueError where the time means nothing."""
        return SetWakeup(room=self.room, at=wakeup_time(self.time, now))

    def cancel(self, now: datetime) -> CancelWakeup:
        """The order that cancels it."""
        return CancelWakeup(room=self.room, at=wakeup_time(self.time, now))


class AskedRoomState(OfRoom):
    """What housekeeping says of a room; the PMS is told."""

    status: RoomState
    id: StaffNumber | None = Field(default=None, description="Who says so.")

    def order(self) -> SetRoomState:
        """The order."""
        return SetRoomState(room=self.room, state=self.status, staff=self.id)


class AskedResync(Asked):
    """Which PMS links are to tell every room; all without a name."""

    links: tuple[str, ...] = ()
    release: bool = Field(default=False, description="Let a held resync through instead.")


class AskedPause(OfRoom):
    """Leave a room alone for a while."""

    reason: Line = Field(description="Why; whoever looks at the room sees it.")
    until: str | None = Field(
        default=None, max_length=40, description="Till when: 2026-11-22T14:00, 2h, 3d; else until resumed."
    )


class AskedDebug(Asked):
    """Logs of what goes to peers and comes back, for a day."""

    on: bool
    parts: tuple[Literal["zoom", "pms", "sip"], ...] = ("zoom", "pms", "sip")


class AskedPass(Asked):
    """An audit (``dry_run``), or a pass that applies."""

    dry_run: bool = True
    rooms: tuple[str, ...] = Field(default=(), description="Shell patterns; all rooms without.")
    cached: bool = Field(default=False, description="Do not read Zoom anew first.")
    expect: str | None = Field(
        default=None, max_length=200, description="Apply only the plan of this digest."
    )
    allow: tuple[Rule, ...] = Field(default=(), description="Safety rules that are lifted, by name.")

    def options(self) -> Options:
        """The pass in the core's terms."""
        scope = Scope(self.rooms, frozenset(self.allow))
        return Options(scope, self.dry_run, self.cached, self.expect)
