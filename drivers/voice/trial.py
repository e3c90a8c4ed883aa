"""A test call: rings a telephone, says a sentence, repeats every key, and reports what happened.

Calls that come in meanwhile are part of the report, with the headers that name people and rooms as they came: from
them an installer sees why a call is taken for what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from drivers.voice.caller import Caller
from drivers.voice.conversation import Conversation, Speaker
from drivers.voice.ending import hung_up
from drivers.voice.phrases import Phrase
from reconciler.ports import Clock
from reconciler.telephones.call import Call, CallEnded, End, Ended, Telephones
from reconciler.timelimit import for_at_most

TALKING: Final = 40.0
"""Seconds after which the call is hung up."""
PATIENCE: Final = 8.0
"""Seconds without a key after which it is over."""
NAME: Final = "Test call"
"""What the telephone may show."""
IDENTITY: Final = ("from", "to", "p-asserted-identity", "diversion", "history-info", "remote-party-id")
"""Headers that say who calls, and for whom."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test call. ``channel`` is "" where none was found for it.

    ``answered_after`` are seconds of ringing, None if nobody answered; ``keys`` those that were heard.
    """

    extension: str
    channel: str
    answered_after: float | None
    keys: str
    end: End


@dataclass(frozen=True, slots=True)
class Visitor:
    """A call that came in: its identity headers as they came, and what was made of them."""

    channel: str
    headers: tuple[tuple[str, str], ...]
    caller: Caller


class Visitors:
    """Calls that come in, for whoever watches just now."""

    def __init__(self) -> None:
        self._watching: list[list[Visitor]] = []

    def note(self, call: Call, caller: Caller) -> None:
        """A call has come in."""
        headers = tuple((name, value) for name, value in call.headers if name.lower() in IDENTITY)
        for seen in self._watching:
            seen.append(Visitor(call.channel, headers, caller))

    @contextmanager
    def watched(self) -> Iterator[Sequence[Visitor]]:
        """Those that come in during the block."""
        seen: list[Visitor] = []
        self._watching.append(seen)
        try:
            yield seen
        finally:
            self._watching = [each for each in self._watching if each is not seen]


@dataclass(frozen=True, slots=True)
class Trial:
    """Makes test calls in the house's ``language``."""

    telephones: Telephones
    speaker: Speaker
    clock: Clock
    language: str

    async def ring(self, extension: str, *, ring: float) -> Tried:
        """Ring this extension for at most ``ring`` seconds, and talk to whoever answers."""
        began = self.clock.monotonic()
        try:
            call = await self.telephones.dial(extension, ring=ring, name=NAME)
        except CallEnded as ended:
            return Tried(extension, ended.channel, None, "", ended.end)
        after = self.clock.monotonic() - began
        keys: list[str] = []
        end = End(Ended.OURS)
        try:
            async with hung_up(call):
                await for_at_most(self.clock, TALKING, lambda: self._repeat(call, keys))
        except CallEnded as ended:
            end = ended.end
        return Tried(extension, call.channel, after, "".join(keys), end)

    async def _repeat(self, call: Call, keys: list[str]) -> None:
        talk = Conversation(call, self.speaker, self.clock, self.language)
        key = await talk.ask(Phrase("test_call"), patience=PATIENCE)
        while key is not None:
            keys.append(key)
            key = await talk.ask(Phrase("test_key", key=key), patience=PATIENCE)
