"""The page's addresses. Parts of pages stand under ``/parts``: scripts fetch them again when something changes."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.staticfiles import PathLike
from starlette.types import Scope

from reconciler.desk.access import Right, allowed
from reconciler.desk.api.look import no_such_room
from reconciler.desk.board import Card
from reconciler.desk.house import House, View
from reconciler.desk.ourfiles import STATIC, fingerprint
from reconciler.desk.page.audits import audit_pages
from reconciler.desk.page.doctor import doctor_pages
from reconciler.desk.page.guide import guide_pages
from reconciler.desk.page.links import link_pages
from reconciler.desk.page.log import log_pages
from reconciler.desk.page.render import Pages, legs
from reconciler.desk.page.report import report_pages
from reconciler.desk.page.wakeups import STATES, wakeup_pages

CHOICES: Final = (
    ("all", "All"), ("occupied", "Occupied"), ("vacant", "Vacant"), ("wakeup", "Wake-up"), ("message", "Messages"),
    ("dnd", "Do not disturb"), ("pending", "On the way"), ("problem", "See to"), ("paused", "Paused"),
)  # fmt: skip
"""The filters of the board."""

LAST_CHANGES: Final = 20

FOR_EVER: Final = "public, max-age=31536000, immutable"


def page_routes(house: House) -> APIRouter:
    """All pages and their parts."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allowed(Right.LOOK))])
    pages = Pages(house)
    _board(router, house, pages)
    _room(router, house, pages)
    _head(router, house, pages)
    wakeup_pages(router, house, pages)
    audit_pages(router, house, pages)
    link_pages(router, house, pages)
    log_pages(router, house, pages)
    report_pages(router, house, pages)
    doctor_pages(router, house, pages)
    guide_pages(router, pages)
    return router


def _board(router: APIRouter, house: House, pages: Pages) -> None:
    @router.get("/")
    async def board(request: Request) -> HTMLResponse:
        """All rooms at a glance."""
        mark, cards = house.news.mark, await house.board.cards()
        return await pages.page(request, "board.html", mark=mark, floors=floors(cards), choices=CHOICES)

    @router.get("/parts/cards")
    async def cards(request: Request, since: str) -> HTMLResponse:
        """The cards that have changed since; all there are for who has seen none of this start."""
        news, whole = house.news.since(since), not house.news.knows(since)
        every = [card.room for card in await house.board.cards()] if whole else news.rooms
        some = await house.board.some(every)
        return await pages.part(request, "cards.html", mark=news.mark, whole=whole, cards=some)


def _room(router: APIRouter, house: House, pages: Pages) -> None:
    async def known(room: str) -> View:
        if room not in house.rooms():
            raise no_such_room(room)
        history = await house.figures.history(room, None, LAST_CHANGES)
        return {
            "room": (await house.show((room,)))["rooms"][0],
            "explained": await house.explain(room),
            "history": history["history"],
            "result": STATES,
        }

    @router.get("/rooms/{room}")
    async def room_page(request: Request, room: str) -> HTMLResponse:
        """A room with all that is known of it, and what the desk may do."""
        return await pages.page(request, "room.html", **await known(room))

    @router.get("/parts/rooms/{room}")
    async def room_part(request: Request, room: str) -> HTMLResponse:
        """The same for the drawer."""
        return await pages.part(request, "drawer.html", **await known(room))


def _head(router: APIRouter, house: House, pages: Pages) -> None:
    @router.get("/parts/lights")
    async def lights() -> HTMLResponse:
        """The lights of the head."""
        return await pages.macro("lights", legs(house.standing()))

    @router.get("/parts/alerts")
    async def alerts(request: Request) -> HTMLResponse:
        """What somebody must see to."""
        return await pages.part(request, "alerts.html", **pages.alerts())


def floors(cards: list[Card]) -> list[tuple[str, list[Card]]]:
    """The cards by floor, in the order of the house."""
    return [(floor, list(some)) for floor, some in groupby(cards, key=lambda card: card.floor)]


class Static(StaticFiles):
    """Scripts, styles and icons. What is asked for by an address that changes with it may be kept.

    Scripts ask for one another by plain names: a browser asks each time whether these are still the same.
    """

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, to be kept for a year or to be asked for again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        for_ever = scope["query_string"].decode("latin-1") == fingerprint(Path(full_path).name)
        response.headers["Cache-Control"] = FOR_EVER if for_ever else "no-cache"
        return response


def static_files() -> Static:
    """What is served under ``/static``."""
    return Static(directory=STATIC)
