"""``reconcile`` and ``reconcile --dry-run``: one pass by hand, by the running controller, or against a snapshot."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reconciler.audit import Scope
from reconciler.cli.common import Format, Invocation, WrongUse, fail, say
from reconciler.configuration import Misconfigured
from reconciler.errors import HousephoneError
from reconciler.outcome import Report, failure
from reconciler.report import render
from reconciler.safety import RULES

if TYPE_CHECKING:
    from reconciler.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a pass."""

    dry_run: bool
    rooms: tuple[str, ...]
    format: Format
    report: Path | None
    snapshot: Path | None
    cached: bool
    expect: str | None
    allow: tuple[str, ...]
    wait: bool
    yes: bool

    def check(self) -> None:
        """Refuse options that contradict each other or name no rule."""
        for rule in self.allow:
            if rule not in RULES:
                raise WrongUse(f"--allow {rule}: no such rule; there are {', '.join(RULES)}")
        if self.snapshot is not None and not self.dry_run:
            raise WrongUse("--snapshot goes with --dry-run: nothing can be written to a file of the past")
        if self.dry_run and self.expect is not None:
            raise WrongUse("--expect applies a plan; a dry run has none to apply")

    @property
    def scope(self) -> Scope:
        """The rooms and the lifted rules."""
        return Scope(self.rooms, frozenset(self.allow))


def run(invocation: Invocation, asked: Asked) -> None:
    """Make the pass, print its report, and exit with its code."""
    asked.check()
    started = datetime.now(UTC)
    name = ""
    try:
        settings = invocation.settings()
        name = settings.property.name
        report = _pass(settings, asked, debug=invocation.debug)
    except HousephoneError as error:
        report = failure(name, str(error), started, datetime.now(UTC), dry_run=asked.dry_run)
        _publish(report, asked, printed=asked.format is Format.JSON and not isinstance(error, Misconfigured))
        raise typer.Exit(fail(error)) from None
    _publish(report, asked, printed=True)
    if report.fatal is not None:
        fail(report.fatal)
    raise typer.Exit(report.exit_code())


def _pass(settings: Settings, asked: Asked, *, debug: bool) -> Report:
    if asked.snapshot is not None:
        from reconciler.app.offline import audit_snapshot
        from reconciler.snapshot import load

        return audit_snapshot(settings, load(asked.snapshot), asked.scope)
    from reconciler.cli import live

    return live.make_pass(settings, asked, debug=debug)


def _publish(report: Report, asked: Asked, *, printed: bool) -> None:
    if asked.report is not None:
        asked.report.write_text(
            render(report, _format_of(asked.report, asked.format).value), encoding="utf-8"
        )
    if printed:
        colour = asked.format is Format.TEXT and sys.stdout.isatty()
        say(render(report, asked.format.value, colour=colour))


def _format_of(path: Path, chosen: Format) -> Format:
    """A report file's ending says its format; otherwise it is the printed one."""
    by_ending = {".json": Format.JSON, ".md": Format.MARKDOWN, ".html": Format.HTML, ".txt": Format.TEXT}
    return by_ending.get(path.suffix.lower(), chosen)
