"""The doctor's page: everything that can be wrong is tested when somebody asks, and each finding names its fix."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.house import House
from reconciler.desk.page.render import Pages

_GUIDE: Final = (
    ("PMS", "docs/pms.md"),
    ("pms", "docs/pms.md"),
    ("telephone", "docs/telephones.md"),
    ("channel", "docs/telephones.md"),
    ("voice", "docs/telephones.md"),
    ("sip", "docs/telephones.md"),
    ("wake-up", "docs/telephones.md"),
    ("operator", "docs/telephones.md"),
    ("ring", "docs/telephones.md"),
    ("credentials", "docs/zoom.md"),
    ("scope", "docs/zoom.md"),
    ("extension", "docs/zoom.md"),
    ("zoom", "docs/zoom.md"),
    ("document", "docs/documents.md"),
)
"""Which page of the guide tells more, by what a finding is about; the rest is told by the configuration's."""

_ORDER: Final = ("bad", "warn", "ok", "off")


def doctor_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """The page, and what it fetches when somebody asks."""

    @router.get("/check")
    async def check(request: Request) -> HTMLResponse:
        """The page, before anything was looked at."""
        return await pages.page(request, "check.html")

    @router.post("/parts/check")
    async def examine(
        request: Request,
        person: Annotated[Person, Depends(allowed(Right.DESK))],  # noqa: ARG001 - must be somebody of the desk
    ) -> HTMLResponse:
        """What was found, the worst first."""
        findings = sorted((await house.check())["findings"], key=lambda each: _ORDER.index(each["level"]))
        return await pages.part(request, "findings.html", findings=[_with_guide(each) for each in findings])


def _with_guide(finding: dict[str, Any]) -> dict[str, Any]:
    about = finding["what"].lower()
    page = next((page for word, page in _GUIDE if word.lower() in about), "docs/configuration.md")
    return {**finding, "guide": page}
