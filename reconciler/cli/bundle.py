"""`support-bundle`: what somebody needs who helps from afar."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.common import fail, invocation, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("support-bundle")(support_bundle)


def support_bundle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
) -> None:
    """Collect in one file what support needs; names are masked.

    Versions, configuration without secrets, what `check` finds, rooms, history, logs. It works also without a
    controller, and with a configuration that cannot be used; what is missing is listed.

    Example: reconcile support-bundle support.tar.gz
    """
    from reconciler.app.bundle import case_of, collect, save
    from reconciler.errors import Fatal

    if file.exists():
        raise typer.Exit(fail(Fatal(f"{file}: there is such a file already", "name another one")))
    asked = invocation(context)
    bundle = collect(case_of(asked.path(), asked.settings), os.environ)
    try:
        save(bundle, file)
    except OSError as error:
        raise Fatal(f"{file}: {error.strerror}", "name a file that you may write") from error
    say(f"{len(bundle.parts)} parts saved in {file}; guests' names are masked, secrets left out")
    for each in bundle.missing:
        say(f"missing   {each}")
