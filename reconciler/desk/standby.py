"""What a controller answers that stands by: that it lives, and who is at work instead."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from reconciler.store.rows import Claimant

_NOT_NOW = 503


@dataclass(slots=True)
class Standing:
    """How it is. ``active``: who was at work last; ``problem``: why the store cannot be asked (None: it can)."""

    property: str
    active: Claimant | None = None
    problem: str | None = None


def standby_app(standing: Standing) -> FastAPI:
    """The few answers that there are. Whoever only wants to know that it is well asks /readyz?standby=ok."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.api_route("/livez", methods=["GET", "HEAD"])
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.api_route("/readyz", methods=["GET", "HEAD"])
    async def readyz(standby: str = "") -> JSONResponse:
        by, problem = standing.active, standing.problem
        body = {
            "status": "standby",
            "shadow": False,
            "active": None if by is None else {"holder": by.holder, "host": by.host, "process": by.pid},
            "legs": {"store": {"ok": problem is None, "reason": problem}},
        }
        return JSONResponse(body, 200 if standby == "ok" and problem is None else _NOT_NOW)

    @app.get("/metrics")
    async def metrics() -> Response:
        lines = (
            "# HELP housephone_standby 1 while it stands by",
            "# TYPE housephone_standby gauge",
            f'housephone_standby{{property="{_escaped(standing.property)}"}} 1.0',
        )
        return PlainTextResponse("\n".join(lines) + "\n")

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST"])
    async def anything(path: str) -> PlainTextResponse:  # noqa: ARG001 - whatever it is
        by = standing.active
        where = "nobody is at work yet" if by is None else f"the one at work is on {by.host}"
        return PlainTextResponse(f"This housephone stands by; {where}.\n", _NOT_NOW)

    return app


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
