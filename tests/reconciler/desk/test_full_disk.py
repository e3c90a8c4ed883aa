"""The desk while the store cannot be used: whoever asks is answered, and is not kept waiting until it can."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.store.errors import StoreUnavailable
from reconciler.store.session import Session
from tests.reconciler.desk.conftest import Lobby

pytestmark = pytest.mark.anyio


class Disk:
    """The disk under the store, which may be full, or out of reach altogether."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._refused: frozenset[str] = frozenset()
        for way in ("_reading", "_writing"):
            monkeypatch.setattr(Session, way, self._unless_refused(way, getattr(Session, way)))

    def full(self) -> None:
        self._refused = frozenset({"_writing"})

    def away(self) -> None:
        self._refused = frozenset({"_reading", "_writing"})

    def back(self) -> None:
        self._refused = frozenset()

    def _unless_refused(self, way: str, really: Any) -> Any:
        @contextmanager
        def guarded(session: Session, *args: Any, **how: Any) -> Iterator[Any]:
            if way in self._refused:
                raise StoreUnavailable("the store", "disk I/O error")
            with really(session, *args, **how) as connection:
                yield connection

        return guarded


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


ORDERS: dict[str, dict[str, Any]] = {
    "pause": {"room": "1001", "reason": "engineer at work"},
    "resume": {"room": "1002"},
    "debug": {"on": True},
}


async def test_orders_are_refused_while_the_disk_is_full_and_taken_when_there_is_room_again(
    lobby: Lobby, disk: Disk
) -> None:
    await lobby.ask("pause", room="1002", reason="painter at work")
    disk.full()
    for verb, said in ORDERS.items():
        status, error = await lobby.refused(verb, **said)
        assert (status, error["code"]) == (503, "store_unavailable"), verb
    assert "1001" in await lobby.page("/rooms/1001")
    disk.back()
    for verb, said in ORDERS.items():
        await lobby.ask(verb, **said)
    paused = {room["room"] for room in (await lobby.get("/api/rooms"))["rooms"] if room["paused"]}
    assert paused == {"1001"}


async def test_what_only_the_store_knows_is_not_waited_for_and_all_else_is_shown(
    lobby: Lobby, disk: Disk
) -> None:
    disk.away()
    for path in ("/api/history", "/rooms/1001", "/parts/rooms/1001", "/api/rooms/1001/explain"):
        answer = await lobby.client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable"), path
    assert "1001" in await lobby.page("/")
    assert len((await lobby.get("/api/rooms"))["rooms"]) == 12
    disk.back()
    assert "1001" in await lobby.page("/rooms/1001")
