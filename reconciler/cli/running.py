"""``run`` and ``demo``: the commands that stay."""

from __future__ import annotations

import gc
from functools import partial
from typing import Annotated

import typer

from reconciler.cli.common import invocation


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(demo)


def run(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Shadow mode: everything but writes.")] = False,
) -> None:
    """Keep the hotel true until stopped: watch, refresh, repair.

    Example: reconcile --config /etc/housephone/housephone.yaml run
    """
    from reconciler.app import entry
    from reconciler.app.controller import run_controller
    from reconciler.logs import configure_logs

    gc.enable()
    asked = invocation(context)
    configure_logs(asked.settings(), debug=asked.debug)
    path = asked.path()
    assert path is not None  # the settings came from there
    entry.run(partial(run_controller, path, shadow=dry_run, debug=asked.debug))


def demo(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without pauses; end with the story, 0 if all went well.")
    ] = False,
) -> None:
    """Show the whole product against a simulated Zoom on this machine; nothing to configure.

    Example: reconcile demo
    """
    from reconciler.demo import show

    raise typer.Exit(show(quick=quick))
