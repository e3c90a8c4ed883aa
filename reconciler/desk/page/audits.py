"""The audit: what Zoom shows against what it should, as a page; the plan is applied from here, and can be fetched."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from reconciler.desk.audits import Audits, Made
from reconciler.desk.errors import refused
from reconciler.desk.house import House, View
from reconciler.desk.page.plots import Part, Plot, short, stacked
from reconciler.desk.page.render import Pages
from reconciler.moments import in_zone
from reconciler.nightly.words import field_in_words
from reconciler.outcome import Report
from reconciler.report import render
from reconciler.report.sheet import sheet
from reconciler.report.words import before_and_after, by_code, by_extension, counts, duration, said

SHOWN: Final = 1000
"""Changes on the page; a file holds all of them."""

CAUSES: Final = {
    "intentional": "changed here", "drift": "changed in Zoom", "lease": "renewed",
}  # fmt: skip
"""Why a change is made, as people read it."""

Format = Literal["json", "csv", "markdown", "html"]
_FILES: Final[dict[Format, tuple[str, str]]] = {
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
}


def audit_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """The page, its live part, and the report as a file."""

    def values() -> View:
        return {**_state(house.audits), "only_watches": house.shadow}

    @router.get("/audit")
    async def audit(request: Request) -> HTMLResponse:
        """The last audit."""
        return await pages.page(request, "audit.html", **values())

    @router.get("/parts/audit")
    async def part(request: Request) -> HTMLResponse:
        """The same, to be fetched again."""
        return await pages.part(request, "audit_report.html", **values())

    @router.get("/parts/drift")
    async def changes(request: Request) -> HTMLResponse:
        """How much was changed on the last days; it takes a moment, so it comes after the page."""
        return await pages.part(request, "plot.html", shown=drift(await house.figures.changes_by_day()))

    @router.get("/audit/download")
    async def download(digest: str, format: Format = "json") -> Response:  # noqa: A002 - the address's word
        """A report as a file."""
        report = house.audits.found(digest)
        if report is None:
            raise refused(404, "unknown_plan", "this plan is not known any more", "compare again")
        ending, kind = _FILES[format]
        text = sheet(report) if format == "csv" else render(report, format)
        name = f"audit-{in_zone(report.started, report.zone):%Y-%m-%d-%H%M}.{ending}"
        return Response(
            text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


def _state(audits: Audits) -> View:
    running = audits.running
    return {
        "running": None if running is None else {
            "what": running.what, "who": running.who, "since": running.since.isoformat(),
        },
        "audit": None if audits.audit is None else shown(audits.audit),
        "applied": None if audits.applied is None else shown(audits.applied),
    }  # fmt: skip


def shown(made: Made) -> dict[str, Any]:
    """A report as the page has it."""
    report = made.report
    return {
        "who": made.who,
        "at": report.started.isoformat(),
        "cached": made.options.cached and made.what == "audit",
        "scope": " ".join(made.options.scope.rooms),
        "lifted": sorted(made.options.scope.allow),
        "digest": report.digest,
        "fatal": report.fatal,
        "remedy": report.remedy,
        "words": counts(report) if report.fatal is None else "",
        "summary": report.summary(),
        "took": duration((report.finished - report.started).total_seconds()),
        "eta": duration(report.eta_seconds),
        "planned": report.count("planned"),
        "rooms": _rooms(report),
        "more": max(0, len(report.changes) - SHOWN),
        "refusals": report.refusals,
        "problems": list(by_code(report.problems)),
    }


def _rooms(report: Report) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The changes by extension, with the room that they lead to."""
    return [
        (where, changes[0].room, [_row(report, change) for change in changes])
        for where, changes in by_extension(islice(report.changes, SHOWN))
    ]


def _row(report: Report, change: Any) -> dict[str, Any]:
    before, after = before_and_after(change, report.zone)
    operation = report.price(change)
    return {
        "field": field_in_words(change.field),
        "before": before,
        "after": after,
        "cause": CAUSES[change.cause],
        "source": change.source,
        "call": str(operation) if operation else "",
        "status": change.status,
        "said": said(change),
    }


def drift(view: View) -> Plot:
    """How many changes were made on each of the last days, by cause."""
    days = view["days"]
    parts = [Part(name, cause, tuple(day[cause] for day in days)) for cause, name in CAUSES.items()]
    return stacked("drift", "Changes made, by day", [short(day["day"]) for day in days], parts)
