"""The night report over HTTP: `reconcile report`, for programs that file or send it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from reconciler.desk.access import Right, allowed
from reconciler.desk.api.look import Since
from reconciler.desk.errors import RESPONSES, refused
from reconciler.desk.house import House, View
from reconciler.moments import in_zone
from reconciler.nightly.period import DAY, Period, the_night
from reconciler.nightly.render import render
from reconciler.report import Format
from reconciler.views.history import moment

FILES: Final[dict[Format, tuple[str, str]]] = {
    "text": ("txt", "text/plain; charset=utf-8"),
    "json": ("json", "application/json"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
}
"""The ending and the media type of a report as a file."""


def report_routes(house: House) -> APIRouter:
    """Two routes: the report as plain data, and as a file."""
    router = APIRouter(prefix="/api", dependencies=[Depends(allowed(Right.LOOK))], responses=RESPONSES)

    @router.get("/report")
    async def report(*, night: bool = False, since: Since = None) -> dict[str, Any]:
        """What happened, and what is left to see to: of the night, since a moment, or of the last 24 hours."""
        return await report_of(house, since, night=night)

    @router.get("/report/file", response_class=Response)
    async def file(
        *,
        night: bool = False,
        since: Since = None,
        format: Annotated[Format, Query(description="text, json, markdown or html.")] = "html",  # noqa: A002 - the address's word
    ) -> Response:
        """The same as a file to keep, send or print."""
        text = render(await report_of(house, since, night=night), format)
        ending, kind = FILES[format]
        name = f"report-{in_zone(house.now(), house.zone):%Y-%m-%d-%H%M}.{ending}"
        return Response(
            text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    return router


async def report_of(house: House, since: str | None, *, night: bool) -> View:
    """The report of the time that somebody names. Refused (422) where it means nothing."""
    now = house.now()
    if night:
        return await house.report(the_night(now, house.zone))
    try:
        start = now - DAY if since is None else moment(since, now, house.zone)
    except ValueError as error:
        raise refused(422, "bad_request", f"since {error}") from None
    if start >= now:
        raise refused(422, "bad_request", "since is not past")
    return await house.report(Period(start, now))
