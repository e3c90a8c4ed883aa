"""What Zoom answers, over a real connection: a result or one of our own errors, and the next good answer is taken.

An input is the name of what was asked, a line break, and the bytes of the answer from its status line on.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import anyio
import httpx
from anyio.abc import SocketAttribute, SocketStream

from drivers.zoom.auth import Account
from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Timeouts, Wire
from observed.extension import Extension
from reconciler.errors import HousephoneError
from tests.drivers.zoom.conftest import HandClock, OpenGate, planned, put
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.portal import waited_for
from tests.fuzz.target import Target
from tests.reconciler.conftest import NO_AUTHORITIES

USER: Final = {
    "id": "u1",
    "first_name": "Ana",
    "last_name": "Souza",
    "display_name": "Ana Souza",
    "dept": "x",
    "status": "active",
    "type": 2,
    "email": "a@b.example",
    "extension_number": 1201,
    "site": {"id": "s", "name": "Main"},
    "extension_id": "e1",
}
AREA: Final = {
    "id": "c1",
    "display_name": "Room 1300",
    "extension_number": 1300,
    "site": {"name": "Main"},
    "department": "x",
}
PHONE: Final = {
    "id": "d1",
    "display_name": "Room 1201",
    "mac_address": "64167f000001",
    "assignee": {"id": "u1", "extension_number": 1201},
    "assignees": [{"id": "u1", "extension_number": 1201}, {"extension_number": "1202"}],
}
MAIL: Final = {
    "id": "m1", "date_time": "2026-11-21T12:00:00Z", "duration": 3,
    "owner": {"id": "c1", "extension_number": 1300, "type": "commonArea"},
}  # fmt: skip
RULES: Final = [{"iso_code": "US", "rule": 1}, {"iso_code": "PT", "rule": 2}]
PAGE: Final = {"next_page_token": "", "page_size": 30, "total_records": 1}
REFUSAL: Final = {"code": 300, "message": "Validation Failed.", "errors": [{"field": "x", "message": "y"}]}
ACCOUNTS: Final = [
    {"user_name": "1", "authorization_id": "2", "password": "3", "sip_domain": "4", "outbound_proxy": "5:6"}
]

BODIES: Final[dict[str, tuple[Any, ...]]] = {
    "token": (
        {
            "access_token": "t",
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": "a b",
            "api_url": "http://127.0.0.1",
        },
        {"reason": "Invalid client_id or client_secret", "error": "invalid_client", "errorCode": 4702},
    ),
    "extensions": (
        {"users": [USER], "common_areas": [AREA], "devices": [PHONE], **PAGE},
        {"users": [USER, USER], **PAGE},
    ),
    "names": (USER, {**USER, "pic_url": None}),
    "area": (AREA,),
    "presence": ({"status": "Do_Not_Disturb"}, {"status": "Available", "remaining_time": 5}),
    "ring": ({"call_distribution_setting": {"ring_device": False, "ring_duration": 30}},),
    "calling": ({"countries_regions": RULES, **PAGE},),
    "voicemails": ({"voice_mails": [MAIL, {**MAIL, "id": "m2"}], **PAGE},),
    "provisioned": ({"provision": {"type": "manual", "sip_accounts": ACCOUNTS}, "devices": [PHONE], **PAGE},),
    "handling": (
        {
            "call_distribution_setting": {"ring_mode": "simultaneous", "ring_duration": 30},
            "call_handling_setting": {"call_not_answer_action": "forward"},
        },
    ),
    "addresses": ({**USER, "emergency_address": {"id": "a", "address_line1": "x", "status": 1}},),
    "write": ({}, None),
}
STATUSES: Final = (
    "200 OK",
    "200 OK",
    "200 OK",
    "201 Created",
    "204 No Content",
    "400 Bad Request",
    "401 Unauthorized",
    "404 No",
    "429 Too Many",
    "500 Error",
    "302 Found",
    "403 Forbidden",
    "100 Continue",
    "503 Busy",
    "299 What",
    "999 X",
)
RETRY: Final = (
    "5",
    "-1",
    "1e9",
    "9" * 40,
    "2026-11-23T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "Wed, 21 Oct 2026 07:28:00 GMT",
    "Wed, 99 Oct 99999 99:99:99 +9999",
    "Mon, 1 Jan 1 0:0:0 -2400",
    "\t",
    "soon",
    "٣",
    "Infinity",
)
HEADERS: Final = (
    "Content-Type: application/json",
    "Content-Type: text/html; charset=utf-16",
    "Content-Type: \xff",
    "Content-Encoding: gzip",
    "Content-Encoding: gzip, gzip",
    "Content-Encoding: br",
    "Content-Encoding: deflate",
    "Content-Encoding: zstd",
    "Set-Cookie: a=b; Domain=.zoom.us",
    "Location: /v2/users",
    "Location: https://elsewhere.example/",
    "Location: http://[::1",
    "Location: //x",
    "Location: /\\x",
    "Location: \xff",
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: " + "9" * 30,
    "X: " + "x" * 5000,
    "NoColon",
    "X-RateLimit-Category: Light",
    "X-RateLimit-Type: Daily-limit",
    "X-RateLimit-Remaining: -1",
    "X-RateLimit-Limit: NaN",
    ": empty",
    " folded",
    "Connection: keep-alive, Upgrade",
    "Upgrade: h2c",
)
ODD: Final = (
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b"[" * 3000,
    b'{"users": [' + b"{}," * 3000 + b"{}]}",
    b"<html>no</html>",
    b"7",
)
NOW: Final = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
WHOLE: Final = Extension("user", "u1", 1201, "Ana Souza", read_at=NOW)
SHARED: Final = Extension("common_area", "c1", 1300, "Room 1300", read_at=NOW)
_SCOPES: Final = " ".join(
    f"{group}:{what}:admin" for group in ("user", "phone", "presence", "device") for what in ("read", "write")
)


def make(chance: random.Random) -> bytes:
    """An answer whose body, headers or bytes are not as they should be."""
    asked = chance.choice(list(BODIES))
    samples = BODIES[asked] if chance.randrange(5) else (REFUSAL,)
    bent = either(
        json_of(samples), json_of(samples), bytes_of([json.dumps(each).encode() for each in samples])
    )
    body = chance.choice(ODD) if chance.randrange(6) == 0 else bent(chance)
    lines = [f"HTTP/1.1 {chance.choice(STATUSES)}", *chance.choices(HEADERS, k=chance.choice((0, 0, 1, 2)))]
    if chance.randrange(3) == 0:
        lines.append(f"Retry-After: {chance.choice(RETRY)}")
    if "Content-Encoding: gzip" in lines and chance.randrange(2):
        body = gzip.compress(body, 1)
    answer = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace") + body
    return asked.encode() + b"\n" + (bytes_of([answer])(chance) if chance.randrange(8) == 0 else answer)


@dataclass
class Peer:
    """A Zoom that answers one kind of question with these bytes, and gives out good tokens for the others."""

    url: str = ""
    token: bytes = b""
    answer: bytes = b""
    asked: int = 0

    async def serve(self, stream: SocketStream) -> None:
        """One connection, one answer."""
        async with stream:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += await stream.receive()
                self.asked += 1
                await stream.send(self.token if head.startswith(b"POST /oauth/token") else self.answer)
            except (anyio.BrokenResourceError, anyio.EndOfStream):
                return


def good(body: Any) -> bytes:
    """An answer without a fault."""
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(text) + text


def questions(driver: ZoomDriver) -> dict[str, Callable[[], Awaitable[Any]]]:
    """What can be asked of Zoom, by the name of its answer."""
    driver.allow(frozenset({"u1"}))
    write = planned("user", "u1", 1201, {"display_name": "Ana"})
    return {
        "token": driver.connect,
        "extensions": partial(driver.extensions, wanted=frozenset({1201, 1300, 9}), devices=True),
        "names": partial(driver.details, [WHOLE], frozenset({"names"})),
        "area": partial(driver.details, [SHARED], frozenset({"names"})),
        "presence": partial(driver.details, [WHOLE], frozenset({"dnd"})),
        "ring": partial(driver.details, [SHARED], frozenset({"dnd"})),
        "calling": partial(driver.details, [WHOLE], frozenset({"calling"})),
        "voicemails": partial(driver.voicemails, {1201: NOW, 1300: NOW}, [WHOLE, SHARED]),
        "provisioned": partial(_provisioned, driver),
        "handling": partial(driver.handlings.of, WHOLE, "business_hours"),
        "addresses": partial(driver.addresses.of, WHOLE),
        "write": partial(put, driver, write),
    }


async def _told(ask: Callable[[], Awaitable[Any]]) -> str:
    """What came of a question, in words: for people, where it is an error."""
    try:
        return repr(await ask())
    except HousephoneError as error:
        return f"{error} {error.remedy}"


def _heard(_ids: Sequence[str], line: Mapping[str, Any]) -> None:
    json.dumps(line, ensure_ascii=False).encode()


async def _provisioned(driver: ZoomDriver) -> None:
    for telephone in await driver.provisioning.telephones("Room 1201"):
        await driver.provisioning.of(telephone)


@asynccontextmanager
async def opened() -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """A Zoom on a real socket."""
    peer = Peer()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - no database is near
        peer.url = f"http://127.0.0.1:{port}"
        tasks.start_soon(listener.serve, peer.serve)
        yield partial(take, peer)
        tasks.cancel_scope.cancel()


async def take(peer: Peer, data: bytes) -> None:
    """Ask, be answered so, and ask again with a good answer."""
    name, _, answer = data.partition(b"\n")
    asked = name.decode()
    token = good({"access_token": "t", "expires_in": 3600, "scope": _SCOPES, "api_url": peer.url})
    peer.token, peer.answer = (answer if asked == "token" else token), answer
    timeouts = Timeouts(connect=5.0, silence=0.5, whole=5.0)
    async with (
        Wire(timeouts=timeouts, transport=httpx.AsyncHTTPTransport(verify=NO_AUTHORITIES)) as wire,
        ZoomDriver(Account("A", "C", "S3cret", peer.url), OpenGate(), HandClock(), wire=wire) as driver,
    ):
        ask = questions(driver)[asked]
        driver.packets.hear = _heard
        told = await _told(ask)
        told.encode()
        assert "S3cret" not in told
        # What a token is worth, and what is not in the plan, is remembered: only a new driver asks as before.
        peer.token, peer.answer = token, good(BODIES["names"][0])
        async with ZoomDriver(
            Account("A", "C", "S3cret", peer.url), OpenGate(), HandClock(), wire=wire
        ) as fresh:
            (found,) = await fresh.details([WHOLE], frozenset({"names"}))
            assert found.display_name == "Ana Souza"


ANSWERS: Final = Target("zoom-answers", make, partial(waited_for, opened), examples=10_000, few=25)
