"""What every format says alike: the heading, the counts in words, the marks, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from desired.problem import Problem
from reconciler.change import Change, Status
from reconciler.moments import local
from reconciler.outcome import UNREACHED_CODES, Report

MARKS: Final[Mapping[Status, str]] = {
    "planned": " ",
    "applied": "✓",
    "failed": "✗",
    "refused": "!",
    "unsupported": "-",
    "skipped": "·",
    "stale": "~",
}
"""One sign for each status, before the change."""

UNTOLD: Final = frozenset({"planned", "applied"})
"""Statuses that need no words of their own: the heading and the mark say it."""

_COUNTED: Final[tuple[Status, ...]] = ("applied", "failed", "refused", "unsupported", "skipped", "stale")

_BROKEN: Final = "Put the documents named above right; until then their last good versions count."
_SILENT: Final = frozenset({"pms_down", "pms_unheard"})
"""Problems of a PMS that tells nothing."""

_LOOK: Final = (
    "Put that right and run it again; `reconcile check` tests configuration, credentials and scopes."
)


def heading(report: Report) -> str:
    """Property, kind of pass, when: ``Harbour View · dry run · 2026-11-22 14:03:11-05:00``."""
    kind = "dry run" if report.dry_run else "pass"
    return f"{printable(report.property)} · {kind} · {local(report.started, report.zone)}"


def counts(report: Report) -> str:
    """The counts as a sentence."""
    before = "already " if report.changes and not report.dry_run else ""
    parts = [_many(report.rooms, "room"), f"{report.in_sync} {before}in sync"]
    if report.changes:
        parts.append(_many(len(report.changes), "change"))
        if report.calls:
            parts[-1] += f" in {_many(report.calls, 'call')}"
            parts.append(_how_long(report))
    else:
        parts.append("no changes")
    for status in _COUNTED:
        number = report.count(status)
        if number:
            parts.append(f"{number} {status}")
    return ", ".join(parts)


def by_extension(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes under their headings: ``Room 1207``, or ``Room PH1, extension 1902`` where the two differ."""
    for (room, extension), group in groupby(changes, key=lambda change: (change.room, change.extension)):
        where = f"Room {printable(room)}"
        yield (where if room == extension else f"{where}, extension {printable(extension)}"), list(group)


def by_code(problems: Iterable[Problem]) -> Iterator[tuple[str, list[Problem]]]:
    """The problems by code, each group in the order in which they were found."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.code, []).append(problem)
    yield from sorted(groups.items())


def before_and_after(change: Change, zone: ZoneInfo) -> tuple[str, str]:
    """The observed and the wanted value in words; a message is told by the moment at which it was left."""
    if change.field == "voicemail" and change.observed:
        return f"left {local(datetime.fromisoformat(change.observed), zone)}", "deleted"
    return _value(change.observed), _value(change.desired)


def said(change: Change) -> str:
    """Status and reason of a change that is neither planned nor applied; empty otherwise."""
    if change.status in UNTOLD:
        return ""
    return f"{change.status}: {printable(change.reason)}" if change.reason else change.status


def what_next(report: Report) -> str:
    """What the reader should do now, in one line."""
    step = _next_step(report)
    return step if not report.broken or step == _BROKEN else f"{step} {_BROKEN}"


def _next_step(report: Report) -> str:
    if report.fatal is not None:
        return f"What to do: {printable(report.remedy)}." if report.remedy else _LOOK
    if report.refusals and not report.count("planned") and not report.count("applied"):
        return "Nothing goes to Zoom until a person has looked at the refusals above."
    if report.replayed:
        return "This is what the log would lead to, with names as the log has them; nothing was written anywhere."
    return _after_dry_run(report) if report.dry_run else _after_pass(report)


def _after_dry_run(report: Report) -> str:
    if report.count("planned"):
        return f"Run `reconcile` to apply; `reconcile --expect {report.digest}` applies exactly this plan."
    pending = len(report.changes) - report.count("unsupported")
    if pending and pending == report.count("skipped"):
        return _waits_for_resume(report)
    if pending:
        return "Nothing can be applied at present: the reasons stand beside the changes."
    return _in_sync(report)


def _after_pass(report: Report) -> str:
    if report.count("stale"):
        return "The plan has changed since: look at it again with `reconcile --dry-run`."
    if report.count("failed") or report.count("planned"):
        return (
            "Run `reconcile` again for the rest (with `--room` for what Zoom has refused), or leave it to "
            "`reconcile run`, which keeps trying."
        )
    if report.count("refused"):
        return "The refused changes wait until a person has looked at them."
    if report.count("skipped"):
        return _waits_for_resume(report)
    return _in_sync(report)


def _waits_for_resume(report: Report) -> str:
    """Whose changes wait since somebody has asked to leave the room alone, and what lets them go."""
    rooms = list(dict.fromkeys(change.room for change in report.changes if change.status == "skipped"))
    which = printable(rooms[0]) if len(rooms) == 1 else "ROOM"
    are = "is paused, so its changes wait" if len(rooms) == 1 else "are paused, so their changes wait"
    return f"{_many(len(rooms), 'room')} {are}; `reconcile resume {which}` lets them go. Nothing else is left to do."


def _in_sync(report: Report) -> str:
    if report.broken:
        return _BROKEN
    if not report.rooms and _SILENT & {problem.code for problem in report.problems}:
        return "No room has a document yet, because the PMS has not told of any: see above what helps."
    if not report.rooms:
        return "No room has a document yet: see rooms/example.yaml.sample, which `reconcile init` writes."
    unreached = {p.room for p in report.problems if p.code in UNREACHED_CODES}
    if unreached:
        return f"Nothing left to do, except in {_many(len(unreached), 'room')} that nothing is written to: see above."
    return "Nothing left to do."


def anomalies_line(anomalies: Mapping[str, int]) -> str:
    """What was odd in the records of the PMS, and how often; the guide explains each word."""
    counted = ", ".join(f"{name} {count}" for name, count in sorted(anomalies.items()))
    return f"Odd in the PMS's records so far: {counted} (docs/pms.md explains each)"


def duration(seconds: float) -> str:
    """``1.2 s``, ``3 min``, ``2 h 5 min``."""
    if seconds < 100:  # noqa: PLR2004 - from here on seconds mean little to a reader
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def printable(text: str) -> str:
    """Text that cannot play tricks on a terminal: control and direction characters are spelled out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _how_long(report: Report) -> str:
    """An estimate while something is still to be done, the time taken afterwards."""
    if report.dry_run or report.count("planned"):
        return f"about {duration(report.eta_seconds)}"
    return f"took {duration((report.finished - report.started).total_seconds())}"


def _value(value: str | None) -> str:
    if value is None:
        return "(unknown)"
    return printable(value) if value else "(empty)"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
