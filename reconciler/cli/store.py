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


@store.command()
def settle(
    context: typer.Context,
    *,
    before: Annotated[
        str | None,
        typer.Option(
            "--before",
            metavar="ADDRESS",
            help="The database whose place this one takes, where it can still be read.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Bring a store up to date that was restored with pg_restore.

    What waited for the PMS at the time of the backup is not sent, because it may have heard it since, and calls of
    the past do not ring; both are listed. With --before, what still waits there is sent, calls have the end that they
    had, and those that were set or cancelled since stay so. Do this with the controller stopped, once after each
    restore, and never else.

    Example: reconcile store settle --before postgresql://housephone@db.example/housephone_broken
    """
    from reconciler.app.migrating import settle as bring_up_to_date
    from reconciler.cli.keep import say_settled

    settings = invocation(context).settings()
    settled = bring_up_to_date(settings, before)
    say_settled(settled)
    say("settled: start the controller; with a PMS, let `reconcile pms resync` ask for every room then")
