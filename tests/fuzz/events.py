"""Zoom's events, by web hook and over a WebSocket: each is counted, and the next good one is heard."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Final

import anyio
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.events.hook import LARGEST, SIGNATURE, TIMESTAMP, WebHook, signature
from drivers.zoom.events.intake import Fate, Intake
from drivers.zoom.events.meaning import Meaning, SignedIn
from drivers.zoom.events.stream import EventStream, Subscription
from fixtures.zoom_cloud import ZoomCloud
from tests.drivers.zoom.conftest import NOON, HandClock, OpenGate
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.portal import waited_for
from tests.fuzz.target import Take, Target
from tests.reconciler.conftest import FastClock, until

SECRET: Final = "harbour-view-event-secret"
WITHIN: Final = 20.0
"""Seconds within which the good event must be heard."""


def event(name: str, /, **subject: Any) -> dict[str, Any]:
    """An event as Zoom sends it."""
    return {"event": name, "event_ts": 1, "payload": {"account_id": "A", "object": subject}}


EVENTS: Final = (
    event("user.updated", id="u1", first_name="Ana", last_name="Souza", display_name="Ana Souza", dept="x"),
    event("user.presence_status_updated", id="u1", presence_status="Do_Not_Disturb"),
    event("user.signed_in", id="u1", client_type="desk phone"),
    event("user.deleted", id="u1"),
    event("phone.device_registration", device_id="d1", device_name="Room 1201"),
    event("phone.voicemail_received", callee_number="1201", callee_number_type=1),
    event("phone.voicemail_deleted", voice_mails=[{"id": "m1"}, {"id": "m2"}]),
    event("phone.emergency_alert", call_id="c", deliver_to="PSAP", caller={"extension_number": 1201},
          callee={"phone_number": "911"}),
    {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}},
)  # fmt: skip
FRAMES: Final = (
    *({"module": "message", "content": json.dumps(each)} for each in EVENTS),
    {"module": "message", "content": EVENTS[0]},
    {"module": "build_connection", "success": True, "content": ""},
    {"module": "heartbeat", "success": True},
)
WORDS: Final = (b'"event"', b'"payload"', b'"object"', b'"module"', b'"content"', b"\\ud83d", b"[" * 1500)

make_event = either(
    json_of(EVENTS), json_of(EVENTS), bytes_of([json.dumps(each).encode() for each in EVENTS], WORDS)
)
make_frame = either(
    json_of(FRAMES), json_of(FRAMES), bytes_of([json.dumps(each).encode() for each in FRAMES], WORDS)
)


@contextmanager
def open_hook() -> Iterator[Take]:
    """A web hook whose requests are signed as they should be, and one that nobody has signed."""
    clock, heard = HandClock(), list[Meaning]()

    def hear(meaning: Meaning) -> Fate:
        heard.append(meaning)
        return "taken"

    hook = WebHook(SECRET, Intake(clock, hear), clock)
    moment = str(int(NOON.timestamp()))
    told = 0

    def take(data: bytes) -> None:
        nonlocal told
        told += 1
        signed = {SIGNATURE: signature(SECRET, moment, data), TIMESTAMP: moment}
        assert hook.answer(signed, data).status in {200, 204, 400}
        claimed = data[:100].decode("latin-1")
        for headers in ({}, {SIGNATURE: claimed, TIMESTAMP: moment}, {**signed, TIMESTAMP: claimed}):
            assert hook.answer(headers, data).status == 401
        good = json.dumps(event("user.signed_in", id=f"good {told}")).encode()
        assert (
            hook.answer({SIGNATURE: signature(SECRET, moment, good), TIMESTAMP: moment}, good).status == 204
        )
        assert heard[-1] == SignedIn(f"good {told}")
        heard.clear()

    yield take


@asynccontextmanager
async def opened_socket() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """A Zoom that says anything over its WebSocket, to the stream that listens in hotels."""
    clock = FastClock()
    cloud = ZoomCloud("business", clock=clock)
    connected: list[ServerConnection] = []
    heard: set[str] = set()

    def hear(meaning: Meaning) -> Fate:
        heard.update({meaning.id} if isinstance(meaning, SignedIn) else ())
        return "taken"

    async def serve_one(connection: ServerConnection) -> None:
        connected.append(connection)
        await connection.wait_closed()
        connected.remove(connection)

    async with cloud.serve() as url, serve(serve_one, "127.0.0.1", 0, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        account = Account(cloud.account_id, cloud.client_id, cloud.client_secret, url)
        async with ZoomDriver(account, OpenGate(), clock) as driver, anyio.create_task_group() as tasks:
            stream = EventStream(
                Subscription(f"ws://127.0.0.1:{port}/ws", "s"), driver.event_tokens, Intake(clock, hear), clock,
                lambda: None, lambda: 0.0,
            )  # fmt: skip
            tasks.start_soon(stream.run)
            yield partial(_told, connected, heard)
            tasks.cancel_scope.cancel()


async def _told(connected: list[ServerConnection], heard: set[str], data: bytes) -> None:
    """Say this, and then something good until it is heard: what is said may have ended the connection."""
    await until(lambda: connected, within=WITHIN)
    await _say(connected, data)
    name = f"good {len(heard)}"
    with anyio.fail_after(WITHIN):
        while name not in heard:
            await _say(
                connected, json.dumps({"module": "message", "content": event("user.signed_in", id=name)})
            )
            with anyio.move_on_after(0.2):
                await until(lambda: name in heard)


async def _say(connected: list[ServerConnection], message: bytes | str) -> None:
    """As text where it is text, else as bytes; who is gone hears nothing."""
    try:
        text: bytes | str = message if isinstance(message, str) else message.decode()
    except UnicodeDecodeError:
        text = message
    for connection in tuple(connected):
        with suppress(ConnectionClosed):
            await connection.send(text[:LARGEST])


HOOK: Final = Target("web-hook", make_event, open_hook)
SOCKET: Final = Target("web-socket", make_frame, partial(waited_for, opened_socket), examples=5_000, few=20)
