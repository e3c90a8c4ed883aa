"""`pms`: what people ask of the links to the hotel's PMS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.common import WHERE, Format, invocation, say

_HELP = """Ask the hotel's PMS for every room; replay its records.

Example: reconcile pms resync
"""

pms = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(pms, name="pms")


@pms.command()
def resync(
    context: typer.Context,
    *,
    release: Annotated[
        bool,
        typer.Option(
            "--release", help="Let a held resync through: guests whom it no longer knew are checked out."
        ),
    ] = False,
    links: Annotated[
        list[str] | None,
        typer.Option(
            "--link", metavar="NAME", help="Only this link; may be given again.", show_default=False
        ),
    ] = None,
) -> None:
    """Ask the PMS to tell every room, or release a held resync.

    A link asks by itself when it knows nothing yet. A resync that would empty more rooms than safety.max_blanked is
    held until it is released.

    Example: reconcile pms resync
    """
    import anyio

    from reconciler import control
    from reconciler.app.presence import nobody_answers

    settings = invocation(context).settings()
    said = anyio.run(lambda: control.resync(settings, tuple(links or ()), WHERE, release=release))
    if said is None:
        raise nobody_answers(settings)
    say(said)


@pms.command()
def replay(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A log of frames, from the folder pms in state.")
    ],
    shape: Annotated[Format, typer.Option("--format", help="How to print the plan.")] = Format.TEXT,
) -> None:
    """Replay a log of PMS frames into a scratch store.

    Prints the documents that come of it, and the plan against what Zoom showed last. Nothing is written anywhere.

    Example: reconcile pms replay state/pms/pms-2026-11-22.jsonl
    """
    from reconciler.app.replaying import replayed

    say(replayed(invocation(context).settings(), file, shape.value))
