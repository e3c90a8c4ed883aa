"""A report for a ticket or a chat: Markdown with tables, in which a guest's name stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.outcome import Report
from reconciler.report.words import (
    anomalies_line,
    before_and_after,
    by_code,
    by_extension,
    counts,
    heading,
    printable,
    said,
    what_next,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&#!@$^])")
_LINK = re.compile(r"(://|\bwww\.)", re.IGNORECASE)


def markdown(report: Report) -> str:
    """The report as GitHub's Markdown, which most trackers read."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(heading(report))}"
    yield ""
    yield f"**FAILED: {escaped(report.fatal)}**" if report.fatal is not None else counts(report)
    for refusal in report.refusals:
        yield ""
        yield f"> **Refused by {refusal.rule}:** {escaped(refusal.message)}"
    if report.changes:
        yield from _changes(report)
    for code, problems in by_code(report.problems):
        yield ""
        yield f"## {escaped(code)} ({len(problems)})"
        yield ""
        for problem in problems:
            where = f"{_code(problem.where)} " if problem.where else ""
            yield f"- {where}{escaped(problem.message)}"
    if report.anomalies:
        yield ""
        yield escaped(anomalies_line(report.anomalies))
    yield ""
    yield what_next(report)


def _changes(report: Report) -> Iterator[str]:
    yield ""
    yield "| where | field | now | wanted | cause | source | call | status |"
    yield "|---|---|---|---|---|---|---|---|"
    for where, changes in by_extension(report.changes):
        for change in changes:
            before, after = before_and_after(change, report.zone)
            operation = report.price(change)
            cells = (
                escaped(where), escaped(change.field), escaped(before), escaped(after), change.cause,
                escaped(change.source), _code(str(operation)) if operation else "",
                escaped(said(change) or change.status),
            )  # fmt: skip
            yield f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no table cell, no tag, no emphasis, no link comes out of it."""
    escaped = _SPECIAL.sub(r"\\\1", printable(text))
    return _LINK.sub(lambda found: found[0].replace(":", "\\:").replace(".", "\\."), escaped)


def _code(text: str) -> str:
    """Text as code; a table needs its pipes escaped even there, and backticks cannot stay."""
    return "`" + printable(text).replace("`", "'").replace("|", r"\|") + "`"
