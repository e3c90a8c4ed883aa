"""The guest's mailbox, seen from the caller: a greeting, a tone, and what he says is kept.

A recording belongs to the stay that was there when the greeting began; whoever checks in meanwhile never hears it.
However it ends, by a key, the limit, a caller who hangs up or a program that stops, what was said until then is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final
from uuid import uuid4

import anyio

from drivers.voice.conversation import Conversation, key_during
from drivers.voice.messages import Archived, Message, Messages
from drivers.voice.phrases import Phrase
from drivers.voice.recordings import Recordings, says_something, seconds
from reconciler.ports import Clock
from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE, Call
from reconciler.timelimit import for_at_most

OPERATOR: Final = "0"
MOST: Final = 50
"""Messages that a room's mailbox holds at most: whoever calls again and again must not fill the hotel's disk."""
SAVING: Final = 5.0
"""Seconds of real time for keeping what was said when the program stops."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a message may be (seconds), and for how long those of how many past stays of a room are kept."""

    max_message: float = 180.0
    days: int = 3
    stays: int = 8


class Mailbox:
    """The mailboxes of all rooms."""

    def __init__(self, messages: Messages, recordings: Recordings, clock: Clock, keeping: Keeping) -> None:
        self._messages = messages
        self._recordings = recordings
        self._clock = clock
        self._keeping = keeping

    def is_full(self, room: str) -> bool:
        """Whether this room's mailbox takes no more messages until its guest has deleted some."""
        return len(self._messages.waiting(room)) >= MOST

    async def take(self, talk: Conversation, room: str, caller: str) -> str | None:
        """Take a message for the guests of this room; answers key 0 if the caller wants the operator instead."""
        stay = self._messages.stay(room)
        key = await talk.ask(Phrase("mailbox_greeting"), Phrase("menu_operator", key=OPERATOR), patience=0)
        if key == OPERATOR:
            return key
        await talk.tell(Phrase("mailbox_tone"))
        at, sound, key, kept = self._clock.now(), bytearray(), None, False
        try:
            key = await self._listen(talk.call, sound)
        finally:
            with anyio.move_on_after(SAVING, shield=True):
                kept = await self._keep(stay, at, bytes(sound), caller)
        if kept and key is None:
            await talk.tell(Phrase("mailbox_full"))
        await talk.tell(Phrase("mailbox_saved") if kept else Phrase("mailbox_nothing"), Phrase("goodbye"))
        return None

    async def prune(self) -> None:
        """Let go of the messages of stays that are too long ago, or too many."""
        ids = outdated(self._messages.archived(), self._clock.now(), self._keeping)
        if ids:
            await self._messages.forget(ids)
        for id_ in ids:
            await anyio.to_thread.run_sync(self._recordings.remove, id_)

    async def _listen(self, call: Call, sound: bytearray) -> str | None:
        """Write down what is said until a key or the limit."""
        limit = self._keeping.max_message

        async def write_down() -> None:
            async for piece in call.heard():
                sound.extend(piece)

        try:
            return await key_during(call, partial(for_at_most, self._clock, limit, write_down))
        finally:
            del sound[int(limit * SAMPLE_RATE) * SAMPLE_BYTES :]

    async def _keep(self, stay: str, at: datetime, sound: bytes, caller: str) -> bool:
        if not says_something(sound):
            return False
        message = Message(uuid4().hex, at, seconds(sound), caller)
        await anyio.to_thread.run_sync(self._recordings.save, message.id, sound)
        await self._messages.leave(stay, message)
        return True


def outdated(archived: Iterable[Archived], now: datetime, keeping: Keeping) -> list[str]:
    """The messages of past stays that are kept no longer. Pure."""
    oldest = now - timedelta(days=keeping.days)
    gone: list[str] = []
    latest_first = sorted(archived, key=lambda each: (each.room, each.left, each.stay), reverse=True)
    for _, of_room in groupby(latest_first, key=lambda each: each.room):
        stays = groupby(of_room, key=lambda each: (each.left, each.stay))
        for place, ((left, _), messages) in enumerate(stays):
            if place >= keeping.stays or left < oldest:
                gone.extend(each.id for each in messages)
    return gone
