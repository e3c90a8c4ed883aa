"""``reconcile`` and ``reconcile --dry-run`` on a group: one pass for each property, one after the other, and the sum.

Each report is printed and forgotten, so that a hundred hotels take the memory of one. A property that cannot be
looked at is told, and all others are.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TextIO

import typer

from reconciler.cli.asked import Asked
from reconciler.cli.common import FAILED, Format, WrongUse, columns, fail
from reconciler.errors import HousephoneError
from reconciler.outcome import DECLINED, Report, failure
from reconciler.report import render

if TYPE_CHECKING:
    from reconciler.configuration.group import Group
    from reconciler.configuration.settings import Settings

PARTLY: Final = 4
_ADDED: Final = ("rooms", "in_sync", "changes", "calls", "applied", "failed", "refused", "unsupported")

Pass = Callable[["Settings"], Report]


@dataclass(slots=True)
class Sum:
    """What the passes came to: the counts of all reports, the time of the longest account, how each has ended."""

    counts: Counter[str] = field(default_factory=Counter)
    eta: Counter[str] = field(default_factory=Counter)
    codes: list[int] = field(default_factory=list)

    def add(self, account: str, report: Report, code: int) -> None:
        """One more property; those of one account share its limits, so that their times add up."""
        summary = report.summary()
        self.counts.update({name: int(summary[name]) for name in _ADDED})
        self.eta[account] += summary["eta_seconds"]  # type: ignore[assignment]
        self.codes.append(code)

    def to_json(self) -> dict[str, float]:
        """For programs."""
        longest = round(max(self.eta.values(), default=0), 3)
        return {"properties": len(self.codes), **{n: self.counts[n] for n in _ADDED}, "eta_seconds": longest}

    def line(self) -> str:
        """For people."""
        told = [f"{self.counts[name]} {name.replace('_', ' ')}" for name in _ADDED]
        told = [
            said for said, name in zip(told, _ADDED, strict=True) if self.counts[name] or name in _ADDED[:4]
        ]
        return f"{len(self.codes)} properties: {', '.join(told)}, about {max(self.eta.values(), default=0):.0f} s"

    def exit_code(self) -> int:
        """The one code where all ended alike; of a dry run 2 where it is only that changes are pending, else 4."""
        codes = set(self.codes)
        if len(codes) <= 1:
            return codes.pop() if codes else FAILED
        return max(codes) if codes <= {0, 2} else PARTLY


def run_all(group: Group, asked: Asked, make: Pass) -> NoReturn:
    """Make a pass for every property, print the reports and their sum, and exit with the code of all."""
    from reconciler.store.engine import together

    _check(asked)
    total = Sum()
    with ExitStack() as open_files:
        open_files.enter_context(together())
        papers = [_Paper(asked.format, sys.stdout)]
        if asked.report is not None:
            papers.append(_Paper(asked.format, open_files.enter_context(_private(asked))))
        for account, report, code in _reports(group, asked, make):
            total.add(account, report, code)
            for paper in papers:
                paper.add(report)
        for paper in papers:
            paper.end(total)
    raise typer.Exit(total.exit_code())


def _check(asked: Asked) -> None:
    for given, option in ((asked.snapshot, "--snapshot"), (asked.expect, "--expect")):
        if given is not None:
            raise WrongUse(f"{option} is about one property: name it with --property")
    if asked.format is Format.HTML:
        raise WrongUse("a page is made of one property: name it with --property")


def _private(asked: Asked) -> TextIO:
    assert asked.report is not None
    try:
        asked.report.touch(mode=0o600)  # it holds guests' names
        return asked.report.open("w", encoding="utf-8")
    except OSError as error:
        fail(f"--report {asked.report}: {error.strerror}")
        raise typer.Exit(FAILED) from None


def _reports(group: Group, asked: Asked, make: Pass) -> Iterator[tuple[str, Report, int]]:
    for member in group.members.values():
        account = member.settings.zoom.account_id
        started = datetime.now(UTC)
        try:
            report = make(member.settings)
        except HousephoneError as error:
            sys.stderr.write(f"{member.name}:\n")
            code = fail(error)
            if code == _INTERRUPTED:
                raise typer.Exit(code) from None
            report = failure(error, started, datetime.now(UTC), dry_run=asked.dry_run)
            yield account, replace(report, property=member.name, zone=member.settings.property.zone), code
        else:
            yield account, report, report.exit_code() if report.fatal != DECLINED else FAILED
    for path, trouble in group.broken.items():
        now = datetime.now(UTC)
        report = replace(failure(trouble, now, now, dry_run=asked.dry_run), property=path.stem)
        yield path.stem, report, fail(trouble)


_INTERRUPTED: Final = 130


class _Paper:
    """Where reports are written one after the other, in one form."""

    def __init__(self, form: Format, to: TextIO) -> None:
        self._form = form
        self._to = to
        self._any = False

    def add(self, report: Report) -> None:
        """One report."""
        if self._form is Format.JSON:
            self._to.write(",\n" if self._any else '{"version": 1, "properties": [\n')
            self._to.write(json.dumps(report.to_json(), ensure_ascii=False))
        else:
            colour = self._form is Format.TEXT and self._to.isatty()
            form: Literal["markdown", "text"] = "markdown" if self._form is Format.MARKDOWN else "text"
            self._to.write(render(report, form, colour=colour, width=columns()) + "\n")
        self._any = True

    def end(self, total: Sum) -> None:
        """The sum of all."""
        if self._form is Format.JSON:
            opening = "" if self._any else '{"version": 1, "properties": ['
            self._to.write(f'{opening}\n], "summary": {json.dumps(total.to_json())}}}\n')
        else:
            self._to.write(f"{total.line()}\n")
