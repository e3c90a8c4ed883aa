"""A guest hears the messages of his stay, and keeps or deletes them."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

import anyio

from drivers.voice.conversation import Conversation, Words
from drivers.voice.messages import Message, Messages
from drivers.voice.phrases import Phrase, day_word
from drivers.voice.recordings import Recordings
from reconciler.ports import Clock

DELETE: Final = "7"
SAVE: Final = "9"
AGAIN: Final = "*"
NEXT: Final = "#"
OPERATOR: Final = "0"
_INSIDE: Final = re.compile("[0-9]{1,6}")
"""The number of a caller in the house; outside numbers are longer, and said to nobody."""


class Playback:
    """Plays new or saved messages. One that was heard to its end is saved, unless a key says otherwise."""

    def __init__(self, messages: Messages, recordings: Recordings, clock: Clock, zone: ZoneInfo) -> None:
        self._messages = messages
        self._recordings = recordings
        self._clock = clock
        self._zone = zone

    def count(self, room: str, *, saved: bool) -> int:
        """How many there are."""
        return len(self._of(room, saved=saved))

    async def serve(self, talk: Conversation, room: str, *, saved: bool) -> str | None:
        """Play them all, oldest first. Answers a key that is not meant for this menu."""
        messages = self._of(room, saved=saved)
        if not messages:
            await talk.tell(Phrase("messages_saved", count=0) if saved else Phrase("messages_new", count=0))
            return None
        for number, message in enumerate(messages, 1):
            key = await self._play(talk, number, message)
            if key == OPERATOR:
                return key
        await talk.tell(Phrase("messages_end"))
        return None

    async def _play(self, talk: Conversation, number: int, message: Message) -> str | None:
        """One message, as often as the guest wishes; the key that leaves the messages, if he pressed it."""
        try:
            sound = await self._sound(message)
        except FileNotFoundError:
            return None  # deleted meanwhile, from another telephone of the suite
        offers = (
            Phrase("menu_delete", key=DELETE),
            Phrase("menu_save", key=SAVE),
            Phrase("menu_repeat", key=AGAIN),
        )
        whole = [*self._header(number, message), sound, *offers]
        words: list[Words] = whole
        while True:
            key = await talk.ask(*words)
            if key == DELETE:
                await self._delete(message)
                await talk.tell(Phrase("message_deleted"))
                return None
            if key in {SAVE, None}:
                if not message.saved:
                    await self._messages.keep(message)
                if key == SAVE:
                    await talk.tell(Phrase("message_saved"))
                return None
            if key in {NEXT, OPERATOR}:
                return key
            words = whole if key == AGAIN else [Phrase("wrong_key"), *offers]

    def _header(self, number: int, message: Message) -> list[Words]:
        at = message.at.astimezone(self._zone)
        today = self._clock.now().astimezone(self._zone).date()
        header = Phrase("message_header", number=number, day=day_word(at.date(), today), at=at.time())
        if not _INSIDE.fullmatch(message.caller):
            return [header]
        return [header, Phrase("message_from", extension=message.caller)]

    async def _sound(self, message: Message) -> bytes:
        return await anyio.to_thread.run_sync(self._recordings.load, message.id)

    async def _delete(self, message: Message) -> None:
        await self._messages.delete(message)
        await anyio.to_thread.run_sync(self._recordings.remove, message.id)

    def _of(self, room: str, *, saved: bool) -> list[Message]:
        return [message for message in self._messages.waiting(room) if message.saved is saved]
