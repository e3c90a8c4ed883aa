"""The desk by command line: `pause` and `resume`. A running controller is told and acts at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import WHERE, OneRoom, WrongUse, acts, invocation, say

if TYPE_CHECKING:
    from reconciler.configuration.settings import Settings
    from reconciler.hotel import Hotel


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(pause)
    app.command()(resume)


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
    from reconciler.app.accounts import has_zoom
    from reconciler.app.online import open_store
    from reconciler.moments import local
    from reconciler.stays.frontdesk import noting
    from reconciler.views.history import ahead

    settings = invocation(context).settings()
    has_zoom(settings)
    zone = settings.property.zone
    if not reason.strip():
        raise WrongUse("--reason: say why, so that others know whether they may resume the room")
    try:
        end = None if until is None else ahead(until, datetime.now(UTC).replace(microsecond=0), zone)
    except ValueError as error:
        raise WrongUse(f"--until {error}") from None
    _known(settings, room)
    with noting(), open_store(settings) as store:
        store.pause(room, reason=reason.strip(), until=end, by=WHERE)
    when = f"until {local(end, zone)}" if end else "until it is resumed"
    _tell(settings, room, f"room {room} is paused {when}")


def resume(context: typer.Context, room: OneRoom) -> None:
    """Look after a paused room again.

    Example: reconcile resume 1207
    """
    from reconciler.app.online import open_store
    from reconciler.stays.frontdesk import noting

    settings = invocation(context).settings()
    _known(settings, room)
    with noting(), open_store(settings) as store:
        noted = store.occupancy().get(room)
        if noted is None or noted.pause is None:
            say(f"room {room} was not paused")
            return
        store.resume(room)
    _tell(settings, room, f"room {room} is looked after again")


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
    say(f"{done}; {acts(at_once=told is not None, shadow=told is not None and told.shadow)}")
