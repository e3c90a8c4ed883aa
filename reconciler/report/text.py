"""A report for a terminal: aligned, one line a change, problems at the end, the next step last."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from reconciler.change import Change, Status
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

_FIELD_WIDTH = 12
_WIDEST_VALUES = 48
"""Columns that before and after may take; longer ones push their own line only."""

_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"

_COLOURS: Final[dict[Status, str]] = {
    "applied": _GREEN,
    "failed": _RED,
    "refused": _RED,
    "unsupported": _DIM,
    "skipped": _DIM,
    "stale": _YELLOW,
}

Paint = Callable[[str, str], str]


def text(report: Report, *, colour: bool, width: int) -> str:
    """The report as text. Colours are ANSI sequences; without them it is plain."""
    paint = _ansi if colour else _plain
    return "\n".join(_lines(report, paint, width)) + "\n"


def _lines(report: Report, paint: Paint, width: int) -> Iterator[str]:
    yield paint(heading(report), _BOLD)
    if report.fatal is not None:
        yield paint(f"FAILED: {printable(report.fatal)}", _RED)
    else:
        yield counts(report)
    for refusal in report.refusals:
        yield paint(f"REFUSED by {refusal.rule}: {printable(refusal.message)}", _RED)
    yield from _changes(report, paint, width)
    yield from _problems(report, paint)
    if report.anomalies:
        yield ""
        yield anomalies_line(report.anomalies)
    yield ""
    yield what_next(report)


def _changes(report: Report, paint: Paint, width: int) -> Iterator[str]:
    shown = [_values(change, report) for change in report.changes]
    column = min(max((taken for _, taken in shown), default=0), _WIDEST_VALUES)
    values = iter(shown)
    for where, group in by_extension(report.changes):
        yield ""
        yield paint(where, _BOLD)
        for change in group:
            text, taken = next(values)
            padded = text + " " * (column - taken)
            yield from _change(change, report, paint, padded, fits=width - max(column, taken))


def _values(change: Change, report: Report) -> tuple[str, int]:
    """Before and after, and how many columns they take."""
    before, after = before_and_after(change, report.zone)
    return f"{before} → {after}", _columns(before) + 3 + _columns(after)


def _change(change: Change, report: Report, paint: Paint, values: str, *, fits: int) -> Iterator[str]:
    """One line, or two where the origin does not fit in; the reason of a status below."""
    colour = _COLOURS.get(change.status, "")
    left = paint(f"{MARKS[change.status]} {change.field:<{_FIELD_WIDTH}}  {values}", colour)
    operation = report.price(change)
    origin = f"{change.cause} · {printable(change.source)}" + (f"   {operation}" if operation else "")
    indent = " " * (_FIELD_WIDTH + 4)
    if len(indent) + 3 + len(origin) <= fits:
        yield f"{left}   {paint(origin, _DIM)}"
    else:
        yield left.rstrip()
        yield indent + paint(origin, _DIM)
    why = said(change)
    if why:
        yield indent + paint(why, colour)


def _problems(report: Report, paint: Paint) -> Iterator[str]:
    for code, problems in by_code(report.problems):
        yield ""
        yield paint(f"{code} ({len(problems)})", _YELLOW)
        for problem in problems:
            where = f"{printable(problem.where)}: " if problem.where else ""
            yield f"  {where}{printable(problem.message)}"


def _columns(value: str) -> int:
    """How many columns of a terminal a text takes: characters of East Asia take two, combining marks none."""
    if value.isascii():
        return len(value)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in value
    )


def _ansi(value: str, colour: str) -> str:
    return f"\x1b[{colour}m{value}\x1b[0m" if colour else value


def _plain(value: str, _colour: str) -> str:
    return value
