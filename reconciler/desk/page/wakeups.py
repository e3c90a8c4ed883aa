"""The wake-up calls: what somebody must see to first, then today, tomorrow and later, then how the last ones went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from reconciler.desk.access import Person, Right, allowed
from reconciler.desk.api.asked import Asked, AskedWakeup
from reconciler.desk.api.orders import carry_out
from reconciler.desk.api.shapes import Said
from reconciler.desk.board import Card
from reconciler.desk.errors import refused
from reconciler.desk.house import House, View
from reconciler.desk.page.plots import Part, Plot, short, stacked
from reconciler.desk.page.render import Pages

_ROOM_AND_TIME: Final = re.compile(r"\s*(?P<room>[^\s,;]+)[\s,;]+(?P<time>\S.*?)\s*")

RESULTS: Final = {"ok": "awake", "no_answer": "no answer", "busy": "busy", "unreachable": "not reached"}
"""How calls end, as people read it."""

STATES: Final = {"pending": "to come", "ringing": "ringing", **RESULTS, "cancelled": "cancelled"}
"""How they stand."""

Call = Mapping[str, Any]


class AskedQuickly(Asked):
    """A wake-up call as a clerk types it."""

    text: Annotated[str, Field(max_length=100)] = Field(description="Room and time: 1207 630, PH1 0630.")


def wakeup_pages(router: APIRouter, house: House, pages: Pages) -> None:
    """The page, its live part, and the field that sets a call with a few keys."""

    async def values() -> View:
        book = house.wakeup_book()
        rooms = {call["room"] for part in ("failed", "dropped", "coming", "ended") for call in book[part]}
        return {
            "book": book,
            "days": days(book["coming"], house.now().astimezone(house.zone).date()),
            "overbooked": {each["minute"]: each["message"] for each in book["overbooked"]},
            "guests": guests(await house.board.some(rooms)),
            "result": STATES,
        }

    @router.get("/wakeups")
    async def wakeups(request: Request) -> HTMLResponse:
        """All wake-up calls."""
        return await pages.page(request, "wakeups.html", **await values())

    @router.get("/parts/wakeups")
    async def part(request: Request) -> HTMLResponse:
        """The lists, to be fetched again."""
        return await pages.part(request, "wakeup_lists.html", **await values())

    @router.get("/parts/results")
    async def results(request: Request) -> HTMLResponse:
        """How the calls of the last days ended; it takes a moment, so it comes after the page."""
        return await pages.part(request, "plot.html", shown=by_result(await house.figures.wakeups_by_day()))

    @router.post("/wakeups/quick")
    async def quick(
        request: Request, asked: AskedQuickly, person: Annotated[Person, Depends(allowed(Right.DESK))]
    ) -> Said:
        """Set a call by its room and time in one line."""
        wanted = room_and_time(asked.text, house.rooms())
        request.path_params["room"] = wanted.room  # whoever notes who did what looks for it there
        return await carry_out(house, person, lambda: wanted.set(house.now().astimezone(house.zone)))


def room_and_time(text: str, rooms: Sequence[str]) -> AskedWakeup:
    """What ``1207 630`` asks for; a room's name may be written in small letters. Refused where it is unclear."""
    found = _ROOM_AND_TIME.fullmatch(text)
    if found is None:
        raise refused(422, "bad_request", f'"{text.strip()}": expected a room and a time, such as 1207 630')
    named = {room.casefold(): room for room in rooms}
    room = named.get(found["room"].casefold())
    if room is None:
        raise refused(
            404, "unknown_room", f"there is no room {found['room']}", "type the room first, then the time"
        )
    return AskedWakeup(room=room, time=found["time"])


def days(calls: Sequence[Call], today: date) -> list[tuple[str, list[tuple[str, list[Call]]]]]:
    """Calls in the order of their time, by day and by minute: ``Today``, ``Tomorrow``, ``Friday 27 November``."""

    def day(call: Call) -> date:
        return datetime.fromisoformat(call["at"]).date()

    def minute(call: Call) -> str:
        return datetime.fromisoformat(call["at"]).replace(second=0, microsecond=0).isoformat()

    return [
        (_named(one, today), [(at, list(some)) for at, some in groupby(each, minute)])
        for one, each in groupby(calls, day)
    ]


def by_result(view: View) -> Plot:
    """How the calls of each of the last days ended."""
    days = view["days"]
    parts = [Part(name, result, tuple(day[result] for day in days)) for result, name in RESULTS.items()]
    return stacked("results", "Wake-up calls, by day", [short(day["day"]) for day in days], parts)


def guests(cards: Mapping[str, Card | None]) -> dict[str, Card]:
    """Who is in these rooms, as far as the board shows it."""
    return {room: card for room, card in cards.items() if card is not None}


def _named(day: date, today: date) -> str:
    names = {today: "Today", today + timedelta(days=1): "Tomorrow"}
    return f"{names[day]}, {day:%A}" if day in names else f"{day:%A} {day.day} {day:%B}"
