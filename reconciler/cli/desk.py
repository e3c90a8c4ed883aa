"""The desk by command line: `pause`, `resume` and `dnd`. A running controller is told and acts at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import OneRoom, Switch, WrongUse, invocation, say

if TYPE_CHECKING:
    from reconciler.hotel import Hotel
    from reconciler.settings import Settings

WHERE = "desk command line"
"""Where a wish was said, as `explain` and reports show it."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(pause)
    app.command()(resume)
    app.command()(dnd)


def pause(
    context: typer.Context,
    room: OneRoom,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; whoever looks at the room sees it.")],
    until: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="Till when: 2026-11-22T14:00, 2h, 3d; else until resumed.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Leave a room alone for a while.

    Nothing is written for it, except what a check-out's privacy needs.

    Example: reconcile pause 1207 --reason "engineer at work" --until 2h
    """
    from reconciler.app.online import open_store
    from reconciler.moments import local
    from reconciler.views.history import ahead

    settings = invocation(context).settings()
    zone = settings.property.zone
    if not reason.strip():
        raise WrongUse("--reason: say why, so that others know whether they may resume the room")
    try:
        end = None if until is None else ahead(until, datetime.now(UTC).replace(microsecond=0), zone)
    except ValueError as error:
        raise WrongUse(f"--until {error}") from None
    _known(settings, room)
    with open_store(settings) as store:
        store.pause(room, reason=reason.strip(), until=end, by=WHERE)
    when = f"until {local(end, zone)}" if end else "until it is resumed"
    _tell(settings, room, f"room {room} is paused {when}")


def resume(context: typer.Context, room: OneRoom) -> None:
    """Look after a paused room again.

    Example: reconcile resume 1207
    """
    from reconciler.app.online import open_store

    settings = invocation(context).settings()
    _known(settings, room)
    with open_store(settings) as store:
        noted = store.occupancy().get(room)
        if noted is None or noted.pause is None:
            say(f"room {room} was not paused")
            return
        store.resume(room)
    _tell(settings, room, f"room {room} is looked after again")


def dnd(
    context: typer.Context,
    room: OneRoom,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="What it should be.")],
) -> None:
    """Switch a room's do-not-disturb, as the desk does.

    What a document says of it outranks the desk.

    Example: reconcile dnd 1207 on
    """
    from desired.said import Field, Source
    from reconciler.app.online import open_store
    from reconciler.store.rows import SaidRow

    settings = invocation(context).settings()
    before = _known(settings, room).wish(room).fields.get(Field.DND)
    with open_store(settings) as store:
        said = SaidRow(room, Source.DESK.value, Field.DND.value, switch.value, WHERE, datetime.now(UTC))
        store.say([said])
    if before is not None and before.origin.source is Source.FILE:
        say(f"noted, but {before.origin.where} decides do-not-disturb of room {room} while it stands there")
    else:
        _tell(settings, room, f"do-not-disturb of room {room}: {switch.value}")


def _known(settings: Settings, room: str) -> Hotel:
    """The hotel with this room in it. UnknownRoom if nobody knows the room."""
    from reconciler.app.stored import known, remembered

    hotel = remembered(settings).hotel
    known(hotel, (room,))
    return hotel


def _tell(settings: Settings, room: str, done: str) -> None:
    """Say what was noted, and who carries it out."""
    import anyio

    from reconciler.control import poke

    told = anyio.run(poke, settings, room)
    say(f"{done}; " + ("the running controller knows" if told else "the next `reconcile` acts on it"))
