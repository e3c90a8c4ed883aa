"""What lets us into a Zoom account, and what hotels that share the account have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol, Self

from drivers.zoom.auth import Account, Tokens
from drivers.zoom.capabilities import Abilities
from drivers.zoom.http import Wire
from observed.extension import Extension
from reconciler.ports import Clock

JUST_NOW: Final = 60.0
"""Seconds for which a token that another hotel of the account has got is as good as a fresh one."""


class Admission:
    """What lets us into one account: connections, token, and what it allows."""

    def __init__(self, account: Account, clock: Clock, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()
        self.abilities = Abilities()
        self.tokens = Tokens(account, self.wire, clock, self.abilities.granted)
        self.event_tokens = (
            self.tokens,
            Tokens(account, self.wire, clock, lambda _scopes: None, of_the_app=True),
        )
        """With which a WebSocket may be opened; the second where the first is refused."""
        self._clock = clock
        self._entered = -math.inf

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to Zoom."""
        await self.wire.aclose()

    async def enter(self) -> None:
        """Have a token that was fresh a moment ago, perhaps for another hotel. Raises Fatal or Later."""
        if self._clock.monotonic() - self._entered < JUST_NOW:
            await self.tokens.current()
            return
        await self.tokens.fresh()
        self._entered = self._clock.monotonic()


class Lister(Protocol):
    """Who reads the lists: the driver for itself, or somebody for all hotels of the account."""

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """The extensions that are listed."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What a driver has in common with those of the other hotels of its account.

    Without a ``lister`` it reads the lists itself, as the one does that reads them for all.
    """

    admission: Admission
    lister: Lister | None = None
