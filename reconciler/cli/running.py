"""``run`` and ``demo``: the commands that stay."""

from __future__ import annotations

import gc
import sys
from functools import partial
from typing import Annotated

import typer

from reconciler.cli.common import exit_code, invocation

MANY_YOUNG = (50_000, 20, 20)
"""New objects before the collector looks at them: records of a PMS make many, and hardly any is garbage in cycles."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(demo)


def run(
    context: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Shadow mode: watch and report, write nothing.")
    ] = False,
    roles: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE,…", help="Only these parts of the work: zoom, pms, voice, desk.", show_default=False
        ),
    ] = None,
) -> None:
    """Keep Zoom as PMS and documents say, until stopped.

    It holds the links to the PMS, watches documents and Zoom, changes what differs, and answers on desk.listen to
    /livez, /readyz and /metrics. Ctrl-C or SIGTERM stops it in good order; SIGHUP, or a changed configuration,
    reloads it.

    With --roles the work is split: `pms,voice` (and `desk`) at the property, with `centre:` in its configuration, and
    `zoom,desk` at the centre, on PostgreSQL. The property goes on without the centre.

    Example: reconcile --config /etc/housephone/housephone.yaml run
    Example: reconcile --config /etc/housephone/housephone.yaml run --roles zoom,desk
    """
    from reconciler.app import entry
    from reconciler.app.controller import run_controller
    from reconciler.app.secretfiles import exposed
    from reconciler.app.town import run_group
    from reconciler.app.work import Manner
    from reconciler.branch.roles import roles_of
    from reconciler.configuration.group import Group
    from reconciler.errors import HousephoneError
    from reconciler.logs import configure_logs, logger
    from reconciler.ownmemory import keep_to_ourselves

    keep_to_ourselves()
    gc.enable()
    gc.freeze()  # what was imported stays
    gc.set_threshold(*MANY_YOUNG)
    asked = invocation(context)
    path = asked.path()
    found = asked.everything()
    assert path is not None  # the settings came from there
    settings = next(iter(found.members.values())).settings if isinstance(found, Group) else found
    configure_logs(settings, debug=asked.debug)
    for file in exposed(settings, path):
        logger("run").warning("a secret may be read by others", file=str(file), remedy=f"chmod 600 {file}")
    try:
        if isinstance(found, Group):
            manner = Manner(shadow=dry_run, debug=asked.debug, roles=roles_of(roles))
            entry.run(partial(run_group, path, manner, asked.property))
        else:
            work = partial(run_controller, path, shadow=dry_run, debug=asked.debug, roles=roles_of(roles))
            entry.run(work)
    except HousephoneError as error:
        if sys.stderr.isatty():
            raise
        # Whoever reads the log of a service reads one line an event.
        logger("run").error("ended", reason=str(error), remedy=error.remedy or None)
        raise typer.Exit(exit_code(error)) from None


def demo(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without pauses; ends by itself, with 0 if all went well.")
    ] = False,
) -> None:
    """Show it all: a small hotel's day, all of it simulated.

    Everything is on this machine, in a folder of its own; nothing to configure, and Ctrl-C ends it. After the day the
    hotel stays open: type at the PMS's front desk, or try other commands in the folder.

    Example: reconcile demo
    """
    from reconciler.demo import show

    raise typer.Exit(show(quick=quick))
