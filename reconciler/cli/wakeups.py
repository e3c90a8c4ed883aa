"""`wakeup`: the wake-up calls by command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from reconciler.cli.common import AsShape, OneRoom, Shape, WrongUse, carry_out, invocation, say

_HELP = """List, set and cancel wake-up calls.

Example: reconcile wakeup add 1207 630
"""

wakeup = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)

Time = Annotated[
    str, typer.Argument(metavar="TIME", help="630, 06:30 (the next time it is so late), or 2026-11-24T06:30.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(wakeup, name="wakeup")


@wakeup.command("list")
def list_(
    context: typer.Context,
    rooms: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ROOM]...", help="Only these; all without.", show_default=False),
    ] = None,
    shape: AsShape = Shape.TEXT,
) -> None:
    """List what is to come, and how the last day's ended.

    Also the minutes for which more calls are wanted than the channels can ring in time.

    Example: reconcile wakeup list
    """
    from reconciler.app.stored import known, remembered
    from reconciler.views.wakeups import wakeup_lines, wakeups_view

    settings = invocation(context).settings()
    seen = remembered(settings)
    ledger = seen.register.ledger
    chosen = known(seen.hotel, rooms) if rooms else sorted({*known(seen.hotel, ()), *ledger.rooms()})
    view = wakeups_view(seen.hotel, chosen, ledger, seen.around.telephones, datetime.now(UTC))
    if shape is Shape.JSON:
        say(json.dumps(view, indent=2, ensure_ascii=False))
    else:
        say("\n".join(wakeup_lines(view)) or "no wake-up calls")


@wakeup.command()
def add(context: typer.Context, room: OneRoom, time: Time) -> None:
    """Set a wake-up call; the PMS is told.

    Example: reconcile wakeup add 1207 630
    """
    _order(context, "wakeup_add", room, time)


@wakeup.command()
def cancel(context: typer.Context, room: OneRoom, time: Time) -> None:
    """Cancel a wake-up call, whoever had set it; the PMS is told.

    Example: reconcile wakeup cancel 1207 630
    """
    _order(context, "wakeup_cancel", room, time)


def _order(context: typer.Context, verb: str, room: str, time: str) -> None:
    from reconciler.cli.guests import read_order
    from reconciler.desk.orders import wakeup_time

    settings = invocation(context).settings()
    try:
        at = wakeup_time(time, datetime.now(settings.property.zone))
    except ValueError as error:
        raise WrongUse(f"TIME {error}") from None
    carry_out(settings, read_order(verb=verb, room=room, at=at))
