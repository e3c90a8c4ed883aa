"""What is sent with one request, read in bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import anyio
from starlette.datastructures import Headers
from starlette.types import Receive

from reconciler.desk.errors import Refused, refused

LARGEST_BODY: Final = 1024 * 1024
SLOWEST_BODY: Final = 30.0
"""Seconds within which a request must have come."""


class Incoming:
    """A request that may still be on its way. It must have come ``SLOWEST_BODY`` after this was made."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self._deadline = anyio.current_time() + SLOWEST_BODY
        self._is_over = False

    async def body(self, headers: Headers) -> bytes:
        """All of it. Refused if it is too large, or does not come."""
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > LARGEST_BODY:
            raise _too_large()
        body = bytearray()

        def keep(part: bytes) -> None:
            body.extend(part)
            if len(body) > LARGEST_BODY:
                raise _too_large()

        await self._read(keep)
        if not self._is_over:
            raise refused(
                408, "too_slow", "the request did not come to its end", headers={"Connection": "close"}
            )
        return bytes(body)

    async def hear_out(self) -> None:
        """Let the rest come, and keep nothing of it."""
        await self._read(len)

    async def _read(self, take: Callable[[bytes], object]) -> None:
        with anyio.CancelScope(deadline=self._deadline):
            while not self._is_over:
                message = await self.receive()
                self._is_over = not message.get("more_body", False)  # who has gone says no more, either
                take(message.get("body", b""))


def _too_large() -> Refused:
    most = f"a request may have {LARGEST_BODY} bytes"
    return refused(413, "too_large", most, headers={"Connection": "close"})
