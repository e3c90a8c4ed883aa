"""The links: what the hotel stands on, what is wrong with it and what helps, and what of Zoom's limits is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.testcall import AskedTestCall
from reconciler.desk.house import House, View
from reconciler.desk.page.plots import Part, Plot, stacked
from reconciler.desk.page.render import Pages
from reconciler.moments import in_zone
from reconciler.views.trial import trial_lines

FEATURES: Final = {
    "names": "Names", "common_areas": "Common areas", "common_area_names": "Names of common areas",
    "devices": "Telephones", "device_names": "Names of telephones", "sip_accounts": "Lines from Zoom",
    "dnd": "Do not disturb", "dnd_read": "Reading do-not-disturb", "ring_switch": "Do not disturb of common areas",
    "user_voicemail": "Mailboxes", "account_voicemail": "Mailboxes of all at once",
    "voicemail_delete": "Deleting messages", "user_calling": "Who may call where",
    "common_area_calling": "Where common areas may call", "user_forwarding": "Seeing where calls are forwarded",
    "common_area_forwarding": "Seeing where common areas' calls are forwarded",
    "user_forwarding_fix": "Setting where calls are forwarded",
    "common_area_forwarding_fix": "Setting where common areas' calls are forwarded",
    "user_addresses": "Seeing emergency addresses",
}  # fmt: skip
"""What Zoom can do for the hotel, as people name it; another one by its own name."""

LOGS: Final = {"pms": "PMS records", "zoom": "Calls to Zoom", "sip": "Telephone signalling"}


def link_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """The page, its live part, and the test call."""

    async def values() -> View:
        view = await house.connections()
        return {
            "view": view,
            "features": FEATURES,
            "log_names": LOGS,
            "only_watches": house.shadow,
            "calls": calls_by_minute(view["zoom"], house.zone),
            "nearest": nearest(view["zoom"]["labels"]),
        }

    @router.get("/links")
    async def links(request: Request) -> HTMLResponse:
        """All links."""
        return await pages.page(request, "links.html", **await values())

    @router.get("/parts/links")
    async def part(request: Request) -> HTMLResponse:
        """The same, to be fetched again."""
        return await pages.part(request, "link_lists.html", **await values())

    @router.get("/parts/turnover")
    async def rooms(request: Request) -> HTMLResponse:
        """Check-ins and check-outs of the day, after the page, which comes also where the store is away."""
        return await pages.part(request, "plot.html", shown=turnover(await house.figures.turnover()))

    @router.post("/parts/testcall")
    async def test_call(
        request: Request,
        asked: AskedTestCall,
        person: Annotated[Person, Depends(allowed(Right.ADMIN))],  # noqa: ARG001 - must be an administrator
    ) -> HTMLResponse:
        """Ring a telephone; what came of it, line by line."""
        view = await house.test_call(asked.room)
        return await pages.part(request, "test_call.html", lines=list(trial_lines(view)))


def turnover(view: View) -> Plot:
    """The rooms that were filled and emptied today, by hour."""
    hours = view["hours"]
    parts = [
        Part("check-ins", "label-0", tuple(hour["check_ins"] for hour in hours)),
        Part("check-outs", "label-3", tuple(hour["check_outs"] for hour in hours)),
    ]
    return stacked("turnover", "Rooms today, by hour", [f"{hour['hour']:02}:00" for hour in hours], parts)


def nearest(labels: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The label of which the greatest part was used lately; None where none was."""
    used = [label for label in labels if label["lately"]]
    return max(used, key=lambda label: label["lately"] / label["limit"], default=None)


def calls_by_minute(zoom: View, zone: ZoneInfo) -> Plot:
    """The calls of the last hour by label, with the limit of that label which came nearest to its own."""
    minutes = zoom["minutes"]
    limits = {f"{each['family']} {each['label']}": each["limit"] for each in zoom["labels"]}
    peaks = {name: max(minute["calls"].get(name, 0) for minute in minutes) for name in limits}
    busiest = max(limits, key=lambda name: peaks[name] / limits[name])
    labels = [f"{in_zone(datetime.fromisoformat(minute['at']), zone):%H:%M}" for minute in minutes]
    parts = [
        Part(name.lower(), f"label-{number}", tuple(minute["calls"].get(name, 0) for minute in minutes))
        for number, name in enumerate(name for name in limits if peaks[name])
    ]
    limit = limits[busiest] if peaks[busiest] else None
    return stacked("calls-by-minute", "Calls to Zoom, by minute", labels, parts, limit=limit)
