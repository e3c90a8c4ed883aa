"""The desk by command line: who is in which room, housekeeping, and do-not-disturb."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.common import OneRoom, Switch, WrongUse, carry_out, invocation

if TYPE_CHECKING:
    from reconciler.desk.orders import AnyOrder

Reservation = Annotated[
    str | None,
    typer.Option(metavar="NUMBER", help="Only the guest with this reservation.", show_default=False),
]


class RoomState(StrEnum):
    """What housekeeping says of a room."""

    CLEAN = "clean"
    DIRTY = "dirty"
    INSPECTED = "inspected"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (checkin, checkout, move, swap, dnd, roomstatus):
        app.command()(command)


def checkin(  # noqa: PLR0913 - what there is to say of a guest
    context: typer.Context,
    room: OneRoom,
    *,
    last: Annotated[str | None, typer.Option(metavar="NAME", help="Last name.", show_default=False)] = None,
    first: Annotated[str | None, typer.Option(metavar="NAME", help="First name.", show_default=False)] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Ms, Dr …", show_default=False)] = None,
    reservation: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The reservation number.", show_default=False)
    ] = None,
    vip: Annotated[str | None, typer.Option(metavar="CODE", help="The VIP code.", show_default=False)] = None,
    language: Annotated[
        str | None, typer.Option(metavar="XX", help="Two letters, such as pt.", show_default=False)
    ] = None,
    arrival: Annotated[str | None, typer.Option(metavar="DATE", help="Arrival.", show_default=False)] = None,
    departure: Annotated[
        str | None, typer.Option(metavar="DATE", help="Departure.", show_default=False)
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="An incognito guest: the telephone shows the vacant name.")
    ] = False,
) -> None:
    """Check a guest in; into an occupied room as a sharer.

    The PMS does not hear of it; what it says of the room later counts.

    Example: reconcile checkin 1207 --first Ana --last Souza --reservation 84311
    """
    said = {
        "reservation": reservation, "first": first, "last": last, "title": title, "vip": vip, "language": language,
        "arrival": arrival, "departure": departure,
    }  # fmt: skip
    guest = {name: value for name, value in said.items() if value is not None}
    _order(context, verb="checkin", room=room, guest=guest, **({"private": True} if private else {}))


def checkout(context: typer.Context, room: OneRoom, *, reservation: Reservation = None) -> None:
    """Check a room out: nothing of the stay remains.

    Name, messages, wake-up calls and do-not-disturb go; of several guests one goes with --reservation.

    Example: reconcile checkout 1207
    """
    _order(context, verb="checkout", room=room, reservation=reservation)


def move(
    context: typer.Context,
    room: Annotated[str, typer.Argument(metavar="FROM", help="The room that is left.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="The room that is entered.")],
    *,
    reservation: Reservation = None,
) -> None:
    """Move guests to another room, with their wake-up calls.

    Example: reconcile move 1207 1301
    """
    _order(context, verb="move", room=room, to=to, reservation=reservation)


def swap(
    context: typer.Context,
    room: Annotated[str, typer.Argument(metavar="A", help="One room.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The other.")],
) -> None:
    """Let the guests of two rooms change places.

    Example: reconcile swap 1207 1301
    """
    _order(context, verb="swap", room=room, other=other)


def dnd(
    context: typer.Context,
    room: OneRoom,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="What it should be.")],
) -> None:
    """Switch a room's do-not-disturb, as the desk does.

    What a document says of it outranks the desk.

    Example: reconcile dnd 1207 on
    """
    _order(context, verb="dnd", room=room, switch=switch.value)


def roomstatus(
    context: typer.Context,
    room: OneRoom,
    state: Annotated[RoomState, typer.Argument(metavar="clean|dirty|inspected", help="What the room is.")],
    *,
    staff: Annotated[
        str | None, typer.Option("--id", metavar="STAFF", help="Who says so.", show_default=False)
    ] = None,
) -> None:
    """Tell the PMS that a room is clean, dirty or inspected.

    Housekeeping's code on the telephone does the same. Whether the room is vacant or occupied goes along.

    Example: reconcile roomstatus 1207 clean --id M17
    """
    _order(context, verb="roomstatus", room=room, state=state.value, staff=staff)


def _order(context: typer.Context, **said: Any) -> None:
    """Carry an order out; what was not said stays unsaid."""
    carry_out(invocation(context).settings(), read_order(**said))


def read_order(**said: Any) -> AnyOrder:
    """The order that was typed. WrongUse names the word that is no good, and what was expected."""
    from pydantic import ValidationError

    from reconciler.desk.orders import ORDER

    try:
        return ORDER.validate_python({name: value for name, value in said.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = str(first["loc"][-1])
        raise WrongUse(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
