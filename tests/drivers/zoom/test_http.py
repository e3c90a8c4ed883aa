"""The wire: whatever a peer sends ends as an answer or as no answer."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from drivers.zoom.http import LARGEST_BODY, UNREADABLE, NoAnswer, Timeouts, Wire
from fixtures.zoom_cloud import ZoomCloud

pytestmark = pytest.mark.anyio


async def send(response: httpx.Response, timeouts: Timeouts | None = None) -> object:
    async with Wire(transport=httpx.MockTransport(lambda _: response), timeouts=timeouts) as wire:
        return (await wire.send("GET", "https://zoom.us/v2/users", headers={})).body


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"", None),
        (b" \n", None),
        (b"<html>", UNREADABLE),
        (b'{"a": NaN}', UNREADABLE),
        (b"[" * 200_000, UNREADABLE),
        (b"\xff", UNREADABLE),
        (b'{"a": ' + b"9" * 10_000 + b"}", UNREADABLE),
    ],
    ids=range(8),
)
async def test_a_body_is_json_or_unreadable(content: bytes, body: object) -> None:
    assert await send(httpx.Response(200, content=content)) == body


async def test_an_answer_that_unpacks_without_end_is_dropped() -> None:
    bomb = gzip.compress(b" " * (LARGEST_BODY + 1))
    with pytest.raises(NoAnswer) as error:
        await send(httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"}))
    assert error.value.sent


async def test_an_answer_that_cannot_be_unpacked_is_dropped() -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"no gzip"

    with pytest.raises(NoAnswer):
        await send(httpx.Response(200, stream=Broken(), headers={"Content-Encoding": "gzip"}))


async def test_an_answer_that_drips_is_given_up() -> None:
    import anyio

    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await anyio.sleep(0.01)

    with pytest.raises(NoAnswer) as error:
        await send(httpx.Response(200, stream=Drip()), Timeouts(whole=0.1))
    assert error.value.sent


@pytest.mark.parametrize("url", ["https://", "nonsense", "https://zoom.us:port/", "gopher://zoom.us"])
async def test_an_address_that_is_none_is_no_answer_and_nothing_left(url: str) -> None:
    async with Wire() as wire:
        with pytest.raises(NoAnswer) as error:
            await wire.send("GET", url, headers={})
    assert not error.value.sent


async def test_no_cookie_is_kept() -> None:
    seen = []

    def peer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "session=s3cret; Path=/"})

    async with Wire(transport=httpx.MockTransport(peer)) as wire:
        await wire.send("GET", "https://zoom.us/", headers={})
        await wire.send("GET", "https://zoom.us/", headers={})
    assert seen == [None, None]


async def test_a_peer_on_this_machine_is_never_behind_a_proxy(
    monkeypatch: pytest.MonkeyPatch, cloud: ZoomCloud
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with cloud.serve() as url, Wire() as wire:
        assert (await wire.send("GET", f"{url}/v2/users", headers={})).status == 401


async def test_the_body_of_an_answer_does_not_show_in_its_repr() -> None:
    async with Wire(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"n": "Ximena"}))
    ) as wire:
        assert "Ximena" not in repr(await wire.send("GET", "https://zoom.us/", headers={}))
