"""A report as a table for a spreadsheet: CSV, one change a line."""

from __future__ import annotations

import csv
import io
from typing import Final

from reconciler.outcome import Report
from reconciler.report.words import before_and_after

_HEAD: Final = (
    "room", "extension", "field", "now", "wanted", "cause", "source", "call", "label", "status", "reason",
)  # fmt: skip

_MARK: Final = "\ufeff"
"""Without it a spreadsheet takes names for another encoding."""

_FORMULA: Final = tuple("=+-@\t\r")
"""A cell that begins with one of these would be worked out by a spreadsheet, whoever has thought of such a name."""


def sheet(report: Report) -> str:
    """The changes as CSV (RFC 4180, UTF-8)."""
    lines = io.StringIO(newline="")
    table = csv.writer(lines)
    table.writerow(_HEAD)
    for change in report.changes:
        before, after = before_and_after(change, report.zone)
        operation = report.price(change)
        row = (
            change.room, change.extension, change.field, before, after, change.cause, change.source,
            operation or "", operation.label if operation else "", change.status, change.reason or "",
        )  # fmt: skip
        table.writerow([_harmless(str(cell)) for cell in row])
    return _MARK + lines.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
