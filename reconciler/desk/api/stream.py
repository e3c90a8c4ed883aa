"""``/events``: says what has changed as soon as it has, so that nobody has to ask again and again.

An event holds no guest's name, only where to look: ``{"topics": ["rooms"], "rooms": ["1207"]}``. Its id is the word
with which a browser comes back after a break, and is told then of all that it missed.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from reconciler.desk.access import Right, allowed, still
from reconciler.desk.errors import RESPONSES
from reconciler.desk.house import House

STILL_EVERY = 20.0
"""Seconds after which somebody who hears no news is looked at again: he may have signed out."""


class Happened(BaseModel):
    """Where to look again."""

    topics: tuple[str, ...]
    rooms: tuple[str, ...]


def stream_routes(house: House) -> APIRouter:
    """One route: the stream."""
    router = APIRouter(dependencies=[Depends(allowed(Right.LOOK))], responses=RESPONSES)

    @router.get("/events", response_class=EventSourceResponse)
    async def events(
        request: Request, last_event_id: Annotated[str | None, Header()] = None, since: str | None = None
    ) -> AsyncIterable[ServerSentEvent]:
        """Server-sent events; ``since`` (or Last-Event-ID) is the id of the last one seen."""
        mark = last_event_id or since or house.news.mark
        yield ServerSentEvent(retry=1000, comment="housephone")
        with house.board.watched():
            while still(request) and not house.news.closed:
                with anyio.move_on_after(STILL_EVERY):
                    news = await house.news.after(mark)
                    if not news.topics:
                        continue
                    mark = news.mark
                    happened = Happened(topics=news.topics, rooms=news.rooms)
                    yield ServerSentEvent(event="changed", data=happened, id=mark)

    return router
