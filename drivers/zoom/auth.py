"""Server-to-server OAuth: one access token, renewed early, by one task at a time.

A token lives an hour and cannot be refreshed, so it is asked for again five minutes before its end. When Zoom
does not take a token before that, it is renewed once; if the new one is not taken either, no further renewal
is tried for a while, because an app with a high share of errors may be disabled (Zoom API, Internal apps;
zoom-api.md 1).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus as Status
from typing import Any, Final

import anyio

from drivers.zoom.answers import code, retry_after
from drivers.zoom.hosts import Hosts
from drivers.zoom.http import Answer, NoAnswer, Wire
from drivers.zoom.verdicts import REDIRECTION
from reconciler.errors import Fatal, Later, NoAccess, Throttled
from reconciler.ports import Clock

EARLY: Final = 300.0
LIFETIME: Final = 3600.0
"""Seconds, where the answer does not say."""
AGAIN: Final = 15.0
"""Seconds until a failed early renewal is tried again."""
DISTRUST: Final = 60.0
"""Seconds without another renewal after a new token was not taken."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account and the app on it, from the ``zoom`` section of the configuration."""

    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    url: str = "https://zoom.us"
    allowed_hosts: tuple[str, ...] = ()
    home_country: str = "US"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, where it is good, and what it allows (None: the answer did not say)."""

    value: str = field(repr=False)
    base_url: str
    scopes: frozenset[str] | None
    renew_at: float
    ends_at: float


_REMEDIES: Final = {
    4702: ("the client id is not known to Zoom", "check zoom.client_id"),
    4704: ("the client secret is wrong", "check zoom.client_secret, or client_secret_file"),
    4717: ("the app is switched off", "activate the server-to-server app in the Zoom App Marketplace"),
}

_REPLACED: Final = 4741
"""A later token of the same app has replaced ours (Zoom API, OAuth error messages)."""


class Tokens:
    """The one holder of the account's token. ``granted`` is told the scopes of each new one and may raise.

    Tokens ``of_the_app`` alone (client credentials) are for nothing but its WebSocket (Zoom API, WebSockets).
    """

    def __init__(
        self,
        account: Account,
        wire: Wire,
        clock: Clock,
        granted: Callable[[frozenset[str] | None], None],
        *,
        of_the_app: bool = False,
    ) -> None:
        self._account = account
        self._hosts = Hosts(account.url, account.allowed_hosts)
        self._wire = wire
        self._clock = clock
        self._granted = granted
        own = {"grant_type": "account_credentials", "account_id": account.account_id}
        self._form = {"grant_type": "client_credentials"} if of_the_app else own
        self._lock = anyio.Lock()
        self._token: Token | None = None
        self._distrusted_until = -math.inf

    @property
    def at_hand(self) -> Token | None:
        """The token that is in use; None before the first, and while none is taken."""
        return self._token

    async def current(self) -> Token:
        """A token with some life left. Raises Fatal (credentials, required scope) or Later."""
        token = self._token
        if token is not None and self._clock.monotonic() < token.renew_at:
            return token
        try:
            return await self.renew(token)
        except Later:
            if token is None or self._clock.monotonic() >= token.ends_at:
                raise
            # The token service is away, but this token still has some minutes.
            self._token = replace(token, renew_at=self._clock.monotonic() + AGAIN)
            return token

    async def renew(self, stale: Token | None) -> Token:
        """A newer token than ``stale``; of several tasks that ask at once, one fetches it for all."""
        async with self._lock:
            if self._token is not None and (stale is None or self._token.value != stale.value):
                return self._token
            if self._clock.monotonic() < self._distrusted_until:
                raise Later("Zoom does not take the tokens that it gives", code="token")
            token = await self._fetch()
            self._granted(token.scopes)
            self._token = token
            return token

    async def fresh(self) -> Token:
        """A new token, because what the app may do has perhaps changed."""
        return await self.renew(self._token)

    def distrust(self, token: Token) -> None:
        """A brand-new token was not taken: stop asking for others for a while."""
        if self._token is not None and self._token.value == token.value:
            self._token = None
        self._distrusted_until = self._clock.monotonic() + DISTRUST

    async def _fetch(self) -> Token:
        credentials = f"{self._account.client_id}:{self._account.client_secret}".encode()
        try:
            answer = await self._wire.send(
                "POST",
                f"{self._hosts.token_base}/oauth/token",
                headers={"Authorization": "Basic " + base64.b64encode(credentials).decode()},
                # In the body, because addresses end up in the logs of proxies.
                form=self._form,
            )
        except NoAnswer as error:
            raise Later(f"Zoom's token service does not answer ({error.reason})", code=error.reason) from None
        if answer.status == Status.OK and isinstance(answer.body, dict):
            return self._token_of(answer.body)
        raise self._refusal(answer)

    def _token_of(self, body: dict[str, Any]) -> Token:
        value, scope, life = body.get("access_token"), body.get("scope"), body.get("expires_in")
        if (
            not isinstance(value, str)
            or not value.isascii()
            or not value.isprintable()
            or " " in value
            or not value
        ):
            raise Later("Zoom's token service gave no token", code="token")
        said = life if isinstance(life, int | float) and not isinstance(life, bool) else LIFETIME
        lifetime = float(min(max(said, 1.0), 24 * LIFETIME))
        # Short tokens (tests, odd accounts) are renewed at half of their life.
        useful = lifetime - EARLY if lifetime > 2 * EARLY else lifetime / 2
        return Token(
            value=value,
            base_url=self._hosts.base_of(body.get("api_url")) + "/v2",
            scopes=frozenset(scope.split()) if isinstance(scope, str) else None,
            renew_at=self._clock.monotonic() + useful,
            ends_at=self._clock.monotonic() + lifetime,
        )

    def _refusal(self, answer: Answer) -> Fatal | Later:
        number, now = code(answer.body), self._clock.now()
        said = f"{answer.status}" if number is None else f"{answer.status}/{number}"
        if answer.status == Status.TOO_MANY_REQUESTS:
            at = retry_after(answer.headers, now) or now + timedelta(seconds=5)
            return Throttled("Zoom's token service asks to slow down", scope="second", at=at)
        if answer.status >= Status.INTERNAL_SERVER_ERROR or answer.status == Status.OK:
            return Later(f"Zoom's token service failed with {said}", code=said)
        if answer.status in REDIRECTION or answer.status == Status.NOT_FOUND:
            return Fatal(f"zoom.url is not Zoom's token service ({said})", "check zoom.url: https://zoom.us")
        if number == _REPLACED:
            return Later("another program uses the same app and replaces our tokens", code=said)
        if number in _REMEDIES:
            text, remedy = _REMEDIES[number]
            return NoAccess(f"Zoom refuses the app: {text} ({said})", remedy)
        return NoAccess(
            f"Zoom refuses the app's credentials ({said})",
            "check zoom.account_id, client_id and client_secret, and that the app is active",
        )
