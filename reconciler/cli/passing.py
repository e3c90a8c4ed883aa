"""``reconcile`` and ``reconcile --dry-run``: one pass by hand, by the running controller, or against a snapshot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reconciler.cli.asked import Asked
from reconciler.cli.common import FAILED, Format, Invocation, columns, fail, say
from reconciler.errors import Fatal, HousephoneError
from reconciler.outcome import DECLINED, Report, failure
from reconciler.report import render

if TYPE_CHECKING:
    from reconciler.configuration.grounds import Grounds
    from reconciler.configuration.settings import Settings


def run(invocation: Invocation, asked: Asked) -> None:
    """Make the pass, print its report, and exit with its code."""
    asked.check()
    started = datetime.now(UTC)
    grounds: Grounds | None = None
    try:
        if asked.snapshot is not None:
            grounds = invocation.grounds()
            report = _against_snapshot(grounds, asked.snapshot, asked)
        else:
            from reconciler.cli.every import run_all
            from reconciler.configuration.group import Group

            found = invocation.configured()
            if isinstance(found, Group):
                run_all(found, asked, partial(_against_zoom, asked=asked, debug=invocation.debug))
            grounds = found.grounds
            report = _against_zoom(found, asked, debug=invocation.debug)
    except HousephoneError as error:
        report = failure(error, started, datetime.now(UTC), dry_run=asked.dry_run)
        if grounds is not None:
            report = replace(report, property=grounds.name, zone=grounds.zone)
        code = fail(error)
        _publish(report, asked, printed=asked.format is Format.JSON)
        raise typer.Exit(code) from None
    _publish(report, asked, printed=report.fatal != DECLINED)  # the plan was shown with the question
    if report.fatal is not None:
        fail(report.fatal)
    raise typer.Exit(report.exit_code())


class Interrupted(Fatal):
    """Ctrl-C before the first call was on its way to change something, or for the second time."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__(
            "interrupted", "`reconcile` again does what is left; `reconcile history` tells what was done"
        )


def _against_snapshot(grounds: Grounds, snapshot: Path, asked: Asked) -> Report:
    from reconciler.app.offline import audit_snapshot
    from reconciler.snapshot import load

    with _interruptible():
        return audit_snapshot(grounds, load(snapshot), asked.scope)


def _against_zoom(settings: Settings, asked: Asked, *, debug: bool) -> Report:
    from reconciler.cli import live

    with _interruptible():
        return live.make_pass(settings, asked, debug=debug)


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted from None


def _publish(report: Report, asked: Asked, *, printed: bool) -> None:
    if printed:
        colour = asked.format is Format.TEXT and sys.stdout.isatty()
        say(render(report, asked.format.value, colour=colour, width=columns()))
    if asked.report is not None:
        text = render(report, _format_of(asked.report, asked.format).value)
        try:
            # It holds guests' names. A file that was there before keeps the mode that somebody gave it.
            asked.report.touch(mode=0o600)
            asked.report.write_text(text, encoding="utf-8")
        except OSError as error:
            fail(f"--report {asked.report}: {error.strerror}")
            raise typer.Exit(FAILED) from None


def _format_of(path: Path, chosen: Format) -> Format:
    """A report file's ending says its format; otherwise it is the printed one."""
    by_ending = {".json": Format.JSON, ".md": Format.MARKDOWN, ".html": Format.HTML, ".txt": Format.TEXT}
    return by_ending.get(path.suffix.lower(), chosen)
