"""The doors of the core: what it needs from the world, said as Protocols that drivers fulfil."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from desired.events import Event, Told
from observed.extension import Extension, Voicemail
from reconciler.account.capability import Capabilities
from reconciler.account.operation import Operation, Priority
from reconciler.errors import Throttled
from reconciler.plan import Write
from reconciler.stays.owed import Dispatch
from reconciler.wakeups.entries import Entry, WakeupStatus


class Clock(Protocol):
    """Time, passed in so that tests never sleep."""

    def now(self) -> datetime:
        """Aware UTC wall-clock time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        ...


class Slot(Protocol):
    """Permission for one call; the holder reports the answer, whose headers correct the budget."""

    async def departure(self) -> None:
        """Wait until the call may leave, where the place was told ahead."""
        ...

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Tell the budget what came back (never called if no answer came)."""
        ...

    def unused(self) -> None:
        """Give the place back: the call did not leave after all."""
        ...

    def throttled(self, error: Throttled) -> None:
        """Tell the budget that Zoom refused this call for its rate or daily limit."""
        ...


class Gate(Protocol):
    """The only way to the account's rate limits: every call asks here first."""

    def slot(
        self, operation: Operation, priority: Priority, *, ahead: bool = False
    ) -> AbstractAsyncContextManager[Slot]:
        """Wait until the operation may leave; raise Throttled at once when its daily budget is spent.

        ``ahead``: wait until it may leave soon, for whoever has something to prepare and then awaits ``departure``.
        """
        ...


class Zoom(Protocol):
    """A Zoom account, read and written through the gate. Every method raises reconciler.errors."""

    async def connect(self) -> Capabilities:
        """Get a token and work out what this account can do. Fatal on credentials or a required scope."""
        ...

    def capabilities(self) -> Capabilities:
        """What is known by now; answers during work may have turned features off."""
        ...

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        """Read the lists: users, phone users; common areas only if a wanted number is not a user's; devices if asked.

        Answers every extension of the account (staff too: ambiguity must be seen). Raises rather than answer a
        half-read listing.
        """
        ...

    async def details(
        self, extensions: Sequence[Extension], fields: frozenset[str], priority: Priority = Priority.REFRESH
    ) -> tuple[Extension, ...]:
        """Read what no list shows, one call per extension and kind of field.

        The kinds are ``names`` (with the department), ``dnd`` and ``calling``.
        """
        ...

    async def voicemails(
        self, extensions: Mapping[int, datetime], of: Sequence[Extension]
    ) -> tuple[Voicemail, ...]:
        """Messages at or before the given moment of each extension number, oldest month allowed first."""
        ...

    def allow(self, ids: frozenset[str]) -> None:
        """Fence: from now on only these Zoom ids (users, common areas, devices) may be written to."""
        ...

    def allows(self, ids: frozenset[str]) -> bool:
        """True if all of these are within the fence."""
        ...

    async def write(
        self, operation: Operation, priority: Priority, make: Callable[[], Awaitable[Write | None]]
    ) -> Write | None:
        """Wait for a place in the budget, ask ``make`` what to write *by then*, and make that one call.

        ``make`` runs when the call may leave, so a wish that changed while it waited is never written; it answers
        None when nothing is left to do, and the place goes back unused. Returns the accepted write, with
        ``always_open`` as it turned out to be; raises reconciler.errors otherwise.
        """
        ...


class Heard(NamedTuple):
    """One record of a PMS and what it means: no event at all for what is none of a telephone's business.

    ``print`` is a digest of the record as it came, by which a redelivered one is known again; "" for what is no
    record, such as a resync that broke with its link. ``anomalies`` names what was odd about it (contract,
    section 5). ``named`` are the rooms that the PMS calls otherwise than we do: our name, then its own.
    """

    told: Told
    events: tuple[Event, ...]
    print: str
    anomalies: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


class Reception(Protocol):
    """Where the PMS links report. What it was told is durable when it returns (contract, section 9)."""

    def empty(self, link: str) -> bool:
        """True if nothing is known of this link's rooms, so that a resync must be asked for."""
        ...

    async def lost(self, link: str) -> None:
        """The link is gone; the PMS may say again what it said last when it is back."""
        ...

    async def connected(self, link: str) -> None:
        """The link is alive (again): records that come now may be redelivered ones."""
        ...

    async def hear(self, link: str, heard: Sequence[Heard]) -> None:
        """Take records that were read together, in their order."""
        ...

    async def count(self, link: str, anomaly: str, times: int = 1) -> None:
        """Count something odd that is no record, such as a broken frame."""
        ...


class Outbox(Protocol):
    """What the PMS is owed, in order, safe across restarts."""

    async def next(self, link: str) -> Dispatch:
        """Wait for the oldest thing that this link owes; the same one until it is marked as sent."""
        ...

    async def sent(self, dispatch: Dispatch) -> None:
        """It was written to the link's socket."""
        ...


@dataclass(frozen=True, slots=True)
class Rung:
    """How a wake-up call has ended, and how many calls that took."""

    status: WakeupStatus
    attempts: int


NoteProgress = Callable[[Sequence[str], datetime], None]
"""Keeps what the calls of a wake-up came to so far, and when it rings again (aware)."""


class Ringer(Protocol):
    """Who makes wake-up calls: the telephone side."""

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:
        """Ring the room until the guest has confirmed or the attempts are used up: ok, no_answer, busy, unreachable.

        It goes on where the entry says that it was. It is cancelled when the call is not wanted any more, or when the
        controller stops.
        """
        ...
