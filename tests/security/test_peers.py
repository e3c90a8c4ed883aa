"""Peers are who they say they are, and files are those that were meant."""

import re
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.streams.tls import TLSListener
from fastapi import FastAPI

from drivers.notice.webhook import Hook
from drivers.zoom.http import NoAnswer, Wire
from reconciler.alarms.letter import Undelivered
from reconciler.desk.page.routes import static_files
from reconciler.desk.serve import bind, serve
from tests.conformance.telephones.peers import write_certificates

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
OUR_OWN_DOOR = "reconciler/control.py"
"""The command line reaches the controller over plain HTTP on loopback: there is no certificate to look at."""


class Pretender:
    """A server with a certificate that no authority of the machine stands for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard = b""

    async def serve(self, listener: TLSListener) -> None:
        async def listen(stream: anyio.abc.ByteStream) -> None:
            self.heard += await stream.receive()

        await listener.serve(listen)


@pytest.fixture
async def pretender(tmp_path: Path) -> AsyncIterator[Pretender]:
    write_certificates(tmp_path, addresses=[HOST])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "pbx.pem", tmp_path / "pbx.key")
    plain = await anyio.create_tcp_listener(local_host=HOST)
    port = plain.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - of anyio, not of a database
    pretender = Pretender(port)
    async with (
        TLSListener(plain, context, standard_compatible=False) as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(pretender.serve, listener)
        yield pretender
        tasks.cancel_scope.cancel()


async def test_a_server_that_only_says_it_is_zoom_hears_no_token(pretender: Pretender) -> None:
    async with Wire() as wire:
        with pytest.raises(NoAnswer) as refused:
            await wire.send(
                "GET", f"https://{HOST}:{pretender.port}/v2/users", headers={"Authorization": "Bearer t"}
            )
    assert refused.value.reason == "ConnectError"
    assert pretender.heard == b""


async def test_a_server_that_only_says_it_is_the_hotels_hears_no_alarm(pretender: Pretender) -> None:
    hook = Hook(f"https://{HOST}:{pretender.port}/alarms", "secret", lambda: datetime.now(UTC))
    with pytest.raises(Undelivered):
        await hook.post({"kind": "alarm"})
    assert pretender.heard == b""


_SWITCH = re.compile(r"\bverify\s*=|verify_mode|check_hostname|CERT_NONE|_create_unverified")
"""Whatever may turn the check of a certificate off."""


def test_nothing_switches_the_check_of_certificates_off() -> None:
    modules = [
        path
        for folder in ("drivers", "reconciler", "desired", "observed")
        for path in (ROOT / folder).rglob("*.py")
    ]
    found = {
        str(path.relative_to(ROOT)) for path in modules if _SWITCH.search(path.read_text(encoding="utf-8"))
    }
    assert found == {OUR_OWN_DOOR}


@pytest.mark.parametrize(
    "way",
    [
        "/static/../templates/board.html", "/static/..%2ftemplates%2fboard.html", "/static/%2e%2e/routes.py",
        "/static//etc/passwd", "/static/....//routes.py", "/static/..%5croutes.py", "/static/desk.js%00.py",
        "/static/%252e%252e/routes.py",
    ],
)  # fmt: skip
async def test_no_way_of_writing_leads_out_of_our_own_files(way: str) -> None:
    """Asked over a real socket, because a client would tidy the address up."""
    app = FastAPI()
    app.mount("/static", static_files())
    listener = bind(HOST, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve, app, listener)
        async with httpx.AsyncClient(
            trust_env=False, base_url=f"http://{HOST}:{listener.getsockname()[1]}"
        ) as client:
            assert (await client.get("/static/desk.js")).status_code == httpx.codes.OK
        async with await anyio.connect_tcp(HOST, listener.getsockname()[1]) as stream:
            await stream.send(f"GET {way} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            answer = await stream.receive()
        tasks.cancel_scope.cancel()
    assert answer.split()[1] in {b"404", b"400"}
