"""Zoom's events over a WebSocket, from a simulated Zoom on a real socket."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from websockets.asyncio.server import ServerConnection, serve

from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.events.intake import Fate, Intake
from drivers.zoom.events.meaning import Meaning, NamesChanged
from drivers.zoom.events.stream import EventStream, Subscription
from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.socket import Socket
from tests.conformance.telephones.peers import write_certificates
from tests.drivers.zoom.conftest import OpenGate
from tests.reconciler.conftest import FastClock, until

pytestmark = pytest.mark.anyio


@dataclass
class Listener:
    """A stream, and what came of it."""

    cloud: ZoomCloud
    socket: Socket
    stream: EventStream
    intake: Intake
    clock: FastClock
    heard: list[Meaning]
    gaps: list[str | None]

    async def connected(self, times: int = 1) -> None:
        await until(lambda: len(self.gaps) == times)
        assert self.stream.problem is None


@pytest.fixture
async def socket() -> AsyncIterator[Socket]:
    clock = FastClock()
    cloud = ZoomCloud("business", clock=clock)
    cloud.add_user(1207)
    async with cloud.socket() as socket:
        yield socket


@pytest.fixture
async def listener(socket: Socket) -> AsyncIterator[Listener]:
    cloud = socket.cloud
    clock = cloud.clock
    assert isinstance(clock, FastClock)
    heard: list[Meaning] = []
    gaps: list[str | None] = []

    def hear(meaning: Meaning) -> Fate:
        heard.append(meaning)
        return "taken"

    intake = Intake(clock, hear)
    async with cloud.serve() as url:
        account = Account(cloud.account_id, cloud.client_id, cloud.client_secret, url)
        async with ZoomDriver(account, OpenGate(), clock) as driver:
            stream = EventStream(
                Subscription(socket.url, socket.subscription), driver.event_tokens, intake, clock,
                lambda: gaps.append(stream.problem), lambda: 0.0,
            )  # fmt: skip
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stream.run)
                yield Listener(cloud, socket, stream, intake, clock, heard, gaps)
                tasks.cancel_scope.cancel()
    assert cloud.violations == []


async def test_an_event_is_heard_once_it_happens(listener: Listener) -> None:
    await listener.connected()
    user = listener.cloud.edit_user(1207, display_name="Typed by hand")
    await until(lambda: listener.heard)
    assert listener.heard == [NamesChanged(user.id, {"display_name": "Typed by hand"})]


async def test_signs_of_life_keep_the_connection(listener: Listener) -> None:
    await listener.connected()
    for beat in range(1, 6):
        listener.clock.advance(seconds=30)
        await until(lambda: listener.socket.heartbeats >= beat)  # noqa: B023 - waited for at once
    assert listener.socket.connected == 1
    assert listener.stream.problem is None


async def test_a_zoom_that_falls_silent_is_left_and_called_again(listener: Listener) -> None:
    await listener.connected()
    listener.socket.mute = True
    await until(lambda: listener.stream.problem == "Zoom has fallen silent")
    listener.socket.mute = False
    await until(lambda: listener.stream.problem is None)


async def test_a_lost_connection_is_made_again_and_the_gap_is_told(listener: Listener) -> None:
    await listener.connected()
    await listener.socket.drop()
    listener.cloud.edit_user(1207, display_name="Told to nobody")
    await listener.connected(2)
    assert listener.heard == []


async def test_the_token_is_replaced_before_it_ends(listener: Listener) -> None:
    await listener.connected()
    listener.clock.advance(minutes=56)
    await listener.connected(2)
    tokens = [call for call in listener.cloud.calls if call.path == "/oauth/token"]
    assert len(tokens) == 2


async def test_where_the_accounts_token_is_not_taken_the_apps_own_is(listener: Listener) -> None:
    listener.socket.takes = {"client_credentials"}
    await listener.connected()
    assert (listener.socket.connected, listener.socket.refused) == (1, 1)


async def test_a_subscription_that_does_not_exist_is_asked_for_less_and_less_often(
    listener: Listener,
) -> None:
    listener.socket.subscription = "another"
    await until(lambda: listener.stream.problem not in {None, "not connected yet"})
    assert listener.stream.problem == "Zoom does not take the token for this event subscription"
    await listener.clock.sleep(120)
    assert listener.socket.refused <= 8


async def test_credentials_that_zoom_refuses_are_shown(listener: Listener) -> None:
    await listener.connected()
    listener.cloud.client_secret = "changed"
    listener.clock.advance(minutes=56)
    await until(lambda: "the client secret is wrong" in str(listener.stream.problem))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xfe", "[" * 100_000, "{}", '{"module": 7}', '{"module": "message"}',
        '{"module": "message", "content": "\\ud800"}', '{"module": "message", "content": {"event": []}}',
        '{"module": "message", "content": "[]"}', '{"module": "later", "content": "{}"}', "",
    ],
)  # fmt: skip
async def test_nonsense_changes_nothing(listener: Listener, nonsense: str | bytes) -> None:
    await listener.connected()
    listener.socket.say(nonsense)
    listener.cloud.edit_user(1207, display_name="Typed by hand")
    await until(lambda: listener.heard)
    assert listener.socket.connected == 1


async def test_a_huge_message_ends_the_connection_and_not_the_program(listener: Listener) -> None:
    await listener.connected()
    listener.socket.say('{"module": "message", "content": "' + "x" * 300_000 + '"}')
    await listener.connected(2)


async def test_no_log_shows_the_token(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await listener.connected()
    await listener.socket.drop()
    await listener.connected(2)
    tokens = list(listener.cloud.access_tokens._tokens)
    assert tokens
    ours = [each.getMessage() for each in caplog.records if each.name != "websockets.server"]
    assert ours
    assert not [line for line in ours if any(token in line for token in tokens)]


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(connection: ServerConnection) -> None:
        await connection.send('{"module": "build_connection", "success": true}')
        await connection.wait_closed()

    await listener.connected()
    write_certificates(tmp_path, addresses=["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pbx.pem", tmp_path / "pbx.key")
    async with serve(greet, "127.0.0.1", 0, ssl=context) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        listener.stream._subscription = Subscription(f"wss://127.0.0.1:{port}/ws", "sub")
        await listener.socket.drop()
        await until(lambda: "SSLCertVerificationError" in str(listener.stream.problem))

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        await listener.connected(2)
