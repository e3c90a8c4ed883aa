"""Zoom's events over a WebSocket, for a hotel that nobody can reach from outside (Zoom API, WebSockets).

What happens while it is not connected is lost, so whoever listens is told of every gap. Zoom documents a token of the
app alone (client credentials); programs at work use the account's own. That one goes first, since where an account
allows a single token another would end it; the documented one is tried where Zoom refuses the first.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus as Status
from typing import Final
from urllib.parse import urlencode, urlsplit

import anyio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from drivers.zoom.auth import Token, Tokens
from drivers.zoom.convert import Unfit
from drivers.zoom.events.intake import Intake
from drivers.zoom.events.meaning import read
from drivers.zoom.hosts import is_loopback
from reconciler.errors import CallError, Fatal
from reconciler.ports import Clock

LOGGER: Final = logging.getLogger("housephone.zoom.events")

HEARTBEAT: Final = 30.0
"""Seconds between signs of life, as Zoom wants them (Zoom API, WebSockets)."""
SILENCE: Final = 75.0
"""Seconds without a word: Zoom answers each heartbeat, so two in a row were lost."""
CONNECTING: Final = 10.0
CLOSING: Final = 2.0
LARGEST: Final = 256 * 1024
"""Bytes of a message."""
LONGEST_PAUSE: Final = 300.0
STEADY: Final = 60.0
"""Seconds after which the pauses of a connection that is lost begin anew."""
JITTER: Final = 0.25
"""Part of a pause that chance may add."""

_NOT_LET_IN: Final = frozenset({Status.BAD_REQUEST, Status.UNAUTHORIZED, Status.FORBIDDEN})

# Its own lines would show the address, in which Zoom wants the token.
_QUIET: Final = logging.getLogger("housephone.quiet.websockets")
_QUIET.setLevel(logging.CRITICAL)


class Straight(connect):
    """A connection to where it was to go; a redirection is an answer like any other that is no connection."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Follow none: whoever answers must not lead us to machines that only we can reach."""
        return exc


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where the socket is, and which subscription of the app it serves."""

    url: str
    id: str

    def dial(self, token: Token) -> Straight:
        """A connection to be made. The token goes into the address: Zoom takes it nowhere else."""
        asked = urlencode({"subscriptionId": self.id, "access_token": token.value})
        return Straight(
            f"{self.url}?{asked}",
            # A peer on this machine (tests) is never behind the proxy of the environment.
            proxy=None if is_loopback(urlsplit(self.url).hostname or "") else True,
            user_agent_header="housephone",
            compression=None,
            ping_interval=None,  # Zoom has a heartbeat of its own
            open_timeout=CONNECTING,
            close_timeout=CLOSING,
            max_size=LARGEST,
            logger=_QUIET,
        )


class EventStream:
    """One subscription, kept connected. ``problem`` is why no event can come (None: they can), since ``since``.

    ``tokens`` are tried in turn, each after a refusal of the one before. ``gap`` is told that events may have been
    lost; ``random`` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        subscription: Subscription,
        tokens: Sequence[Tokens],
        intake: Intake,
        clock: Clock,
        gap: Callable[[], None],
        random: Callable[[], float],
    ) -> None:
        self._subscription = subscription
        self._tokens = tuple(tokens)
        self._intake = intake
        self._clock = clock
        self._gap = gap
        self._random = random
        self._turn = 0
        self._refused: dict[int, str] = {}
        self._greeted = False
        self._pauses = 0
        self._heard_at = 0.0
        self._end: str | None = None
        self.problem: str | None = "not connected yet"
        self.since: datetime = clock.now()

    async def run(self) -> None:
        """Keep listening until cancelled."""
        while True:
            began = self._clock.monotonic()
            problem = await self._connect_and_listen()
            if self._clock.monotonic() - began >= STEADY:
                self._pauses = 0
            if problem is not None:
                self._is(problem)
                await self._pause()

    async def _connect_and_listen(self) -> str | None:
        """Why it has ended; None where only the token came to its end."""
        try:
            token = await self._token()
        except (CallError, Fatal) as error:
            return error.message
        try:
            async with self._subscription.dial(token) as socket:
                return await self._listen(socket, token)
        except InvalidStatus as error:
            status = error.response.status_code
            if status in _NOT_LET_IN:
                return self._not_let_in(token)
            return f"Zoom answered {status} instead of opening the connection"
        except (OSError, WebSocketException) as error:
            # Their text may quote the address, in which the token is.
            return f"no connection ({type(error).__name__})"

    async def _token(self) -> Token:
        """A token of whose turn it is; one that was refused before is renewed."""
        token = await self._tokens[self._turn].current()
        refused = token.value == self._refused.get(self._turn)
        return await self._tokens[self._turn].renew(token) if refused else token

    def _not_let_in(self, token: Token) -> str:
        self._refused[self._turn] = token.value
        self._turn = (self._turn + 1) % len(self._tokens)
        return "Zoom does not take the token for this event subscription"

    async def _listen(self, socket: ClientConnection, token: Token) -> str | None:
        self._end, self._heard_at = "Zoom has closed the connection", self._clock.monotonic()
        self._greeted = False
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._beat, socket, token)
            with suppress(ConnectionClosed):
                async for message in socket:
                    self._heard_at = self._clock.monotonic()
                    if not self._took(message if isinstance(message, bytes) else message.encode()):
                        self._end = self._not_let_in(token)
                        break
            tasks.cancel_scope.cancel()
        return self._end

    async def _beat(self, socket: ClientConnection, token: Token) -> None:
        """Give signs of life until Zoom gives none any more, or the token ends: the next connection has a new one."""
        while True:
            await self._clock.sleep(HEARTBEAT)
            now = self._clock.monotonic()
            if now >= token.renew_at:
                self._end = None
                break
            if now - self._heard_at > SILENCE:
                self._end = "Zoom has fallen silent"
                break
            with suppress(ConnectionClosed):
                await socket.send('{"module": "heartbeat"}')
        await socket.close()

    def _took(self, message: bytes) -> bool:
        """Take what Zoom says; False if it says that we are not let in."""
        try:
            said = read(message)
        except Unfit:
            self._intake.take(message)  # which counts it
            return True
        if said.get("module") == "build_connection" and said.get("success") is False:
            return False
        if not self._greeted:
            self._greeted = True
            self._is(None)
            self._gap()
        if said.get("module") == "message":
            content = said.get("content")
            text = content if isinstance(content, str) else json.dumps(content)
            self._intake.take(text.encode("utf-8", "surrogatepass"))
        return True

    def _is(self, problem: str | None) -> None:
        """Note how it is, and say what is new."""
        if problem == self.problem:
            return
        if problem is None:
            LOGGER.info("Zoom's events: connected")
        else:
            LOGGER.warning("Zoom's events: %s", problem)
        self.problem, self.since = problem, self._clock.now()

    async def _pause(self) -> None:
        seconds = min(2.0**self._pauses, LONGEST_PAUSE)
        self._pauses = min(self._pauses + 1, 10)
        await self._clock.sleep(seconds * (1 + JITTER * self._random()))
