"""`sip` and `testcall`: the hotel's own telephone lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import invocation, say

if TYPE_CHECKING:
    from reconciler.settings import Settings

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


def _next(settings: Settings) -> str:
    if settings.sip is None or settings.sip.accounts != "zoom":
        return "set sip.accounts: zoom to use them"
    return "`reconcile run` uses them from its next start or reload"
