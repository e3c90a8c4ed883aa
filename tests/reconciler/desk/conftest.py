"""The desk of a hotel at work: its real application before the real controller, behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import pytest

from reconciler.app.callout import follow_alarms
from reconciler.app.deskside import DeskSide
from reconciler.app.doors import Doors
from reconciler.desk.access import StoreBooks
from reconciler.desk.app import desk_app
from reconciler.desk.serve import bind, serve
from tests.reconciler.conftest import Inn, Running


@dataclass(frozen=True)
class Lobby:
    """A desk that answers at ``url``."""

    inn: Inn
    running: Running
    desk: DeskSide
    url: str
    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """A program asks for JSON."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, path: str) -> str:
        """A person looks at a page."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def ask(self, verb: str, **said: Any) -> str:
        """Somebody asks for something, and it is done; the sentence in which he hears so."""
        answer = await self.client.post(f"/api/{verb}", json=said)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["said"])

    async def refused(self, verb: str, **said: Any) -> tuple[int, dict[str, Any]]:
        """The same where the desk says no: the status, and why."""
        answer = await self.client.post(f"/api/{verb}", json=said)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]


@asynccontextmanager
async def at_work(inn: Inn, *, shadow: bool = False) -> AsyncIterator[Lobby]:
    """The hotel at work, with its desk open."""
    async with inn.controller(shadow=shadow) as running, open_desk(inn, running) as lobby:
        yield lobby


@asynccontextmanager
async def open_desk(inn: Inn, running: Running, port: int = 0) -> AsyncIterator[Lobby]:
    """The desk of a hotel that is at work already, at this port or at any."""
    room = running.room
    desk = DeskSide(Doors(room, running.controller, running.office, room.shop.clock.now(), debug=False))
    books = StoreBooks(room.shop.memory)
    app = desk_app(desk, running.controller, room.gate, room.settings.desk, books, room.shop.clock)
    listener = bind("127.0.0.1", port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with anyio.create_task_group() as tasks, httpx.AsyncClient(base_url=url, timeout=10) as client:
        tasks.start_soon(serve, app, listener)
        tasks.start_soon(desk.run)
        tasks.start_soon(follow_alarms, room, running.controller, running.office)
        yield Lobby(inn, running, desk, url, client)
        tasks.cancel_scope.cancel()


@pytest.fixture
async def lobby(inn: Inn) -> AsyncIterator[Lobby]:
    async with at_work(inn) as lobby:
        yield lobby
