"""The driver of the guide's example works against the real reception and store, and stands in the guide as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from desired.events import CheckedIn, CheckedOut, Event, Moved, WakeupAsked
from reconciler.stays.owed import RoomStateOwed, WakeupResultOwed
from tests.examples.lobby import LobbyLink, heard
from tests.reconciler.conftest import until
from tests.reconciler.lodge import Lodge

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AT = datetime(2026, 11, 24, 6, 30)  # noqa: DTZ001 - the hotel's local time


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("IN 1207 84311 Van Dyke, Ana", CheckedIn("1207", "84311", {"last": "Van Dyke", "first": "Ana"})),
        ("OUT 1207 84311", CheckedOut("1207", "84311")),
        ("MOVE 1207 1301 84311", Moved("1301", "1207", "84311")),
        ("WAKE 1207 2026-11-24T06:30", WakeupAsked("1207", AT)),
    ],
)
def test_lines_mean_what_the_hotel_calls_it(line: str, event: Event) -> None:
    assert heard(line, "pms", NOW).events == (event,)


@pytest.mark.parametrize("line", ["IN 1207", "WAKE 1207 soon", "DANCE 1207", "OUT"])
def test_a_line_that_cannot_be_read_is_counted_and_says_nothing(line: str) -> None:
    said = heard(line, "pms", NOW)
    assert (said.events, said.anomalies) == ((), ("malformed_frame",))


@asynccontextmanager
async def talking(lodge: Lodge) -> AsyncIterator[SocketStream]:
    """The PMS's end of a connection with the link."""
    accepted, connections = anyio.create_memory_object_stream[SocketStream](1)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - a listener's, not Django's
    link = LobbyLink("pms", ("127.0.0.1", port), lodge.reception, lodge.reception.outbox, lodge.clock)
    async with accepted, connections, listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, accepted.send)
        tasks.start_soon(link.run)
        with anyio.fail_after(30):
            wire = await connections.receive()
        async with wire:
            yield wire
        tasks.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_guest_lives_through_a_stay_whatever_pieces_his_lines_come_in(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path)
    with anyio.fail_after(60):
        async with talking(lodge) as pms:
            for piece in (
                b"IN 1207 84311 Souz",
                b"a, Ana\nWAKE 1207 2026-11-24T06:30\nIN 1208 84312 Br",
                b"andvold\n",
            ):
                await pms.send(piece)
            await until(lambda: lodge.guests("1208") == ["Brandvold"])
            assert lodge.guests("1207") == ["Souza"]
            await pms.send(b"MOVE 1207 1210 84311\nOUT 1208 84312\n")
            await until(lambda: lodge.guests("1210") == ["Souza"])
            await until(lambda: not lodge.guests("1208"))
            moved = lodge.entry("1210", AT)
            assert moved is not None
            assert moved.open
    lodge.store.close()


@pytest.mark.anyio
async def test_what_is_owed_is_said_in_the_words_of_this_pms(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path)
    with anyio.fail_after(60):
        async with talking(lodge) as pms:
            await pms.send(b"IN 1207 84311 Souza, Ana\n")
            await until(lambda: lodge.guests("1207") == ["Souza"])
            await lodge.desk(owed=[RoomStateOwed("1207", "clean"), WakeupResultOwed("1207", AT, "OK")])
            lines = BufferedByteReceiveStream(pms)
            assert await lines.receive_until(b"\n", 100) == b"STATE 1207 clean occupied"
            assert await lines.receive_until(b"\n", 100) == b"WOKEN 1207 2026-11-24T06:30 OK"
            await until(lambda: lodge.store.oldest_owed("pms") is None)
    lodge.store.close()


def test_the_guide_shows_the_driver_as_it_is() -> None:
    code = (ROOT / "tests/examples/lobby.py").read_text("utf-8")
    page = (ROOT / "docs/developing.md").read_text("utf-8")
    assert f"```python\n{code}```" in page, "put tests/examples/lobby.py into docs/developing.md again"
