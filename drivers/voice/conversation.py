"""A conversation with somebody on the telephone: we speak, they press keys, both at the same time.

A key silences what is being said, so that whoever knows the way need not listen; keys pressed ahead are taken in
their order. Where a key could do harm that nobody meant, what we say is said to its end, and keys meanwhile count for
nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

import anyio

from drivers.voice.phrases import Phrase
from reconciler.ports import Clock
from reconciler.telephones.call import Call, CallEnded
from reconciler.timelimit import for_at_most

PATIENCE: Final = 5.0
"""Seconds for which we wait for a key after we have spoken."""
BETWEEN_KEYS: Final = 4.0
"""Seconds within which the next digit of a number comes."""
TRIES: Final = 3
"""How often we ask somebody who does not answer, or keys what makes no sense."""


class Speaker(Protocol):
    """Who knows the words and has the voice."""

    def say(self, phrase: Phrase, language: str) -> bytes:
        """The sound (PCM) of a phrase in this language (ISO 639-1), or in the house's own where it is not spoken."""
        ...


Words = Phrase | bytes
"""What can be said: a phrase, or sound that is there already."""


class Conversation:
    """One call that was answered, in one language. Every method may raise CallEnded."""

    def __init__(self, call: Call, speaker: Speaker, clock: Clock, language: str) -> None:
        self.call = call
        self.language = language
        self._speaker = speaker
        self._clock = clock

    async def ask(self, *words: Words, patience: float = PATIENCE) -> str | None:
        """Say this and wait for a key; None if none came until ``patience`` seconds after the last word."""

        async def speak_and_wait() -> None:
            await self._speak(words)
            await self._clock.sleep(patience)

        return await key_during(self.call, speak_and_wait)

    async def insist(self, *words: Words, limit: float, patience: float = PATIENCE) -> str | None:
        """Say this again and again for at most ``limit`` seconds, until a key comes."""

        async def speak_again() -> None:
            while True:
                await self._speak(words)
                await self._clock.sleep(patience)

        return await key_during(self.call, partial(for_at_most, self._clock, limit, speak_again))

    async def tell(self, *words: Words) -> None:
        """Say this to its end; keys that are pressed until then count for nothing."""
        ended: CallEnded | None = None

        async def drop_keys() -> None:
            with suppress(CallEnded):  # who speaks notices it, too
                while True:
                    await self.call.key()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(drop_keys)
            try:
                await self._speak(words)
            except CallEnded as error:
                ended = error
            tasks.cancel_scope.cancel()
        if ended is not None:
            raise ended

    async def digits(self, most: int, *, first: str = "", end: str = "#") -> str:
        """Digits that follow each other, ``first`` among them: ``most`` of them, or until ``end`` or a pause.

        The key that ended it early is left out; any other key than a digit belongs to the answer.
        """
        keyed = first
        while len(keyed) < most:
            key = await self.ask(patience=BETWEEN_KEYS)
            if key is None or key == end:
                break
            keyed += key
        return keyed

    async def _speak(self, words: tuple[Words, ...]) -> None:
        sound = b"".join(
            each if isinstance(each, bytes) else self._speaker.say(each, self.language) for each in words
        )
        if sound:
            await self.call.play(sound)


async def key_during(call: Call, talk: Callable[[], Awaitable[object]]) -> str | None:
    """The next key, which cuts ``talk`` off; None if that is over before. A key counts although the call ends."""
    key: str | None = None
    ended: CallEnded | None = None

    async def talking(over: anyio.CancelScope) -> None:
        nonlocal ended
        try:
            await talk()
        except CallEnded as error:
            ended = error
        over.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(talking, tasks.cancel_scope)
        try:
            key = await call.key()
        except CallEnded as error:
            ended = error
        tasks.cancel_scope.cancel()
    if key is None and ended is not None:
        raise ended
    return key
