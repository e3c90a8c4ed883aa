"""Key 0: the operator, by handing the call over, or by joining two calls where it cannot be handed over."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import anyio

from drivers.voice.conversation import Conversation
from drivers.voice.ending import hung_up
from drivers.voice.phrases import Phrase
from reconciler.ports import Clock
from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE, Call, CallEnded, Telephones, TransferRefused

AHEAD: Final = 0.12
"""Seconds of sound that wait between two calls that are joined, so that neither stutters."""
MOST: Final = 0.4
"""Seconds of sound that may wait there; people who hear each other later talk into one another."""
RING: Final = 40.0
"""Seconds for which the operator's telephone rings."""


class Switchboard:
    """Connects callers with the operator's extension."""

    def __init__(self, telephones: Telephones, operator: str, clock: Clock) -> None:
        self._telephones = telephones
        self._operator = operator
        self._clock = clock

    async def connect(self, talk: Conversation, name: str = "") -> bool:
        """Give the other side to the operator; ``name`` is what the operator's display should show.

        True when there is nothing left to say; False, after an apology, if the operator does not answer.
        """
        await talk.tell(Phrase("connecting_operator"))
        try:
            await talk.call.transfer(self._operator)
        except TransferRefused:
            if not await self._joined(talk.call, name):
                await talk.tell(Phrase("operator_unreachable"))
                return False
        return True

    async def _joined(self, caller: Call, name: str) -> bool:
        """Call the operator and let both talk until one of them hangs up; False if nobody answers."""
        answered = False

        async def stop_when_ended(everything: anyio.CancelScope) -> None:
            await caller.wait_ended()
            everything.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_when_ended, tasks.cancel_scope)
            with suppress(CallEnded):
                operator = await self._telephones.dial(self._operator, ring=RING, name=name)
                answered = True
                async with hung_up(operator):
                    await _join(caller, operator, self._clock)
            tasks.cancel_scope.cancel()
        return answered


async def _join(one: Call, other: Call, clock: Clock) -> None:
    """Let two people talk until one of them hangs up."""
    async with anyio.create_task_group() as tasks:
        for source, sink in ((one, other), (other, one)):
            tasks.start_soon(_carry, source, sink, clock, tasks.cancel_scope)


async def _carry(source: Call, sink: Call, clock: Clock, over: anyio.CancelScope) -> None:
    """What one says, the other hears a moment later, without a break.

    Each piece is passed on as it comes, so that one follows the other at the far end. Before the first, and after a
    break, a little silence goes: pieces that come late are then still in time. After a standstill of the machine many
    come at once, and what would make two people wait for each other is left out.
    """
    heard_until = clock.monotonic()
    with suppress(CallEnded):
        async for piece in source.heard():
            waits = heard_until - (now := clock.monotonic())
            if waits > MOST:
                continue
            sound = piece if waits > 0 else bytes(int(AHEAD * SAMPLE_RATE) * SAMPLE_BYTES) + piece
            await sink.pass_on(sound)
            heard_until = max(heard_until, now) + len(sound) / (SAMPLE_RATE * SAMPLE_BYTES)
    over.cancel()
