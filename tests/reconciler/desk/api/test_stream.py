"""Events say where to look again, at once, and after a break all that was missed; they name no guest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from reconciler.desk.news import Topic
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.conftest import Lobby

pytestmark = pytest.mark.anyio


class Listener:
    """Somebody who hears events."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.raw = ""
        self.last = ""

    def rooms(self) -> set[str]:
        return {room for event in self.heard for room in event["rooms"]}

    def take(self, line: str) -> None:
        self.raw += f"{line}\n"
        name, _, value = line.partition(": ")
        if name == "id":
            self.last = value
        if name == "data":
            self.heard.append(json.loads(value))


@asynccontextmanager
async def listening(lobby: Lobby, **headers: str) -> AsyncIterator[Listener]:
    listener = Listener()
    async with (
        lobby.client.stream("GET", "/events", headers=headers) as answer,
        anyio.create_task_group() as tasks,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")

        async def listen() -> None:
            async for line in answer.aiter_lines():
                listener.take(line)

        tasks.start_soon(listen)
        await until(lambda: listener.raw)
        yield listener
        tasks.cancel_scope.cancel()


async def test_a_check_in_is_heard_of_within_a_moment(inn: Inn, lobby: Lobby) -> None:
    async with listening(lobby) as listener:
        await lobby.desk.board.cards()
        await lobby.ask("checkin", room="1001", first="Ana", last="Souza")
        await until(lambda: "1001" in listener.rooms(), within=1.0)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
    assert "Souza" not in listener.raw


async def test_a_document_that_is_dropped_in_is_heard_of(inn: Inn, lobby: Lobby) -> None:
    await lobby.desk.board.cards()
    async with listening(lobby) as listener:
        inn.guest("1002", "Idris", "Oyelaran")
        await until(lambda: "1002" in listener.rooms())


async def test_after_a_break_all_is_told_that_was_missed(lobby: Lobby) -> None:
    async with listening(lobby) as listener:
        await lobby.ask("checkin", room="1001", last="Souza")
        await until(lambda: "1001" in listener.rooms())
    await lobby.ask("checkin", room="1002", last="Oyelaran")
    await lobby.ask("wakeup/add", room="1003", time="0630")
    await lobby.desk.board.cards()

    async with listening(lobby, **{"Last-Event-ID": listener.last}) as again:
        await until(lambda: {"1002", "1003"} <= again.rooms())
        assert "wakeups" in {topic for event in again.heard for topic in event["topics"]}


async def test_who_comes_back_after_a_restart_is_told_to_look_at_everything(lobby: Lobby) -> None:
    await lobby.desk.board.cards()
    async with listening(lobby, **{"Last-Event-ID": "of-another-life.7"}) as listener:
        await until(lambda: len(listener.rooms()) == 12)
        assert set(listener.heard[0]["topics"]) == set(Topic)
