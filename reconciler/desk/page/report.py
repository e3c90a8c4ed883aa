"""The night report as a page: what happened, and what is left to see to. It names no guest."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from reconciler.desk.api.report import FILES, report_of
from reconciler.desk.house import House
from reconciler.desk.page.render import Pages
from reconciler.nightly.words import heading, headline, sections


def report_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """One page; the time it is about is chosen by its address."""

    @router.get("/report")
    async def report(request: Request, since: str | None = None) -> HTMLResponse:
        """Of the night, or since whatever the address says."""
        view = await report_of(house, since, night=since is None)
        query = "night=true" if since is None else f"since={quote(since)}"
        return await pages.page(
            request, "report.html", heading=heading(view), headline=headline(view), sections=list(sections(view)),
            well=not view["see_to"], query=query, since=since, formats=list(FILES),
        )  # fmt: skip
