"""The live log: what the PMS says and Zoom is asked, as it comes, without names and secrets."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from reconciler.desk.house import House, View
from reconciler.desk.page.render import Pages

SHOWN: Final = 200
"""Lines on the page; programs get more."""


def log_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """The page and its live part."""

    def values() -> View:
        return {"lines": house.log(SHOWN)["log"]}

    @router.get("/log")
    async def log(request: Request) -> HTMLResponse:
        """The last lines."""
        return await pages.page(request, "log.html", **values())

    @router.get("/parts/log")
    async def part(request: Request) -> HTMLResponse:
        """The same, to be fetched again."""
        return await pages.part(request, "log_lines.html", **values())
