"""`store`: what people do with the place where a hotel's state is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.cli.common import invocation, say

_HELP = """Move a hotel's store to PostgreSQL, or back.

Example: reconcile store migrate --to postgresql://housephone@db.example/housephone
"""

store = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(store, name="store")


@store.callback()
def _only_a_group() -> None:
    """Keep `migrate` a word of its own while there is no other command."""


@store.command()
def migrate(
    context: typer.Context,
    *,
    to: Annotated[
        str,
        typer.Option("--to", metavar="ADDRESS", help="A postgresql:// address, or a file for the way back."),
    ],
) -> None:
    """Copy this hotel's store to another place.

    Stop the controller first. All or nothing is copied, and counted there; what is here stays as it is. Afterwards
    set `database:` to the address, and start the controller. A password is better kept in a file (~/.pgpass) than in
    the address, which other users of this machine may see.

    Example: reconcile store migrate --to postgresql://housephone@db.example/housephone
    """
    from reconciler.app.migrating import migrate as move

    settings = invocation(context).settings()
    size = move(settings, to)
    for table, rows in size.items():
        if rows:
            say(f"{table:<16} {rows:>9,}")
    say(f"{sum(size.values()):,} rows copied and counted; what is here stays as it is")
    if "://" in to:
        say("next: set `database:` to this address in the configuration, then start the controller")
    else:
        say("next: take `database:` out of the configuration, then start the controller")
    if settings.sip is not None:
        say(
            f"recordings are files: keep {settings.state / 'mail'}, and share it with a machine that stands by"
        )
