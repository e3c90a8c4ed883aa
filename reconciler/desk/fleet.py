"""The group's own desk: how all properties stand, for its administrators, beside the pages that properties have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from reconciler.configuration.deskusers import Desk
from reconciler.desk.access import Books, Person, Right, allowed, csrf, guard
from reconciler.desk.ourfiles import address
from reconciler.desk.page import static_files
from reconciler.ports import Clock
from reconciler.views.fleet import View

TITLE: Final = "All properties"

Look = Callable[[], Awaitable[View]]
"""How the fleet stands (``reconciler.views.fleet``)."""

_TEMPLATES: Final = Path(__file__).parent / "page" / "templates"


def fleet_app(
    look: Look, desk: Desk, books: Books, clock: Clock, figures: Collector | None = None
) -> FastAPI:
    """The application; whoever is no administrator is not let in. ``figures`` are those of ``/metrics``."""
    app = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(_for_machines(figures))
    app.include_router(_pages(look))
    app.mount("/static", static_files())
    guard(app, desk, books, clock, hotel=TITLE)
    return app


def _for_machines(figures: Collector | None) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    registry = CollectorRegistry()
    if figures is not None:
        registry.register(figures)

    @router.api_route("/livez", methods=["GET", "HEAD"])
    @router.api_route("/readyz", methods=["GET", "HEAD"])
    async def lives() -> dict[str, str]:
        """The process lives; how each property is its own /readyz and `show --fleet` tell."""
        return {"status": "ok"}

    @router.get("/metrics")
    async def metrics() -> Response:
        """Prometheus metrics of all properties; labels never name a room or a guest."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _pages(look: Look) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"static": address, "when": _when}

    async def shown(template: str, **values: Any) -> HTMLResponse:
        view = await look()
        made = environment.get_template(template).render
        at = datetime.now(UTC).isoformat()
        return HTMLResponse(await to_thread.run_sync(lambda: made(view=view, at=at, **values)))

    @router.get("/")
    async def start() -> RedirectResponse:
        """There is one page."""
        return RedirectResponse("/fleet")

    @router.get("/fleet")
    async def page(
        request: Request, person: Annotated[Person, Depends(allowed(Right.ADMIN))]
    ) -> HTMLResponse:
        """All properties, the red ones first."""
        token = csrf(request)
        return await shown("fleet.html", person=person.name if token else "", csrf=token)

    @router.get("/parts/fleet", dependencies=[Depends(allowed(Right.ADMIN))])
    async def part() -> HTMLResponse:
        """The list, to be fetched again."""
        return await shown("fleet_list.html")

    @router.get("/api/fleet", dependencies=[Depends(allowed(Right.ADMIN))])
    async def data() -> View:
        """What `show --fleet --format json` prints."""
        return await look()

    return router


def _when(moment: str) -> str:
    """Properties lie in many time zones, so that the group's page has UTC."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"
