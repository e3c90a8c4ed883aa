"""A report as one HTML file that needs nothing else: to mail, file or print, light or dark as the reader has it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from reconciler.outcome import Report
from reconciler.report.words import (
    MARKS,
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

STYLE: Final = """\
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --soft: #63636a; --line: #d8d8dc; --bad: #b3261e;
  --good: #1b6e3c; --band: #f3f3f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #17171a; --soft: #a0a0a8; --line: #3a3a40;
  --bad: #ff8a80; --good: #7bd8a0; --band: #222226; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 75rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; } tbody th { background: var(--band); font-weight: 600; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
.soft, .unsupported, .skipped { color: var(--soft); } .failed, .refused, .alarm { color: var(--bad); }
.applied { color: var(--good); } .alarm { border-left: 4px solid; padding-left: .8rem; font-weight: 600; }
@media print { :root { --ink: #000; --paper: #fff; --soft: #444; --line: #aaa; --bad: #000; --good: #000;
  --band: #eee; } body { margin: 0; max-width: none; font-size: 10pt; } thead { display: table-header-group; }
  tr, li { break-inside: avoid; } tbody th, h2 { break-after: avoid; } @page { size: A4; margin: 15mm; } }
"""
"""Reads well on a screen, light or dark, and on paper."""


def page(report: Report) -> str:
    """The report as one HTML document: no script, no picture, no address of another file."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    title = _text(heading(report))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    if report.fatal is not None:
        yield f'<p class="alarm">FAILED: {_text(report.fatal)}</p>'
    else:
        yield f"<p>{_text(counts(report))}</p>"
    for refusal in report.refusals:
        yield f'<p class="alarm">Refused by {_text(refusal.rule)}: {_text(refusal.message)}</p>'
    if report.changes:
        yield from _changes(report)
    for code, problems in by_code(report.problems):
        yield f"<h2>{_text(code)} ({len(problems)})</h2>\n<ul>"
        for problem in problems:
            where = f"<code>{_text(problem.where)}</code> " if problem.where else ""
            yield f"<li>{where}{_text(problem.message)}</li>"
        yield "</ul>"
    if report.anomalies:
        yield f"<p>{_text(anomalies_line(report.anomalies))}</p>"
    yield f"<p>{_text(what_next(report))}</p>\n</body>\n</html>"


def _changes(report: Report) -> Iterator[str]:
    titles = ("field", "now", "wanted", "cause", "source", "call", "status")
    yield (
        "<table>\n<thead><tr>" + "".join(f'<th scope="col">{each}</th>' for each in titles) + "</tr></thead>"
    )
    for where, changes in by_extension(report.changes):
        yield f'<tbody>\n<tr><th colspan="{len(titles)}" scope="rowgroup">{_text(where)}</th></tr>'
        for change in changes:
            before, after = before_and_after(change, report.zone)
            operation = report.price(change)
            status = f"{MARKS[change.status]} {said(change) or change.status}".strip()
            yield (
                f"<tr><td>{_text(change.field)}</td><td>{_text(before)}</td><td>{_text(after)}</td>"
                f'<td>{change.cause}</td><td class="soft">{_text(change.source)}</td>'
                f"<td><code>{_text(str(operation or ''))}</code></td>"
                f'<td class="{change.status}">{_text(status)}</td></tr>'
            )
        yield "</tbody>"
    yield "</table>"


def _text(value: str) -> str:
    return escape(printable(value))
