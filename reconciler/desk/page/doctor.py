"""The doctor's page: everything that can be wrong is tested when somebody asks, and each finding names its fix."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.house import House
from reconciler.desk.page.render import Pages

_GUIDE: Final = (
    ("forwarding", "/guide/zoom-setup#8-forwarding-to-the-voice-extension"),
    ("voice device", "/guide/zoom-setup#5-the-device"),
    ("alerts", "/guide/alerts"),
    ("alarm", "/guide/alerts"),
    ("pms", "/guide/pms"),
    ("desk", "/guide/desk-access"),
    ("prompts", "/guide/telephone-prompts"),
    ("telephone", "/guide/telephones"),
    ("channel", "/guide/telephones#lines"),
    ("voice", "/guide/telephones"),
    ("sip", "/guide/telephones"),
    ("wake-up", "/guide/telephones#wake-up-calls"),
    ("operator", "/guide/telephones"),
    ("ring", "/guide/telephones"),
    ("emergency", "/guide/zoom#emergency-calls"),
    ("events", "/guide/zoom#zooms-own-events"),
    ("credentials", "/guide/zoom#the-app"),
    ("scope", "/guide/zoom#the-app"),
    ("extension", "/guide/zoom#how-rooms-are-found"),
    ("names", "/guide/zoom"),
    ("zoom", "/guide/zoom"),
    ("document", "/guide/documents"),
    ("controller", "/guide/operations"),
    ("clock", "/guide/operations"),
    ("state", "/guide/operations"),
    ("safety", "/guide/operations#safety-rules"),
    ("secret", "/guide/operations#secrets-from-systemd"),
)
_ALL_ELSE: Final = "/guide/configuration"
"""Which page of the guide tells more, by what a finding is about; the rest is told by the configuration's."""

PLACES: Final = frozenset({*(place for _, place in _GUIDE), _ALL_ELSE})
"""Where in the guide findings lead to."""

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
        return await pages.part(request, "findings.html", findings=findings, guide_to=guide_to)


def guide_to(what: str) -> str:
    """The place in the guide that tells more of what a finding is about."""
    about = what.lower()
    return next((place for word, place in _GUIDE if word in about), _ALL_ELSE)
