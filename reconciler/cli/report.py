"""`report`: the night report by command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import Format, WrongUse, invocation, say

if TYPE_CHECKING:
    from reconciler.configuration.settings import Settings
    from reconciler.nightly.period import Period


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    context: typer.Context,
    night: Annotated[bool, typer.Option("--night", help="From noon yesterday until now.")] = False,  # noqa: FBT002
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="From when on: 2026-11-22, 2026-11-22T14:00, 2h, 3d.", show_default=False
        ),
    ] = None,
    shape: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Report what happened, and what is left to see to.

    Wake-up calls and how they ended, telephones that show the wrong guest, outages, alarms, changes that others
    made in Zoom, changes that failed, what people did at the desk. Without an option: since the last report that
    `report.at` had written, or the last 24 hours. No guest is named. Zoom is not asked; a controller need not run.

    Example: reconcile report --night --format html > night.html
    """
    from reconciler.app.nightly import report_view
    from reconciler.nightly.render import render

    if night and since is not None:
        raise WrongUse("--night and --since exclude each other")
    settings = invocation(context).settings()
    view = report_view(settings, _period(settings, since, night=night))
    say(render(view, shape.value))


def _period(settings: Settings, since: str | None, *, night: bool) -> Period | None:
    from reconciler.nightly.period import Period, the_night
    from reconciler.views.history import moment

    now, zone = datetime.now(UTC), settings.property.zone
    if night:
        return the_night(now, zone)
    if since is None:
        return None
    try:
        start = moment(since, now, zone)
    except ValueError as error:
        raise WrongUse(f"--since {error}") from None
    if start >= now:
        raise WrongUse(f'--since "{since}" is not past')
    return Period(start, now)
