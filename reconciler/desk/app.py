"""The desk's one application: health for machines, an API for programs, a page for people, and who may use them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from reconciler.account.gate import BudgetGate
from reconciler.configuration.deskusers import Desk
from reconciler.desk.access import Books, guard, who
from reconciler.desk.api import api_routes
from reconciler.desk.health import health_routes
from reconciler.desk.house import House
from reconciler.desk.page import page_routes, static_files
from reconciler.loop import Controller
from reconciler.ports import Clock


def desk_app(
    house: House, controller: Controller, gate: BudgetGate, desk: Desk, books: Books, clock: Clock
) -> FastAPI:
    """Put it together for the running controller."""
    # Not include_router, which works each route out once more: a restart would take a tenth of a second longer.
    pages = page_routes(house).routes
    for page in pages:
        _answer_head(page)
    routes = [*health_routes(controller, gate, who).routes, *api_routes(house), *pages]
    app = FastAPI(
        title="housephone", routes=routes, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    app.mount("/static", static_files())
    guard(app, desk, books, clock, hotel=house.name)
    return app


def probes_app(controller: Controller, gate: BudgetGate) -> FastAPI:
    """What a process without a page answers: only how it is, and that to machines."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(health_routes(controller, gate, lambda _request: None))
    return app


def _answer_head(route: BaseRoute) -> None:
    """Let whoever only asks whether a page is there hear so; uvicorn leaves out the body."""
    if isinstance(route, APIRoute) and route.methods is not None and "GET" in route.methods:
        route.methods.add("HEAD")
