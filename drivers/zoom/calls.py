"""One call to Zoom: a token, a place from the gate, the request, and what its answer means.

Nothing here retries a write; what to do about an error is the loop's business. Reads are tried again a few
times, because a listing is too dear to be thrown away for one lost page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote
from weakref import WeakValueDictionary

import anyio

from drivers.zoom.auth import Token, Tokens
from drivers.zoom.capabilities import Abilities
from drivers.zoom.hosts import same_origin
from drivers.zoom.http import Answer, NoAnswer, Wire
from drivers.zoom.packets import PacketLog
from drivers.zoom.verdicts import (
    NotAllowed,
    PageTokenRefused,
    Redirected,
    TokenRefused,
    crowded_out,
    judge,
    unanswered,
    unreadable,
)
from reconciler.account.operation import Operation, Priority
from reconciler.errors import Later, Permanent, Throttled
from reconciler.ports import Clock, Gate, Slot

READ_AGAIN: Final = (1.0, 3.0)
"""Seconds before the second and the third try of a read."""
PATIENCE: Final = 15.0
"""Seconds that a read waits where Zoom names a moment; longer obstacles are the loop's."""
CROWDED: Final = 20.0
"""Seconds for which a read waits while others use up every second's limit of the account."""
LONGEST_ID: Final = 256


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the operation, what its path names, and what goes with it."""

    operation: Operation
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The path with its ids in place. Permanent for an id that would lead to another path."""
        return self.operation.path.format_map({name: _segment(each) for name, each in self.ids.items()})


class Calls:
    """Makes calls on one account."""

    def __init__(
        self,
        *,
        wire: Wire,
        tokens: Tokens,
        gate: Gate,
        clock: Clock,
        abilities: Abilities,
        packets: PacketLog,
    ) -> None:
        self._wire = wire
        self._tokens = tokens
        self._gate = gate
        self._clock = clock
        self._abilities = abilities
        self._packets = packets
        self._under_way: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    def through(self, gate: Gate) -> Calls:
        """The same calls, leaving through another gate."""
        calls = copy(self)
        calls._gate = gate  # noqa: SLF001 - our own copy
        return calls

    async def read(self, call: Call, priority: Priority) -> dict[str, Any]:
        """A JSON object from Zoom; lost and spoilt answers are asked for again. Raises reconciler.errors."""
        tries, crowded_since = 0, None
        while True:
            try:
                return await self._object(call, priority)
            except (PageTokenRefused, TokenRefused, Redirected):
                raise
            except Later as error:
                pause = self._wait(error, READ_AGAIN[min(tries, len(READ_AGAIN) - 1)])
                if isinstance(error, Throttled) and error.scope == "second":
                    now = self._clock.monotonic()
                    crowded_since = now if crowded_since is None else crowded_since
                    if now + pause > crowded_since + CROWDED:
                        raise crowded_out(call.operation, error.at) from None
                elif tries >= len(READ_AGAIN):
                    raise
            await self._clock.sleep(pause)
            tries += 1

    async def make(self, call: Call, priority: Priority) -> Answer:
        """One call with at most one renewal of the token. Raises reconciler.errors."""
        path = call.path  # first of all, because a bad id must not cost even a token
        token = await self._tokens.current()
        try:
            return await self._once(call, priority, token, path)
        except TokenRefused:
            fresh = await self._tokens.renew(token)
        try:
            return await self._once(call, priority, fresh, path)
        except TokenRefused:
            self._tokens.distrust(fresh)
            raise

    async def _object(self, call: Call, priority: Priority) -> dict[str, Any]:
        answer = await self.make(call, priority)
        if not isinstance(answer.body, dict):
            raise unreadable(call.operation)
        return answer.body

    def _wait(self, error: Later, pause: float) -> float:
        """Seconds until the next try of a read; raises the error where waiting is not for us."""
        if isinstance(error, Throttled) and error.scope == "day":
            raise error
        if error.at is not None:
            pause = max(pause, (error.at - self._clock.now()).total_seconds())
        if pause > PATIENCE:
            raise error
        return pause

    async def _once(self, call: Call, priority: Priority, token: Token, path: str) -> Answer:
        address = token.base_url + path
        try:
            return await self._send(call, priority, token, address)
        except Redirected as redirect:
            nearby = same_origin(address, redirect.location)
            if nearby is None or call.operation.method != "GET":
                raise  # the token goes nowhere else, and a write is not sent twice
        moved = replace(call, query=None) if "?" in nearby else call
        return await self._send(moved, priority, token, nearby)

    def _alone(self, call: Call, address: str) -> AbstractAsyncContextManager[object]:
        """One call at a time about one user or common area: to a second one Zoom says 429 (Zoom API, Rate limits)."""
        return self._under_way.setdefault(address, anyio.Lock()) if call.ids else nullcontext()

    async def _send(self, call: Call, priority: Priority, token: Token, address: str) -> Answer:
        operation = call.operation
        # The place first: whoever waits for a call under way must not be waited for by it.
        async with self._gate.slot(operation, priority) as slot, self._alone(call, address):
            started = self._clock.monotonic()
            try:
                answer = await self._wire.send(
                    operation.method,
                    address,
                    headers={"Authorization": f"Bearer {token.value}"},
                    query=call.query,
                    body=call.body,
                )
            except NoAnswer as error:
                self._packets.failure(call, error.reason, self._clock.monotonic() - started)
                raise unanswered(operation, error.reason, sent=error.sent) from None
            self._packets.exchange(call, answer, self._clock.monotonic() - started)
            slot.answered(answer.status, answer.headers)
            paging = bool(call.query and call.query.get("next_page_token"))
            fault = judge(operation, answer, self._clock.now(), paging=paging)
            if isinstance(fault, Throttled):
                slot.throttled(fault)
        if isinstance(fault, NotAllowed):
            self._abilities.refused(operation, fault)
        if fault is not None:
            raise fault
        return answer


class Granted:
    """A gate with one place at hand, told ahead, for a write's first call.

    The place goes back as soon as that call is over, and not with the last call of the write: writers that held
    all places while each waits for one more would wait for ever.
    """

    def __init__(self, slot: Slot, place: AsyncExitStack, gate: Gate) -> None:
        self._at_hand: Slot | None = slot
        self._place = place
        self._gate = gate

    @asynccontextmanager
    async def slot(
        self, operation: Operation, priority: Priority, *, ahead: bool = False
    ) -> AsyncIterator[Slot]:
        """The place at hand for the first call, a new one for every other."""
        slot = self._at_hand
        if slot is None:
            async with self._gate.slot(operation, priority, ahead=ahead) as fresh:
                yield fresh
            return
        await slot.departure()
        self._at_hand = None
        try:
            yield slot
        finally:
            await self._place.aclose()

    def give_back(self) -> None:
        """Nothing has left: the place was not used."""
        if self._at_hand is not None:
            self._at_hand.unused()


def _segment(each: str) -> str:
    if not each or len(each) > LONGEST_ID or each in {".", ".."} or not each.isprintable():
        raise Permanent("an id that Zoom's paths cannot hold", code="bad_id")
    return quote(each, safe="")
