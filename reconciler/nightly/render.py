"""The night report as text, Markdown, a page that prints well, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from reconciler.nightly.words import Section, heading, headline, sections
from reconciler.report import Format
from reconciler.report.markdown import escaped
from reconciler.report.page import STYLE
from reconciler.report.words import printable

View = Mapping[str, Any]


def render(view: View, format: Format) -> str:  # noqa: A002 - the option's name
    """The report in one format, ending with a line break."""
    if format == "json":
        return json.dumps(view, ensure_ascii=False, indent=1) + "\n"
    lines = {"text": _text, "markdown": _markdown, "html": _page}[format]
    return "\n".join(lines(view)) + "\n"


def _text(view: View) -> Iterator[str]:
    yield printable(heading(view))
    yield headline(view)
    yield ""
    for section in sections(view):
        mark = "!" if section.wrong else " "
        yield f"{mark} {section.title}: {printable(section.sentence)}"
        yield from _aligned(section)


def _aligned(section: Section) -> Iterator[str]:
    rows = [tuple(map(printable, row)) for row in section.rows]
    if len(section.columns) > 1 and rows:
        rows.insert(0, section.columns)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield (
            "      " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        ).rstrip()


def _markdown(view: View) -> Iterator[str]:
    yield f"# {escaped(heading(view))}"
    yield ""
    yield f"**{escaped(headline(view))}**"
    for section in sections(view):
        yield ""
        if not section.rows:
            yield f"**{escaped(section.title)}:** {escaped(section.sentence)}"
            continue
        yield f"## {escaped(section.title)}: {escaped(section.sentence)}"
        yield ""
        yield f"| {' | '.join(section.columns)} |"
        yield "|" + "---|" * len(section.columns)
        for row in section.rows:
            yield f"| {' | '.join(map(escaped, row))} |"


def _page(view: View) -> Iterator[str]:
    title = _html(heading(view))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield f'<p class="{"applied" if view["well"] else "alarm"}">{_html(headline(view))}</p>'
    for section in sections(view):
        yield from _section(section)
    yield "</body>\n</html>"


def _section(section: Section) -> Iterator[str]:
    wrong = ' class="failed"' if section.wrong else ""
    if not section.rows:
        yield f"<p><strong{wrong}>{_html(section.title)}:</strong> {_html(section.sentence)}</p>"
        return
    yield f"<h2{wrong}>{_html(section.title)}: {_html(section.sentence)}</h2>"
    head = "".join(f'<th scope="col">{_html(column)}</th>' for column in section.columns)
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>"
    for row in section.rows:
        yield "<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody>\n</table>"


def _html(text: str) -> str:
    return escape(printable(text))
