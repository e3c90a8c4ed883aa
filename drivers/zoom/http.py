"""One request to Zoom over HTTP, and a defensive reading of what comes back.

The only module of the product that imports httpx, so that its maintained continuation can replace it in one
place. It knows nothing about Zoom: no retries, no redirects, no limits. Whatever a peer sends (an endless
body, another content type, JSON of absurd depth) ends as an Answer or a NoAnswer, never as another exception.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Self

import anyio
import httpx

LARGEST_BODY: Final = 16 * 1024 * 1024
"""Bytes of an answer, unpacked; a page of 300 users is far below one megabyte."""

UNPACKED: Final = frozenset({"", "identity", "gzip"})
"""What we say that we take. Packed twice, a few kilobytes are gigabytes before anybody can count them."""

# Their own lines would repeat ours and know nothing of masking.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Unreadable(Enum):
    """The type of UNREADABLE: a body that is no JSON, as against a missing one (None)."""

    UNREADABLE = "unreadable"


UNREADABLE: Final = Unreadable.UNREADABLE


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Header names are in lower case; the body is kept out of ``repr`` because it names guests.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)


class NoAnswer(Exception):
    """No whole answer came. ``sent`` tells whether the peer may have acted on the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for the whole exchange."""

    connect: float = 5.0
    silence: float = 20.0
    whole: float = 60.0


class Wire:
    """A pool of connections. ``transport`` is the seam for tests."""

    def __init__(
        self, *, timeouts: Timeouts | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(self._timeouts.silence, connect=self._timeouts.connect, pool=None),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=20.0),
            follow_redirects=False,
            # Only gzip: its expansion is bounded by the size of a piece, which other codings' is not.
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "housephone"},
            # A bearer is all that a call needs; a cookie would be a second secret to look after.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # A peer on this machine (the demo, tests) is never behind the proxy of the environment.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, read one answer. Raises NoAnswer."""
        try:
            with anyio.fail_after(self._timeouts.whole):
                request = self._client.build_request(
                    method, url, headers=dict(headers), params=query, json=body, data=form
                )
                response = await self._client.send(request, stream=True)
                try:
                    return Answer(
                        response.status_code,
                        {name.lower(): value for name, value in response.headers.items()},
                        _parsed(await _read(response)),
                    )
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise NoAnswer(type(error).__name__, sent=False) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise NoAnswer(type(error).__name__, sent=False) from None
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            # Their text may quote what was sent or received, so only the kind of failure is passed on.
            raise NoAnswer(type(error).__name__, sent=True) from None


async def _read(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "").strip().lower() not in UNPACKED:
        raise NoAnswer("AnswerPackedOddly", sent=True)
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > LARGEST_BODY:
            raise NoAnswer("AnswerTooLarge", sent=True)
        pieces.append(piece)
    return b"".join(pieces)


def _parsed(content: bytes) -> Any:
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return UNREADABLE


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
