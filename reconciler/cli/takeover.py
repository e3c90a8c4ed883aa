"""`import`: lists of a system that housephone takes the place of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import agreed, carry_out, fail, invocation, say
from reconciler.takeover.calls import Order

if TYPE_CHECKING:
    from reconciler.app.takingover import Takeover
    from reconciler.configuration.settings import Settings

PARTLY = 4

_HELP = """Take over rooms and wake-up calls of another system.

Example: reconcile import dv2000 mailboxes.csv wakeups.csv
"""

import_ = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)


@import_.callback()
def _import() -> None:
    """Make it a group although it has one command only."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(import_, name="import", help=_HELP)


@import_.command()
def dv2000(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The lists, as CSV.")],
    *,
    dates: Annotated[
        Order | None,
        typer.Option(
            metavar="mdy|dmy", help="What comes first in 11/12/2026: month or day.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take over a DV2000's mailboxes and pending wake-up calls.

    Rooms' descriptions become documents, calls are set as by `wakeup add`. Guests' names are not taken.

    Example: reconcile import dv2000 mailboxes.csv wakeups.csv --dry-run
    """
    from reconciler.app.takingover import look_through

    settings = invocation(context).settings()
    now = datetime.now(settings.property.zone).replace(tzinfo=None)
    taken = look_through(settings, files, dates, now)
    _show(settings, taken)
    failed = len(taken.unfit)
    if not dry_run and (taken.documents or taken.orders):
        if not yes and not agreed("Do this?"):
            raise typer.Exit(fail("nothing was done: say --yes, or answer y at a terminal"))
        failed += _do(settings, taken)
    if failed:
        raise typer.Exit(PARTLY)


def _show(settings: Settings, taken: Takeover) -> None:
    from reconciler.app.takingover import entries_of
    from reconciler.enumerated import some

    say(f"{taken.rooms} rooms, {len(taken.orders) + taken.already} wake-up calls to come")
    if taken.unlisted:
        say(
            "`rooms:` in housephone.yaml does not have these as they are in the list; look at them and add them:"
        )
        for entry in entries_of(taken.unlisted):
            say(f"  {entry}")
    if taken.told:
        say(f"documents speak already of the rooms {some(taken.told)}: they stay as they are")
    for document in taken.documents:
        say(f"document  {settings.desired / document.room}.yaml")
    for order in taken.orders:
        say(f"call      {order.sentence(settings.property.zone)}")
    if taken.already:
        say(f"{taken.already} of the calls are set already")
    for unfit in taken.unfit:
        say(f"left out  {unfit.place}: {unfit.message}")


def _do(settings: Settings, taken: Takeover) -> int:
    """Write and set it all; how many calls could not be set."""
    from reconciler.app.takingover import write_documents
    from reconciler.errors import HousephoneError

    for path in write_documents(settings, taken.documents):
        say(f"written   {path}")
    failed = 0
    for order in taken.orders:
        try:
            carry_out(settings, order)
        except HousephoneError as error:
            failed += 1
            fail(error)
    return failed
