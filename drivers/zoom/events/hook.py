"""Zoom's web hook: whether a request is Zoom's, and what it is answered (Zoom API, Webhooks).

Everybody on the internet can knock here, so nothing is read before the signature was found right, and who is refused
learns nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus as Status
from typing import Final, Literal

from drivers.zoom.events.intake import Intake
from drivers.zoom.events.meaning import VALIDATION
from reconciler.ports import Clock

WINDOW: Final = 300.0
"""Seconds by which the time of a request may differ from ours, so that nobody can send an old one again."""

LARGEST: Final = 256 * 1024
"""Bytes of a request."""

SIGNATURE: Final = "x-zm-signature"
TIMESTAMP: Final = "x-zm-request-timestamp"

_PLAIN_TOKEN: Final = re.compile(r"[A-Za-z0-9_+/=-]{1,128}", re.ASCII)
"""Without a colon, so that no answer of ours can serve as the signature of anything."""

TurnedAway = Literal["signature", "time", "size"]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and JSON body (None: none)."""

    status: int
    body: Mapping[str, str] | None = None


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """How Zoom signs a request with the app's secret token."""
    return "v0=" + _digest(secret, b"v0:" + timestamp.encode() + b":" + content)


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class WebHook:
    """Answers requests that say they are Zoom's. ``refused`` counts those that are not, by why."""

    secret: str = field(repr=False)
    intake: Intake
    clock: Clock
    refused: Counter[TurnedAway] = field(default_factory=Counter)

    def too_large(self) -> Reply:
        """A body of more than LARGEST bytes was not even read."""
        self.refused["size"] += 1
        return Reply(Status.REQUEST_ENTITY_TOO_LARGE)

    def answer(self, headers: Mapping[str, str], content: bytes) -> Reply:
        """The reply to a request (names of headers in lower case); what it tells is taken in."""
        timestamp = headers.get(TIMESTAMP, "")
        if not self._is_zooms(headers.get(SIGNATURE, ""), timestamp, content):
            self.refused["signature"] += 1
            return Reply(Status.UNAUTHORIZED)
        if abs(self.clock.now().timestamp() - int(timestamp)) > WINDOW:
            self.refused["time"] += 1
            return Reply(Status.UNAUTHORIZED)
        sent = self.intake.take(content)
        if sent is None:
            return Reply(Status.BAD_REQUEST)
        if sent.get("event") == VALIDATION:
            return self._validated(sent.get("payload"))
        return Reply(Status.NO_CONTENT)

    def _is_zooms(self, given: str, timestamp: str, content: bytes) -> bool:
        if not re.fullmatch("[0-9]{1,12}", timestamp, re.ASCII):
            return False
        expected = signature(self.secret, timestamp, content)
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))

    def _validated(self, payload: object) -> Reply:
        """Prove that we know the secret; Zoom asks when the address is saved, and every three days."""
        plain = payload.get("plainToken") if isinstance(payload, dict) else None
        if not isinstance(plain, str) or not _PLAIN_TOKEN.fullmatch(plain):
            return Reply(Status.BAD_REQUEST)
        return Reply(Status.OK, {"plainToken": plain, "encryptedToken": _digest(self.secret, plain.encode())})
