"""A pass as people and programs read it: text for the terminal, JSON, Markdown for a ticket, HTML for the printer.

Every change is shown in every format, however many there are; a report that leaves something out would be a plan
that nobody can approve. Guests' names appear here, because a report was asked for, and nowhere else.
"""

from __future__ import annotations

import json
from typing import Final, Literal, get_args

from reconciler.outcome import Report
from reconciler.report.text import text

Format = Literal["text", "json", "markdown", "html"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

HUGE = 2_000
"""From so many changes on, JSON comes without line breaks."""


def render(report: Report, format: Format, *, colour: bool = False, width: int = 160) -> str:  # noqa: A002 - the option's name
    """The report in one format, ending with a line break. ``colour`` and ``width`` (columns) matter to text only."""
    if format == "json":
        indent = 1 if len(report.changes) < HUGE else None
        return json.dumps(report.to_json(), ensure_ascii=False, indent=indent) + "\n"
    if format == "markdown":
        from reconciler.report.markdown import markdown

        return markdown(report)
    if format == "html":
        from reconciler.report.page import page  # its escapes take as long to import as all of the text

        return page(report)
    return text(report, colour=colour, width=width)
