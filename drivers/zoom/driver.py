"""A Zoom account as the core sees it: the port ``reconciler.ports.Zoom``.

Writing is fenced: only ids that ``allow`` was given, and only messages that were read from such extensions,
can be written to. The list of rooms is computed first, so a staff extension cannot be changed by
construction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from drivers.zoom import convert
from drivers.zoom import operations as op
from drivers.zoom.addresses import Addresses
from drivers.zoom.admission import Admission, Shared
from drivers.zoom.auth import Account
from drivers.zoom.calls import Calls, Granted
from drivers.zoom.details import Details
from drivers.zoom.handling import Handlings
from drivers.zoom.http import Wire
from drivers.zoom.lists import Lists
from drivers.zoom.packets import PacketLog
from drivers.zoom.provisioning import Provisioning
from drivers.zoom.voicemails import Messages
from drivers.zoom.writing import Writer, refused
from observed.extension import Extension, Voicemail
from reconciler.account.capability import Capabilities
from reconciler.account.operation import Operation, Priority
from reconciler.ports import Clock, Gate

if TYPE_CHECKING:
    from reconciler.plan import Write


@dataclass(frozen=True, slots=True)
class Access:
    """What people may know of the access token: its end, where it is good, its scopes (None: nobody said)."""

    ends_at: datetime
    base_url: str
    scopes: frozenset[str] | None


class ZoomDriver:
    """One Zoom account. Use it as an async context manager; ``packets.on`` switches the packet log.

    Hotels of one account have a driver each, and what they have in common is ``shared``.
    """

    def __init__(
        self,
        account: Account,
        gate: Gate,
        clock: Clock,
        *,
        wire: Wire | None = None,
        packets: PacketLog | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.packets = packets or PacketLog()
        self._clock = clock
        entry = self._admission = shared.admission if shared else Admission(account, clock, wire)
        self._is_shared = shared is not None
        self._abilities, self._tokens, self.event_tokens = entry.abilities, entry.tokens, entry.event_tokens
        self._calls = Calls(
            wire=entry.wire,
            tokens=entry.tokens,
            gate=gate,
            clock=clock,
            abilities=entry.abilities,
            packets=self.packets,
        )
        self._lists = (shared and shared.lister) or Lists(self._calls, clock, self._abilities)
        self._details = Details(self._calls, clock, self._abilities, account.home_country)
        self.provisioning = Provisioning(self._calls)
        """The SIP accounts of telephones that were provisioned by hand."""
        self.handlings = Handlings(self._calls)
        """What becomes of calls that nobody answers."""
        self.addresses = Addresses(self._calls)
        """Whether help finds the way to an extension."""
        self._messages = Messages(self._calls, clock, self._abilities)
        self._gate = gate
        self._home_country = account.home_country
        self._allowed: frozenset[str] = frozenset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to Zoom, unless they are everybody's."""
        if not self._is_shared:
            await self._admission.aclose()

    async def connect(self) -> Capabilities:
        """Get a fresh token and say what the account can do. Raises Fatal or Later."""
        await (self._admission.enter() if self._is_shared else self._tokens.fresh())
        return self._abilities.now()

    def capabilities(self) -> Capabilities:
        """What is known by now; answers during work may have turned features off."""
        return self._abilities.now()

    def token(self) -> Access | None:
        """What the access token at hand allows, and till when; None where there is none."""
        token = self._tokens.at_hand
        if token is None:
            return None
        left = timedelta(seconds=token.ends_at - self._clock.monotonic())
        return Access(self._clock.now() + left, token.base_url, token.scopes)

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """Every extension of the account, staff too, with as few calls as these numbers need.

        Of an account that hotels share only those with these numbers. Raises reconciler.errors rather than answer a
        half-read listing.
        """
        return await self._lists.extensions(wanted=wanted, devices=devices)

    async def details(
        self, extensions: Sequence[Extension], fields: frozenset[str], priority: Priority = Priority.REFRESH
    ) -> tuple[Extension, ...]:
        """The extensions with what no list shows; UNKNOWN where it could not be read, left out where gone."""
        return await self._details.of(extensions, fields, priority)

    async def voicemails(
        self, extensions: Mapping[int, datetime], of: Sequence[Extension]
    ) -> tuple[Voicemail, ...]:
        """Messages at or before the given moment of each extension number, the oldest month first."""
        return await self._messages.up_to(extensions, of)

    def allow(self, ids: frozenset[str]) -> None:
        """Fence: from now on only these Zoom ids (users, common areas, devices) may be written to."""
        self._allowed = frozenset(each for each in ids if not each.startswith(convert.PENDING))

    def allows(self, ids: frozenset[str]) -> bool:
        """True if all of these are within the fence."""
        return ids <= self._allowed

    async def write(
        self, operation: Operation, priority: Priority, make: Callable[[], Awaitable[Write | None]]
    ) -> Write | None:
        """Wait for a place, ask ``make`` what to write, and make that one planned write as soon as it may leave.

        Returns the accepted write, with ``always_open`` as it turned out to be, or None (the place goes back) when
        ``make`` has nothing left to write. Permanent, before anything leaves, for whatever lies outside the fence.
        """
        async with AsyncExitStack() as place:
            slot = await place.enter_async_context(self._gate.slot(operation, priority, ahead=True))
            granted = Granted(slot, place, self._gate)
            try:
                write = await make()
                if write is None:
                    return None
                if not self._may_write(write):
                    raise refused(f"{operation}: extension {write.extension} is not among the rooms")
                calls = self._calls.through(granted)
                write = await Writer(calls, self._clock, self._home_country).write(write)
            finally:
                granted.give_back()
        if write.operation is op.DELETE_VOICEMAIL:
            self._messages.forget(write.id)
        return write

    def _may_write(self, write: Write) -> bool:
        voicemail = write.operation is op.DELETE_VOICEMAIL
        target = self._messages.owner(write.id) if voicemail else write.id
        return target is not None and target in self._allowed
