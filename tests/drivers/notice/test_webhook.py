"""News to a program elsewhere, through a real socket."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio
import pytest
from fastapi import FastAPI, Request, Response

from drivers.notice import webhook
from drivers.notice.webhook import Hook
from reconciler.alarms.letter import Undelivered
from reconciler.desk.serve import bind, serve

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
NEWS = {"version": 1, "key": "pms_down pms", "message": "Straße"}


class Receiver:
    """The hotel's own program; ``answers`` says how it answers."""

    def __init__(self, answers: Callable[[], Response]) -> None:
        self.url = ""
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self._answers = answers

    async def take(self, request: Request) -> Response:
        self.got.append((await request.body(), dict(request.headers)))
        return self._answers()


@asynccontextmanager
async def receiver(answers: Callable[[], Response] = Response) -> AsyncIterator[Receiver]:
    taker, app = Receiver(answers), FastAPI()
    app.add_api_route("/{path:path}", taker.take, methods=["GET", "POST"])
    with bind("127.0.0.1", 0) as listener:
        taker.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hotel"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            yield taker
            tasks.cancel_scope.cancel()


async def test_the_receiver_can_prove_who_sent_it_and_when() -> None:
    async with receiver() as taker:
        await Hook(taker.url, "s3cret", lambda: NOW).post(NEWS)
    ((body, headers),) = taker.got
    assert json.loads(body) == NEWS
    stamp = headers["x-housephone-timestamp"]
    assert int(stamp) == int(NOW.timestamp())
    expected = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["x-housephone-signature"] == f"v1={expected}"


async def test_without_a_secret_nothing_pretends_to_be_signed() -> None:
    async with receiver() as taker:
        await Hook(taker.url, "", lambda: NOW).post(NEWS)
    assert not [name for name in taker.got[0][1] if name.startswith("x-housephone")]


async def test_a_redirection_is_not_followed() -> None:
    elsewhere = Response(status_code=307, headers={"location": "/elsewhere"})
    async with receiver(lambda: elsewhere) as taker:
        with pytest.raises(Undelivered, match=r"answered 307 \(redirections are not followed\)"):
            await Hook(taker.url, "", lambda: NOW).post(NEWS)
    assert len(taker.got) == 1


async def test_a_receiver_in_trouble_has_not_got_it() -> None:
    async with receiver(lambda: Response(status_code=503)) as taker:
        with pytest.raises(Undelivered, match="answered 503"):
            await Hook(taker.url, "", lambda: NOW).post(NEWS)


async def test_a_receiver_that_is_away_has_not_got_it() -> None:
    with bind("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(Undelivered, match=r"127\.0\.0\.1"):
        await Hook(url, "", lambda: NOW).post(NEWS)


async def test_a_receiver_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    with bind("127.0.0.1", 0) as silent:
        silent.listen()
        with pytest.raises(Undelivered):
            await Hook(f"http://127.0.0.1:{silent.getsockname()[1]}/", "", lambda: NOW).post(NEWS)
