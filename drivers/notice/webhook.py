"""News to a web hook: one JSON document a request, signed, to one address and never to where that points on.

The signature is over time and body, so that nobody can forge one or send an old one again: the receiver computes
HMAC-SHA256 of ``<timestamp>.<body>`` with the shared secret and compares.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import anyio
import httpx

from reconciler.alarms.letter import Undelivered

TIMEOUT: Final = 15.0
"""Seconds for a whole request."""

TIMESTAMP: Final = "X-Housephone-Timestamp"
"""Seconds since 1970, as text; part of what is signed."""

SIGNATURE: Final = "X-Housephone-Signature"
"""``v1=`` and the signature in hexadecimal."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header says."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


class Hook:
    """Posts to one address. ``secret`` signs ("": nothing is signed); ``transport`` is the seam for tests."""

    def __init__(
        self,
        url: str,
        secret: str,
        now: Callable[[], datetime],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._host = httpx.URL(url).host
        self._secret = secret
        self._now = now
        self._transport = transport

    async def post(self, news: Mapping[str, Any]) -> None:
        """Post one document. Undelivered unless the receiver answers 2xx in time."""
        body = json.dumps(news, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[TIMESTAMP] = str(int(self._now().timestamp()))
            headers[SIGNATURE] = signature(self._secret, headers[TIMESTAMP], body)
        try:
            with anyio.fail_after(TIMEOUT):
                status = await self._status(body, headers)
        except TimeoutError as error:
            raise Undelivered(f"{self._host}: no answer within {TIMEOUT:.0f} s", _SEE) from error
        except httpx.HTTPError as error:
            raise Undelivered(f"{self._host}: {str(error) or type(error).__name__}", _SEE) from error
        if not httpx.codes.is_success(status):
            where = " (redirections are not followed)" if httpx.codes.is_redirect(status) else ""
            raise Undelivered(f"{self._host} answered {status}{where}", _SEE)

    async def _status(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer, whose body nobody reads."""
        async with (
            httpx.AsyncClient(transport=self._transport, timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", self._url, content=body, headers=dict(headers)) as answer,
        ):
            return answer.status_code


_SEE: Final = "see alerts.webhook"
