"""Errors told apart by what the loop should do about them, not by where they came from.

    HousephoneError
    ├── Fatal            nothing can go on until a person changes something (exit 1)
    │   ├── Misconfigured  housephone.yaml cannot be used
    │   └── NoAccess     the peer refuses us as a whole: credentials, or a scope that all needs
    ├── Later            try again, at ``at`` if the peer named a time
    │   ├── Throttled    the account's rate or daily limit; ``scope`` says which bucket is empty
    │   └── Uncertain    a write was sent and no answer came: read before writing again
    ├── Permanent        the peer will not take this as long as wish and target stay the same
    │   ├── NameRefused  Zoom's word filter refused the name
    │   └── Gone         the user, common area or device no longer exists
    └── Unsupported      this target cannot do it now (nobody signed in, scope or plan missing)

Messages may be logged, so they never hold a guest's name or a secret.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal


class HousephoneError(Exception):
    """Base of everything housephone raises on purpose."""

    remedy: str = ""
    """What a person can do about it; empty where the message itself says so, or nobody can."""


class Fatal(HousephoneError):
    """Nothing can go on until a person changes something."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Misconfigured(Fatal):
    """The configuration cannot be used; the message lists every mistake, one a line, with its place."""


class NoAccess(Fatal):
    """The peer refuses us as a whole: wrong credentials, the app switched off, a required scope missing."""


class CallError(HousephoneError):
    """A call to a peer did not do what it should; ``code`` is the peer's own, for reports."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Later(CallError):
    """Try again: at ``at`` where the peer named a moment, else with back-off."""

    def __init__(self, message: str, *, code: str = "", at: datetime | None = None) -> None:
        super().__init__(message, code=code)
        self.at = at


class Throttled(Later):
    """HTTP 429. ``scope`` is the bucket: one second, the day, or only this one target (presence)."""

    def __init__(
        self,
        message: str,
        *,
        scope: Literal["second", "day", "target"],
        code: str = "429",
        at: datetime | None = None,
    ) -> None:
        super().__init__(message, code=code, at=at)
        self.scope = scope


class Uncertain(Later):
    """The write left and its answer never came: nobody knows whether it happened."""


class Permanent(CallError):
    """The same request would be refused again; a person, another wish or another target is needed."""


class NameRefused(Permanent):
    """Zoom's word filter refused a name (Zoom API, Update a user: 400 with code 300)."""


class Gone(Permanent):
    """The target no longer exists."""


class Unsupported(CallError):
    """The target cannot do this at present, and asking again soon would change nothing."""
