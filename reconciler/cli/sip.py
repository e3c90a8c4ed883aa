"""`sip` and `testcall`: the hotel's own telephone lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import FAILED, AsShape, Shape, WrongUse, invocation, say

if TYPE_CHECKING:
    from reconciler.configuration.settings import Settings

_HELP = """Read the SIP accounts of our own telephone lines from Zoom.

Example: reconcile sip import --device "Voice server"
"""

sip = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)


@sip.callback()
def _sip() -> None:
    """Make it a group although it has one command only."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(sip, name="sip", help=_HELP)
    app.command("testcall")(try_out)


@sip.command("import")
def import_(
    context: typer.Context,
    *,
    device: Annotated[
        str, typer.Option(metavar="NAME|MAC", help="The telephone, as Zoom names it, or its MAC address.")
    ],
) -> None:
    """Read the SIP accounts of a telephone that was provisioned by hand, and keep them as secrets.

    `sip.accounts: zoom` uses them as channels, with their domain and outbound proxy where the configuration names
    none. Passwords are kept in the state folder, readable by its owner only, and never printed.

    Example: reconcile sip import --device 00-15-5d-00-00-01
    """
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.imported import FILE, import_accounts

    settings = invocation(context).settings()
    done = entry.ask_zoom(partial(import_accounts, settings, device), settings.property.zone)
    for account in done.accounts:
        say(f"account   {account.user}")
    say(f"domain    {done.domain or '-'}")
    say(f"proxy     {done.accounts[0].proxy or '-'}")
    say(f"{len(done.accounts)} accounts of {done.device} kept in {settings.state / FILE}; {_next(settings)}")


def try_out(
    context: typer.Context,
    room: Annotated[str, typer.Argument(metavar="ROOM", help="A room, or an extension of the house.")],
    shape: AsShape = Shape.TEXT,
) -> None:
    """Ring a telephone, repeat its keys, and say how it went.

    Goes over the running controller's channels if there is one. Calls that come in meanwhile are shown with their
    headers, and the rule by which their room was found. Exit code 1 if nobody answered.

    Example: reconcile testcall 1207
    """
    from functools import partial

    from reconciler.app import entry, trial
    from reconciler.views.trial import trial_lines

    settings = invocation(context).settings()
    view = entry.run(partial(trial.try_out, settings, _extension(settings, room)))
    say(json.dumps(view, indent=2) if shape is Shape.JSON else "\n".join(trial_lines(view)))
    if view["answered_after"] is None:
        raise typer.Exit(FAILED)


def _extension(settings: Settings, room: str) -> str:
    """The room's primary extension, or the number itself."""
    listed = {entry.room: entry.extensions[0] for entry in settings.grounds.table or ()}
    number = listed.get(room, room)
    if re.fullmatch("[0-9*#]{1,18}", number) is None:
        raise WrongUse(f"{room}: neither a room of `rooms:` nor what a telephone can dial")
    return number


def _next(settings: Settings) -> str:
    if settings.sip is None or settings.sip.accounts != "zoom":
        return "set sip.accounts: zoom to use them"
    return "`reconcile run` uses them from its next start or reload"
